"""Faults on purpose: folders of results are damaged and studies interrupted, and what happens is counted.

`python -m tests.reliability` prints the table of docs/reliability.md, in half an hour, or with words such as `forged`
the rows that have them; tests/core/test_faults.py does the same with small counts. Every trial of a study ends with a
resumed one that must equal the undisturbed one to the last bit, with the same files, byte for byte, and no others;
else, or where damage was not said, it is counted under WRONG.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor
from pathlib import Path
from typing import Any
from unittest import mock

import rec_core as rec
from rec_core import images, study
from rec_core.study import folders
from rec_core.study.__main__ import main as command
from tests import fuzz, promises
from tests.core import test_forged

ROOT = Path(__file__).parents[1]
WRONG = "WRONG"
Counts = Counter[str]
Files = dict[str, bytes]

CELLS = study.grid([rec.gaussian_channel([2, 1]), rec.uniform_channel([3])], log2_bins=(0, 3))
SMALL = study.Study(CELLS, runs=12, seed=5, chunk=6)
LINE = "--bits 2,4 --log2-bins 0,3 --runs 300 --chunk 6 --seed 1 --format csv --threads 1"  # 200 files


def files(folder: Path) -> Files:
    """Everything in a folder, hidden or not."""
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@contextlib.contextmanager
def finished(form: study.Format = "csv", work: study.Study = SMALL) -> Iterator[tuple[Path, Files]]:
    """A folder with a finished study, and what it holds."""
    with tempfile.TemporaryDirectory() as name:
        study.run(work, name, form=form)
        yield Path(name), files(Path(name))


def heard(act: Callable[[], Any]) -> tuple[Any, str]:
    """What a call returns, or the RecError it raises, and all it warns of."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            result = act()
        except rec.RecError as error:
            result = error
    return result, "\n".join(str(one.message) for one in said)


def resumed(folder: Path, whole: Files, form: study.Format, name: str = "") -> str:
    """How it ends when the study is run again: equal, with the damaged file named if one is to be."""
    rows, said = heard(lambda: study.run(SMALL, folder, form=form))
    fine = not isinstance(rows, rec.RecError) and len(rows["run"]) == SMALL.num_runs and files(folder) == whole
    return "named, left out, made anew" if fine and name in said else f"{WRONG}: {rows!r:.80} {said:.80}"


# ---------------------------------------------------------------------------------------------------- damage


