"""Pages and JavaScript without a browser. Without node the tests that need it are skipped, and on CI they fail."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

# Infinities travel as text; typed arrays as arrays.
PROGRAM = """
import { readFileSync } from "node:fs";
const { file, expression, rows } = JSON.parse(readFileSync(0, "utf8"));
const read = (v) => (Array.isArray(v) ? v.map(read) : v === "inf" ? Infinity : v === "-inf" ? -Infinity : v);
const tell = (v) => (v?.length !== undefined && typeof v !== "string" ? Array.from(v, tell)
  : typeof v === "number" && !Number.isFinite(v) ? String(v).replace("Infinity", "inf") : v);
const call = new Function("js", `return ${expression}`)(await import(file));
console.log(JSON.stringify(rows.map((row) => tell(call(...read(row))))));
"""


@pytest.fixture(scope="session", autouse=True)
def scanned_once() -> Iterator[None]:
    """AppTest reads the metadata of everything installed in search of components, a quarter of a second each time."""
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", lambda: [])
        yield


@pytest.fixture(scope="session")
def node() -> str:
    """The path of node."""
    found = shutil.which("node")
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI needs node on the path.")
        pytest.skip("No node on the path; install Node.js to test the JavaScript modules.")
    return found


@pytest.fixture(scope="session")
def run(node: str) -> Callable[[Path, str, list], list]:
    """Calls a JavaScript function on every row of arguments; in its text, `js` is what the module in a file exports."""

    def calls(file: Path, expression: str, rows: list) -> list:
        asked = {"file": file.as_uri(), "expression": expression, "rows": [_tell(row) for row in rows]}
        done = subprocess.run(
            [node, "--input-type=module", "--eval", PROGRAM],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return calls


def _tell(value):
    if isinstance(value, float) and math.isinf(value):
        return "inf" if value > 0 else "-inf"
    return [_tell(v) for v in value] if isinstance(value, list | tuple) else value
