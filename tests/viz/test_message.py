"""The Message page's logic: what one side says the other reads, to the last bit, or is told what is wrong."""

from __future__ import annotations

import ast
import contextlib
import inspect
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

import rec_core as rec
from rec_viz import warm_up
from rec_viz.figures.message import bit_groups
from rec_viz.model import message
from rec_viz.settings import View, link, link_query
from rec_viz.theme import ROLES

APP = str(Path(__file__).parents[2] / "app.py")
BUDGET = 2**20


def shared(code: str = "elias_delta", **changes: object) -> message.Shared:
    channel = rec.gaussian_channel([3.0, 2.0])
    return message.Shared(56, channel, rec.allocate(channel, 4), code)._replace(**changes)


def sent(own: message.Shared, target: int = 9) -> message.Sent:
    return message.send(own.channel.draw(target), own, BUDGET)


# ------------------------------------------------------------------------------------------------ the two sides


@pytest.mark.parametrize("code", message.CODES)
@pytest.mark.parametrize("target", range(5))
def test_the_receiver_holds_the_same_sample(code, target):
    own = shared(code)
    out = sent(own, target)
    received = message.receive(out.data, own)
    assert received == message.Received(out.message, out.sample)
    assert message.receive_unchecked(out.data, own) == received


def test_the_receiver_is_given_bytes_and_its_own_settings_and_nothing_else():
    for side in (message.receive, message.receive_unchecked):
        assert inspect.get_annotations(side, eval_str=True) == {
            "data": bytes, "own": message.Shared, "return": message.Received,
        }  # fmt: skip
        assert not side.__defaults__
        assert inspect.getclosurevars(side).nonlocals == {}
    assert message.Shared._fields == ("seed", "channel", "partition", "code")
    assert {"problem", "target", "sample"}.isdisjoint(message.Shared._fields)
    tree = ast.parse(inspect.getsource(message))
    imported = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    assert "streamlit" not in imported  # no session to look into
    assert not any(isinstance(node, ast.Global | ast.Nonlocal) for node in ast.walk(tree))


