"""How kernels are compiled, and a home for them compiled, one for every version of the sources.

Numba looks for a changed kernel only in the file it stands in. A kernel that calls another file's would go on with what
it inlined from there, and sender and receiver would hold different samples. So compiled kernels lie in a folder named
after a digest of those sources: beside them, else in the user's cache folder. Where neither can be written, kernels are
kept in a temporary folder for as long as the process lives, and a warning says so once.
"""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from numba import config, njit

from .kernel_files import check_files

_HERE = Path(__file__).parent
_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "no_cfunc_wrapper": True}  # nobody calls them from C
Kernel = TypeVar("Kernel", bound=Callable[..., Any])
Result = TypeVar("Result")


def _kept(**options: Any) -> Callable[[Kernel], Kernel]:
    def compiled(function: Kernel) -> Kernel:
        made = njit(**_OPTIONS, **options)(function)
        if hasattr(made, "_cache"):  # a plain function where JIT compilation is off
            check_files(made)
        return made  # type: ignore[no-any-return]

    return compiled


kernel = _kept()
inlined = _kept(forceinline=True)  # a loop runs in vectors if it calls nothing


def _digest() -> str:
    """Of every source that holds kernels."""
    found = hashlib.blake2b(digest_size=8)
    for path in sorted(_HERE.rglob("*.py")):
        source = path.read_bytes()
        if b"@kernel" in source:
            found.update(source)
    return found.hexdigest()


def _folders() -> Iterator[Path]:
    """Where kernels may be kept, the best first."""
    name = f"kernels-{_digest()}"
    chosen = getattr(config, "CACHE_DIR")  # noqa: B009 - a name Numba makes at run time
    if chosen:
        yield Path(chosen) / name
        return
    yield _HERE / "__pycache__" / name
    yield Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rec_core" / name


def _writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)


def _home() -> str:
    """The first folder that can be written; else one for this process, with a warning."""
    for folder in _folders():
        if _writable(folder):
            return str(folder)
    temporary = tempfile.mkdtemp(prefix="rec_core-")
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    warnings.warn(
        "Compiled kernels cannot be kept: neither the package's folder nor your cache folder can be written, so "
        "every process compiles them again. Set NUMBA_CACHE_DIR to a folder that can.",
        stacklevel=4,
    )
    return temporary


@contextmanager
def kernels_kept() -> Iterator[None]:
    """Kernels defined inside are kept in the package's own folder; those of other packages stay where they were."""
    before = getattr(config, "CACHE_DIR")  # noqa: B009
    setattr(config, "CACHE_DIR", _home())  # noqa: B010
    try:
        yield
    finally:
        setattr(config, "CACHE_DIR", before)  # noqa: B010


def in_parts(work: Callable[[slice], Result], count: int, num_threads: int) -> list[Result]:
    """`work` on slices of so many rows, in threads; results in order."""
    size = max(1, min(1024, -(-count // num_threads)))
    parts = [slice(start, min(start + size, count)) for start in range(0, count, size)]
    if len(parts) < 2 or num_threads == 1:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(min(num_threads, len(parts))) as pool:
        return list(pool.map(work, parts))
