"""The core as it is installed: what it loads, what it says without extras, and that all public names are documented."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import rec_core as rec
from rec_core.images import train

ROOT = Path(__file__).parents[2]
EXTRAS = {"streamlit", "plotly", "PIL", "skimage", "pyarrow", "pandas", "distributed", "matplotlib", "rec_viz"}


def loaded_by(statement: str) -> set[str]:
    """Top-level packages that a fresh interpreter holds after a statement."""
    code = f"{statement}\nimport sys\nprint(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_core_loads_nothing_of_the_extras():
    assert not EXTRAS & loaded_by("import rec_core, rec_core.study, rec_core.images")


def test_photographs_name_the_extra_they_need(monkeypatch):
    for name in ("skimage", "skimage.data"):  # another test may have loaded the second
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(rec.RecError, match=r"rec-lab\[images\]"):
        train.from_photos(1, seed=0)


def test_the_citation_is_of_this_version():
    assert f"\nversion: {rec.__version__}\n" in (ROOT / "CITATION.cff").read_text(encoding="utf-8")


def test_every_public_name_is_in_the_reference():
    pages = (page.read_text(encoding="utf-8") for page in (ROOT / "docs" / "reference").glob("*.md"))
    named = set(re.findall(r"^::: rec_core\.(\w+)$", "\n".join(pages), re.M))
    by_module = {name for module in named for name in getattr(getattr(rec, module, None), "__all__", ())}
    assert named | by_module >= set(rec.__all__) - {"__version__"}