def test_another_process_reads_the_message_from_bytes_and_settings_alone():
    out = sent(shared("zipf"))
    program = (
        "import json, rec_core as rec; from rec_viz.model import message as m; c = rec.gaussian_channel([3.0, 2.0]);"
        "own = m.Shared(56, c, rec.allocate(c, 4), 'zipf');"
        f"print(json.dumps(m.receive(m.read({out.data.hex()!r}), own)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    message, sample = json.loads(done.stdout)
    assert tuple(sample) == out.sample
    assert message == [list(out.message.bin), out.message.index]


# ------------------------------------------------------------------------------------------------ what is wrong


@pytest.mark.parametrize("code", message.CODES)
def test_every_flipped_bit_is_refused_and_named(code):
    own = shared(code)
    out = sent(own)
    for number in range(1, 8 * len(out.data) + 1):
        damaged = message.flipped(out.data, number)
        assert message.flipped(damaged, number) == out.data
        with pytest.raises(rec.MessageError):
            message.receive(damaged, own)
        assert message.diagnose(damaged, own).startswith(
            f"Bit {number} was flipped on the way, in {message.part_of(out.data, number)}"
        )


@pytest.mark.parametrize("code", message.CODES)
def test_every_other_setting_is_refused_and_named(code):
    own = shared(code)
    out = sent(own)
    other_code = next(name for name in message.CODES if name != code)
    wrong = {
        "another seed: 56; yours is 57": own._replace(seed=57),
        "another seed: 56; yours is 0": own._replace(seed=0),
        "J = 2^4 bins; yours has 2^5": own._replace(partition=rec.allocate(own.channel, 5)),
        "J = 2^4 bins; yours has 6": own._replace(partition=rec.Partition((3, 2))),
        f"{message.CODES[code]} code; yours is {message.CODES[other_code]}": own._replace(code=other_code),
        "Gaussian family; yours is uniform": own._replace(channel=rec.uniform_channel([3.0, 2.0])),
    }
    for sentence, theirs in wrong.items():
        with pytest.raises(rec.MessageError, match="checksum"):
            message.receive(out.data, theirs)
        assert sentence in message.diagnose(out.data, theirs)


def test_two_changes_at_once_are_not_guessed_at():
    own = shared()
    out = sent(own)
    assert message.diagnose(message.flipped(out.data, 3), own._replace(seed=57)).startswith("No single")
    assert message.diagnose(out.data, own._replace(seed=own.seed + message.NEARBY_SEEDS + 1)).startswith("No single")
    assert message.diagnose(out.data[:-1], own).startswith("No single")


def test_without_the_checksum_another_seed_gives_another_sample_and_no_warning():
    own = shared()
    out = sent(own)
    unnoticed = message.receive_unchecked(out.data, own._replace(seed=57))
    assert unnoticed.message == out.message
    assert unnoticed.sample != out.sample
    frame = message.flipped(out.data, 50)  # a bit of the checksum itself: the payload is whole
    assert message.receive_unchecked(frame, own).sample == out.sample


@settings(max_examples=60)
@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused_in_a_sentence(data):
    own = shared()
    with pytest.raises(rec.MessageError) as raised:
        message.receive(data, own)
    assert str(raised.value).endswith(".")
    with contextlib.suppress(rec.RecError):  # and nothing else
        assert len(message.receive_unchecked(data, own).sample) == 2


# ------------------------------------------------------------------------------------------------ what the bits say


@given(st.integers(1, 2**63 - 1))
def test_elias_parts_are_the_code_word_and_say_the_index(index):
    own = shared(partition=rec.Partition((1, 1)))
    groups = {group.name: group for group in message.written_out(rec.Message((0, 0), index), own)}
    word = rec.EliasDelta().codeword(index)
    assert "".join(groups[name].bits for name in ("length", "octave", "mantissa") if name in groups) == word
    octave = int(groups["octave"].bits, 2) - 1
    assert len(groups["length"].bits) + 1 == len(groups["octave"].bits) if "length" in groups else octave == 0
    place = int(groups["mantissa"].bits, 2) if "mantissa" in groups else 0
    assert 2**octave + place == index
    assert len(word) == rec.EliasDelta().length_bits(index)


@pytest.mark.parametrize("code", ["zipf", "matched"])
def test_other_codes_show_their_word_and_its_ideal_length(code):
    own = shared(code)
    law = message.code_of(own)
    (group,) = [g for g in message.written_out(rec.Message((1, 2), 7), own) if g.name == "index"]
    assert group.bits == law.codeword(7)
    assert f"worth {float(law.length_bits(7)):.2f} bits" in group.says


def test_a_word_too_long_to_write_keeps_its_ideal_length():
    own = shared("zipf", partition=rec.allocate(rec.gaussian_channel([3.0, 2.0]), 16))
    index = 2**40
    (group,) = [g for g in message.written_out(rec.Message((1, 2), index), own) if g.name == "index"]
    assert group.bits == ""
    assert f"candidate {index}" in group.says


def test_bin_bits_name_the_interval_of_every_cut_dimension():
    own = shared(partition=rec.Partition((8, 1, 5)))
    groups = [g for g in message.written_out(rec.Message((6, 0, 4), 1), own) if g.name.startswith("bin")]
    assert [(g.bits, g.name, g.says) for g in groups] == [
        ("110", "bin, dimension 1", "interval 7 of 8"),
        ("100", "bin, dimension 3", "interval 5 of 5"),
    ]


def test_travelling_bytes_are_shown_whole_and_in_order():
    out = sent(shared())
    groups = message.travelling(out.data)
    assert bytes.fromhex(" ".join(g.bits for g in groups)) == out.data
    assert [g.name for g in groups][:3] == ["version", "count", "checksum"]
    html = bit_groups(groups, ROLES["light"])
    assert all(g.bits in html and g.says in html for g in groups)


# ------------------------------------------------------------------------------------------------ spellings


@given(st.binary(min_size=1, max_size=40))
def test_words_hex_and_bits_carry_any_bytes(data):
    words = message.as_words(data)
    assert message.read(words) == data
    assert message.read(words.upper().replace("-", "  ")) == data
    hexed = data.hex(" ")
    if set(hexed) - set("01 ") and any(c.isdigit() for c in hexed):  # as of any frame, which begins with 01
        assert message.read(hexed) == data
    assert message.read(message.as_bits(data)) == data


def test_every_word_misheard_by_one_letter_is_noticed():
    words = message.as_words(sent(shared()).data)
    changed = 0
    for place, letter in enumerate(words):
        kind = message.VOWELS if letter in message.VOWELS else message.CONSONANTS
        for other in kind if letter != "-" else "":
            if other != letter:
                changed += 1
                with pytest.raises(rec.MessageError, match="misheard"):
                    message.read(words[:place] + other + words[place + 1 :])
    assert changed == 51 * (words.count("-") + 1)  # 3 consonants with 15 others, 2 vowels with 3


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("", "nothing to read"),
        ("0101", "not whole bytes"),
        ("01 0g 33", "“g” is not a hex digit"),
        ("0123a", "one is missing or too many"),
        ("hello", "Word 1, “hello”"),
        ("babab-bab", "Word 2, “bab”"),
        ("babab-babab", "does not fit"),
        ("babab", "does not fit"),
    ],
)
def test_text_that_is_no_message_gets_a_sentence(text, match):
    with pytest.raises(rec.MessageError, match=match):
        message.read(text)


