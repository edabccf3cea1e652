"""A method of one's own is a frozen value with five members: encode, decode, many runs, traces and laws take it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from itertools import count

import numpy as np
import pytest
from scipy import stats

import rec_core as rec
from rec_core import study
from rec_core.arrays import LN2
from rec_core.candidates import candidate_of_bin
from rec_core.methods import SearchResult, new_record
from rec_core.methods.method import note
from tests.core.conftest import ALPHA, gaussian_pair, geometric_pmf, index_p, ks_p_all, mean_p

PAIR = gaussian_pair([0.5, -1.0], [0.5, 0.3])
CUT = rec.Partition((4, 2))


@dataclass(frozen=True)
class Rejection:
    """Rejection sampling in a bin drawn by its mass: candidate n of the bin is sent with chance r / sup r of the bin.

    The sample is exact, the index geometric in every bin, and U_J candidates are examined on average. The mistake that
    `spoiled` makes: the bin is drawn evenly, as if all had the same mass under Q because they have under P.
    """

    partition: rec.Partition
    spoiled: bool = False
    silent: bool = False  # notes no candidate

    def check(self, problem):
        if math.isinf(problem.d_inf_bits):
            raise rec.RecError("Rejection sampling needs a density ratio with an upper bound.")

    def search(self, problem, seed, record, race):
        luck = np.random.default_rng(int(seed))
        shares = rec.bin_weights(problem, self.partition, "uniform" if self.spoiled else "target_mass")
        peaks = rec.bin_peaks_bits(problem, self.partition)
        numbers = np.array([luck.choice(share.size, p=share) for share in shares])
        log_peak = LN2 * sum(peak[number] for peak, number in zip(peaks, numbers, strict=True))
        intervals, x = self.partition.counts, np.empty(problem.dim)
        for index in count(1):
            candidate_of_bin(problem.family_code, seed, index, intervals, numbers, x)
            log_ratio = float(problem.log_ratio_bits(x)) * LN2
            accepted = math.log(luck.random()) <= log_ratio - log_peak
            log_race = 0.0 if accepted else math.inf
            if not self.silent:
                note(record, index, numbers, index, math.log(index), log_ratio, log_race, accepted)
            if accepted:
                message = rec.Message(tuple(numbers.tolist()), index)
                return SearchResult(message, index, log_race, log_ratio, math.log(index), log_peak)

    def expected_examined(self, problem):
        return 2.0 ** rec.upper_sum_bits(problem, self.partition)


@pytest.fixture(scope="module")
def many():
    return rec.encode_many(PAIR.problem, 3000, Rejection(CUT), seed=5)


def test_the_receiver_holds_the_senders_sample():
    problem, method = PAIR.problem, Rejection(CUT)
    for seed in (0, 7, 2**64 - 1):
        sent = rec.encode(problem, method, seed=seed)
        for book in (CUT, method):
            assert (rec.decode(sent.message, problem.prior, book, seed=seed) == sent.sample).all()
        assert sent.log_ratio_bits == pytest.approx(problem.log_ratio_bits(sent.sample), rel=1e-12)
        assert sent.examined == sent.message.index
        assert all(0 <= b < n for b, n in zip(sent.message.bin, CUT.intervals, strict=True))


@pytest.mark.parametrize("source", [PAIR.problem, rec.gaussian_channel([1.0, 0.5])], ids=["problem", "channel"])
def test_many_runs_equal_single_runs(source):
    method = Rejection(CUT)
    found = rec.encode_many(source, 8, method, seed=3, first=4)
    assert (found.seeds == rec.encode_many(source, 12, rec.PFR(), seed=3).seeds[4:]).all()
    assert (rec.decode_many(found.messages, source.prior, CUT, seeds=found.seeds) == found.samples).all()
    for i, seed in enumerate(found.seeds.tolist()):
        problem = source if isinstance(source, rec.Problem) else source.draw(seed)
        sent = rec.encode(problem, method, seed=seed)
        assert sent.message == found.messages[i]
        assert (sent.sample == found.samples[i]).all()
        assert (sent.examined, sent.race_time) == (found.examined[i], found.race_times[i])
        assert problem.kl_bits == found.kl_bits[i]


def test_samples_follow_the_target_and_the_spoiled_twin_does_not(many):
    assert ks_p_all(many.samples, PAIR.oracle.target) > ALPHA
    spoiled = rec.encode_many(PAIR.problem, 3000, Rejection(CUT, spoiled=True), seed=5)
    assert ks_p_all(spoiled.samples, PAIR.oracle.target) < ALPHA


def test_the_law_of_its_run_time_is_asked_of_the_method(many):
    told = rec.laws.expected_examined(PAIR.problem, Rejection(CUT))
    assert told == 2.0 ** rec.upper_sum_bits(PAIR.problem, CUT)
    assert mean_p(many.examined, told) > ALPHA
    assert mean_p(many.examined, 1.15 * told) < ALPHA
    one_bin = rec.Partition.uncut(2)
    plain = rec.encode_many(PAIR.problem, 1500, Rejection(one_bin), seed=6)
    success = 2.0**-PAIR.problem.d_inf_bits
    assert index_p(plain.indices, geometric_pmf(success, 300)) > ALPHA
    assert index_p(plain.indices, geometric_pmf(1.2 * success, 300)) < ALPHA


def test_a_trace_shows_what_the_method_notes():
    sent, seen = (run(PAIR.problem, Rejection(CUT), seed=2) for run in (rec.encode, rec.trace))
    assert seen.message == sent.message
    assert seen.examined == len(seen.indices) == sent.examined
    assert seen.winner == seen.examined - 1
    assert (seen.samples[seen.winner] == sent.sample).all()
    with pytest.raises(rec.RecError, match="records no candidate"):
        rec.trace(PAIR.problem, Rejection(CUT, silent=True), seed=2)


def test_its_own_checks_are_asked_and_others_say_what_they_do_not_take():
    wide = rec.gaussian_problem([0.2, 0.0], [1.5, 0.5])
    for call in (
        lambda: rec.encode(wide, Rejection(CUT), seed=1),
        lambda: rec.trace(wide, Rejection(CUT), seed=1),
        lambda: rec.encode_many(wide, 2, Rejection(CUT), seed=1),
        lambda: rec.laws.expected_examined(wide, Rejection(CUT)),
    ):
        with pytest.raises(rec.RecError, match="upper bound"):
            call()
    with pytest.raises(rec.RecError, match="problem has 3"):
        rec.encode(rec.gaussian_problem([0.0] * 3, [0.5] * 3), Rejection(CUT), seed=1)
    with pytest.raises(rec.RecError, match="Give a method"):
        rec.laws.output_ratio(PAIR.problem, Rejection(CUT), [0.0])


def test_a_study_takes_it_and_its_folder_names_it(tmp_path):
    """A folder that is resumed, read and loaded names the method by its class and keeps its settings."""
    cells = (*study.grid([rec.gaussian_channel([1.0, 0.5])], (0, 2), methods=[Rejection(CUT), rec.PFR()]),)
    cells += (study.Cell(PAIR.problem, Rejection(CUT, silent=True)),)
    work = study.Study(cells, runs=12, seed=3, chunk=5, samples=True)
    begun = study.run(work, tmp_path, form="csv", stop=lambda: True)
    assert len(begun["run"]) == 0
    rows = study.run(work, tmp_path, form="csv")
    for name, column in study.run(work, tmp_path, form="csv").items():
        assert column.tolist() == rows[name].tolist()
    assert study.read(tmp_path)["index"].tolist() == rows["index"].tolist()
    assert study.load(tmp_path, methods=[Rejection]) == work
    with pytest.raises(rec.RecError, match="uses 'rejection'; give the classes"):
        study.load(tmp_path)
    text = (tmp_path / "_study.json").read_text()
    assert text.count('"method": "rejection"') == 3
    assert '"silent": true' in text
    for row in range(0, len(rows["run"]), 7):
        one = cells[rows["cell"][row]]
        sent = one.encode(int(rows["seed"][row]))
        assert (sent.message.index, sent.examined) == (rows["index"][row], rows["examined"][row])
    assert study.summary(cells, rows)["examined_mean"].all()


def test_a_study_refuses_methods_that_it_could_not_name_again(tmp_path):
    class Loose(Rejection):
        __hash__ = None

    @dataclass(frozen=True)
    class PFR(Rejection):
        pass

    @dataclass(frozen=True)
    class Nested(Rejection):
        inner: rec.ORC = field(default_factory=lambda: rec.ORC(3))

    with pytest.raises(rec.RecError, match="frozen dataclass"):
        study.Cell(PAIR.problem, Loose(CUT))
    for method, words in ((PFR(CUT), "the name of another"), (Nested(CUT), "numbers, strings or tuples")):
        work = study.Study((study.Cell(PAIR.problem, method),), runs=2)
        assert len(study.run(work)["run"]) == 2
        with pytest.raises(rec.RecError, match=words):
            study.run(work, tmp_path, form="csv")


def test_the_methods_that_race_search_by_whatever_race_they_are_given():
    """`Method.search` hands the race what the kernels take, and tells what it comes to."""
    seen = []

    def race(table, rules, seed, log_sup, winner, record):
        seen.append((rules, seed, log_sup))
        winner[:] = 1, 0
        return rec.methods.method.Outcome(3, 17, 0.5, 0.25, 4.0)

    problem, method = PAIR.problem, rec.PFR(CUT, weighting="uniform", stopping="single", max_examined=99)
    found = method.search(problem, np.uint64(8), new_record(0, 2), race)
    assert (found.message, found.examined) == (rec.Message((1, 0), 3), 17)
    assert (found.log_race, found.log_ratio, found.log_stop, found.stopping) == (0.5, 0.25, 4.0, "single")
    ((rules, seed, log_sup),) = seen
    assert rules == method.rules(2)
    assert (rules.num_bins, rules.num_candidates, rules.max_examined, seed) == (8, 0, 99, 8)
    assert log_sup == found.log_sup == pytest.approx(problem.d_inf_bits * LN2, rel=1e-12)


@pytest.mark.parametrize("method", [rec.PFR(CUT), rec.ORC(5, CUT, weighting="uniform")], ids=["PFR", "ORC"])
def test_a_method_is_a_frozen_value(method):
    assert method == type(method)(**{one.name: getattr(method, one.name) for one in fields(method)})
    assert len({method, eval(repr(method), {"PFR": rec.PFR, "ORC": rec.ORC, "Partition": rec.Partition})}) == 1
    assert method != rec.PFR()
    with pytest.raises(AttributeError):
        method.weighting = "uniform"
    assert isinstance(rec.ORC(np.int64(5)).num_candidates, int)


def test_results_are_compared_by_what_they_are_not_by_their_arrays():
    """Two arrays have no one answer to ==, so results of searches are equal to themselves alone."""
    problem = rec.gaussian_problem([0.5], [0.3])
    for run in (rec.encode, rec.trace, lambda problem, *, seed: rec.encode_many(problem, 3, seed=seed)):
        one, two = run(problem, seed=1), run(problem, seed=1)
        assert one == one
        assert one != two
        assert len({one, two}) == 2
    laws = [rec.laws.index_law(problem, cut) for cut in (None, rec.Partition((2,)))]
    assert laws[0] == laws[0] != laws[1]


def test_samples_of_the_toy_in_other_families():
    box = rec.uniform_problem([0.2], [0.55])
    found = rec.encode_many(box, 1500, Rejection(rec.Partition((4,))), seed=9)
    assert stats.kstest(found.samples[:, 0], stats.uniform(0.2, 0.35).cdf).pvalue > ALPHA
    assert stats.kstest(found.samples[:, 0], stats.uniform(0.2, 0.5).cdf).pvalue < ALPHA
