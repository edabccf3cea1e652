"""A record as a link, and back; what a class link adds.

A link is short enough for a blackboard: it names a preset, or holds what differs from one or from how a page begins.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any, TypeVar
from urllib.parse import urlencode

from .presets import PRESETS
from .table import TABLE, View
from .view import consistent

Record = TypeVar("Record", bound=tuple[Any, ...])
LINK_VERSION = "1"
PRESET = "p"  # in a link, p=tail-bin-trap: a view worth seeing, by its short name
BY_SLUG = {preset.slug: preset for preset in PRESETS}
STUDENT = "student"  # in a link, seed=student: every student gets a seed of their own


def read_link(query: Mapping[str, str], kind: type[Record]) -> tuple[Record, list[str]]:
    """The record a link asks for, and a notice for every value that could not be used.

    What a link does not name is as in the preset it names, else as the record begins.
    """
    values: dict[str, Any] = {}
    notices = version_notices(query)
    base: Any = kind()
    if kind is View and PRESET in query:
        if query[PRESET] in BY_SLUG:
            base = BY_SLUG[query[PRESET]].view
        else:
            notices.append(f"This link asks for a view “{query[PRESET][:40]}”, which is not known; the rest was used.")
    for key, row in TABLE[kind].items():
        if row.name in query:
            try:
                values[key] = row.parse(query[row.name])
            except ValueError:
                shown = row.write(getattr(base, key)) or "none"
                notices.append(f"The link’s value for “{row.label}” cannot be used; it is set to {shown}.")
    record: Any = base._replace(**values)
    if isinstance(record, View):
        record = consistent(record)
    return record, notices


def version_notices(query: Mapping[str, str]) -> list[str]:
    """A notice where a link was made for another version."""
    version = query.get("v", LINK_VERSION)
    if version == LINK_VERSION:
        return []
    return [f"This link was made for version {version[:20]} of REC Lab; what is still known was used."]


def read_hidden(query: Mapping[str, str]) -> tuple[tuple[str, ...], list[str]]:
    """The keys of the controls that a class link hides, and a notice for each name that is not a control."""
    keys = {row.name: key for key, row in TABLE[View].items()}
    names = dict.fromkeys(name for name in query.get("hide", "").split(",") if name)
    notices = [f"This link hides “{name[:40]}”, which is not a control; the rest was used." for name in names
               if name not in keys]  # fmt: skip
    return tuple(keys[name] for name in names if name in keys), notices


def hiding(keys: Sequence[str]) -> dict[str, str]:
    """What a link says to hide these controls, given by their keys."""
    return {"hide": ",".join(TABLE[View][key].name for key in keys)} if keys else {}


def is_link(query: Mapping[str, str]) -> bool:
    """Whether the root was opened by a link, which may lead to another page."""
    return not query.keys().isdisjoint(("v", PRESET, "page"))


def link_query(*records: tuple[Any, ...], private: Sequence[str] = (), hide: Sequence[str] = ()) -> dict[str, str]:
    """What sets a page to these records, as query parameters: what differs from how they begin, or from the nearest
    preset, but nothing private; and the controls a teacher hides."""
    query: dict[str, str] = {}
    for record in records:
        query |= (
            _shortest(record)
            if isinstance(record, View) and not private
            else _differing(record, type(record)(), private)
        )
    return ({} if PRESET in query else {"v": LINK_VERSION}) | query | hiding(hide)


def _differing(record: tuple[Any, ...], base: tuple[Any, ...], private: Sequence[str] = ()) -> dict[str, str]:
    return {
        row.name: row.write(getattr(record, key))
        for key, row in TABLE[type(record)].items()
        if key not in private and getattr(record, key) != getattr(base, key)
    }


def _shortest(view: View) -> dict[str, str]:
    """A preset by its name alone; another view by the fewest letters. Not for records with private
    values: the nearest preset might tell them."""
    near = [{PRESET: slug} | _differing(view, preset.view) for slug, preset in BY_SLUG.items()]
    named = next((query for query in near if len(query) == 1), None)
    return named or min((_differing(view, View()), *near), key=lambda query: sum(map(len, chain(*query.items()))))


def link(
    base: str, record: tuple[Any, ...], page: str = "lab", private: Sequence[str] = (), **extras: str
) -> str:  # fmt: skip
    """The share link of a page set to this record; `base` is the address of that page or of the app. It opens at the
    root.

    Values named in `private` stay out. `extras` are what is added or replaced: the values of the page's second record,
    and those of a class link: hide="bits,seed", seed="student", present="1".
    """
    where = {} if page == "lab" else {"page": page}
    return address(base, page, link_query(record, private=private) | where | extras)


def address(base: str, page: str, query: Mapping[str, str]) -> str:
    """A link into the app at `base`, which may be the address of one of its pages."""
    root = base.split("?")[0].rstrip("/").removesuffix(f"/{page}")
    return f"{root}/?{urlencode(query, safe=',')}"
