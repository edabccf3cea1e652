"""Compiled kernels on disk with checksums, so that a kernel whose file is damaged is compiled again.

Numba trusts its files, so one that is cut short or has a flipped bit ends every program, or worse, runs.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from numba.core.caching import IndexDataCacheFile

_DIGEST_BYTES = 16


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=_DIGEST_BYTES).digest()


class CheckedFile(IndexDataCacheFile):
    """Numba's files of one kernel, each with a checksum."""

    def save(self, key: Any, data: Any) -> None:
        """Save a compiled kernel; if the disk is full or read-only, it is lost at the end of the process."""
        with contextlib.suppress(OSError):
            super().save(key, data)  # type: ignore[no-untyped-call]

    def _load_index(self) -> dict[Any, str]:
        index = _checked(self._index_path)
        if index is None:
            return {}
        version, stamp, names = index
        return names if (version, stamp) == (self._version, self._source_stamp) else {}

    def _save_index(self, overloads: dict[Any, str]) -> None:
        with self._open_for_write(self._index_path) as file:
            file.write(self._dump((self._version, self._source_stamp, overloads)))  # type: ignore[no-untyped-call]

    def _load_data(self, name: str) -> Any:
        data = _checked(self._data_path(name))  # type: ignore[no-untyped-call]
        if data is None:
            raise OSError(f"{name} is damaged")  # as if it were missing, so that Numba compiles it again
        return data

    @contextlib.contextmanager
    def _open_for_write(self, filepath: str) -> Iterator[io.BytesIO]:
        content = io.BytesIO()
        yield content
        data = content.getvalue()
        with super()._open_for_write(filepath) as file:
            file.write(_digest(data) + data)


def _checked(path: str) -> Any:
    """The contents of a file; None if it is missing, damaged, or was written without a checksum."""
    try:
        whole = Path(path).read_bytes()
    except OSError:
        return None
    data = whole[_DIGEST_BYTES:]
    return pickle.loads(data) if _digest(data) == whole[:_DIGEST_BYTES] else None


def check_files(dispatcher: Any) -> None:
    """Give checksums to the files in which Numba caches a kernel."""
    dispatcher._cache._cache_file.__class__ = CheckedFile
