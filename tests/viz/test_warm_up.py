"""Warming up: Start waits for no kernel but those compiled for it first, and Play for none but those after them."""

from __future__ import annotations

import subprocess
import sys

SCRIPT = """
import sys
from numba.core.registry import CPUDispatcher
from rec_viz import warm_up
from rec_viz.model import lab, poster, start
from rec_viz import settings, stage

def called():
    modules = [module for name, module in list(sys.modules.items()) if name.startswith("rec_core.")]
    kernels = [value for module in modules for value in vars(module).values() if isinstance(value, CPUDispatcher)]
    return {(kernel.__module__, kernel.__name__) for kernel in kernels if kernel.signatures}

warm_up.compile_for_start()
first = called()
start.sent(), start.ratios(start.SHARES), start.prices(), poster.race()
print(sorted(called() - first), len(first))
warm_up.compile_for_pages()
second = called()
print(len(second - first))
stage.scene(lab.race(settings.PRESETS[1].view))
print(sorted(called() - second), len(second))
"""


def test_the_process_that_compiles_ahead_answers_each_line_when_it_is_done():
    """First that it is there, then that it has done what was asked: an empty frame each; a name it lacks ends it."""
    command = [sys.executable, "-m", "rec_viz.warm_up"]
    done = subprocess.run(command, input=b"times\n", capture_output=True, timeout=900, check=True)
    assert done.stdout == bytes(2 * 4)
    assert subprocess.run(command, input=b"time\n", capture_output=True, timeout=900, check=False).returncode == 1


def test_start_and_play_need_no_kernel_that_is_compiled_later():
    done = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    more, later, on_play = done.stdout.splitlines()
    assert more.startswith("[] "), more
    assert int(later) > 0, "nothing is left for later: the test cannot tell"
    assert on_play.startswith("[] "), on_play
