"""A record as a link, and back; what a class link adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import urlencode

from .table import TABLE, View
from .view import consistent

Record = TypeVar("Record", bound=tuple[Any, ...])
LINK_VERSION = "1"
STUDENT = "student"  # in a link, seed=student: every student gets a seed of their own


def read_link(query: Mapping[str, str], kind: type[Record]) -> tuple[Record, list[str]]:
    """The record a link asks for, and a sentence for every value that could not be used."""
    values: dict[str, Any] = {}
    notices = version_notices(query)
    for key, row in TABLE[kind].items():
        if key in query:
            try:
                values[key] = row.parse(query[key])
            except ValueError:
                shown = row.write(getattr(kind(), key))
                notices.append(f"The link’s value for “{row.label}” cannot be used; it is set to {shown}.")
    record: Any = kind(**values)
    if isinstance(record, View):
        record = consistent(record)
    return record, notices


def version_notices(query: Mapping[str, str]) -> list[str]:
    """A sentence where a link was made for another version."""
    version = query.get("v", LINK_VERSION)
    if version == LINK_VERSION:
        return []
    return [f"This link was made for version {version[:20]} of the Lab; what is still known was used."]


def read_hidden(query: Mapping[str, str]) -> tuple[tuple[str, ...], list[str]]:
    """The controls a class link hides, and a sentence for names that are not controls."""
    asked = dict.fromkeys(name for name in query.get("hide", "").split(",") if name)
    known = tuple(name for name in asked if name in TABLE[View])
    return known, [f"This link hides “{name[:40]}”, which is not a control; the rest was used." for name in asked
                   if name not in known]  # fmt: skip


def link_query(record: tuple[Any, ...], private: Sequence[str] = (), hide: Sequence[str] = ()) -> dict[str, str]:
    """Every value of a record but the private ones, explicit, as query parameters; the controls a teacher hides."""
    rows = TABLE[type(record)].items()
    query = {"v": LINK_VERSION} | {key: row.write(getattr(record, key)) for key, row in rows if key not in private}
    return query | ({"hide": ",".join(hide)} if hide else {})


def link(
    base: str, record: tuple[Any, ...], page: str = "lab", private: Sequence[str] = (), **extras: str
) -> str:  # fmt: skip
    """The share link of a page set to this record; `base` is the address of that page or of the app. It opens at the
    root.

    Values named in `private` stay out. `extras` are what is added or replaced: the values of the page's second record,
    and those of a class link: hide="bits,seed", seed="student", present="1".
    """
    return address(base, page, link_query(record, private) | ({} if page == "lab" else {"page": page}) | extras)


def address(base: str, page: str, query: Mapping[str, str]) -> str:
    """A link into the app at `base`, which may be the address of one of its pages."""
    root = base.split("?")[0].rstrip("/").removesuffix(f"/{page}")
    return f"{root}/?{urlencode(query, safe=',')}"
