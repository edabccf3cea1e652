"""README's promises: its Python runs as it stands, and its set-up commands are the ones CI uses."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_example_runs():
    (example,) = re.findall(r"```python\n(.*?)```", README, re.S)
    names: dict[str, object] = {}
    exec(example, names)
    assert names["sent"].examined < 100_000


def test_the_docstring_of_the_package_runs():
    import rec_core

    example = "\n".join(line[4:] for line in rec_core.__doc__.splitlines() if line.startswith("    "))
    assert "rec.encode" in example
    exec(example, {})


def test_the_two_commands_are_there():
    assert 'pip install -e ".[app]" && rec-lab' in README
    assert 'pip install -e ".[test]" && pytest' in README
