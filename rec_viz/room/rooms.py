"""Rooms, and how many browsers in each gave which answer: in memory, for a day, bounded, safe to call from any thread.

    rooms = Rooms()
    code, key = rooms.open()                        # the code is for everybody, the key for the teacher
    rooms.join(code, token)                         # a browser, known by a random token and nothing else
    rooms.vote(code, token, "race/2", choice(1))    # once a question; another vote of the same browser moves it
    rooms.tally(code, "race/2").counts              # {"B": 1}

A token says who has voted, so that a mind that changes is counted once; it is never shown.
"""

from __future__ import annotations

import math
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

LETTERS = "BCDFGHJKMNPRTWXY"  # none that is taken for another, and no vowels: codes are no words
CODE_LENGTH = 4
LIFE = 24 * 3600.0  # seconds a room is kept
MOST_ROOMS = 64
MOST_BROWSERS = 300  # of a room
MOST_VOTES = 20_000  # of a room, over all questions
MOST_ROWS = 12  # of a histogram of numbers
_TOKEN = re.compile(r"[A-Za-z0-9_-]{8,40}")
_QUESTION = re.compile(r"[a-z0-9_/-]{1,60}")
_BUCKET = re.compile(r"[A-H]|-?\d[\d.]{0,20}(e[+-]\d{1,3})?")


class RoomError(ValueError):
    """What cannot be done in a room, in a sentence."""


class Tally(NamedTuple):
    """How many browsers are in the room, how many of them answered a question, and how many gave each answer."""

    joined: int
    answered: int
    counts: Mapping[str, int]


class Form(NamedTuple):
    """A test the class is asked to take: "pre" or "post", the lessons it is about, and the seed of its numbers."""

    name: str
    lessons: tuple[str, ...]
    seed: int


@dataclass
class _Room:
    key: str
    opened: float
    at: str = ""  # where the teacher is
    leads: bool = True  # the students' pages follow
    form: Form | None = None  # that is out
    subject: tuple[tuple[str, ...], int] | None = None  # of both forms: lessons and seed
    browsers: set[str] = field(default_factory=set)
    votes: dict[str, dict[str, str]] = field(default_factory=dict)  # of a question, by token
    revealed: set[str] = field(default_factory=set)
    marks: dict[str, dict[str, tuple[bool, ...]]] = field(default_factory=dict)  # of a form, by token
    news: int = 0  # changes that students hear of
    listeners: set[Callable[[], None]] = field(default_factory=set)


def clean(code: str) -> str:
    """A code as somebody typed it, in our letters; "" where it cannot be one."""
    letters = "".join(letter for letter in code[:40].upper() if letter.isalnum())
    return letters if len(letters) == CODE_LENGTH and set(letters) <= set(LETTERS) else ""


def choice(number: int) -> str:
    """The bucket of choice `number`, from 0."""
    return "ABCDEFGH"[number]


def bucket(number: float) -> str:
    """The bucket of a number: three digits of it. Raises RoomError where it is none."""
    if not math.isfinite(number):
        raise RoomError("That is no number.")
    return f"{number + 0.0:.3g}"


