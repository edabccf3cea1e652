"""Types of the arrays and words that functions and kernels take."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Word = np.uint64  # a 64-bit word; inside Philox, 32 bits in one
Words = NDArray[np.uint64]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

LN2 = math.log(2.0)
