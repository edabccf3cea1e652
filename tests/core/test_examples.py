"""Every public definition says what it raises and where it comes from, and has an example that runs."""

from __future__ import annotations

import ast
import builtins
import doctest
import importlib
import inspect
import pkgutil
import re
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

import rec_core as rec
from rec_core import codes, images, laws, methods, metrics, randomness, rules, study

MODULES = sorted(
    found.name for found in pkgutil.walk_packages(rec.__path__, "rec_core.") if not found.name.endswith("__main__")
)
PUBLIC = (rec, codes, images, laws, methods, metrics, randomness, rules, study)


@pytest.mark.parametrize("name", ["rec_core", *MODULES])
def test_examples_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def definitions(module):
    """Public classes and functions of a module by name; of a kernel the function it was compiled from."""
    things = {name: inspect.unwrap(getattr(module, name)) for name in module.__all__}
    things = {name: getattr(thing, "py_func", thing) for name, thing in things.items()}
    return {name: thing for name, thing in things.items() if inspect.isclass(thing) or inspect.isfunction(thing)}


def members(kind):
    """Public methods and properties that a class of this package defines."""
    found = {name: getattr(thing, "func", thing) for name, thing in vars(kind).items() if name[0] != "_"}
    found = {name: getattr(thing, "__func__", thing) for name, thing in found.items()}
    return {name: thing for name, thing in found.items() if inspect.isfunction(thing) or isinstance(thing, property)}


def names_errors(text):
    """Whether a docstring says what is raised: errors by name, or nothing."""
    told = re.findall(r"Raises (\w+)", text)
    return bool(told) and all(word == "nothing" or is_error(word) for word in told)


def is_error(word):
    kinds = {**vars(builtins), **{name: getattr(rec, name) for name in rec.__all__}, "Stopped": images.Stopped}
    return isinstance(kinds.get(word), type) and issubclass(kinds[word], Exception)


def shown_in(name, text):
    """Whether an example uses a name."""
    lines = [line for line in text.splitlines() if re.match(r"\s*(>>>|\.\.\.) ", line)]
    return bool(re.search(rf"\b{name}\b", "\n".join(lines)))


def is_result(kind):
    """What functions of the package return: errors and source are those functions'. So are errors themselves."""
    made = issubclass(kind, tuple) or (is_dataclass(kind) and kind.__eq__ is object.__eq__)
    return made or issubclass(kind, Exception)


def faults(name, thing):
    """What a public definition does not say."""
    text = inspect.getdoc(thing) or ""
    shown = [name, *(fields_of(thing) if inspect.isclass(thing) else ())]
    wrong = [] if any(shown_in(one, text) for one in shown) else [f"{name}: no example of it"]
    if inspect.isfunction(thing) or not is_result(thing):
        wrong += [] if names_errors(text) else [f"{name}: does not say what it raises"]
        wrong += [] if re.search(r"Sources?: \S", text) else [f"{name}: no source"]
    wrong += silent_about_numbers(name, thing, text)
    if inspect.isclass(thing):
        wrong += [f"{name}: nothing about `{field}`" for field in fields_of(thing) if f"`{field}" not in text]
        roles = [role for role in ROLES if members(role).keys() <= set(dir(thing))]
        for own, member in members(thing).items():
            texts = [inspect.getdoc(vars(role).get(own)) or "" for role in roles if own in vars(role)]
            examples = "\n".join([text, *map(inspect.getdoc, roles)])
            wrong += member_faults(f"{name}.{own}", own, member, "\n".join(texts), examples)
    return wrong


ROLES = (rec.Method, codes.Code)
"""What several classes have in common; what is said there need not be said again."""


def fields_of(kind):
    names = [field.name for field in fields(kind)] if is_dataclass(kind) else getattr(kind, "_fields", ())
    return [name for name in names if name[0] != "_"]


def member_faults(name, own, member, of_role, examples):
    """Of a method or property: its example may be its class's, and a property raises nothing that making did not."""
    text = inspect.getdoc(member) or ""
    wrong = [] if text else [f"{name}: no docstring"]
    wrong += [] if shown_in(own, text + "\n" + examples) else [f"{name}: no example of it"]
    if inspect.isfunction(member) and len(inspect.signature(member).parameters) > 1:
        wrong += [] if names_errors(text + "\n" + of_role) else [f"{name}: does not say what it raises"]
    return wrong + silent_about_numbers(name, getattr(member, "fget", member), text)


def silent_about_numbers(name, thing, text):
    """Arrays have shapes, and information has a unit."""
    told = str(getattr(thing, "__annotations__", {}).get("return", "")) if inspect.isfunction(thing) else ""
    wrong = []
    if re.search(r"Floats|Ints|Words|NDArray", told) and not re.search(r"shape|\([A-Z0-9.][^)]*,[^)]*\)", text):
        wrong.append(f"{name}: no shape")
    if name.endswith("_bits") and "bit" not in text:
        wrong.append(f"{name}: no unit")
    return wrong


@pytest.mark.parametrize("module", PUBLIC, ids=lambda module: module.__name__)
def test_every_public_definition_says_what_it_raises_and_where_it_is_from_and_shows_itself(module):
    assert module.__doc__
    assert [fault for name, thing in definitions(module).items() for fault in faults(name, thing)] == []


def test_constants_and_types_say_what_they_are():
    """The string below the assignment, which the reference shows."""
    told = {"__version__"}
    for path in Path(rec.__file__).parent.rglob("*.py"):
        body = ast.parse(path.read_text(encoding="utf-8")).body
        for line, below in zip(body, [*body[1:], None], strict=True):
            if isinstance(line, ast.Assign | ast.AnnAssign) and isinstance(below, ast.Expr):
                targets = line.targets if isinstance(line, ast.Assign) else [line.target]
                told |= {target.id for target in targets if isinstance(target, ast.Name)}
    for module in PUBLIC:
        plain = set(module.__all__) - definitions(module).keys()
        assert {name for name in plain - told if not inspect.ismodule(getattr(module, name))} == set()


def test_what_a_definition_leaves_out_is_noticed():
    def half_bits(x: int) -> rec.arrays.Floats:
        """Half of it.

        >>> 1 + 1
        2
        """

    assert len(faults("half_bits", half_bits)) == 5
    half_bits.__doc__ = 'Half, shape (M,), in bits. Raises RecError for none. Source: here.\n\n>>> half_bits(2)\n"1"\n'
    assert faults("half_bits", half_bits) == []
    assert not names_errors("Raises what `encode` does.")
    assert not names_errors("Raises Error for nothing.")
    assert names_errors("Raises MessageError, and Stopped. Raises nothing else.")


def test_a_wrong_example_is_noticed():
    spoiled = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "spoiled", None, 0)
    assert doctest.DocTestRunner(verbose=False).run(spoiled, out=lambda _: None).failed == 1