def rows(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """A histogram, top to bottom: the choices by letter, or the numbers in order, in equal ranges where they are many.

    Ranges lie between the numbers at one tenth and nine tenths of the class, so that one typing error does not
    squeeze all others into one range; what lies outside has the first row or the last.
    """
    if all(name.isalpha() for name in counts):
        return sorted(counts.items())
    values = sorted((float(name), count) for name, count in counts.items())
    if len(values) <= MOST_ROWS:
        return [(f"{value:g}", count) for value, count in values]
    every = [value for value, count in values for _ in range(count)]
    low, high = every[len(every) // 10], every[-1 - len(every) // 10]
    inner = MOST_ROWS - 2
    edges = [low + (high - low) * k / inner for k in range(inner + 1)]
    names = [f"below {low:.3g}", *(f"{a:.3g} to {b:.3g}" for a, b in pairwise(edges)),
             f"above {high:.3g}"]  # fmt: skip
    places: Counter[int] = Counter()
    for value, count in values:
        within = int(inner * (value - low) / (high - low)) if high > low else 0
        places[0 if value < low else inner + 1 if value > high else 1 + min(within, inner - 1)] += count
    return [(name, places[k]) for k, name in enumerate(names) if 0 < k <= inner or places[k]]


class Rooms:
    """All rooms of a process. `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._rooms: dict[str, _Room] = {}

    # -------------------------------------------------------------------------------------------- everybody

    def exists(self, code: str) -> bool:
        """Whether there is such a room, still."""
        with self._lock:
            return self._find(code) is not None

    def tally(self, code: str, question: str) -> Tally:
        """The answers to a question so far. Raises RoomError where there is no such room."""
        with self._lock:
            room = self._room(code)
            votes = room.votes.get(question, {})
            return Tally(len(room.browsers), len(votes), dict(Counter(votes.values())))

    def news(self, code: str) -> int:
        """How often students had something to hear: a page turned, an answer revealed, a form; -1 without the room."""
        with self._lock:
            room = self._find(code)
            return -1 if room is None else room.news

    def place(self, code: str) -> str:
        """Where the students' pages should be: where the teacher is, or "" where everybody goes by themselves."""
        with self._lock:
            room = self._find(code)
            return room.at if room and room.leads else ""

    def leads(self, code: str) -> bool:
        """Whether students' pages follow the teacher's."""
        with self._lock:
            room = self._find(code)
            return room is not None and room.leads

    def revealed(self, code: str, question: str) -> bool:
        """Whether the answer to a question may be seen: its teacher has shown it, or the room is gone."""
        with self._lock:
            room = self._find(code)
            return room is None or question in room.revealed

    def form(self, code: str) -> Form | None:
        """The test that the class is asked to take now."""
        with self._lock:
            room = self._find(code)
            return room.form if room else None

    @contextmanager
    def listening(self, code: str, listener: Callable[[], None]) -> Iterator[None]:
        """Meanwhile `listener` is called after every change, from any thread; it must return at once."""
        with self._lock:
            room = self._room(code)
            room.listeners.add(listener)
        try:
            yield
        finally:
            with self._lock:
                room.listeners.discard(listener)

    # -------------------------------------------------------------------------------------------- a browser

    def join(self, code: str, token: str) -> None:
        """A browser enters. Raises RoomError where the room is full or gone."""
        if not _TOKEN.fullmatch(token):
            raise RoomError("This browser’s token cannot be used.")
        with self._changing(code) as room:
            if token not in room.browsers and len(room.browsers) >= MOST_BROWSERS:
                raise RoomError(f"This room is full: it holds {MOST_BROWSERS} browsers.")
            room.browsers.add(token)

    def leave(self, code: str, token: str) -> None:
        """A browser leaves, and what it gave is no longer counted."""
        with self._changing(code) as room:
            room.browsers.discard(token)
            for votes in room.votes.values():
                votes.pop(token, None)
            for marks in room.marks.values():
                marks.pop(token, None)

    def vote(self, code: str, token: str, question: str, given: str) -> bool:
        """Count an answer (`choice`, `bucket`) of a browser in the room, moving its earlier one. Returns whether it
        counts: not once the answer has been revealed, and not beyond the room's bounds. Raises RoomError."""
        if not (_QUESTION.fullmatch(question) and _BUCKET.fullmatch(given)):
            raise RoomError("That is no answer to a question.")
        with self._changing(code) as room:
            if token not in room.browsers or question in room.revealed:
                return False
            votes = room.votes.get(question, {})
            if token not in votes and sum(map(len, room.votes.values())) >= MOST_VOTES:
                return False
            room.votes.setdefault(question, votes)[token] = given
            return True

    def counted(self, code: str, token: str, question: str) -> bool:
        """Whether an answer of this browser is among those counted."""
        with self._lock:
            room = self._find(code)
            return room is not None and token in room.votes.get(question, {})

    def hand_in(self, code: str, token: str, form: str, right: Sequence[bool]) -> bool:
        """Keep which questions of a form a browser had right. Returns whether it counts: only the first time."""
        with self._changing(code) as room:
            marks = room.marks.setdefault(form, {})
            if token not in room.browsers or token in marks or room.form is None or room.form.name != form:
                return False
            marks[token] = tuple(map(bool, right[:20]))
            return True

    def handed_in(self, code: str, token: str, form: str) -> bool:
        """Whether a browser has taken a form."""
        with self._lock:
            room = self._find(code)
            return room is not None and token in room.marks.get(form, {})

    # -------------------------------------------------------------------------------------------- the teacher

    def open(self) -> tuple[str, str]:
        """A new room: its code, and the key that makes one its teacher. Raises RoomError where there are too many."""
        with self._lock:
            self._forget_old()
            if len(self._rooms) >= MOST_ROOMS:
                empty = [code for code, room in self._rooms.items() if not room.browsers]
                if not empty:
                    raise RoomError("Every room of this server is taken. Rooms end after a day; please try later.")
                self._end(min(empty, key=lambda code: self._rooms[code].opened))
            code = ""
            while not code or code in self._rooms:
                code = "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))
            self._rooms[code] = _Room(secrets.token_urlsafe(16), self._clock())
            return code, self._rooms[code].key

    def is_teacher(self, code: str, key: str) -> bool:
        """Whether this is the room's key."""
        with self._lock:
            room = self._find(code)
            return room is not None and secrets.compare_digest(room.key.encode(), key.encode())

    def turn(self, code: str, key: str, place: str) -> None:
        """The teacher is at a page now."""
        with self._teaching(code, key) as room:
            if room.at != place[:60]:
                room.at = place[:60]
                room.news += room.leads

    def lead(self, code: str, key: str, leads: bool) -> None:
        """Whether the students' pages shall follow."""
        with self._teaching(code, key) as room:
            room.leads = leads
            room.news += 1

    def reveal(self, code: str, key: str, question: str) -> None:
        """The class is shown the answer: what is given from now on does not count."""
        if not _QUESTION.fullmatch(question):
            raise RoomError("That is no question.")
        with self._teaching(code, key) as room:
            if question not in room.revealed:
                room.revealed.add(question)
                room.news += 1

    def ask_again(self, code: str, key: str, question: str) -> None:
        """Forget the answers to a question, and take new ones."""
        with self._teaching(code, key) as room:
            room.revealed.discard(question)
            room.votes.pop(question, None)
            room.news += 1

    def hand_out(self, code: str, key: str, name: str, lessons: Sequence[str], seed: int) -> None:
        """Ask the class to take a test, "pre" or "post". Once one has been handed in, the other is about the same."""
        with self._teaching(code, key) as room:
            if room.subject is None or not any(room.marks.values()):
                room.subject = tuple(lessons), seed
            room.form = Form(name, *room.subject)
            room.news += 1

    def take_back(self, code: str, key: str) -> None:
        """No test is out any more."""
        with self._teaching(code, key) as room:
            room.form = None
            room.news += 1

    def marks(self, code: str, key: str) -> dict[str, dict[str, tuple[bool, ...]]]:
        """Of each form: of each browser, by a number that says nothing about it, which questions it had right."""
        with self._teaching(code, key) as room:
            tokens = {token for answers in room.marks.values() for token in answers}
            numbers = {token: str(k) for k, token in enumerate(sorted(tokens), start=1)}
            return {
                form: {numbers[token]: right for token, right in answers.items()}
                for form, answers in room.marks.items()
            }

    def close(self, code: str, key: str) -> None:
        """End the room, and forget what was counted in it."""
        with self._teaching(code, key):
            self._end(code)

    # -------------------------------------------------------------------------------------------- within the lock

    def _forget_old(self) -> None:
        now = self._clock()
        for code in [code for code, room in self._rooms.items() if now - room.opened > LIFE]:
            self._end(code)

    def _end(self, code: str) -> None:
        for listener in self._rooms.pop(code).listeners:
            listener()

    def _find(self, code: str) -> _Room | None:
        self._forget_old()
        return self._rooms.get(code)

    def _room(self, code: str) -> _Room:
        room = self._find(code)
        if room is None:
            raise RoomError("There is no room with this code. A room ends when its teacher closes it, or after a day.")
        return room

    @contextmanager
    def _changing(self, code: str) -> Iterator[_Room]:
        """A room to change; afterward its listeners hear of it."""
        with self._lock:
            room = self._room(code)
            yield room
            listeners = tuple(room.listeners)
        for listener in listeners:
            listener()

    @contextmanager
    def _teaching(self, code: str, key: str) -> Iterator[_Room]:
        with self._changing(code) as room:
            if not secrets.compare_digest(room.key.encode(), key.encode()):
                raise RoomError("Only the teacher who opened the room can do this.")
            yield room
