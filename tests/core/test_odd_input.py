# ruff: noqa: E501 - one call a line
"""Odd input to every public function: an answer or a RecError, short and soon, and never NaN for a number."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import math
import signal
import typing
import warnings
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rec_core as rec
from rec_core import codes, images, laws, methods, metrics, randomness, rules, searches, study
from rec_core.tables import tables

GAUSSIAN, WIDE = rec.gaussian_problem([0.5], [0.3]), rec.gaussian_problem([0.5, -1.0], [0.3, 0.6])
BOX = rec.uniform_problem([0.2], [0.3])
CHANNEL, CUT = rec.gaussian_channel([3.0]), rec.Partition((8,))
SENT = rec.encode(GAUSSIAN, rec.PFR(CUT), seed=1)
DATA = rec.pack([SENT.message], CUT, rec.EliasDelta())
PICTURE = np.zeros((16, 16, 3), np.uint8)
LAW = laws.index_law(GAUSSIAN, CUT)
SAMPLES = np.linspace(-1.0, 1.0, 20)[:, None]
OUTPUT = laws.orc_bias(GAUSSIAN, rec.ORC(4))
WORK = study.Study((study.Cell(BOX),), runs=2, seed=0, chunk=2)
TABLE = study.run(study.Study((study.Cell(BOX),), runs=2, samples=True))
ROOT = Path(rec.__file__).parent


class Awkward:
    """Every question about it raises."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(name)

    def __repr__(self) -> str:
        raise RuntimeError("repr")


ODD: tuple[Any, ...] = (
    None, True, 0, -1, 2**31, 2**63, 2**64, 2**70, 10**400, -(10**400), 0.5, -0.0, 1e-300, 1e200, 1.7e308, math.nan, math.inf,
    -math.inf, 1j, Fraction(1, 3), "", "gaussian", "x" * 100_000, b"", b"\xff" * 40, (), [], [math.nan], [math.inf], [1e200],
    [1e-200], [[1.0, 2.0]], [1.0, 2.0, 3.0], [1 + 2j], ["a"], [None], [True], [10**400], [[]], {}, {"a": 1}, set(), object,
    object(), Awkward(), len, rec.PFR, rec.PFR(), rec.ORC(4), rec.Partition((2, 2)), rec.Partition((2**20,) * 50), WIDE, GAUSSIAN,
    CHANNEL, rec.uniform_channel([1.0]), rec.ZipfCode(2.0), rec.Message((0,), 0), rec.Message((99,), 1), rec.Message((0,), 2**70),
    [rec.Message((0,), 1)] * 3, range(3), iter(()), np.zeros(0), np.zeros((2, 3, 4)), np.array([1 + 1j]), np.array(["a"]),
    np.array([object()]), np.full(3, np.nan), np.array(7), np.float32(0.1), np.arange(5), np.zeros(2, dtype="datetime64[s]"),
)  # fmt: skip

