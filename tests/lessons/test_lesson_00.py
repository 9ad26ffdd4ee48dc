"""Lesson 00: its diagrams, the scan whose truth is known, and the exercise whose answer is a picture."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from nst_helpers.diagrams.method import finished_picture, method
from nst_helpers.diagrams.pixels import coding_errors, enlarged_pixels, marked_spots
from nst_helpers.errors import SettingsError
from nst_helpers.exercises import verdict
from nst_helpers.experiments.scan import NEAR, SIZE, Count, count, find_spots, folder, load_scan, scan
from nst_helpers.plots import png
from nst_helpers.shipped import shipped_picture

TOOLS = Path(__file__).resolve().parents[2] / "tools"


# The scan

@pytest.mark.parametrize("size", [256, SIZE, 512])
def test_every_spot_of_the_scan_is_found_and_nothing_else(size):
    image, places = scan(size)
    assert image.shape == (size, size, 3) and image.dtype == np.float32 and 0 <= image.min() < image.max() <= 255
    assert count(find_spots(image), places, size) == Count(kept=12, lost=0, invented=0)


def test_no_limit_of_the_detector_is_a_lucky_one():
    image, places = scan()
    assert all(count(find_spots(image, limit), places) == (12, 0, 0) for limit in (4, 6, 9, 12))


def test_lines_and_edges_are_no_spots():
    edge, line = np.full((2, 200, 200, 3), 50.0)
    edge[:, 100:] = 150
    line[60:62] = 255
    assert len(find_spots(edge)) == len(find_spots(line)) == 0


def test_a_count_by_pencil():
    places = np.array([[10, 10], [50, 50], [90, 90]])
    found = np.array([[10, 11], [50, 50], [30, 70]])
    assert count(found, places, 100) == Count(kept=2, lost=1, invented=1)
    assert count(np.empty((0, 2), int), places, 100) == Count(kept=0, lost=3, invented=0)
    assert count(found, places, 100, near=0.005) == Count(kept=1, lost=2, invented=2)


def test_the_stored_scans_are_those_of_their_tool_and_as_large_as_the_scan(monkeypatch, capsys):
    monkeypatch.syspath_prepend(TOOLS)
    spec = importlib.util.spec_from_file_location("scans", TOOLS / "scans.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert tool.main(["--check"]) == 0, capsys.readouterr().out
    assert {path.stem for path in folder().glob("*.webp")} == set(tool.RECIPES)
    assert all(load_scan(name).shape == scan()[0].shape for name in tool.RECIPES)
    with pytest.raises(SettingsError, match="no transfer of the scan 'none'"):
        load_scan("none")
    with pytest.raises(SystemExit):
        tool.main(["none"])


# The diagrams

def words(figure):
    return " ".join(text.get_text() for axes in figure.axes for text in axes.texts)


def test_the_method_is_on_one_page_with_every_lesson():
    picture, square = np.full((20, 30, 3), 99.0), np.eye(4)
    figure = method({"content": picture, "generated": picture, "style": picture[:, :20]},
                    {"content": square, "generated": square}, {"generated": square, "style": square})
    told = words(figure)
    assert all(f"{lesson:02}" in told for lesson in range(1, 12))
    assert all(part in told for part in ("content loss", "style loss", "total variation", "total loss", "optimizer"))
    assert len(png(figure)) > 20_000


def test_the_finished_picture_has_the_width_of_the_page():
    figure = finished_picture(np.zeros((20, 30, 3)), np.zeros((20, 20, 3)), np.full((40, 60, 3), 200.0))
    png(figure)
    assert max(axes.get_window_extent().width for axes in figure.axes) > 900


def test_the_numbers_of_enlarged_pixels_are_the_pictures():
    image = np.arange(30 * 40 * 3, dtype=float).reshape(30, 40, 3) % 256
    figure = enlarged_pixels(image, (10, 20), count=2)
    shown = [text.get_text() for text in figure.axes[1].texts]
    assert shown[0] == "\n".join(f"{value:.0f}" for value in image[10, 20]) and len(shown) == 4
    assert len(png(figure)) > 10_000


def test_what_a_file_loses_has_a_scale_and_counts_every_number():
    image = np.full((40, 60, 3), 100.0)
    coded = image.copy()
    coded[10, 20, 1] += 37
    figure = coding_errors(image, coded, np.s_[5:25, 10:40])
    assert figure.axes[2].get_images()[0].get_array().max() == figure.axes[2].get_images()[0].norm.vmax == 37
    assert sum(bar.get_height() for bar in figure.axes[3].patches) == image.size
    assert len(png(figure)) > 10_000


def test_marks_tell_what_was_found_lost_and_invented():
    places = np.array([[20, 20], [60, 60]])
    found = np.array([[20, 21], [80, 30]])
    figure = marked_spots([np.zeros((100, 100, 3))], ["one"], [found], places, NEAR * 100)
    assert [text.get_text() for text in figure.legends[0].texts] == ["true spot, found", "true spot, lost (dotted)",
                                                                     "invented"]
    assert len(figure.axes[0].patches) == 2 * (len(places) + 1)  # each with a white rim
    assert len(png(figure)) > 5_000


# The exercises

@pytest.fixture(scope="module")
def temple():
    return shipped_picture("temple")


@pytest.fixture(scope="module")
def recolored(temple):
    autumn = shipped_picture("autumn_impasto")
    return (temple - temple.mean((0, 1))) / temple.std((0, 1)) * autumn.std((0, 1)) + autumn.mean((0, 1))


def test_the_palette_passes_as_floats_and_bytes(recolored):
    clipped = np.clip(recolored, 0, 255)
    assert all(verdict("00-palette", answer).passed for answer in (clipped, clipped.astype(np.uint8)))


def test_usual_wrong_palettes_are_told_what_is_missing(temple, recolored):
    autumn = shipped_picture("autumn_impasto")
    shift = temple - temple.mean((0, 1)) + autumn.mean((0, 1))
    noise = np.random.default_rng(0).normal(autumn.mean((0, 1)), autumn.std((0, 1)), temple.shape)
    overall = (temple - temple.mean()) / temple.std() * autumn.std() + autumn.mean()
    scaled = np.clip(temple * autumn.mean((0, 1)) / temple.mean((0, 1)), 0, 255)
    for answer, missing in ((recolored, "largest number"), (recolored / 255, "mean of a colour"),
                            (shift, "standard deviation"), (scaled, "standard deviation"),
                            (temple, "mean of a colour"), (noise, "correlation"), (overall, "mean of a colour"),
                            (recolored.astype(np.int64).astype(np.uint8), "correlation"),
                            ((temple + autumn[:427]) / 2, "mean of a colour")):
        passed, text = verdict("00-palette", answer)
        assert not passed and "not met" in text and missing in text
    assert "its shape is (640, 640, 3)" in verdict("00-palette", autumn).text
    assert "its shape is ()" in verdict("00-palette", 7).text
    assert verdict("00-palette", ...).text.startswith("○")


@pytest.mark.parametrize("answer", ["t*b**2/a**2", "t * (b*b) / (a*a)", "(b/a)**2 * t", "t / (a/b)**2"])
def test_a_time_passes_in_any_notation(answer):
    assert verdict("00-time", answer).passed


def test_the_planted_bug_is_still_a_bug():
    assert verdict("00-negative", lambda image: image.max() - image).text.startswith("○ 00-negative: the bug")
    assert verdict("00-negative", lambda image: abs(image - 255)).passed
