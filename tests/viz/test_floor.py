"""The floor on the page Code lengths: areas of the width function, and maps of every message."""

from __future__ import annotations

import numpy as np
import pytest

from rec_viz.figures import floor as figures
from rec_viz.model import floor
from rec_viz.settings import View
from rec_viz.snippets import code_lengths as snippets
from rec_viz.theme import ROLES
from tests.viz.test_snippets import assert_same, made_by

COLOURS = ROLES["light"]


@pytest.mark.parametrize("view", [View(), View(dim=3, bits=6.0), View(family="uniform", bits=3.0), View(bits=0.0)])
def test_the_areas_of_the_width_function_are_both_divergences(view):
    found = floor.width(view)
    seen = np.isfinite(found.lengths_bits)
    area = np.trapezoid(found.lengths_bits[seen], found.below[seen])
    assert area == pytest.approx(found.divergence_bits, abs=0.05)
    if view.family != "uniform" and view.bits:
        assert np.trapezoid(found.log2_heights, found.shares) == pytest.approx(found.kl_bits, abs=0.05)
    assert (np.diff(found.widths) <= 1e-9).all()
    assert_same(made_by(snippets.width(view)), figures.width(found, COLOURS))


def test_message_maps_have_the_same_entropy_with_bins_and_without():
    found = floor.message_maps(View(bits=2.0))
    plain, bins, dither, quantizer = found.maps
    assert dither.given_bits == pytest.approx(found.floor_bits, abs=0.01)
    assert found.information_bits == 2.0
    assert plain.given_bits == pytest.approx(bins.given_bits, abs=0.12)
    assert found.floor_bits < plain.given_bits < found.floor_bits + 0.5
    assert (quantizer.tints[0] == quantizer.tints[-1]).all()
    assert not (plain.tints[0] == plain.tints[-1]).all()
    assert all(one.tints.min() >= 0.0 and one.tints.max() <= 1.0 for one in found.maps)
    assert floor.message_maps(View(dim=3)).information_bits == floor.MAP_BITS
    assert_same(made_by(snippets.message_maps(View(bits=2.0))), figures.message_maps(found, COLOURS))
