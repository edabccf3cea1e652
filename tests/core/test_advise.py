"""Which method: the numbers are those of laws and runs, the order is the rule, and refusals have reasons."""

from __future__ import annotations

import math
import sys
from dataclasses import replace

import numpy as np
import pytest

import rec_core as rec
from rec_core.methods import METHODS

CHANNEL = rec.gaussian_channel([4.0])


@pytest.fixture(scope="module")
def advice():
    return rec.advise(CHANNEL, max_bias=0.02, seconds=0.2)


@pytest.fixture(scope="module")
def strict():
    return rec.advise(CHANNEL, seconds=0.0)


def row(advice, start):
    (found,) = [option for option in advice.options if option.name == start]
    return found


def plain(options):
    return row(options, "PFR")


def bins(advice):
    return next(o for o in advice.options if o.name.startswith("PFR, J"))


def test_every_method_has_a_row_and_the_order_is_the_rule(advice):
    assert {option.name.split(",")[0].lower() for option in advice.options} == set(METHODS)
    served = [option for option in advice.options if not option.refused]
    assert len(served) >= 4
    costs = [option.bits + max(0.0, option.log2_candidates) for option in served]
    assert costs == sorted(costs) == [option.cost_bits for option in served]
    assert advice.best is served[0]
    assert list(advice.options[len(served) :]) == [option for option in advice.options if option.refused]


def test_bits_are_those_of_runs_under_a_real_code(advice):
    """Of PFR: the matched code on 20,000 messages; 4.5 standard errors, false alarm 7e-6, fixed seed."""
    for option in (plain(advice), bins(advice)):
        method = option.method
        sent = rec.encode_many(CHANNEL, 20_000, method, seed=1)
        cut = method.partition or rec.Partition((1,))
        sizes = cut.log2_bins + rec.MatchedCode(CHANNEL, cut).length_bits(sent.indices)
        error = sizes.std() / len(sizes) ** 0.5
        assert abs(sizes.mean() - option.bits) < 4.5 * error
        assert abs(sizes.mean() - option.bits - 0.2) > 4.5 * error
        assert option.above_floor_bits == option.bits - advice.floor_bits > 0


def test_candidates_are_the_typical_ones_of_runs(advice):
    option = bins(advice)
    runs = 400
    logs = [math.log2(rec.encode_many(CHANNEL.draw(k), runs, option.method, seed=k).examined.mean()) for k in range(24)]
    assert np.mean(logs) == pytest.approx(option.log2_candidates, abs=0.03)
    assert plain(advice).log2_candidates == pytest.approx(np.mean([CHANNEL.draw(k).d_inf_bits for k in range(24)]))


def test_bins_are_the_best_of_those_compared(advice):
    """By the rule, among all numbers of bins up to 2^(I + 2): none is better by more than what thinning may cost."""
    costs = []
    for k in range(7):
        method = rec.PFR(rec.allocate(CHANNEL, k))
        law = rec.laws.index_law(CHANNEL, method.partition).entropy_bits
        seen = np.mean([rec.upper_sum_bits(CHANNEL.draw(t), method.partition) for t in range(24)])
        costs.append(k + law + seen)
    assert bins(advice).cost_bits <= min(costs[k] for k in (0, 2, 4, 6)) + 1e-9
    assert min(costs) - 1e-9 <= bins(advice).cost_bits < costs[0]


def test_biased_methods_have_the_fewest_candidates_that_will_do(advice, strict):
    option = next(o for o in advice.options if o.name.startswith("ORC, n"))
    target = sorted((CHANNEL.draw(k) for k in range(24)), key=lambda problem: problem.d_inf_bits)[11]
    assert option.bias == rec.laws.orc_bias(target, option.method).total_variation <= 0.02
    half = replace(option.method, num_candidates=option.method.num_candidates // 2)
    assert rec.laws.orc_bias(target, half).total_variation > 0.02
    assert "bias" in next(o for o in strict.options if o.name.startswith("ORC, n")).refused
    assert all(o.bias == 0.0 for o in strict.options if not o.refused)


def test_seconds_are_measured_or_predicted(advice, strict):
    option = plain(advice)
    assert option.known == ("exact law", "exact law", "measured")
    assert 1e-8 < option.seconds < 1e-1
    assert {o.known[2] for o in strict.options if not o.refused} == {"predicted"}


def test_runs_that_measure_keep_to_their_time(monkeypatch):
    """On a clock of which every run takes a thousandth of a second."""
    module, clock = sys.modules["rec_core.advise"], [0.0]

    def run(source, runs, *_, **__):
        clock[0] += runs * 1e-3

    monkeypatch.setattr(module, "encode_many", run)
    monkeypatch.setattr(module.time, "perf_counter", lambda: clock[0])
    assert module._measured(rec.PFR(), CHANNEL.draw(1), 0.2) == pytest.approx(1e-3)
    assert 0.05 < clock[0] <= 0.3


def test_what_cannot_run_says_why():
    far = rec.advise(rec.gaussian_channel([14.0] * 2), seconds=0.0)
    assert "2^2" in plain(far).refused
    assert math.isnan(plain(far).bits)
    assert bins(far).log2_candidates < 12
    wide = rec.advise(rec.gaussian_problem([0.0], [1.5]), seconds=0.0, max_bias=0.1)
    assert "wider" in plain(wide).refused
    assert wide.best.name.startswith(("ORC", "Min", "Trunc"))
    with pytest.raises(rec.RecError, match="No method"):
        replace(far, options=far.options[-1:]).best  # noqa: B018


def test_a_problem_is_measured_against_its_own_floor():
    problem = rec.gaussian_problem([1.0], [0.1])
    advice = rec.advise(problem, seconds=0.0)
    assert advice.floor_bits == rec.laws.channel_simulation_divergence_bits(problem)
    assert plain(advice).log2_candidates == pytest.approx(problem.d_inf_bits)


def test_no_information_needs_no_bits():
    advice = rec.advise(rec.gaussian_channel([0.0, 0.0]), seconds=0.0)
    assert plain(advice).bits == pytest.approx(0.0, abs=1e-9)
    assert plain(advice).log2_candidates == pytest.approx(0.0, abs=1e-9)


def test_the_table_says_it_all(advice):
    text, page = repr(advice), advice._repr_html_()
    for option in advice.options:
        assert option.name in text
        assert option.name in page
    assert text.count("\n") == len(advice.options) + 1
    assert page.count("<tr>") == len(advice.options) + 1


def test_names_are_escaped_in_notebooks(advice):
    spoiled = replace(advice, options=(advice.options[0]._replace(name="<script>"),))
    assert "<script>" not in spoiled._repr_html_()
    assert "&lt;script&gt;" in spoiled._repr_html_()
