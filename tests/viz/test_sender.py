"""Play the sender: every move is right by another hand, SciPy's densities and a loop, and by the search itself."""

from __future__ import annotations

import itertools
import json
import re

import numpy as np
import pytest
from scipy import stats

import rec_core as rec
from rec_viz.components import sender as component
from rec_viz.model import sender
from rec_viz.model.sender import GO, LEAD, LOSE, STOP, Game
from rec_viz.settings import TABLE
from rec_viz.settings.table import Sender

KINDS = [Sender(method, level, 7) for method in TABLE[Sender]["method"].options for level in sender.LENGTHS]


def right(game: Game) -> list[str]:
    return [next(option.key for option in move.options if option.right) for move in game.moves]


def by_hand(game: Game) -> tuple[list[str], int]:
    """The right answers and the winner, from heights and places alone: no ratio, race time or trace of rec_core's."""
    (mean, scale), bins = game.problem.params[0], len(game.peaks)
    ratio = lambda x: stats.norm.pdf(x, mean, scale) / stats.norm.pdf(x)  # noqa: E731
    edges = stats.norm.ppf(np.linspace(0.0, 1.0, bins + 1))
    peaks = [
        ratio(np.linspace(max(low, -8.0), min(high, 8.0), 20_001)).max() for low, high in itertools.pairwise(edges)
    ]
    answers, best, winner = [], np.inf, -1
    for looked in range(len(game.candidates) + 1):
        if looked:
            one = game.candidates[looked - 1]
            assert edges[one.bin] <= one.x <= edges[one.bin + 1]
            score = one.height / ratio(one.x)
            answers.append(LEAD if score < best else LOSE)
            if score < best:
                best, winner = score, looked - 1
        if game.method == "orc":
            answers += [GO if looked < len(game.candidates) else STOP] if looked else []
        elif looked or bins > 1:
            bounds = game.coming[looked] / peaks
            on = bounds.min() < best
            answers.append((str(int(bounds.argmin()) + 1) if bins > 1 else GO) if on else STOP)
    return answers, winner


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.method}-{kind.level}")
def test_what_is_right_is_right_by_another_hand(kind):
    for seed in (0, 1000, 77_777):
        game = sender.game(kind._replace(seed=seed))
        answers, winner = by_hand(game)
        assert right(game) == answers
        assert game.winner == winner
        assert sender.play(game, answers) == (len(answers), len(answers), winner, False)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: f"{kind.method}-{kind.level}")
def test_a_game_is_the_search_of_its_seed(kind):
    game = sender.game(kind)
    bins = len(game.peaks)
    cut, prior, number = rec.Partition((bins,)), game.problem.prior, len(game.candidates)
    sent = rec.encode(game.problem, rec.ORC(number) if kind.method == "orc" else rec.PFR(cut), seed=game.seed)
    won = game.candidates[game.winner]
    assert sent.message == ((won.bin,), won.local)
    assert sent.examined == number
    least, most = sender.LENGTHS[kind.level]
    assert least <= number <= most
    for one in game.candidates:
        assert one.received == one.x == rec.decode(rec.Message((one.bin,), one.local), prior, cut, seed=game.seed)[0]
    for looked, one in enumerate(game.candidates):  # what is looked at next was what was coming in its bin
        if kind.method != "orc" or looked:
            assert one.height == game.coming[looked, one.bin]
        assert (np.delete(game.coming[looked + 1], one.bin) == np.delete(game.coming[looked], one.bin)).all()
        assert game.coming[looked + 1, one.bin] > one.height
    words = {one.word for one in game.candidates}
    assert len(words) == number
    assert all(re.fullmatch("[01]+", word) for word in words)
    assert sender.game(kind._replace(seed=game.seed)).moves == game.moves


def test_every_reason_says_with_its_numbers_what_is_right():
    """What is shown of two numbers tells which is smaller."""
    compared = 0
    plain = lambda text: float(text.replace(",", "").replace("over a million", "1e9"))  # noqa: E731
    number = r"([\d.,]*\d|over a million)"
    for kind in KINDS:
        game = sender.game(kind)
        for option in itertools.chain.from_iterable(move.options for move in game.moves):
            for value, side, best in re.findall(rf"= {number}, (under|over) the best, {number}", option.says):
                assert (plain(value) < plain(best)) == (side == "under"), option
                compared += 1
            for value, other in re.findall(rf"= {number}, but bin \d may get .* = {number}\.", option.says):
                assert plain(value) > plain(other), option
                compared += 1
    assert compared > 200


def test_a_wrong_answer_costs_a_move_and_no_more():
    game = sender.game(Sender("pfr", "middle", 3))
    answers = right(game)
    for k, move in enumerate(game.moves[:-1]):
        other = next(option.key for option in move.options if not option.right)
        result = sender.play(game, [*answers[:k], other, *answers[k + 1 :]])
        if other == STOP:
            assert result.early
            assert result.right == k
            assert result.sent == max((j for j, one in enumerate(game.candidates[: move.looked]) if one.leads))
        else:
            assert not result.early
            assert result.right == len(answers) - 1
    over = sender.play(game, [*answers[:-1], GO])
    assert over == (len(answers) - 1, len(answers), game.winner, False)
    assert sender.play(game, [LOSE] * 1).sent is None
    with pytest.raises(ValueError, match="not an answer"):
        sender.play(game, ["5"])


def test_who_lets_the_wrong_one_lead_sends_the_wrong_one():
    game = sender.game(Sender("orc", "middle", 3))
    after = [k for k, one in enumerate(game.candidates) if k > game.winner]
    assert after
    answers = right(game)
    at = next(k for k, move in enumerate(game.moves) if move.asks == "lead" and move.looked == after[-1] + 1)
    result = sender.play(game, [*answers[:at], LEAD, *answers[at + 1 :]])
    assert result.sent == after[-1] != game.winner


def test_the_browser_is_told_all_it_needs_in_json():
    for kind in KINDS:
        game = sender.game(kind)
        told = json.loads(json.dumps(component.payload(game), allow_nan=False))
        assert len(json.dumps(told)) < 40_000
        assert [[option["right"] for option in move["options"]] for move in told["moves"]] == [
            [option.right for option in move.options] for move in game.moves
        ]
        assert all(sum(option["right"] for option in move["options"]) == 1 for move in told["moves"])
        assert all(one["height"] < top for one, top in zip(told["candidates"], told["tops"][1:], strict=True))
        assert told["tops"] == sorted(told["tops"])
        assert max(told["curve"]) * told["candidates"][-1]["best"] < told["tops"][-1]
        curve = np.array(told["curve"])
        assert curve.max() == pytest.approx(max(told["peaks"]), rel=0.005)
        assert np.trapezoid(curve, dx=1.0 / (curve.size - 1)) == pytest.approx(1.0, abs=0.02)


def test_the_best_result_is_kept_and_nothing_else_is_taken_for_one():
    held = sender.bettered({}, "pfr-short", 5, 8)
    assert sender.bettered(held, "pfr-short", 4, 8) == held
    assert sender.bettered(held, "pfr-short", 4, 6) == {"pfr-short": (4, 6)}
    assert sender.read_best({"pfr-short": [5, 8], "bins-long": [3, 2], "orc-short": [1, 0], "x": [1, 2]}) == held
    for strange in (None, [], {"pfr-short": "ab"}, {"pfr-short": [1.5, 2]}, {"pfr-short": [-1, 2]}):
        assert sender.read_best(strange) == {}
