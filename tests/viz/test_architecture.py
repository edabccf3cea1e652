"""The app's staircase: imports go one way, figures know no model, and the model no Streamlit."""

from __future__ import annotations

import re
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import get_args

import pytest

import rec_core as rec
import rec_viz
from rec_core.families import FAMILIES
from tests.core.test_architecture import imports, modules, package_of, reached, tops, upward

ROOT = Path(rec_viz.__file__).parent
ORDER = (
    "", "javascript", "theme", "text", "settings", "memo", "background", "figures", "model", "warm_up", "stage",
    "lessons", "live", "room", "notebook", "components", "snippets", "app_pages", "app", "__main__",
)  # fmt: skip
KNOWN = modules(ROOT)
FOUND = {
    name: imports(path.read_text(encoding="utf-8"), package_of(name, path), KNOWN, "rec_viz")
    for name, path in KNOWN.items()
}
GRAPH = {name: inside - {name, ""} for name, (inside, _) in FOUND.items()}
WITHOUT_STREAMLIT = ("figures", "model", "snippets", "text", "memo", "background", "notebook")
PURE = [name for name in KNOWN if name.split(".")[0] in WITHOUT_STREAMLIT]


def test_every_module_has_a_place():
    assert tops(set(KNOWN)) == set(ORDER)
    assert len(KNOWN) > 60


def test_the_app_says_the_same_order():
    told = re.findall(r"\w+", rec_viz.__doc__.split("from the last of these to the first:")[1].split(".")[0])
    assert len(told) > 8
    assert told == sorted(told, key=ORDER.index)


def test_imports_go_one_way():
    assert upward(GRAPH, ORDER) == []
    TopologicalSorter(GRAPH).prepare()


def test_figures_know_no_model():
    assert tops(reached(GRAPH, "figures")) <= {"figures", "theme", "text"}


def test_one_module_caches_and_one_runs_threads():
    for words, only in ((r"\blru_cache\b|\bcache_data\b|\bcache_resource\b|functools import .*cache", set()),
                        (r"\bThread\(", {"background", "warm_up", "__main__"})):  # fmt: skip
        assert {name for name, path in KNOWN.items() if re.search(words, path.read_text(encoding="utf-8"))} == only


# "uniform" is a weighting too, so there only a comparison gives a family away.
_NAMES = "|".join(set(FAMILIES) - set(get_args(rec.Weighting)))
NAMED = re.compile(rf"""family\W{{0,3}}\s*[!=]==?\s*['"]|['"](?:{_NAMES})['"]""")


def test_only_the_core_names_families():
    """What differs between families comes from `rec_core.families`; only the drawing board is of one family."""
    texts = {
        path: path.read_text(encoding="utf-8") for ending in ("py", "js", "ts") for path in ROOT.rglob(f"*.{ending}")
    }
    named = {path.relative_to(ROOT).as_posix(): NAMED.findall(text) for path, text in texts.items()}
    assert {name: found for name, found in named.items() if found} == {"settings/view.py": ['"piecewise"']}
    for spoiled in ('if view.family == "uniform":', 'family === "gaussian" ? a : b', "make('laplace')"):
        assert NAMED.search(spoiled)


def test_a_page_is_one_word_in_every_folder():
    names = {folder: {name.split(".")[1] for name in KNOWN if name.startswith(f"{folder}.")} for folder in
             ("figures", "model", "snippets", "app_pages")}  # fmt: skip
    pages = names["snippets"]
    assert {"speed", "bias", "code_lengths", "league", "paper", "images", "lab"} == pages
    assert all(pages <= found for found in names.values())


@pytest.mark.slow
def test_nothing_pure_loads_streamlit():
    program = f"import sys, importlib\nfor name in {PURE!r}: importlib.import_module('rec_viz.' + name)\n"
    done = subprocess.run([sys.executable, "-c", program + "assert 'streamlit' not in sys.modules"], check=False)
    assert done.returncode == 0
    spoiled = program + "import rec_viz.settings.widgets\nassert 'streamlit' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", spoiled], capture_output=True, check=False).returncode != 0


def test_such_imports_would_be_noticed():
    """The twins of the tests above."""
    assert imports("from ..model import speed", "figures", KNOWN, "rec_viz")[0] == {"model.speed"}
    spoiled = GRAPH | {"figures.speed": GRAPH["figures.speed"] | {"model.speed"}}
    assert upward(spoiled, ORDER) == ["figures.speed imports model.speed"]
    assert not tops(reached(spoiled, "figures")) <= {"figures", "theme", "text"}
    with pytest.raises(CycleError):
        TopologicalSorter(GRAPH | {"theme": {"app_pages.parts"}}).prepare()