def flipped(data: bytes, bit: int) -> bytes:
    return data[: bit // 8] + bytes([data[bit // 8] ^ 1 << bit % 8]) + data[bit // 8 + 1 :]


def spoiled(form: study.Format, spoil: Callable[[bytes], bytes], folder: Path, whole: Files, name: str) -> str:
    """One file of results spoiled, read, and resumed."""
    (folder / name).write_bytes(spoil(whole[name]))
    rows, said = heard(lambda: study.read(folder))
    if isinstance(rows, rec.RecError) or len(rows["run"]) != SMALL.num_runs - SMALL.chunk or name not in said:
        return f"{WRONG}: read as if whole"
    return resumed(folder, whole, form, name)


def flips(form: study.Format, count: int) -> Counts:
    """One bit of one file of results flipped."""
    draw = random.Random(1)
    with finished(form) as (folder, whole):
        names = [name for name in whole if name.startswith("part-")]
        return Counter(
            spoiled(form, lambda data: flipped(data, draw.randrange(8 * len(data))), folder, whole, draw.choice(names))
            for _ in range(count)
        )


def cuts(form: study.Format, count: int) -> Counts:
    """A file of results cut short at ever more bytes, all of them or `count` evenly."""
    with finished(form) as (folder, whole):
        name = max(whole)
        size = len(whole[name])
        return Counter(
            spoiled(form, lambda data, keep=keep: data[:keep], folder, whole, name)
            for keep in range(0, size, max(1, size // count))
        )


def descriptions(count: int) -> Counts:
    """One bit of the description flipped, all of them or `count` evenly."""
    seen: Counts = Counter()
    with finished() as (folder, whole):
        path, good = folder / "_study.json", whole["_study.json"]
        for bit in range(0, 8 * len(good), max(1, 8 * len(good) // count)):
            path.write_bytes(flipped(good, bit))
            refused = [isinstance(heard(act)[0], rec.RecError) for act in (lambda: study.load(folder),
                                                                           lambda: study.read(folder))]  # fmt: skip
            ends = resumed(folder, whole, "csv")
            fine = all(refused) and not ends.startswith(WRONG)
            seen["refused, mended when resumed" if fine else f"{WRONG}: {refused} {ends}"] += 1
    return seen


# ---------------------------------------------------------------------------------------------------- death


def start(folder: Path) -> subprocess.Popen[bytes]:
    line = [sys.executable, "-m", "rec_core.study", *LINE.split(), "--out", str(folder)]
    return subprocess.Popen(line, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def parts(folder: Path) -> int:
    return len(list(folder.glob("part-*")))


def until(there: Callable[[], bool], process: subprocess.Popen[bytes] | None = None) -> None:
    """Wait for it, a minute at most, or until the process has ended."""
    end = time.monotonic() + 60
    while not there() and time.monotonic() < end and (process is None or process.poll() is None):
        time.sleep(0.002)


def by_command(folder: Path) -> Files:
    """The files of the study on the command line, run or resumed in this process."""
    with open(os.devnull, "w") as nothing, contextlib.redirect_stdout(nothing), contextlib.redirect_stderr(nothing):
        assert command([*LINE.split(), "--out", str(folder)]) == 0
    return files(folder)


def kills(count: int) -> Counts:
    """SIGKILL, each time a little later and with a draft left behind, then a resume."""
    seen: Counts = Counter()
    with tempfile.TemporaryDirectory() as name:
        whole = by_command(Path(name) / "whole")
        for number in range(count):
            folder = Path(name) / str(number)
            process = start(folder)
            until(lambda here=folder, number=number: parts(here) > 5 + 7 * number % 90, process)
            process.send_signal(signal.SIGKILL)
            if process.wait() != -signal.SIGKILL:
                seen["finished before it was killed"] += 1
                continue
            held = files(folder)
            (folder / f".{max(whole)}.{number:032x}").write_bytes(whole[max(whole)][:100])  # as if killed while writing
            kept = all(whole[name] == data for name, data in held.items() if not name.startswith("."))
            rows, _ = heard(lambda here=folder: study.read(here))
            kept = kept and len(rows["run"]) == 6 * parts(folder) < 1200
            seen["resumed, equal, drafts removed" if kept and by_command(folder) == whole else WRONG] += 1
    return seen


def workers(count: int) -> Counts:
    """A worker of a pool of processes killed in the middle of a study, then a resume with another pool."""
    spawn, seen = multiprocessing.get_context("spawn"), Counter()  # a fork would take numba's threads along
    with finished() as (_, whole), tempfile.TemporaryDirectory() as name:
        for number in range(count):
            folder, ends = Path(name) / str(number), WRONG
            with ProcessPoolExecutor(1, mp_context=spawn) as pool:
                tables = study.stream(SMALL, folder, executor=pool, form="csv", in_flight=2)
                for _ in range(1 + number % 3):
                    next(tables)
                os.kill(next(iter(pool._processes)), signal.SIGKILL)
                try:
                    list(tables)
                except BrokenExecutor as error:
                    ends = "said, resumed, equal" if "it resumes" in str(error) and 1 <= parts(folder) < 8 else WRONG
            study.run(SMALL, folder, form="csv")
            seen[ends if files(folder) == whole else WRONG] += 1
    return seen


# ---------------------------------------------------------------------------------------------------- disk, clock


@contextlib.contextmanager
def largest_file(size: int) -> Iterator[None]:
    """No file of this process may grow beyond this: what is written of it before stays, as on a full disk."""
    import resource

    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, usual[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)


def short_of_room(form: study.Format, count: int) -> Counts:
    """Writing fails in the middle of a file, after so many bytes of it."""
    seen: Counts = Counter()
    with finished(form) as (_, whole), tempfile.TemporaryDirectory() as name:
        most = max(map(len, whole.values()))
        for size in range(1, most, max(1, most // count)):
            folder = Path(name) / str(size)
            with largest_file(size):
                error, _ = heard(lambda here=folder: study.run(SMALL, here, form=form))
            said = isinstance(error, rec.RecError) and "could not be written: File too large" in str(error)
            kept = all(whole[name] == data for name, data in files(folder).items())  # nothing half written
            fine = said and kept and not resumed(folder, whole, form).startswith(WRONG)
            seen["said, resumed, equal" if fine else WRONG] += 1
    return seen


def full_disk(sizes: tuple[int, ...]) -> Counts:
    """A disk of so many kB that fills up, then has room again; nothing where no disk may be mounted."""
    seen: Counts = Counter()
    with finished() as (_, whole), tempfile.TemporaryDirectory() as name:
        for kilobytes in sizes:
            mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", name]
            if not shutil.which("mount") or subprocess.run(mount, capture_output=True, check=False).returncode:
                return seen
            try:
                folder = Path(name) / "results"
                error, _ = heard(lambda here=folder: study.run(SMALL, here, form="csv"))
                said = isinstance(error, rec.RecError) and "No space left on device" in str(error)
                kept = all(whole[name] == data for name, data in files(folder).items()) if folder.exists() else True
                subprocess.run(["mount", "-o", "remount,size=1m", name], check=True)
                fine = said and kept and not resumed(folder, whole, "csv").startswith(WRONG)
                seen["said, resumed, equal" if fine else f"{WRONG}: {error!r:.80}"] += 1
            finally:
                subprocess.run(["umount", name], check=True)
    return seen


def clocks(count: int) -> Counts:
    """Every clock Python has steps back at every look, up to an hour: the numbers and the time left do not mind."""
    seen: Counts = Counter()
    with finished() as (_, whole), tempfile.TemporaryDirectory() as name:
        for number in range(count):
            draw, now, reports, folder = random.Random(number), [1e6], [], Path(name) / str(number)

            def step(now: list[float] = now, draw: random.Random = draw) -> float:
                now[0] -= draw.uniform(0, 3600)
                return now[0]

            with mock.patch.object(time, "time", step), mock.patch("rec_core.study.runs.time.monotonic", step):
                study.run(SMALL, folder, progress=lambda *one, to=reports: to.append(one), form="csv")
            fine = files(folder) == whole and [done for done, _, _ in reports] == list(range(0, 49, 6))
            texts = [study.time_left(seconds) for _, _, seconds in reports]
            seen["equal, time left never below 0" if fine and not any("-" in text for text in texts) else WRONG] += 1
    return seen


# ---------------------------------------------------------------------------------------------------- two at once


def pairs(count: int) -> Counts:
    """Two processes run one study into one folder at once."""
    seen: Counts = Counter()
    with tempfile.TemporaryDirectory() as name:
        whole = by_command(Path(name) / "whole")
        for number in range(count):
            both = [start(Path(name) / str(number)) for _ in range(2)]
            ends = [one.wait() for one in both]
            fine = ends == [0, 0] and files(Path(name) / str(number)) == whole
            seen["both finish, equal" if fine else f"{WRONG}: {ends}"] += 1
    return seen


def rivals(count: int) -> Counts:
    """Two different studies begin in one folder at once: one has it, the other is refused."""
    seen: Counts = Counter()
    works = SMALL, study.Study(CELLS, runs=12, seed=6, chunk=6)
    with finished() as (_, one), finished(work=works[1]) as (_, two), tempfile.TemporaryDirectory() as name:
        for number in range(count):
            folder, gate, ends = Path(name) / str(number), threading.Barrier(2), {}

            def go(work: study.Study, folder: Path = folder, gate: Any = gate, ends: dict[int, Any] = ends) -> None:
                gate.wait()
                try:
                    ends[work.seed] = study.run(work, folder, form="csv")
                except rec.RecError as error:
                    ends[work.seed] = error

            both = [threading.Thread(target=go, args=(work,)) for work in works]
            for thread in both:
                thread.start()
            for thread in both:
                thread.join()
            refused = [seed for seed, end in ends.items() if isinstance(end, rec.RecError)]
            fine = len(refused) == 1 and "another" in str(ends[refused[0]])
            fine = fine and files(folder) == (two if refused == [5] else one)
            seen["one whole, one refused" if fine else f"{WRONG}: {ends!r:.200}"] += 1
    return seen


def drafts(count: int) -> Counts:
    """A study opens the folder just when another has written a draft there, and removes it: it is written again."""
    seen: Counts = Counter()
    with finished() as (_, whole), tempfile.TemporaryDirectory() as name:
        for number in range(count):
            folder, left = Path(name) / str(number), [number % 9 + 1]

            def sync(_: int, folder: Path = folder, left: list[int] = left) -> None:
                left[0] -= 1
                if left[0] == 0:
                    folders.open_folder(SMALL, folder, "csv")

            with mock.patch.object(os, "fsync", sync):
                study.run(SMALL, folder, form="csv")
            seen["written again, equal" if left[0] < 0 and files(folder) == whole else WRONG] += 1
    return seen


# ---------------------------------------------------------------------------------------------------- strangers


def forged(call: Callable[..., Any], made: Iterator[dict[str, Any]], count: int) -> Counts:
    """Bytes with right checksums that claim anything."""
    took, held = test_forged.most(call, made)
    fine = took < 1.0 and held < 100e6
    return Counter({f"{'' if fine else WRONG}at most {took:.2f} s and {held / 1e6:.0f} MB, read or refused": count})


def fuzzed(seconds: float) -> Counts:
    """Right bytes, changed towards new lines of the decoders; a bad end is shown."""
    try:
        return Counter({"read or refused": fuzz.fuzz(seconds)["tried"]})
    except AssertionError as error:
        return Counter({f"{WRONG}: {error}": 1})


# ---------------------------------------------------------------------------------------------------- table

TRIALS: tuple[tuple[str, Callable[[], Counts]], ...] = (
    ("One bit of a Parquet file flipped", lambda: flips("parquet", 1500)),
    ("One bit of a CSV file flipped", lambda: flips("csv", 1500)),
    ("A Parquet file cut short, at every byte", lambda: cuts("parquet", 10**6)),
    ("A CSV file cut short, at every byte", lambda: cuts("csv", 10**6)),
    ("One bit of the description flipped, every one", lambda: descriptions(10**6)),
    ("SIGKILL in the middle of a study", lambda: kills(40)),
    ("A worker process killed", lambda: workers(20)),
    ("Writing a Parquet file fails after so many bytes", lambda: short_of_room("parquet", 100)),
    ("Writing a CSV file fails after so many bytes", lambda: short_of_room("csv", 100)),
    ("The disk is full (tmpfs of 4 to 32 kB)", lambda: full_disk((4, 8, 12, 16, 20, 24, 28, 32))),
    ("The clock runs backwards", lambda: clocks(100)),
    ("Two processes run one study in one folder", lambda: pairs(20)),
    ("Two studies begin in one folder at once", lambda: rivals(200)),
    ("A draft is removed by another study", lambda: drafts(100)),
    ("Forged frames, checksums right", lambda: forged(rec.unpack, test_forged.forged_frames(10_000), 10_000)),
    ("Forged pictures, checksums right", lambda: forged(images.decode, test_forged.forged_pictures(10_000), 10_000)),
    ("Frames, pictures, messages changed for ten minutes", lambda: fuzzed(600.0)),
    *((f"Golden answers replayed: {way}", lambda way=way: promises.trial(way)) for way in promises.WAYS),
)


def main(wanted: list[str]) -> int:
    """Print the table, or its rows that have one of these words; 1 if anything went wrong."""
    print("| What was tried | Times | What happened |\n|---|---|---|", flush=True)
    wrong = 0
    for name, trial in TRIALS:
        if wanted and not any(word in name.lower() for word in wanted):
            continue
        found = trial()
        ends = "; ".join(f"{times:,} {end}" if len(found) > 1 else end for end, times in found.most_common())
        print(f"| {name} | {found.total():,} | {ends or 'not tried: nothing may be mounted here'} |", flush=True)
        wrong += sum(times for end, times in found.items() if end.startswith(WRONG))
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
