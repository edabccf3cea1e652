"""The app that shows `rec_core` at work. Where to change what:

    a control, its values, its words in a link      settings/    one table of every page's parameters
    a number a page shows                           model/       pure, by the page's name; `setting` is where all begin
    a chart                                         figures/     numbers in, a figure out; by the page's name
    the program under a chart                       snippets/    a few lines that call the model; by the page's name
    what stands where on a page                     app_pages/   by the page's name
    the animation                                   stage/
    its answers to what is dragged                  live
    a class: its answers pooled, its tests          room/
    what a notebook shows                           notebook
    a drawing board, an export button, a key press  components/
    a lesson, its numbers, questions and hand-out   lessons/
    a statement, how a number is written            text/
    how long a value is kept                        memo
    a run one can stop                              background

So the first chart of the page Speed is `growth` in model/speed, figures/speed, snippets/speed and app_pages/speed.
Imports go one way only, from the last of these to the first: text, settings, memo, background, figures, model, stage,
lessons, live, room, notebook, components, snippets, app_pages. Figures know no model, and the model knows no Streamlit.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import rec_core as rec

    from .notebook import Comparison


def compare(problem: rec.Problem, methods: Sequence[rec.PFR | rec.ORC], *, seed: int) -> Comparison:
    """Up to three searches for one sample of a problem, side by side, in a notebook.

    `methods`: such as [rec.PFR(), rec.PFR(rec.Partition((8,)))]. Raises RecError as `rec_core.trace` does.
    """
    from . import notebook  # the command line and the core's own tests need none of it

    return notebook.compare(problem, methods, seed=seed)
