"""How kernels are compiled, and where compiled kernels are cached: one folder for every version of the sources.

Numba checks for changes only in the file that defines a kernel. A kernel that calls one in another file would keep the
old code it inlined from there, and sender and receiver could compute different samples. So the cache folder is named
after a digest of all those sources. It is next to them, or else in the user's cache folder. Where neither is writable,
kernels are cached in a temporary folder until the process ends, and one warning says so.
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
_OPTIONS: dict[str, Any] = {"cache": True, "nogil": True, "no_cfunc_wrapper": True}  # they are not called from C
Kernel = TypeVar("Kernel", bound=Callable[..., Any])
Result = TypeVar("Result")


def _compiler(**options: Any) -> Callable[[Kernel], Kernel]:
    def compiled(function: Kernel) -> Kernel:
        made = njit(**_OPTIONS, **options)(function)
        if hasattr(made, "_cache"):  # a plain function has none if JIT compilation is off
            check_files(made)
        return made  # type: ignore[no-any-return]

    return compiled


kernel = _compiler()
inlined = _compiler(forceinline=True)  # a loop runs in vectors if it calls nothing


def _digest() -> str:
    """Digest of every source file that has kernels."""
    digest = hashlib.blake2b(digest_size=8)
    for path in sorted(_HERE.rglob("*.py")):
        source = path.read_bytes()
        if b"@kernel" in source:
            digest.update(source)
    return digest.hexdigest()


def _folders() -> Iterator[Path]:
    """Folders to cache kernels in, the best first."""
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


_new = False  # whether the folder of this process's kernels was empty, and keeps them


def none_kept() -> bool:
    """Whether no kernel was there when the package was imported, and those compiled from now on are kept."""
    return _new and not config.DISABLE_JIT  # type: ignore[attr-defined]


def _home() -> str:
    """The first writable folder; else one for this process, with a warning."""
    global _new
    for folder in _folders():
        if _writable(folder):
            _new = not any(folder.rglob("*.nbi"))
            return str(folder)
    _new = False
    temporary = tempfile.mkdtemp(prefix="rec_core-")
    atexit.register(shutil.rmtree, temporary, ignore_errors=True)
    warnings.warn(
        "Compiled kernels cannot be cached: neither the package's folder nor your cache folder is writable, so "
        "every process compiles them again. Set NUMBA_CACHE_DIR to a folder that is.",
        stacklevel=4,
    )
    return temporary


@contextmanager
def kernels_cached() -> Iterator[None]:
    """Kernels defined inside are cached in this package's folder; those of other packages are cached as before."""
    before = getattr(config, "CACHE_DIR")  # noqa: B009
    setattr(config, "CACHE_DIR", _home())  # noqa: B010
    try:
        yield
    finally:
        setattr(config, "CACHE_DIR", before)  # noqa: B010


def in_parts(work: Callable[[slice], Result], count: int, num_threads: int) -> list[Result]:
    """`work` on slices of `count` rows, in threads; results in order. Slices are short, as some rows take long, and not
    so short that starting them takes time."""
    size = max(1, min(max(1024, count // (64 * num_threads)), -(-count // num_threads)))
    parts = [slice(start, min(start + size, count)) for start in range(0, count, size)]
    if len(parts) < 2 or num_threads == 1:
        return [work(part) for part in parts]
    with ThreadPoolExecutor(min(num_threads, len(parts))) as pool:
        return list(pool.map(work, parts))
