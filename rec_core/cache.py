"""A home for compiled kernels. Numba keeps them beside the sources, else in the user's cache folder.

Where it may write to neither it refuses to define a cached kernel at all. Then this package keeps them in a temporary
folder for as long as the process lives, and says so once.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import warnings

from numba import config, njit


def _probe() -> int:
    return 0


def ensure_cache() -> None:
    """Make sure that kernels can be defined; a warning where they will be compiled anew by every process."""
    try:
        njit(cache=True)(_probe)
    except RuntimeError:  # no folder to write to
        folder = tempfile.mkdtemp(prefix="rec_core-")
        atexit.register(shutil.rmtree, folder, ignore_errors=True)
        setattr(config, "CACHE_DIR", folder)  # noqa: B010 - a name Numba makes at run time
        warnings.warn(
            "Compiled kernels cannot be kept: neither the package's folder nor your cache folder can be written, so "
            "every process compiles them again. Set NUMBA_CACHE_DIR to a folder that can.",
            stacklevel=2,
        )
