"""What was measured on test pictures: the tables that ship, their charts, and the recipes behind them."""

from __future__ import annotations

import dataclasses
import io

import numpy as np
import pytest
from PIL import Image, ImageCms, features

import image_budget
import image_codecs
import image_strategies
import paper
import rec_core as rec
import tables
from rec_core import study
from rec_core.images import blocks, inr, prior
from rec_viz import theme
from rec_viz.figures import measured as figures
from rec_viz.model.images import measured, pictures
from rec_viz.model.paper import results, studies

COLOURS = theme.ROLES["light"]


def some_pictures(count: int = 2) -> np.ndarray:
    """Tiles of a photograph, uint8 (count, 32, 32, 3)."""
    photo = pictures.photo("coffee")
    return np.stack([pictures.cut(photo, pictures.Tile("coffee", 40 * k, 60, 128)) for k in range(count)])


# ------------------------------------------------------------------------------------------------ the budget


def test_targets_of_a_channel_differ_by_the_spread_in_closed_form():
    """8,000 targets: the estimate is off by 1.4%, so 6% is four of its errors."""
    bits = [3.0, 1.0, 0.2, 2.0, 0.0]
    kl = [rec.gaussian_channel(bits).draw(seed).kl_bits for seed in range(8000)]
    assert image_budget.channel_spread(np.array(bits)) == pytest.approx(np.std(kl), rel=0.06)
    assert image_budget.channel_spread(np.array([4.0] * 5)) != pytest.approx(np.std(kl), rel=0.06)


def test_kl_of_weights_and_of_blocks_sums_to_that_of_pictures():
    plan = inr.make_plan("low", 48, 40)
    generator = np.random.default_rng(0)
    fits = [image_budget.Fits(generator.exponential(3.0, (7, 113)), np.zeros(7)) for _ in range(2)]
    rows = image_budget.budget(plan, "low", *fits)
    assert {row.of: sum(other.of == row.of for other in rows) for row in rows} == {
        "weight": 113, "block": 7, "picture": 7
    }  # fmt: skip
    for field, kl in zip(("free_bits", "held_bits"), (one.kl_bits for one in fits), strict=True):
        means = {of: [getattr(row, field) for row in rows if row.of == of] for of in ("weight", "block", "picture")}
        assert means["picture"] == pytest.approx(kl.sum(axis=1), abs=0.006)
        for of in ("weight", "block"):
            assert sum(means[of]) == pytest.approx(kl.sum(axis=1).mean(), abs=0.006 * len(means[of]))
    told = {of: [row.information_bits for row in rows if row.of == of] for of in ("weight", "block", "picture")}
    assert sum(told["weight"]) == pytest.approx(sum(told["block"]), abs=0.6)
    assert sum(told["block"]) == pytest.approx(told["picture"][0], abs=0.1)


def test_fits_pay_the_price_they_are_told_and_held_ones_meet_the_budget(monkeypatch):
    monkeypatch.setattr(inr, "FIT_STEPS", 500)
    known, some = prior.shipped("low"), some_pictures()
    free = image_budget.fit_free(known, some)
    dear = image_budget.fit_free(dataclasses.replace(known, beta=4 * known.beta), some)
    held = image_budget.fit_held(inr.make_plan("low", 48, 40), some)
    assert free.kl_bits.shape == (2, 113)
    assert (dear.kl_bits.sum(axis=1) < 0.8 * free.kl_bits.sum(axis=1)).all()
    assert (dear.psnr_db < free.psnr_db).all()
    sums = image_budget.of_blocks(inr.make_plan("low", 48, 40), held.kl_bits)
    assert np.abs(sums / 48 - 1).max() < 0.15
    apart = image_budget.of_blocks(inr.make_plan("low", 48, 40), free.kl_bits)
    assert np.abs(apart / 48 - 1).max() > 0.15


def test_the_shipped_budget_says_what_the_page_says():
    """Pictures differ far more than targets of the channel, and the codec's fits hardly at all."""
    for rate in prior.RATES:
        rows = [row for row in measured.budgets() if row.rate == rate]
        own = [row for row in rows if row.of == "picture"]
        deviation = np.std([row.free_bits for row in own], ddof=1)
        assert deviation > 4 * own[0].channel_spread
        assert np.std([row.held_bits for row in own]) < own[0].channel_spread
        assert sum(row.of == "weight" for row in rows) == prior.shipped(rate).mu.size


# ------------------------------------------------------------------------------------------------ intervals