CALLS: dict[str, tuple[Callable[..., Any], dict[str, Any]]] = {
    "Channel": (rec.Channel, {"family": "gaussian", "bits": (1.0,), "prior_shift": (0.0,), "prior_scale": (1.0,)}),
    "Problem": (rec.Problem, {"family": "gaussian", "params": ((0.5, 0.3),), "prior_shift": (0.0,), "prior_scale": (1.0,)}),
    "Prior": (rec.Prior, {"family": "gaussian", "dim": 1, "shift": (0.0,), "scale": (1.0,)}),
    "Partition": (rec.Partition, {"intervals": (8,)}),
    "PFR": (rec.PFR, {"partition": CUT, "weighting": "uniform", "stopping": "single", "max_examined": 100}),
    "ORC": (rec.ORC, {"num_candidates": 4, "partition": CUT, "weighting": "uniform", "max_examined": 100}),
    "AStar": (rec.AStar, {"bits": (3.0,), "partition": CUT, "max_examined": 100}),
    "AStar.for_source": (rec.AStar.for_source, {"channel": CHANNEL}),
    "AStar.receive": (rec.AStar().receive, {"message": rec.Message((2,), 2), "prior": GAUSSIAN.prior, "seed": 1}),
    "AStar.expected_bits": (rec.AStar(max_examined=100).expected_bits, {"source": GAUSSIAN}),
    "GPRS": (rec.GPRS, {"max_examined": 100}),
    "GPRS.index_pmf": (rec.GPRS().index_pmf, {"problem": GAUSSIAN, "max_index": 9}),
    "GPRS.expected_bits": (rec.GPRS().expected_bits, {"source": GAUSSIAN}),
    "FastGPRS": (rec.FastGPRS, {}),
    "MinimalRandomCoding.receive": (rec.MinimalRandomCoding(4).receive, {"message": rec.Message((0,), 3), "prior": GAUSSIAN.prior,
                                                                         "seed": 1}),
    "FastGPRS.receive": (rec.FastGPRS().receive, {"message": rec.Message((1,), 2), "prior": GAUSSIAN.prior, "seed": 1}),
    "FastGPRS.expected_bits": (rec.FastGPRS().expected_bits, {"source": GAUSSIAN}),
    "decode a tree": (rec.decode, {"message": rec.Message((2,), 2), "prior": GAUSSIAN.prior, "partition": rec.AStar(), "seed": 1}),
    "decode_many of a tree": (rec.decode_many, {"messages": [rec.Message((2,), 2)], "prior": GAUSSIAN.prior,
                                                "partition": rec.AStar(), "seeds": 1}),
    "RejectionSampling": (rec.RejectionSampling, {"max_examined": 100}),
    "GreedyRejection": (rec.GreedyRejection, {"max_examined": 100}),
    "MinimalRandomCoding": (rec.MinimalRandomCoding, {"num_candidates": 4, "max_examined": 100}),
    "TruncatedPFR": (rec.TruncatedPFR, {"num_candidates": 4, "max_examined": 100}),
    **{f"{verb} {type(one).__name__}": (getattr(one, verb), arguments)
       for one in (rec.RejectionSampling(), rec.GreedyRejection(), rec.MinimalRandomCoding(4), rec.TruncatedPFR(4))
       for verb, arguments in (("index_pmf", {"problem": GAUSSIAN, "max_index": 9}), ("expected_bits", {"source": GAUSSIAN}))},
    "total_variation of a method": (rec.TruncatedPFR(4).total_variation, {"problem": GAUSSIAN}),
    "decode by a method": (rec.decode, {"message": SENT.message._replace(bin=(0,)), "prior": GAUSSIAN.prior, "seed": 1,
                                        "partition": rec.MinimalRandomCoding(2**40)}),
    "LayeredDither": (rec.LayeredDither, {"scales": (0.5,)}),
    "for_source of dither": (rec.LayeredDither.for_source, {"source": GAUSSIAN}),
    "receive": (rec.LayeredDither((0.3,)).receive, {"message": rec.Message((4,), 1), "prior": GAUSSIAN.prior, "seed": 1}),
    "expected_bits": (rec.LayeredDither((0.125,)).expected_bits, {"source": CHANNEL}),
    "DitherCode": (codes.DitherCode, {"channel": CHANNEL}),
    "length_bits of dither": (codes.DitherCode(CHANNEL).length_bits, {"messages": [rec.Message((4,), 1)], "seeds": [1]}),
    "gaussian_channel": (rec.gaussian_channel, {"information_bits": [3.0], "prior_mean": 0.0, "prior_scale": 1.0}),
    "uniform_channel": (rec.uniform_channel, {"information_bits": [3.0], "prior_low": 0.0, "prior_high": 1.0}),
    "gaussian_problem": (rec.gaussian_problem, {"mean": [0.5], "scale": [0.3], "prior_mean": 0.0, "prior_scale": 1.0}),
    "laplace_problem": (rec.laplace_problem, {"mean": [0.5], "scale": [0.3], "prior_mean": 0.0, "prior_scale": 1.0}),
    "logistic_problem": (rec.logistic_problem, {"mean": [0.5], "scale": [0.3], "prior_mean": 0.0, "prior_scale": 1.0}),
    "uniform_problem": (rec.uniform_problem, {"low": [0.2], "high": [0.3], "prior_low": 0.0, "prior_high": 1.0}),
    "piecewise_problem": (rec.piecewise_problem, {"log2_ratio": [0.0, 3.0], "prior_low": 0.0, "prior_high": 1.0}),
    "discrete_problem": (rec.discrete_problem, {"target": [0.5, 0.5], "prior": [0.25, 0.75]}),
    "letters": (rec.letters, {"samples": [[0.1], [0.9]], "prior": [0.25, 0.75]}),
    "DiscreteChannel": (rec.DiscreteChannel, {"conditional": ((0.5, 0.5), (0.0, 1.0)), "source": (0.5, 0.5)}),
    "discrete_channel": (rec.discrete_channel, {"conditional": [[0.5, 0.5], [0.0, 1.0]], "source": [0.5, 0.5]}),
    "binary_symmetric_channel": (rec.binary_symmetric_channel, {"crossover": 0.1}),
    "erasure_channel": (rec.erasure_channel, {"erasure": 0.1}),
    "draw of letters": (rec.erasure_channel(0.5).draw, {"seed": 1}),
    "index_law of letters": (laws.index_law, {"problem_or_channel": rec.erasure_channel(0.5), "partition": CUT}),
    "draw": (CHANNEL.draw, {"seed": 1}),
    "log_ratio_bits": (GAUSSIAN.log_ratio_bits, {"x": [[0.1]]}),
    "problem.pdf": (GAUSSIAN.pdf, {"x": [[0.1]]}),
    "prior.pdf": (GAUSSIAN.prior.pdf, {"x": [[0.1]]}),
    "prior.cdf": (GAUSSIAN.prior.cdf, {"x": [[0.1]]}),
    "prior.quantile": (GAUSSIAN.prior.quantile, {"u": [[0.1]]}),
    "edges": (CUT.edges, {"prior": GAUSSIAN.prior}),
    "number": (CUT.number, {"bin": (3,)}),
    "bin": (CUT.bin, {"number": 3}),
    "uncut": (rec.Partition.uncut, {"dim": 2}),
    "advise": (rec.advise, {"source": BOX, "max_bias": 0.1, "seconds": 0.0}),
    "allocate": (rec.allocate, {"channel": CHANNEL, "log2_bins": 3, "strategy": "information", "seed": 0}),
    "bin_weights": (rec.bin_weights, {"problem": GAUSSIAN, "partition": CUT, "weighting": "uniform"}),
    "bin_peaks_bits": (rec.bin_peaks_bits, {"problem": GAUSSIAN, "partition": CUT}),
    "upper_sum_bits": (rec.upper_sum_bits, {"problem": GAUSSIAN, "partition": CUT}),
    "encode": (rec.encode, {"problem": GAUSSIAN, "method": rec.PFR(CUT), "seed": 1}),
    "trace": (rec.trace, {"problem": GAUSSIAN, "method": rec.PFR(CUT), "seed": 1, "max_events": 9}),
    "encode_many": (rec.encode_many, {"source": CHANNEL, "num_runs": 3, "method": rec.PFR(CUT), "seed": 1, "num_threads": 1,
                                      "first": 0}),
    "decode": (rec.decode, {"message": SENT.message, "prior": GAUSSIAN.prior, "partition": CUT, "seed": 1}),
    "decode_many": (rec.decode_many, {"messages": [SENT.message], "prior": GAUSSIAN.prior, "partition": CUT, "seeds": 1}),
    "pack": (rec.pack, {"messages": [SENT.message], "partition": CUT, "code": rec.EliasDelta(), "seed": 1, "prior": None}),
    "unpack": (rec.unpack, {"data": DATA, "partition": CUT, "code": rec.EliasDelta(), "count": 1, "seed": None, "prior": None,
                            "check": True, "max_count": None}),
    "unpack unchecked": (rec.unpack, {"data": DATA, "partition": CUT, "code": rec.EliasDelta(), "count": 1, "check": False}),
    "pack_bare": (codes.pack_bare, {"messages": [SENT.message], "partition": CUT, "code": rec.EliasDelta()}),
    "unpack_bare": (codes.unpack_bare, {"payload": DATA[13:], "partition": CUT, "code": rec.EliasDelta(), "count": 1, "max_count": 9}),
    "message_length_bits": (rec.message_length_bits, {"message": SENT.message, "partition": CUT, "code": rec.EliasDelta()}),
    "ZipfCode": (rec.ZipfCode, {"mean_log2_index": 2.0}),
    "for_source": (rec.ZipfCode.for_source, {"source": CHANNEL, "partition": CUT}),
    "FixedCode": (rec.FixedCode, {"num": 9}),
    "MatchedCode": (rec.MatchedCode, {"channel": CHANNEL, "partition": CUT}),
    "ConditionalCode": (codes.ConditionalCode, {"channel": CHANNEL, "seeds": (1, 2)}),
    "winners": (codes.winners, {"channel": CHANNEL, "partition": CUT, "seed": 1}),
    "message_map": (codes.message_map, {"channel": CHANNEL, "method": rec.PFR(CUT), "seeds": [1], "points": 4}),
    "PowerCode": (codes.PowerCode, {"exponent": 0.5, "octaves": 9}),
    "TableCode": (codes.TableCode, {"weights": (1, 2)}),
    **{f"length_bits {one}": (one.length_bits, {"index": 3}) for one in (rec.ZipfCode(2.0), rec.EliasDelta(), rec.FixedCode(9))},
    **{f"codeword {one}": (one.codeword, {"index": 3}) for one in (rec.ZipfCode(2.0), rec.EliasDelta(), rec.FixedCode(9))},
    "mean_length of a law": (rec.EliasDelta().mean_length_bits, {"law": LAW}),
    "pmf": (LAW.pmf, {"max_index": 9}),
    "tail": (LAW.tail, {"index": 9.0}),
    "bound_bits": (laws.bound_bits, {"information_bits": 3.0, "log2_bins": 1.0, "overhead_bits": 0.1}),
    **{name: (getattr(laws, name), {"problem_or_channel": CHANNEL, "partition": CUT})
       for name in ("expected_log2_index", "index_law", "log2_index_bound_bits", "overhead_bits", "sharp_bound_bits")},
    "index_pmf": (laws.index_pmf, {"problem_or_channel": CHANNEL, "partition": CUT, "max_index": 9}),
    "expected_examined": (laws.expected_examined, {"problem": GAUSSIAN, "method": rec.PFR(CUT)}),
    "mean_length_bits": (laws.mean_length_bits, {"source": CHANNEL, "partition": CUT, "code": rec.EliasDelta()}),
    "mean_log2_geometric": (laws.mean_log2_geometric, {"log1p_excess": [0.5]}),
    "orc_bias": (laws.orc_bias, {"problem": GAUSSIAN, "method": rec.ORC(4, CUT)}),
    "orc_density": (laws.orc_density, {"problem": GAUSSIAN, "method": rec.ORC(4, CUT), "x": [[0.1]]}),
    "orc_silence": (laws.orc_silence, {"problem": rec.uniform_problem([0.2], [0.3]), "method": rec.ORC(4)}),
    "output_ratio": (laws.output_ratio, {"problem": GAUSSIAN, "method": rec.ORC(4), "log_ratios_bits": [0.1]}),
    "unnoticed_candidates": (laws.unnoticed_candidates, {"problem": GAUSSIAN, "method": rec.ORC(4), "num_samples": 10}),
    "unnoticed_samples": (laws.unnoticed_samples, {"bias": OUTPUT, "advantage": 0.1}),
    "bootstrap_interval": (metrics.bootstrap_interval, {"values": [1.0, 2.0], "level": 0.9, "resamples": 20, "seed": 0}),
    "mean_interval": (metrics.mean_interval, {"values": [1.0, 2.0], "level": 0.9}),
    "ks": (metrics.ks, {"samples": SAMPLES, "target": GAUSSIAN}),
    "mmd": (metrics.mmd, {"samples": SAMPLES, "target": GAUSSIAN, "bandwidth": None}),
    "median_bandwidth": (metrics.median_bandwidth, {"target": GAUSSIAN}),
    "orc_mmd_squared": (metrics.orc_mmd_squared, {"problem": GAUSSIAN, "method": rec.ORC(4), "bandwidth": None}),
    "output_mmd": (metrics.output_mmd, {"problem": BOX, "methods": [rec.ORC(4)], "bandwidth": None}),
    "searched_until": (metrics.searched_until, {"problem": BOX, "levels": [0.1], "partition": CUT, "most_bits": 4}),
    "total_variation": (metrics.total_variation, {"samples": SAMPLES[:, 0], "target": [0.5, 0.5], "edges": [-2.0, 0.0, 2.0]}),
    "channel_simulation_divergence_bits": (laws.channel_simulation_divergence_bits, {"problem": GAUSSIAN}),
    "functional_information_bits": (laws.functional_information_bits, {"channel": CHANNEL}),
    "width_function": (laws.width_function, {"problem": GAUSSIAN, "heights": [0.5, 2.0]}),
    "variation_interval": (metrics.variation_interval, {"samples": SAMPLES, "target": GAUSSIAN, "cells": 8, "level": 0.9}),
    "examined_by_bins": (laws.examined_by_bins, {"table": tables(GAUSSIAN, CUT, "uniform"), "num_bins": 8}),
    "Cell": (study.Cell, {"source": CHANNEL, "method": rec.PFR(CUT)}),
    "Study": (study.Study, {"cells": (study.Cell(CHANNEL),), "runs": 3, "seed": 0, "chunk": 2, "samples": False}),
    "run_chunk": (study.run_chunk, {"cell": study.Cell(CHANNEL), "seed": 0, "first": 0, "runs": 3, "samples": False}),
    "study.run": (study.run, {"study": WORK, "out": None, "executor": None, "progress": None, "stop": None, "form": "csv", "in_flight": 2}),
    "study.stream": (study.stream, {"study": WORK, "out": None, "executor": None, "progress": None, "stop": None, "form": "csv", "in_flight": 2}),
    "study.read": (study.read, {"out": "no such folder"}),
    "study.load": (study.load, {"out": "no such folder", "methods": ()}),
    "study.join": (study.join, {"tables": [TABLE]}),
    "study.samples": (study.samples, {"table": TABLE}),
    "study.summary": (study.summary, {"cells": WORK.cells, "table": TABLE}),
    "study.to_bytes": (study.to_bytes, {"table": TABLE, "form": "csv"}),
    "study.chunks": (study.chunks, {"study": WORK}),
    "study.time_left": (study.time_left, {"seconds": 3.0}),
    "Rule": (rules.Rule, {"kind": "first", "setting": 2.0}),
    "choose_many": (rules.choose_many, {"problem": GAUSSIAN, "rule": rules.Rule(), "num_runs": 2, "seed": 1, "max_examined": 100}),
    "run_seeds": (randomness.run_seeds, {"seed": 1, "num_runs": 2, "first": 0}),
    "name_of": (methods.name_of, {"method": rec.PFR()}),
    "with_partition": (methods.with_partition, {"method": rec.PFR(), "partition": CUT}),
    "grid": (study.grid, {"sources": [CHANNEL], "log2_bins": (0,), "strategies": ("information",), "methods": (rec.PFR(),),
                          "seed": 0, "targets": 0}),
    "images.decode": (images.decode, {"data": b"", "max_pixels": 100}),
    "images.encode": (images.encode, {"image": PICTURE[:0], "codec": "inr", "rate": "low", "block_bits": 48, "method": "orc",
                                      "partition_bits": "auto", "seed": 0, "progress": None, "stop": None}),
    "encode_detailed": (images.encode_detailed, {"image": PICTURE[:0], "codec": "inr", "rate": "low", "block_bits": 48, "method": "orc",
                                                 "partition_bits": "auto", "seed": 0}),
    "psnr_db": (images.psnr_db, {"original": PICTURE, "other": PICTURE}),
}  # fmt: skip
NOT_CALLED = {
    # what is returned, or named in annotations, and not made by hand
    "rec_core": "Advice Option Encoding Encodings Message Method Trace BudgetExceeded MessageError RecError EliasDelta",
    "rec_core.laws": "IndexLaw OrcBias",
    "rec_core.metrics": "Interval Ks Mmd",
    "rec_core.study": "Chunk",
    "rec_core.images": "BlockCoded Coded Fitting MessageError Report Stopped",
    "rec_core.rules": "Chosen",
    # what is compiled, or passes a coder on: called by code that has checked
    "rec_core.codes": "Code Winners EliasDelta encode_places decode_places pack_stream unpack_stream",
    "rec_core.methods": "About Method Record Rules SearchResult new_record",
    "rec_core.randomness": "bin_key candidate_uniforms philox4x32",
    "rec_core.searches": "race race_many race_readable",
}
MODULES = (rec, codes, images, laws, methods, metrics, randomness, rules, searches, study)
MAY_BE_NAN = {"searched_until"}  # whose docstring says when
SECONDS = 20.0  # a call takes a fraction of one; what hangs ends here, however busy the machine


