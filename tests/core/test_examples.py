"""Every public definition has an example that runs."""

from __future__ import annotations

import doctest
import importlib
import inspect
import pkgutil
from dataclasses import is_dataclass

import pytest

import rec_core as rec
from rec_core import codes, images, laws, metrics, study

MODULES = sorted(
    found.name for found in pkgutil.walk_packages(rec.__path__, "rec_core.") if not found.name.endswith("__main__")
)


@pytest.mark.parametrize("name", ["rec_core", *MODULES])
def test_examples_run(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def is_answer(thing):
    """What only functions of the package make: their examples are those functions'. Errors and protocols neither."""
    made = issubclass(thing, tuple) or (is_dataclass(thing) and thing.__eq__ is object.__eq__)
    return made or issubclass(thing, Exception) or getattr(thing, "_is_protocol", False)


@pytest.mark.parametrize("module", [rec, codes, images, laws, metrics, study], ids=lambda module: module.__name__)
def test_every_public_definition_has_an_example_and_names_what_it_is(module):
    for name in module.__all__:
        thing = getattr(module, name)
        if not (inspect.isclass(thing) or inspect.isfunction(thing)):
            continue
        assert thing.__doc__, name
        if inspect.isfunction(thing) or not is_answer(thing):
            assert ">>> " in thing.__doc__, f"{module.__name__}.{name} has no example"


def test_a_wrong_example_is_noticed():
    spoiled = doctest.DocTestParser().get_doctest(">>> 1 + 1\n3\n", {}, "spoiled", None, 0)
    assert doctest.DocTestRunner(verbose=False).run(spoiled, out=lambda _: None).failed == 1
