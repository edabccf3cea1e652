"""Faults on purpose, in small numbers; `python -m tests.reliability` tries them in large ones."""

from __future__ import annotations

import sys

import pytest

from rec_core import study
from rec_core.study import folders
from tests import reliability as faults

pytestmark = [
    pytest.mark.reliability,
    pytest.mark.skipif(sys.platform == "win32", reason="Signals and limits of files are those of Unix."),
]


def only(found, end):
    """Nothing else happened, and it did happen."""
    assert found.keys() == {end}, found


@pytest.mark.parametrize("form", study.FORMATS)
@pytest.mark.parametrize("trial", [faults.flips, faults.cuts])
def test_a_damaged_file_is_named_and_made_anew(trial, form):
    only(trial(form, 40), "named, left out, made anew")


def test_without_checksums_damage_goes_unnoticed(monkeypatch):
    monkeypatch.setattr(folders, "_is_named", lambda *_: True)
    found = faults.flips("csv", 10)
    assert any(end.startswith(faults.WRONG) for end in found), found


def test_a_damaged_description_is_refused_and_mended():
    only(faults.descriptions(150), "refused, mended when resumed")


def test_a_killed_study_resumes_to_the_last_bit_and_leaves_no_drafts():
    only(faults.kills(1), "resumed, equal, drafts removed")


@pytest.mark.usefixtures("own_main")
def test_a_process_that_dies_with_its_pool_is_survived_by_resuming():
    only(faults.workers(1), "said, resumed, equal")


@pytest.mark.parametrize("form", study.FORMATS)
def test_a_file_that_cannot_be_written_to_its_end_is_said_and_not_left(form):
    only(faults.short_of_room(form, 8), "said, resumed, equal")


def test_a_full_disk_is_said_and_the_study_resumes():
    if found := faults.full_disk((4, 20)):
        only(found, "said, resumed, equal")
    else:
        pytest.skip("No disk may be mounted here; limits on the size of files are tested above.")


def test_a_clock_that_runs_backwards_changes_nothing():
    only(faults.clocks(3), "equal, time left never below 0")


def test_two_processes_may_run_one_study_in_one_folder():
    only(faults.pairs(1), "both finish, equal")


def test_of_two_studies_in_one_folder_one_is_refused():
    only(faults.rivals(10), "one whole, one refused")


def test_a_draft_that_another_study_removes_is_written_again():
    only(faults.drafts(9), "written again, equal")