class Hung(BaseException):
    """A call that did not end."""


@contextlib.contextmanager
def ended_soon() -> Iterator[None]:
    def late(*_: Any) -> None:
        raise Hung

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def has_nan(value: Any) -> bool:
    if isinstance(value, float | np.floating):
        return math.isnan(value)
    if isinstance(value, np.ndarray):
        return value.dtype.kind == "f" and bool(np.isnan(value).any())
    return isinstance(value, list | tuple) and any(map(has_nan, value))


def fault(call: Callable[..., Any], arguments: dict[str, Any]) -> str:
    """What is wrong with how a call ends; "" where nothing is."""
    try:
        with ended_soon(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            answer = call(**arguments)
            if inspect.isgenerator(answer):
                answer = next(answer, None)
    except rec.RecError as error:
        return "" if len(str(error)) <= 400 else f"an error of {len(str(error))} letters"
    except Hung:
        return "hangs"
    except MemoryError:
        return "asks for too much memory"
    except BaseException as error:
        return f"{type(error).__name__}: {error!s:.100}" if not isinstance(error, KeyboardInterrupt) else "interrupted"
    return "NaN" if has_nan(answer) else ""


pytestmark = [pytest.mark.reliability, pytest.mark.usefixtures("own_folder", "measured_briefly")]


@pytest.fixture
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an odd text is the name of a folder."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def measured_briefly(monkeypatch: pytest.MonkeyPatch) -> None:
    """`advise` takes the time it is given: here a hundredth of it, by the same runs."""
    module = importlib.import_module("rec_core.advise")
    whole = module._measured
    monkeypatch.setattr(module, "_measured", lambda method, target, seconds: whole(method, target, seconds / 100))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.complex_numbers() | st.text(max_size=20)
    | st.binary(max_size=40) | st.fractions() | st.sampled_from([one for one in ODD if not isinstance(one, Awkward)]),
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=6,
)  # fmt: skip


