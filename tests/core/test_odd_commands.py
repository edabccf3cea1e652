"""Odd command lines: what they print is short, and no traceback."""

from __future__ import annotations

import importlib
from collections.abc import Callable

import pytest

from rec_core.study.__main__ import main as study_main

pytestmark = pytest.mark.reliability
ODD = (
    "http://[",
    "\udcff",
    "",
    "x",
    "0",
    "-1",
    "1e400",
    "nan",
    "inf",
    "999999999999",
    "10**400",
    "1,",
    "1,2,x",
    "\x00",
    "x" * 5000,
    "/proc/x",
)
NUMBERS = ("--bits", "--dim", "--idle-dims", "--targets", "--log2-bins", "--num-candidates", "--max-examined", "--runs")
STUDY = (*NUMBERS, "--chunk", "--seed", "--threads", "--family", "--strategy", "--method", "--weighting", "--stopping")
GOOD = ("--bits", "1", "--runs", "2", "--threads", "1", "--max-examined", "1000")


def ends(main: Callable[[list[str]], object], line: list[str]) -> object:
    try:
        return main(line)
    except SystemExit as end:
        return end.code


@pytest.mark.parametrize("option", [*STUDY, "--out", "--format"])
def test_odd_lines_of_the_study(option, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for odd in ODD:
        code = ends(study_main, [*GOOD, f"{option}={odd}"])
        said = capsys.readouterr().err.strip().splitlines()
        assert code in (0, 2), (odd, code)
        assert code == 0 or len(said[-1]) <= 400 + len(odd), (odd, said)


@pytest.mark.parametrize("option", ["--cifar", "--pictures", "--steps", "--seed", "--out"])
def test_odd_lines_of_the_priors_of_pictures(option, capsys, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    train = importlib.import_module("rec_core.images.train")
    for odd in ODD:
        code = ends(train.main, ["--cifar=no such file", f"{option}={odd}"])
        said = capsys.readouterr().err.strip().splitlines()
        assert code == 2, (odd, code)
        assert len(said[-1]) <= 400 + len(odd), (odd, said)


def test_files_that_hold_no_pictures_are_refused(capsys, tmp_path):
    train = importlib.import_module("rec_core.images.train")
    for data in (b"", b"PK\x03\x04" + b"\x00" * 40, b"\x93NUMPY", b"x" * 100):
        (tmp_path / "some.npz").write_bytes(data)
        assert ends(train.main, [f"--cifar={tmp_path / 'some.npz'}"]) == 2
        assert "must be an .npz" in capsys.readouterr().err
