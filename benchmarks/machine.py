"""What a measurement was made on, in a line."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

import numpy as np


def machine() -> str:
    """Processor and its vector instructions, cores, versions."""
    name = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    flags = ""
    if info.exists():
        text = info.read_text()
        found = re.search(r"model name\s*: (.*)", text)
        name = found.group(1) if found else name
        flags = ", AVX-512" if " avx512f" in text else ", AVX2" if " avx2" in text else ""
    return f"{name}{flags}, {os.cpu_count()} cores; Python {platform.python_version()}, NumPy {np.__version__}"
