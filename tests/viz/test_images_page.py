"""The Images page: where pictures come from, what is said before and after sending one, and the links."""

from __future__ import annotations

import io
import json
import time
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

import rec_core as rec
from rec_core import images
from rec_core.images import blocks as grouping
from rec_core.images import dct, inr
from rec_viz import __main__ as command
from rec_viz import warm_up
from rec_viz.figures import images as figures
from rec_viz.model.images import measured, pictures, sending, typical_blocks
from rec_viz.model.images.sending import Sending, start
from rec_viz.model.images.typical_blocks import typical
from rec_viz.settings import link_query, read_link
from rec_viz.settings.table import Images
from tests.viz.parts import open_parts
from tests.viz.test_snippets import assert_same, made_by

APP = str(Path(__file__).parents[2] / "app.py")
QUICK = Images(rate="low", block_bits=8, bins="none", seed=3)


@pytest.fixture(autouse=True)
def _quick_fits(monkeypatch):
    warm_up.warm_up().ready.wait(120)
    monkeypatch.setattr(inr, "FIT_STEPS", 60)
    monkeypatch.setattr(inr, "REFIT_STEPS", 1)


def opened(settings: Images | None = None, **query: str) -> AppTest:
    app = AppTest.from_file(APP, default_timeout=120)
    open_parts(app, "images")
    for key, value in (link_query(settings or Images()) | {"page": "images"} | query).items():
        app.query_params[key] = value
    return app.run()


def words(app: AppTest) -> str:
    return " ".join(element.value for element in app.markdown)


def tile() -> np.ndarray:
    return pictures.cut(pictures.photo("chelsea"), pictures.TILES["The cat’s eye"])


def sent(settings: Images = QUICK) -> Sending:
    job = start(tile(), settings)
    assert job.ended.wait(120)
    return job.state


