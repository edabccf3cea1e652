"""Warming up: the Start page waits for no kernel but those compiled for it first."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
from numba.core.registry import CPUDispatcher
from rec_viz import warm_up
from rec_viz.model import lab
from rec_viz import settings, stage

def called():
    modules = [module for name, module in list(sys.modules.items()) if name.startswith("rec_core.")]
    kernels = [value for module in modules for value in vars(module).values() if isinstance(value, CPUDispatcher)]
    return {(kernel.__module__, kernel.__name__) for kernel in kernels if kernel.signatures}

warm_up.compile_for_start()
first = called()
stage.scene(lab.race(settings.PRESETS[1].view), height=270, compact=True)
print(sorted(called() - first), len(first))
warm_up.compile_for_pages()
print(len(called() - first))
"""


def test_start_needs_no_kernel_that_is_compiled_later():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    more, later = done.stdout.splitlines()
    assert more.startswith("[] "), more
    assert int(later) > 0, "nothing is left for later: the test cannot tell"
