"""Data flows down one staircase: what a module of rec_core may import, read from its source.

The package's own `__init__` imports everything, so what a module needs is told from its text, not by importing it.
Imports for type checkers alone do not count.
"""

from __future__ import annotations

import ast
import re
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import rec_core

ROOT = Path(rec_core.__file__).parent
ORDER = (
    "errors", "arrays", "checks", "kernel_files", "jit", "families", "randomness", "prior", "channel", "discrete",
    "partition", "arguments", "candidates", "dither", "decode", "tables", "upper_sum", "clocks", "counts", "allocation",
    "laws", "methods", "searches", "encode", "advise", "trace", "rules", "codes", "metrics", "", "study", "images",
)  # fmt: skip
"""Lowest first. The empty name is the package itself: what imports it stands above all it holds."""
Graph = dict[str, set[str]]


def modules(root: Path = ROOT) -> dict[str, Path]:
    """Every module by its dotted name within the package, '' for the package itself."""
    found = {}
    for path in root.rglob("*.py"):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def is_for_types(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"


def imports(source: str, package: str, known: dict[str, Path], whole: str = "rec_core") -> tuple[set[str], set[str]]:
    """What a module in `package` (dotted, '' at the top) of `whole` imports: its modules, and top names of others."""
    inside, outside = set(), set()

    def add(name: str) -> None:
        """A dotted name within the package: a module, or something in one."""
        inside.add(name if name in known else name.rpartition(".")[0])

    def visit(node: ast.AST) -> None:
        if is_for_types(node):
            return
        if isinstance(node, ast.Import):
            for alias in node.names:
                top, _, rest = alias.name.partition(".")
                add(rest) if top == whole else outside.add(top)
        elif isinstance(node, ast.ImportFrom):
            base = (package.split(".") if package else [])[: len(package.split(".")) - node.level + 1]
            where = ".".join(filter(None, [*base, node.module or ""])) if node.level else node.module
            if not node.level and where.split(".")[0] != whole:
                outside.add(where.split(".")[0])
            else:
                where = where if node.level else where.partition(".")[2]
                for alias in node.names:
                    add(".".join(filter(None, [where, alias.name])))
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(ast.parse(source))
    return inside, outside


def package_of(name: str, path: Path) -> str:
    return name if path.name == "__init__.py" else name.rpartition(".")[0]


KNOWN = modules()
FOUND = {name: imports(path.read_text(encoding="utf-8"), package_of(name, path), KNOWN) for name, path in KNOWN.items()}
GRAPH: Graph = {name: inside - {name} for name, (inside, _) in FOUND.items()}


def step(name: str, order: tuple[str, ...] = ORDER) -> int:
    """How high a module stands; modules of one folder stand together."""
    return order.index(name.split(".")[0])


def upward(graph: Graph, order: tuple[str, ...] = ORDER) -> list[str]:
    """Imports that go up."""
    return [
        f"{name} imports {other}"
        for name in graph
        for other in graph[name]
        if name and step(other, order) > step(name, order)
    ]


def reached(graph: Graph, start: str) -> set[str]:
    """All a module imports, and what that imports, and so on; a folder's module brings the folder's `__init__`."""
    seen, todo = set(), [name for name in graph if name == start or name.startswith(f"{start}.")]
    while todo:
        name = todo.pop()
        if name not in seen:
            seen.add(name)
            todo += [*graph[name], *([name.rpartition(".")[0]] if "." in name else [])]
    return seen


def tops(names: set[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


def test_every_module_has_a_place():
    assert tops(set(KNOWN)) == set(ORDER)
    assert len(KNOWN) > 40


def test_the_package_says_the_same_order():
    """Where its docstring names modules in the order they are read."""
    told = [word for word in re.findall(r"\w+", rec_core.__doc__.split("Read in this order:")[1]) if word in ORDER]
    assert len(told) > 15
    assert told == sorted(told, key=ORDER.index)


def test_imports_go_down():
    assert upward(GRAPH) == []


def test_no_two_modules_need_each_other():
    TopologicalSorter(GRAPH).prepare()


def test_the_receiver_needs_no_clock_table_method_or_search():
    needed = tops(reached(GRAPH, "decode"))
    assert {"candidates", "families", "randomness", "partition"} <= needed
    above = set(ORDER[ORDER.index("decode") + 1 :])
    assert not needed & above, sorted(needed & above)


def test_laws_stand_beside_the_searches_never_upon_them():
    needed = tops(reached(GRAPH, "laws"))
    assert {"tables", "channel"} <= needed
    assert not needed & {"clocks", "counts", "methods", "searches", "encode", "trace"}


@pytest.mark.parametrize("start", ["methods", "tables", "candidates"])
def test_searches_are_reached_from_above_alone(start):
    assert not tops(reached(GRAPH, start)) & {"searches", "encode", "trace"}


def test_the_core_knows_no_screen():
    """Apart from a trace that shows itself in a notebook, where the app happens to be installed."""
    assert {name for name, (_, others) in FOUND.items() if "rec_viz" in others} == {"trace"}
    source = KNOWN["trace"].read_text(encoding="utf-8")
    assert re.findall(r"^(.*)(?:import|from) rec_viz", source, re.MULTILINE) == [" " * 12]  # inside its method, once
    outside = set().union(*(others for _, others in FOUND.values())) - {"rec_viz"}
    assert {"numpy", "numba"} <= outside
    assert outside - set(sys.stdlib_module_names) <= {"numpy", "numba", "scipy", "constriction", "PIL", "skimage"}


def test_such_imports_would_be_noticed():
    """The twins of the tests above."""
    inside, outside = imports("from .searches import race\nimport streamlit as st", "", KNOWN)
    assert (inside, outside) == ({"searches"}, {"streamlit"})
    assert imports("def f():\n    from .. import clocks, LN2", "laws", KNOWN)[0] == {"clocks", ""}
    assert imports("from ..methods.pfr import PFR", "laws", KNOWN)[0] == {"methods.pfr"}
    assert imports("from .method import Rules", "methods", KNOWN)[0] == {"methods.method"}
    assert imports("import rec_core.study, rec_core", "images", KNOWN)[0] == {"study", ""}
    assert imports("from rec_core.tables import tables", "", KNOWN)[0] == {"tables"}
    assert imports("if TYPE_CHECKING:\n    from .methods import PFR", "", KNOWN)[0] == set()
    spoiled = GRAPH | {"candidates": GRAPH["candidates"] | {"searches.tiles"}}
    assert upward(spoiled) == ["candidates imports searches.tiles"]
    assert tops(reached(spoiled, "decode")) >= {"searches", "methods", "laws", "clocks"}
    with pytest.raises(CycleError):
        TopologicalSorter(GRAPH | {"errors": {"decode"}}).prepare()