def file_of(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


# ------------------------------------------------------------------------------------------------ the page


@pytest.mark.slow
@pytest.mark.parametrize(
    ("codec", "says"),
    [("inr", "**30 blocks** of 48 bits"), ("dct", "with bins blocks stay smaller than what is asked for")],
)
def test_the_page_opens_without_running_the_codec_and_its_charts_are_made_by_their_programs(monkeypatch, codec, says):
    monkeypatch.setattr(inr, "begin", lambda *_: pytest.fail("the codec ran"))
    monkeypatch.setattr(dct, "encode_strip", lambda *_: pytest.fail("the codec ran"))
    app = opened(Images(codec=codec))
    assert not app.exception
    assert says in words(app)
    assert not app.button(key="images_send").disabled
    query = {key: value[0] if isinstance(value, list) else value for key, value in app.query_params.items()}
    assert read_link(query, Images)[0] == Images(codec=codec)
    charts = {chart.key: chart for chart in app.get("plotly_chart")}
    programs = [block.value for block in app.code if "figure = " in block.value]
    assert len(charts) == len(programs) == (7 if codec == "inr" else 4)
    for chart, program in zip(charts.values(), programs, strict=True):
        assert_same(made_by(program), json.loads(chart.proto.spec))


@pytest.mark.parametrize(
    ("settings", "says", "refused"),
    [
        (Images(block_bits=40, bins="none"), "without bins needs at least 2⁴⁰ candidates", True),
        (Images(block_bits=8, bins="number", log2_bins=63), "spread log2 J over more dimensions", True),
        (Images(method="pfr"), "choose ORC, smaller blocks, or more bins", False),
    ],
    ids=["plain", "too many bins", "pfr"],
)
def test_what_is_out_of_reach_is_said_before_the_button(settings, says, refused):
    app = opened(settings)
    assert not app.exception
    assert says in app.warning[0].value
    assert app.button(key="images_send").disabled is refused


@pytest.mark.slow
def test_a_picture_is_sent_shown_and_remembered():
    app = opened(QUICK)
    assert "**42 blocks** of 8 bits" in words(app)
    app.button(key="images_send").click().run()
    assert app.session_state["images_job"].ended.wait(120)
    job = app.session_state["images_job"].state
    app.run()
    assert not app.exception
    report = job.coded.report
    assert f"All 42 blocks sent: a file of **{len(job.coded.data)} bytes**" in words(app)
    assert f"| PSNR | {report.psnr_db:.2f} dB |" in words(app)
    assert f"{report.payload_bits:,} bits" in words(app)
    assert [one.run for one in app.session_state["images_sent"]] == [job.name]
    assert "same sample" not in words(app)  # the stage says that, not the page
    assert np.array_equal(images.decode(job.coded.data), job.coded.picture)
    app.slider(key="images_block_bits").set_value(9).run()
    assert "the picture sent before" in words(app)


def test_a_refusal_in_the_midst_of_a_run_is_said():
    app = opened(Images(rate="low", method="pfr"))
    app.button(key="images_send").click().run()
    assert app.session_state["images_job"].ended.wait(120)
    app.run()
    assert not app.exception
    assert any("PFR needs about 2" in warning.value for warning in app.warning)


def test_without_the_shipped_table_the_page_says_which_command_makes_it(monkeypatch, tmp_path):
    monkeypatch.setattr(measured, "FOLDER", tmp_path)
    app = opened()
    assert not app.exception
    assert measured.COMMAND in app.info[0].value
    of = "high,7,2,a machine"
    rows = [f"orc-16,{of},1.5,0.1,27,0.5,1.4,1.5,0.09,3", f"theory-16,{of},1.4,0.1,27.3,0.5,1.4,1.4,0,3"]
    (tmp_path / "measured.csv").write_text("\n".join([",".join(measured.Point._fields), *rows]))
    app = opened()
    assert not app.info
    assert "7 test pictures of CIFAR-10, 2 seeds" in words(app)
    assert "(a machine)" in words(app)
    assert "−0.30 to −0.30 dB in 16-bit blocks" in words(app)


# ------------------------------------------------------------------------------------------------ links


@pytest.mark.parametrize("settings", [Images(), QUICK, Images("cifar", number=7, bins="number", log2_bins=12)])
def test_a_link_brings_back_every_setting(settings):
    assert read_link(link_query(settings), Images) == (settings, [])


def test_bad_values_of_a_link_are_said_and_left_out():
    settings, notices = read_link({"v": "9", "rate": "huge", "block_bits": "65", "seed": "5", "side": "x"}, Images)
    assert settings == Images(seed=5)
    assert len(notices) == 4
    app = opened(rate="huge")
    assert not app.exception
    assert "cannot be used" in app.info[0].value


# ------------------------------------------------------------------------------------------------ runs


def test_a_stopped_run_keeps_its_blocks():
    job = start(tile(), Images(rate="best", block_bits=8, bins="none"))
    while not job.state.blocks:
        assert not job.ended.is_set()
        time.sleep(0.01)
    job.stop.set()
    assert job.ended.wait(60)
    assert job.state.coded is None
    assert 0 < len(job.state.blocks) < job.state.total_blocks
    assert job.state.canvas.shape == (32, 32, 3)
    assert len(sending.block_bits(job.state)) == len(job.state.blocks)


def test_a_whole_picture_goes_by_the_transform_codec():
    settings = Images(codec="dct", rate="low", block_bits=24, longest=64)
    picture = pictures.scaled(pictures.photo("chelsea"), 64)
    job = start(picture, settings)
    assert job.ended.wait(120)
    assert job.error is None
    assert job.state.total_blocks == len(job.state.blocks) > 1
    whole, job.state.coded = job.state.coded.picture, None
    assert np.array_equal(job.state.canvas, whole)
    assert sending.block_race(job.state, 1).lanes[0].trace.message == job.state.blocks[1].message
    app = opened(settings)
    assert not app.exception
    assert f"**{job.state.total_blocks} blocks**" in words(app)
    assert "not of photographs" in words(app)


def test_tiles_stand_in_their_places_while_a_picture_of_several_arrives():
    picture = np.ascontiguousarray(pictures.photo("chelsea")[:40, :50])
    job = start(picture, QUICK._replace(block_bits=48, bins="auto"))
    assert job.ended.wait(120)
    whole, job.state.coded = job.state.coded.picture, None  # as before the last event
    assert np.array_equal(job.state.canvas, whole)
    del job.state.tiles[1]
    assert (job.state.canvas[:32, 32:] == 128).all()
    assert np.array_equal(job.state.canvas[32:], whole[32:])
    bars = figures.bars_of(sending.block_bits(job.state), 300)
    assert len(bars) == 75
    assert bars[7:] == [None] * 68  # 28 blocks, four a bar


def test_bits_and_races_of_blocks_are_those_that_were_sent():
    job = sent(QUICK._replace(block_bits=24, bins="number", log2_bins=18))
    assert job.coded is not None
    assert sum(one.bin_bits + one.index_bits for one in sending.block_bits(job)) == pytest.approx(
        job.coded.report.ideal_bits
    )
    race = sending.block_race(job, 2)
    (lane,) = race.lanes
    assert lane.trace.message == job.blocks[2].message
    assert lane.trace.examined == job.blocks[2].examined
    assert lane.received == tuple(lane.trace.samples[lane.trace.winner].tolist())
    assert len(lane.bin_bits) == 18


def test_expected_candidates_are_what_the_codec_examines():
    plain = typical("inr", "low", 8, 0)
    assert plain.search_bits == pytest.approx(8 + grouping.MARGIN_BITS)
    job = sent()
    assert plain.blocks == job.total_blocks
    assert {event.examined for event in job.blocks} <= {2**10, 2**10 + 1}
    bins = typical("inr", "low", 24, 16)
    job = sent(QUICK._replace(block_bits=24, bins="auto"))
    found = np.log2([event.examined for event in job.blocks])
    assert abs(found.mean() - bins.search_bits) < 4 * found.std(ddof=1) / np.sqrt(len(found)) + 0.5
    assert abs(found.mean() - plain.search_bits - 16) > 1  # without bins it would be 2^26


def test_typical_blocks_of_the_transform_codec_are_those_of_photographs():
    """Within what pictures differ by: blocks of what is asked for without bins, with bins as its search allows."""
    for block_bits, log2_bins, within in ((16, 0, 0.5), (48, 40, 2.5)):
        _, mean_bits = typical_blocks.transform_blocks(
            pictures.scaled(pictures.photo("coffee"), 128), "high", block_bits, log2_bins
        )
        found = typical("dct", "high", block_bits, log2_bins)
        assert found.kl_bits == pytest.approx(mean_bits, abs=within)
        assert found.bound_bits > found.kl_bits
    assert found.search_bits < dct.REACH_BITS + dct.MARGIN_BITS


# ------------------------------------------------------------------------------------------------ pictures


def test_every_good_tile_is_a_photograph_that_ships():
    for one in pictures.TILES.values():
        photo = pictures.photo(one.photo)
        assert pictures.fitted(one, photo) == one
        assert pictures.cut(photo, one).shape == (32, 32, 3)


def test_uploads_are_turned_upright_and_laid_on_white():
    sideways = Image.new("RGB", (4, 2), "red")
    sideways.putpixel((0, 0), (0, 0, 255))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was turned: the picture stands
    read = pictures.read_upload(file_of(sideways, "PNG", exif=exif))
    assert read.shape == (4, 2, 3)
    assert read[0, 1].tolist() == [0, 0, 255]
    clear = pictures.read_upload(file_of(Image.new("RGBA", (2, 2), (255, 0, 0, 0)), "WEBP", lossless=True))
    assert clear.tolist() == [[[255] * 3] * 2] * 2
    deep = Image.fromarray(np.full((2, 2), 0x8000, np.uint16))
    assert pictures.read_upload(file_of(deep, "PNG"))[0, 0].tolist() == [128] * 3


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"not a picture", "cannot be read as a PNG, JPEG or WebP"),
        (file_of(Image.new("P", (3, 3)), "GIF"), "cannot be read as a PNG, JPEG or WebP"),
        (file_of(Image.new("RGB", (300, 300), "red"), "PNG")[:200], "cannot be read as a PNG, JPEG or WebP"),
        (file_of(Image.new("1", (8000, 5001)), "PNG"), "40 million"),
    ],
    ids=["text", "gif", "cut short", "huge"],
)
def test_bad_uploads_are_refused_in_a_sentence(data, says):
    with pytest.raises(rec.RecError, match=says):
        pictures.read_upload(data)