def test_strategies_differ_in_intervals_alone():
    plans = {strategy: image_strategies.make_plan("low", strategy) for strategy in image_strategies.STRATEGIES}
    told = prior.shipped("low").information_bits
    members = plans["information"].blocks.members
    for strategy in ("random", "collapsed", "none", "exact"):
        assert all(map(np.array_equal, plans[strategy].blocks.members, members))
    for b, some in enumerate(members):
        cuts = {strategy: plan.blocks.cuts[b] for strategy, plan in plans.items() if strategy != "small"}
        assert {strategy: cut.num_bins for strategy, cut in cuts.items()} == {
            strategy: 1 if strategy == "none" else 2**40 for strategy in cuts
        }
        least = set(np.argsort(told[some], kind="stable")[:2].tolist())
        assert {d for d, n in enumerate(cuts["collapsed"].intervals) if n > 1} == least
        assert cuts["information"] == inr.make_plan("low", 48, 40).blocks.cuts[b]
    assert len({plans["random"].blocks.cuts[b].intervals[:8] for b in range(len(members))}) > 1
    assert plans["small"].blocks.block_bits == 12
    assert all(cut.num_bins == 1 for cut in plans["small"].blocks.cuts)


def test_bins_take_at_most_the_kl_of_what_they_cut():
    """KL(Q || P') is at least that of the weights left whole: bins along two weights cannot tell more than these."""
    plan = image_strategies.make_plan("low", "collapsed")
    cut, told = plan.blocks.cuts[2], prior.shipped("low").information_bits[plan.blocks.members[2]].astype(float)
    problem = rec.gaussian_channel(told).draw(4)
    left = blocks.search_bits(problem, cut)
    whole = [row for row, n in zip(problem.params, cut.intervals, strict=True) if n == 1]
    assert left >= rec.Problem("gaussian", tuple(whole)).kl_bits - 1e-9
    good = blocks.search_bits(problem, image_strategies.make_plan("low", "information").blocks.cuts[2])
    assert good < rec.Problem("gaussian", tuple(whole)).kl_bits - 10


@pytest.mark.slow
def test_every_strategy_examines_as_many_candidates(monkeypatch):
    monkeypatch.setattr(inr, "FIT_STEPS", 60)
    monkeypatch.setattr(inr, "REFIT_STEPS", 1)
    monkeypatch.setattr(image_strategies, "CANDIDATES", 2**8)
    (picture,) = some_pictures(1)
    rows = {s: image_strategies.measure(picture, 0, "low", s) for s in image_strategies.STRATEGIES}
    assert {s: row.examined for s, row in rows.items()} == {
        "information": 7 * 256, "random": 7 * 256, "collapsed": 7 * 256, "none": 7 * 256, "small": 28 * 64, "exact": 0
    }  # fmt: skip
    assert rows["exact"].bits == pytest.approx(7 * 48, rel=1e-6)
    assert rows["none"].left_bits == pytest.approx(48, rel=1e-6)
    assert rows["small"].left_bits == pytest.approx(12, rel=1e-6)
    assert rows["information"].left_bits < rows["random"].left_bits < rows["collapsed"].left_bits < 48
    assert rows["none"].bits <= 28 * 8
    assert rows["collapsed"].bits > 7 * 40


def test_means_are_paired_with_exact_samples_of_the_same_pictures():
    rows = [
        image_strategies.Row(n, "low", s, 1024.0, 20.0 + n - gap * (1 + n), 16.0, 2**10)
        for n in range(3)
        for s, gap in zip(image_strategies.STRATEGIES, (0.1, 0.2, 3.0, 4.0, 0.5, 0.0), strict=True)
    ]
    table = {row.strategy: row for row in image_strategies.means(rows, ["low"])}
    assert table["random"].from_exact_db == pytest.approx(-0.4)
    assert table["random"].from_exact_db_standard_error == pytest.approx(0.2 / np.sqrt(3), abs=1e-4)
    assert table["exact"].psnr_db_standard_error == pytest.approx(1 / np.sqrt(3), abs=1e-4)
    assert table["none"].bits_per_pixel == 1.0
    assert table["small"].log2_examined == 10.0


# ------------------------------------------------------------------------------------------------ other codecs


@pytest.mark.skipif(not features.check("avif"), reason="Pillow before 11.3")
def test_headers_of_an_avif_are_told_apart():
    """A colour profile makes the file longer and what is coded no longer; over qualities the header keeps its size but
    for the bytes that tell how long the frame is. What is coded is the end of the file."""
    picture = Image.fromarray(some_pictures(1)[0])
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    plain, more = io.BytesIO(), io.BytesIO()
    picture.save(plain, "AVIF", quality=50)
    picture.save(more, "AVIF", quality=50, icc_profile=profile)
    coded = pictures.avif_coded_bytes(plain.getvalue())
    assert pictures.avif_coded_bytes(more.getvalue()) == coded
    assert len(more.getvalue()) > len(plain.getvalue()) + len(profile)
    assert plain.getvalue()[-coded:] in more.getvalue()
    kind, size = plain.getvalue()[-coded - 3 : -coded - 2], plain.getvalue()[-coded - 2 : -coded]
    assert kind == bytes([pictures._AV1_FRAME << 3 | 2])
    assert size[0] & 127 | size[1] << 7 == coded
    found = pictures.compress(some_pictures(1)[0], "AVIF", subsampling="4:4:4")
    assert len({one.header_bits for one in found}) <= 2
    assert max(one.header_bits for one in found) - min(one.header_bits for one in found) <= 8
    assert found[-1].psnr_db > found[0].psnr_db + 10


