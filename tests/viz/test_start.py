"""Start: the search it tells of is one search, and its table is what the exact laws say."""

from __future__ import annotations

import math

import numpy as np
import pytest

import rec_core as rec
from rec_viz.components import surprise
from rec_viz.model import start
from rec_viz.text import reading


def test_the_receiver_counts_on_its_own_tape_to_the_senders_sample():
    sent = start.sent()
    assert sent.own_tape.tolist() == sent.tape.tolist()
    assert sent.own_heights == pytest.approx(sent.heights, abs=1e-12)
    assert sent.received == sent.tape[sent.winner - 1] == rec.encode(start.TARGET, seed=start.SEED).sample[0]
    assert rec.decode(rec.Message((0,), sent.winner), start.TARGET.prior, seed=start.SEED)[0] == sent.received


def test_scores_and_leaders_are_the_searchs():
    sent, search = start.sent(), rec.trace(start.TARGET, seed=start.SEED)
    assert len(sent.tape) == search.examined
    assert int(np.argmax(sent.scores)) == sent.winner - 1
    assert sent.scores.max() == 1.0
    running = np.maximum.accumulate(sent.scores)
    assert sent.leaders == tuple(np.flatnonzero(np.diff(running, prepend=0.0) > 0) + 1)
    assert len(sent.leaders) >= 3, "the lead should change hands for the race to be worth watching"


def test_the_bits_on_the_wire_are_the_winners_word():
    sent = start.sent()
    code = rec.ZipfCode.for_source(start.TARGET, rec.Partition.uncut(1))
    assert sent.codeword == code.codeword(sent.winner)
    assert set(sent.codeword) == {"0", "1"}


def test_the_bell_is_the_density_ratio():
    area = start.ratios(start.SHARES).mean()  # of r over equal shares of P
    assert area == pytest.approx(1.0, abs=1e-3)


@pytest.mark.parametrize("bits", [1, 2, 7, 8, 9, 12, 16, 20])
def test_a_row_of_the_table_is_what_the_laws_say(bits):
    assert start.prices()[bits - 1] == pytest.approx(start.price(bits), abs=1e-5)


@pytest.mark.slow
def test_every_row_of_the_table_is_what_the_laws_say():
    rows = start.prices()
    assert [row.bits for row in rows] == list(range(1, start.MOST_BITS + 1))
    for row in rows:
        assert row == pytest.approx(start.price(row.bits), abs=1e-5)


@pytest.mark.parametrize("bits", [1, 8, 9, 17, 48])
def test_the_typical_target_has_the_channels_information(bits):
    source, cut = start.channel(bits)
    target = start.typical(source)
    assert target.kl_bits == pytest.approx(bits, abs=1e-9)
    assert source.information_bits == pytest.approx(bits, abs=1e-9)
    assert cut.log2_bins == bits
    assert start.prices()[bits - 1].log2_plain == pytest.approx(target.d_inf_bits, abs=1e-5)


def test_messages_stay_near_the_floor_while_plain_search_doubles():
    rows = start.prices()
    for row in rows:
        assert row.bits < row.length_bits < row.bits + math.log2(row.bits + 1) + 3
    assert rows[47].log2_plain - rows[7].log2_plain > 40
    assert max(row.log2_binned for row in rows) < 9


def test_times_are_candidates_at_this_machines_rate():
    timed = start.timed()
    assert timed[47].plain_seconds / timed[46].plain_seconds == pytest.approx(2.0, rel=1e-3)
    assert all(one.binned_seconds > 0 for one in timed)
    row = surprise.row(timed[39])
    assert row["length_bits"] == start.prices()[39].length_bits
    assert row["plain_time"] == reading.duration(timed[39].plain_seconds)