def test_a_samples_name_depends_on_its_last_bit():
    assert message.name_of((0.1, 0.2)) == message.name_of((0.1, 0.2))
    assert message.name_of((0.1, 0.2)) != message.name_of((0.1, 0.2 + 2**-55))


# ------------------------------------------------------------------------------------------------ the stream


@pytest.mark.parametrize("code", message.CODES)
def test_the_cost_of_a_message_falls_to_its_ideal(code):
    own = shared(code)
    costs = message.stream_costs(own, (1, 10, 100, 300), BUDGET)
    for cost in costs:
        assert cost.frame_bits == 8 * rec.FRAME_BYTES / cost.messages
        rest = cost.paid_bits - cost.frame_bits - cost.ideal_bits
        assert rest <= 8 / cost.messages + 0.02  # what pack promises
    gaps = [cost.paid_bits - cost.ideal_bits for cost in costs]
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[0] > 8 * (rec.FRAME_BYTES - 1)  # one message can be lucky with its last byte
    assert gaps[-1] < 0.4


# ------------------------------------------------------------------------------------------------ the page


def test_no_link_tells_the_target():
    view = View(target=123456)
    assert "target" not in link_query(view, private=("target",))
    assert "123456" not in link("http://localhost:8501/message", view, "message", ("target",))
    assert "123456" in link("http://localhost:8501/message", view, "message")


def opened(view: View) -> AppTest:
    warm_up.warm_up().ready.wait(120)
    app = AppTest.from_file(APP, default_timeout=120)
    for key, value in (link_query(view, private=("target",)) | {"page": "message"}).items():
        app.query_params[key] = value
    return app.run()


def warned(app: AppTest) -> str:
    """The first warning as a reader sees it, without the escapes of Markdown."""
    return re.sub(r"\\(?=\W)", "", app.warning[0].value)


def words(app: AppTest) -> str:
    return " ".join(element.value for element in app.markdown)


@pytest.mark.parametrize("code", message.CODES)
def test_the_page_encodes_hands_over_breaks_and_agrees_again(code):
    app = opened(View(code=code))
    assert not app.exception
    assert "Press Encode" in words(app)
    app.button(key="message_encode").click().run()
    app.button(key="message_hand").click().run()
    assert "The checksum fits" in app.success[0].value
    assert "to the last bit" in words(app)
    app.button(key="message_desync").click().run()
    assert "Refused" in app.error[0].value
    seed = View().seed
    assert f"another seed: {seed}; yours is {seed + 1}" in words(app)
    assert "which is not what was sent" in words(app)
    app.button(key="message_agree").click().run()
    assert "to the last bit" in words(app)
    app.button(key="message_double").click().run()
    assert "J = 2³ bins; yours has 2⁴" in words(app)
    app.button(key="message_agree").click().run()
    app.number_input(key="message_bit").set_value(107).run()
    app.button(key="message_flip").click().run()
    assert "Bit 107 was flipped on the way, in the payload" in words(app)
    app.button(key="message_flip").click().run()
    assert "to the last bit" in words(app)
    assert not app.exception


def test_the_sender_may_bring_its_own_target_and_is_told_where_that_fails():
    app = opened(View(dim=2))
    app.segmented_control(key="message_own_target").set_value(True).run()
    app.text_input(key="message_means").set_value("1, 2, 3").run()
    assert "one number, or 2 separated by commas" in warned(app)
    app.text_input(key="message_means").set_value("0.5, -1").run()
    app.button(key="message_encode").click().run()
    assert "What its bits say" in [h.value for h in app.subheader]
    app.text_input(key="message_scales").set_value("1.5").run()
    assert "Press Encode" in words(app)
    app.button(key="message_encode").click().run()
    assert "wider than P" in app.warning[0].value
    assert not app.exception


def test_a_target_out_of_reach_says_which_bins_would_reach_it():
    app = opened(View(bits=40.0, log2_bins=0))
    app.button(key="message_encode").click().run()
    assert "With J = 2" in warned(app)
    assert not app.exception


@pytest.mark.parametrize(
    "view",
    [View(bits=0.0), View(family="uniform", bits=4.0, log2_bins=4), View(strategy="own", intervals="5"),
     View(bits=48.0, dim=6, log2_bins=48, code="zipf"), View(bits=40.0, log2_bins=0), View(log2_bins=48, code="zipf")],
    ids=lambda view: f"{view.family}-{view.bits}-{view.strategy}-{view.log2_bins}",
)  # fmt: skip
def test_extremes_answer_in_sentences(view):
    app = opened(view)
    assert not app.exception
    app.button(key="message_encode").click().run()
    assert not app.exception
