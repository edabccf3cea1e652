"""Compiled kernels on disk that a damaged file cannot break: what does not match its checksum is compiled anew.

Numba trusts its files, so one cut short or with a flipped bit ends every program, or worse, runs.
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
    """Numba's files of one kernel, each behind a checksum."""

    def save(self, key: Any, data: Any) -> None:
        """Keep a compiled kernel; where the disk is full or read-only it lives as long as the process."""
        with contextlib.suppress(OSError):
            super().save(key, data)  # type: ignore[no-untyped-call]

    def _load_index(self) -> dict[Any, str]:
        found = _checked(self._index_path)
        if found is None:
            return {}
        version, stamp, names = found
        return names if (version, stamp) == (self._version, self._source_stamp) else {}

    def _save_index(self, overloads: dict[Any, str]) -> None:
        with self._open_for_write(self._index_path) as file:
            file.write(self._dump((self._version, self._source_stamp, overloads)))  # type: ignore[no-untyped-call]

    def _load_data(self, name: str) -> Any:
        found = _checked(self._data_path(name))  # type: ignore[no-untyped-call]
        if found is None:
            raise OSError(f"{name} is damaged")  # as if it had been removed, which Numba knows how to take
        return found

    @contextlib.contextmanager
    def _open_for_write(self, filepath: str) -> Iterator[io.BytesIO]:
        content = io.BytesIO()
        yield content
        data = content.getvalue()
        with super()._open_for_write(filepath) as file:
            file.write(_digest(data) + data)


def _checked(path: str) -> Any:
    """What a file holds; None where it is missing, damaged, or of a Numba that wrote no checksums."""
    try:
        whole = Path(path).read_bytes()
    except OSError:
        return None
    data = whole[_DIGEST_BYTES:]
    return pickle.loads(data) if _digest(data) == whole[:_DIGEST_BYTES] else None


def check_files(dispatcher: Any) -> None:
    """Put checksums on the files of a kernel that Numba keeps."""
    dispatcher._cache._cache_file.__class__ = CheckedFile
