"""The picture of two people: what it shows is what the core draws, and a damaged message lights what it names."""

from __future__ import annotations

import numpy as np
import pytest

import rec_core as rec
from rec_viz.model import message, tapes
from rec_viz.settings import PRESETS, View

VIEWS = [
    View(),
    View(lanes=("pfr",), log2_bins=0),
    View(family="uniform", bits=4.0, log2_bins=4),
    View(bits=8.0, dim=2, log2_bins=8, seed=2024),
    PRESETS[-1].view,
]


def sent_of(view: View) -> tuple[message.Shared, rec.Problem, message.Sent]:
    shared = message.shared_of(view)
    problem = shared.channel.draw(view.target)
    return shared, problem, message.send(problem, shared, 2**21)


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: f"{view.family}-{view.dim}-{view.log2_bins}")
def test_the_star_is_the_candidate_that_was_sent(view):
    shared, problem, sent = sent_of(view)
    picture = tapes.picture(shared, shared, problem, sent, sent.data, sent.message, True)
    for side in (picture["sender"], picture["receiver"]):
        column, row = side["place"]
        assert side["rows"][row] == sent.message.index
        assert side["bins"][column].startswith(str(sent.message.bin[0] + 1))
        cut = shared.partition
        d = next((d for d, n in enumerate(cut.intervals) if n > 1), 0)
        u = shared.channel.prior.cdf(np.array([sent.sample]))[0, d]
        assert side["across"][column][row] == pytest.approx(u * cut.intervals[d] - sent.message.bin[d], abs=1e-3)
        assert len(side["across"]) == len(side["bins"]) <= tapes.MOST_TAPES
    assert picture["sender"]["across"] == picture["receiver"]["across"]
    assert (len(picture["sender"]["q"]) > 0) == (view.dim == 1)
    assert picture["receiver"]["q"] == []
    assert picture["wire"]["flipped"] == []


def test_a_flipped_bit_lights_another_dot_and_is_marked():
    shared, problem, sent = sent_of(View())
    data = message.flipped(sent.data, 8 * rec.FRAME_BYTES + 1)
    held = message.receive_unchecked(data, shared).message
    assert held != sent.message
    picture = tapes.picture(shared, shared, problem, sent, data, held, False)
    receiver = picture["receiver"]
    assert receiver["place"] != picture["sender"]["place"]
    assert receiver["rows"][receiver["place"][1]] == held.index
    assert not receiver["accepted"]
    assert picture["wire"]["flipped"] == [0]
    assert not picture["wire"]["in_frame"]
    in_frame = tapes.picture(shared, shared, problem, sent, message.flipped(sent.data, 50), sent.message, False)
    assert in_frame["wire"]["in_frame"]
    assert in_frame["wire"]["flipped"] == []


def test_another_seed_has_other_dots():
    shared, problem, sent = sent_of(View())
    other = tapes.picture(shared, shared._replace(seed=shared.seed + 1), problem, sent, b"", None, False)
    assert other["receiver"]["across"] != other["sender"]["across"]
    assert other["receiver"]["place"] is None
    assert not other["wire"]["arrived"]