def test_drawn_values_get_an_answer_or_a_short_error(pytestconfig: pytest.Config) -> None:
    """Values that nobody thought of, by hypothesis; `--odd N` draws N for every argument of every call."""

    @settings(max_examples=pytestconfig.getoption("--odd"), deadline=None, database=None, derandomize=True)
    @given(st.data())
    def draw(data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(name for name, (_, good) in CALLS.items() if good)))
        call, good = CALLS[name]
        key = data.draw(st.sampled_from(sorted(good)))
        value = data.draw(VALUES)
        said = fault(call, good | {key: value})
        assert not said or (said == "NaN" and name in MAY_BE_NAN), f"{name}({key} = {value!r:.80}): {said}"

    draw()


@pytest.mark.parametrize("name", CALLS)
def test_odd_input_gets_an_answer_or_a_short_error(name: str) -> None:
    call, good = CALLS[name]
    wrong = []
    for key in good:
        for odd in ODD:
            said = fault(call, good | {key: odd})
            if said and not (said == "NaN" and name in MAY_BE_NAN):
                with contextlib.suppress(RuntimeError):
                    said = f"{key} = {odd!r:.60}: {said}"
                wrong.append(said)
    assert not wrong, f"{len(wrong)} of {len(good) * len(ODD)}:\n" + "\n".join(wrong)


def test_every_public_name_is_tried_or_said_not_to_be() -> None:
    """Of every `__all__`, whatever can be called; nothing is listed that is gone."""
    packages = {Path(one.__file__).relative_to(ROOT) for one in MODULES if one.__file__}
    assert packages == {path.relative_to(ROOT) for path in ROOT.rglob("*.py") if public(path)}
    tried = [inspect.unwrap(call) for call, _ in CALLS.values()]
    for module in MODULES:
        left_out = set(NOT_CALLED.get(module.__name__, "").split())
        values = {name: getattr(module, name) for name in module.__all__}
        called = {name for name, value in values.items() if callable(value) and not typing.get_origin(value)}
        missing = {name for name in called if not any(inspect.unwrap(values[name]) is one for one in tried)}
        assert missing == left_out, f"{module.__name__}: {sorted(missing ^ left_out)}"


def public(path: Path) -> bool:
    return path.parent.name != "families" and "\n__all__ = [" in path.read_text(encoding="utf-8")
