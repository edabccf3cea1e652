"""Views worth seeing."""

from __future__ import annotations

from typing import NamedTuple

from .table import View


class Preset(NamedTuple):
    """A view worth seeing, and the one thing it teaches; `slug` is its name in links, and stays."""

    slug: str
    name: str
    teaches: str
    view: View


# Targets and seeds are picked so that what happens is close to what is expected; both stand on the page.
PRESETS: tuple[Preset, ...] = (
    Preset("first-race", "A first race",
           "The first candidate the growing curve touches wins, and only its number is sent.",
           View(lanes=("pfr",), bits=2.0, target=4, seed=47)),
    Preset("cut-and-reweight", "Cut and reweight",
           "Eight bins, and the same target needs a few candidates instead of a dozen.",
           View()),
    Preset("why-slow", "Why plain is slow",
           "Each bit of divergence doubles the candidates of plain PFR; bins undo it.",
           View(bits=8.0, log2_bins=8, target=7, seed=125)),
    Preset("budget", "A budget",
           "ORC stops after n candidates whatever happens: quick, but its samples are a little off.",
           View(lanes=("pfr", "orc", "orc_bins"), bits=4.0, candidates=16, weighting="target_mass", target=4, seed=4)),
    Preset("tail-bin-trap", "The tail-bin trap",
           "Weighting by target mass with one stop line can be slower than no bins at all.",
           View(bits=1.5, weighting="target_mass", stopping="single", target=6, seed=76)),
    Preset("uniforms", "Free for uniforms",
           "A uniform target that fills whole bins costs not one bit more when cut.",
           View(family="uniform", bits=4.0, log2_bins=4, target=4, seed=4)),
    Preset("two-dimensions", "Two dimensions",
           "Bins become tiles, and the race moves to the plane.",
           View(bits=5.0, dim=2, log2_bins=4, target=2, seed=268)),
    Preset("wrong-way", "The wrong cut",
           "Bins along a dimension without information cost bits and save nothing.",
           View(bits=5.0, dim=2, spread="one_empty", log2_bins=3, strategy="collapsed", target=7, seed=4)),
    Preset("48-bits", "48 bits in 6-D",
           "2⁴⁸ candidates are out of reach; with 2⁴⁸ bins a few hundred are enough.",
           View(bits=48.0, dim=6, log2_bins=48, target=11, seed=28)),
)  # fmt: skip

OPENINGS = {"speed": PRESETS[-1].view}  # what a page shows before anybody has chosen a view: where its finding is seen