def test_copies_of_cifar_are_read_and_nothing_else(tmp_path):
    made = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    np.savez(tmp_path / "own.npz", test=made)
    assert np.array_equal(pictures.read_cifar(str(tmp_path / "own.npz")), made)
    rows = np.concatenate([np.zeros((3, 1), np.uint8), made.transpose(0, 3, 1, 2).reshape(3, -1)], axis=1)
    (tmp_path / "test_batch.bin").write_bytes(rows.tobytes())
    assert np.array_equal(pictures.read_cifar(str(tmp_path / "test_batch.bin")), made)
    np.savez(tmp_path / "pickled.npz", test=np.array([{"a": 1}], dtype=object))
    np.savez(tmp_path / "wrong.npz", test=made[:, :16])
    (tmp_path / "empty.bin").write_bytes(b"")
    for name in ("pickled.npz", "wrong.npz", "empty.bin"):
        with pytest.raises(rec.RecError, match="cannot be read as a copy of CIFAR-10"):
            pictures.read_cifar(str(tmp_path / name))
    with pytest.raises(rec.RecError, match="no copy of CIFAR-10"):
        pictures.read_cifar(str(tmp_path))


def test_a_copy_of_cifar_is_offered_by_who_starts_the_app_and_asked_of_no_visitor(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(pictures.CIFAR_PATH, "")  # what the command sets is undone after the test
    chosen = Images("cifar", number=7)
    app = opened(chosen)
    assert "rec-lab --cifar" in words(app)
    assert "CIFAR-10" not in opened(Images()).segmented_control(key="images_origin").options  # nor offered without
    assert not app.text_input
    made = np.random.default_rng(0).integers(0, 256, (3, 32, 32, 3), dtype=np.uint8)
    np.savez(tmp_path / "own.npz", test=made)
    with pytest.raises(SystemExit, match="2"):
        command.offer(str(tmp_path / "none.npz"))
    assert "no copy of CIFAR-10" in capsys.readouterr().err
    command.offer(str(tmp_path / "own.npz"))
    app = opened(chosen)
    assert not app.exception
    assert app.number_input(key="images_number").value == 2  # the last there is
    assert pictures.as_source(made[2]) in " ".join(element.body for element in app.get("html"))


def test_header_bytes_of_other_codecs_are_told_apart():
    """A baseline JPEG has one scan, between its last header and its last two bytes; a WebP has 30 bytes before its."""
    for picture in (tile(), np.random.default_rng(1).integers(0, 256, (48, 40, 3), dtype=np.uint8)):
        data = file_of(Image.fromarray(picture), "JPEG", quality=50)
        scan = data.rindex(b"\xff\xda") + 2
        coded = len(data) - 2 - scan - int.from_bytes(data[scan : scan + 2], "big")
        (found,) = (one for one in pictures.compress(picture, "JPEG") if one.quality == 50)
        assert (found.file_bits, found.header_bits) == (8 * len(data), 8 * (len(data) - coded))
        assert {one.header_bits for one in pictures.compress(picture, "WEBP")} <= {240, 248}  # and a byte of padding
    data = file_of(Image.fromarray(picture), "JPEG", progressive=True)
    scans = data.split(b"\xff\xda")[1:]
    assert len(scans) > 3
    assert 0.5 * len(data) < pictures.jpeg_coded_bytes(data) < sum(map(len, scans))


def test_a_damaged_file_is_refused_on_the_page():
    app = opened(QUICK)
    app.session_state["images_opened"] = ("a.rec", "The checksum does not fit.")
    app.session_state["images_upload"] = ("b.png", "This is no PNG.")
    app.session_state["images_origin"] = "upload"
    app.run()
    assert not app.exception
    assert [error.value.replace("\\", "") for error in app.error] == ["This is no PNG.", "The checksum does not fit."]
    assert app.button(key="images_send").disabled