def test_what_all_files_begin_with_is_counted():
    assert image_codecs.common([b"abcdx", b"abcy", b"abc"]) == 3
    assert image_codecs.common([b"abcdx", b"abcdy"]) == 4
    assert image_codecs.common([b"x", b"y"]) == 0


def test_points_are_means_over_pictures_without_their_headers():
    rows = [[pictures.Compressed(1, 3000 + 1024 * n, 3000, 20.0 + n) for _ in range(12)] for n in (1, 2, 3)]
    (point, *_) = found = image_codecs.points("webp", rows)
    assert len(found) == 12
    assert (point.codec, point.setting, point.pictures) == ("webp", 1.0, 3)
    assert (point.bits_per_pixel, point.psnr_db) == (2.0, 22.0)
    assert point.header_bits_per_pixel == pytest.approx(3000 / 1024, abs=1e-5)
    assert point.psnr_db_standard_error == pytest.approx(1 / np.sqrt(3), abs=1e-5)


def test_bits_at_a_level_lie_on_the_line_between_points():
    curve = [measured.CodecPoint("webp", k, 9, 1.0 + k, 0.0, 20.0 + 4 * k, 0.0, 0.5) for k in range(3)]
    assert measured.bits_at(curve, 22.0, False) == pytest.approx(1.5)
    assert measured.bits_at(curve, 22.0, True) == pytest.approx(2.0)
    assert np.isnan(measured.bits_at(curve, 19.9, False))
    assert np.isnan(measured.bits_at(curve, 28.1, False))


# ------------------------------------------------------------------------------------------------ charts and docs


def test_charts_show_the_shipped_tables():
    count = measured.curves()[0].pictures
    curves = measured.codec_curves(measured.codecs(), count, False)
    assert [curve.name for curve in curves] == [name for name, *_ in measured.CODECS.values()]
    assert all((np.diff(curve.psnr_db) > 0).all() and curve.bits_per_pixel.size > 5 for curve in curves)
    whole = measured.codec_curves(measured.codecs(), count, True)
    assert all(a.bits_per_pixel[0] < b.bits_per_pixel[0] for a, b in zip(curves, whole, strict=True))
    rows = measured.strategies()
    figure = figures.strategies(rows, COLOURS)
    assert [len(trace.x) for trace in figure.data] == [len({row.rate for row in rows})] * 6
    for rate in prior.RATES:
        own = [row for row in measured.budgets() if row.rate == rate]
        figure = figures.budget(own, COLOURS)
        sizes = {len(trace.x) for trace in figure.data}
        assert sizes == {sum(row.of == of for row in own) for of in ("weight", "block", "picture")}
        assert sum(bool(trace.showlegend) for trace in figure.data) == 3


def test_the_table_of_intervals_holds_what_was_measured():
    size = studies.SIZES["small"]._replace(targets=1, interval_runs=40)
    work = studies.interval_study(size)
    found = results.interval_result(work, study.run(work))
    rows = [line.strip("| ").split(" | ") for line in paper.words(size, found).splitlines() if line.startswith("|")]
    assert "1 targets with 40 runs" in paper.words(size, found)
    cells = {row[0]: row[1:] for row in rows[2:]}
    assert list(cells) == list(studies.CHOICES.values())
    for choice in found.values():
        told = cells[choice.name]
        assert told[0] == " × ".join(map(str, choice.intervals))
        assert float(told[3]) == pytest.approx(choice.measured.length.mean, abs=0.006)
        assert float(told[4].split(", ")[0]) * choice.target[1] == pytest.approx(
            np.mean(choice.sent) - choice.target[0], abs=0.006
        )


def test_the_docs_hold_the_tables_that_ship():
    held = (tables.DOCS / "image_strategies.md").read_text(encoding="utf-8")
    assert image_strategies.words(measured.strategies()) in held
    held = (tables.DOCS / "image_codecs.md").read_text(encoding="utf-8")
    assert image_codecs.words(measured.codecs()).split("\n\n")[1] in held
