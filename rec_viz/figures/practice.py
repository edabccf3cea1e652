"""The cards of the two activities."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .evidence import HEIGHT, SIZE, WIDTH, card
from .sketch import picture
from .style import Colours, Floats


def sender(
    curve: Floats, best: float, dots: Sequence[tuple[float, float]], leader: int, front: Floats, colours: Colours
) -> str:  # fmt: skip
    """A race half played: candidates at (u, height), the curve of the best so far, and the staircase under it."""
    top = 1.1 * max(best * float(curve.max()), *(height for _, height in dots))
    panel = card(colours, (0.0, 1.0), (0.0, top), 4, WIDTH - 4, 6, HEIGHT - 4)
    edges = np.repeat(np.linspace(0.0, 1.0, front.size + 1), 2)[1:-1]
    panel.area(edges, np.minimum(np.repeat(front, 2), top), "heuristic", 0.2, edge=1.5)
    panel.line(np.linspace(0.0, 1.0, curve.size), best * curve, "best", 3, moves="draws")
    for k, (u, height) in enumerate(dots):
        if k == leader:
            panel.star(u, height, moves="pops", order=k)
        else:
            panel.dot(u, height, "candidate", 6, moves="pops", order=k)
    return picture(panel.parts, "Dots above a staircase and under a curve", SIZE)


def rule(x: Floats, target: Floats, edges: Floats, sent: Floats, colours: Colours) -> str:
    """Q as a curve, and what a rule sends as bars, densities both."""
    panel = card(
        colours, (x[0], x[-1]), (0.0, 1.08 * float(max(target.max(), sent.max()))), 4, WIDTH - 4, 6, HEIGHT - 4
    )
    for k, height in enumerate(sent):
        panel.block((edges[k], edges[k + 1]), (0.0, float(height)), "heuristic", 0.5, moves="pops", order=k // 6)
    panel.line(x, target, "q", 3, moves="draws")
    return picture(panel.parts, "Bars beside the curve that they should follow", SIZE)
