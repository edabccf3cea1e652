"""Would bins help: the table under Play is the core's numbers, and its best is best."""

from __future__ import annotations

import numpy as np
import pytest

import rec_core as rec
from rec_viz.model import advice as model
from rec_viz.model import setting
from rec_viz.settings import PRESETS, View


def test_advice_is_the_cores_numbers_and_the_best_is_best():
    view = View(bits=8.0, target=7)
    advice = model.advice(view)
    channel, problem = setting.problem_of(view)
    plain = advice.options[0]
    assert plain.log2_bins == 0
    assert plain.candidates == pytest.approx(2.0**problem.d_inf_bits)
    assert [option.log2_bins for option in advice.options if option.name == "PFR"] == [0, 2, 4, 6, 8, 10]
    many = rec.encode_many(problem, 4000, rec.PFR(rec.allocate(channel, 8)), seed=1)
    code = rec.ZipfCode(rec.laws.log2_index_bound_bits(channel, rec.allocate(channel, 8)))
    sizes, eight = 8 + code.length_bits(many.indices), advice.options[4]
    assert abs(sizes.mean() - eight.mean_bits) < 4.5 * sizes.std() / len(sizes) ** 0.5  # false alarm 7e-6, fixed seed
    assert abs(many.examined.mean() - eight.candidates) < 4.5 * many.examined.std() / len(sizes) ** 0.5
    assert abs(many.examined.mean() - 1.2 * eight.candidates) > 4.5 * many.examined.std() / len(sizes) ** 0.5
    costs = [o.mean_bits + np.log2(o.candidates) for o in advice.options if o.name == "PFR"]
    assert int(np.argmin(costs)) == advice.best


def test_advice_at_the_edges():
    assert [o.log2_bins for o in model.advice(View(bits=0.0)).options if o.name == "PFR"] == [0]
    assert model.advice(View(source="own", means="0.01", scales="0.97")).best == 0
    with pytest.raises(rec.RecError, match="wider"):
        model.advice(View(source="own", means="0", scales="1.5"))
    assert [o.log2_bins for o in model.advice(PRESETS[-1].view).options][-2:] == [48, 50]
