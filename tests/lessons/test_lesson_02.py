"""Lesson 02, feature maps: what it writes by hand, its closed forms, and its widgets."""

import io
import json

import numpy as np
import pytest
from lesson_code import lesson_functions
from PIL import Image

from nst_helpers import plots
from nst_helpers.architecture import LAYER_NAMES
from nst_helpers.diagrams.features import grid_chart, pairs_chart, tiled
from nst_helpers.diagrams.vgg import receptive_pyramid, vgg19
from nst_helpers.exercises import find
from nst_helpers.experiments.channels import ascend, grey_noise, response, smoothed
from nst_helpers.experiments.grids import best_run, read_grids
from nst_helpers.experiments.maps import SIZE, patch_at, strongest_places, strongest_windows
from nst_helpers.networks import data_folder
from nst_helpers.shipped import shipped_picture
from nst_helpers.widgets import features as widget
from nst_helpers.widgets.features import draw_maps, draw_patches, feature_browser, patch_viewer

RANDOM = widget.NETWORKS["random weights"]
LESSON = "02_feature_maps"


def pixels(panel):
    return np.asarray(Image.open(io.BytesIO(panel.picture.value)).convert("RGB"), float)


# By hand

def test_layers_by_hand_are_the_networks(compact, photograph):
    layer, pool = lesson_functions(LESSON, "convolution_layer", "pool")
    features = (photograph - compact.mean) / compact.scale
    for name in LAYER_NAMES[:9]:
        features = pool(features) if name.startswith("pool") else layer(features, *compact.weights[name])
        np.testing.assert_allclose(features, compact(photograph, name)[name], rtol=1e-3, atol=1e-3)


def test_receptive_fields_are_the_packages(compact):
    (receptive_fields,) = lesson_functions(LESSON, "receptive_fields")
    assert receptive_fields() == {layer: compact.receptive_field(layer) for layer in LAYER_NAMES}


def test_measured_fields_by_changing_columns(compact):
    (measured,) = lesson_functions(LESSON, "measured_fields", network=compact)
    measured = measured(width=80)
    assert [measured[layer] for layer in ("conv1_1", "pool1", "conv2_1", "conv3_1")] == [3, 6, 10, 24]


def test_the_table_by_pencil():
    (layer_table,) = lesson_functions(LESSON, "layer_table")
    rows = {row[0]: row[1:] for row in layer_table(224)}
    assert rows["conv1_1"] == (224, 64, 1792, 224 * 224 * 1728, 224 * 224 * 64 * 4 / 1e6)
    assert rows["pool5"][:4] == (7, 512, 0, 0) and sum(row[2] for row in rows.values()) == 20_024_384


def test_the_strongest_places_are_the_widgets():
    (by_lesson,) = lesson_functions(LESSON, "strongest_places")
    generator = np.random.default_rng(0)
    maps = [generator.random((4 + number, 5, 3)) for number in range(6)]
    for channel in range(3):
        inner = strongest_places(maps, channel, 4, margin=1)
        assert [tuple(place) for place in inner] == by_lesson(maps, channel, 4, margin=1)
        assert all(1 <= row < len(maps[which]) - 1 and 1 <= column < 4 for which, row, column in inner)
        by_widget = strongest_places(maps, channel, 4)
        assert [tuple(place) for place in by_widget] == by_lesson(maps, channel, 4)
        values = [maps[which][row, column, channel] for which, row, column in by_widget]
        assert values == sorted(values, reverse=True) and values[0] == max(each[..., channel].max() for each in maps)


def test_of_a_picture_at_several_sizes_only_the_strongest_window_counts():
    pictures = [np.full((24, 24, 3), float(number)) for number in range(6)]
    places = [(5, 2, 2), (4, 3, 3), (0, 2, 2), (2, 2, 2), (1, 2, 2)]
    windows = strongest_windows(pictures, "conv2_1", places, 4, alike=2)
    assert [window[5, 5, 0] for window in windows] == [5, 0, 2] and windows[0].shape == (10, 10, 3)
    assert [window[5, 5, 0] for window in strongest_windows(pictures, "conv2_1", places, 2)] == [5, 4]


@pytest.mark.parametrize("squares", [False, True])
def test_windows_are_laid_out_row_by_row(squares):
    windows = [np.full((10, 10, 3), 40.0 * number) for number in range(5)]
    sheet = tiled(windows, columns=3, side=60, squares=squares)
    assert sheet.shape == (2 * 64, 3 * 64, 3)
    middles = sheet[32::64, 32::64, 0].round()
    assert middles.tolist() == [[0, 40, 80], [120, 160, 255]]
    assert sheet[0, 0, 0] == sheet[63, 63, 0] == 255, "white between the windows"


def test_the_best_run_is_nearest_among_those_that_keep_the_subject():
    runs = [{"subject": subject, "histograms": histograms} for subject, histograms in (
        (0.9, 0.5), (0.6, 0.3), (0.4, 0.1), (0.38, 0.05))]
    assert best_run(runs, 0.5) == runs[1] and best_run(runs[2:], 0.5) == runs[3]
    assert best_run(runs[2:3], 0.5) == runs[2]


def test_the_chart_of_a_grid_marks_the_best_of_each_network():
    told = read_grids("temple")
    axes = grid_chart({"from noise": told}).axes[0]
    rings = [line.get_xydata()[0].tolist() for line in axes.lines if line.get_markersize() == 15]
    assert rings == [[best["histograms"], best["subject"]] for best in (
        best_run(told["runs"][name], 0.5) for name in ("robust", "plain", "random"))]
    labels = [text.get_text() for text in axes.get_legend().get_texts()]
    assert "plain, falling layer weights" in labels and len(labels) == 6


def test_the_chart_of_pairs_shows_every_run_within_its_axes():
    best = read_grids("four_pairs")["best"]
    panels = pairs_chart(best).axes
    assert [panel.get_title() for panel in panels] == [pair.replace(" × ", "\n").replace("_", " ") for pair in best]
    for panel, runs in zip(panels, best.values(), strict=True):
        places = [place for line in panel.lines for place in line.get_xydata().tolist()]
        assert sorted(places) == sorted([run["histograms"], run["subject"]] for run in runs.values())
        assert all(panel.get_xlim()[0] < x < panel.get_xlim()[1] and panel.get_ylim()[0] < y for x, y in places)


def test_the_mistakes_are_mistakes_and_the_truths_pass():
    verdicts = {name: find(name).judge(name, answer, 3).text for name, answer in (
        ("02-closed", "1 + 3*(2**n - 1)"), ("02-scale", "b, c, e"), ("02-undo", lesson_functions(LESSON, "undo")[0]))}
    assert all(text.startswith("✓") for text in verdicts.values()), verdicts


def test_a_gray_picture_comes_back_bluish_from_the_bug():
    prepared = np.full((2, 2, 3), 117.0) - [103.939, 116.779, 123.68]
    red, _, blue = find("02-undo").planted(prepared)[0, 0]
    assert blue - 117 == pytest.approx(19.741) and red - 117 == pytest.approx(-19.741)


def test_stripes_are_judged_by_each_half():
    rows, columns = np.mgrid[:64, :64]
    both = 117 + 60 * np.sin(2 * np.pi / 3 * np.where(columns < 32, columns, rows))
    assert find("02-stripes").judge("02-stripes", both, 0).text.startswith("✓")
    assert find("02-stripes").judge("02-stripes", np.repeat(both[:, :, None], 3, axis=2), 0).text.startswith("✓")
    assert find("02-stripes").judge("02-stripes", both[:, :, None], 0).passed
    for wrong, missed in ((both[:, ::-1], "the two halves are exchanged"), (np.full((64, 64), 117.0), "is even"),
                          (117 + 3 * (both - 117), "1 of 6")):
        assert missed in find("02-stripes").judge("02-stripes", wrong, 0).text
    assert "64×64 pixels is asked for" in find("02-stripes").judge("02-stripes", both[:32], 0).text


def test_windows_do_not_overlap_and_find_themselves():
    cut, found = lesson_functions(LESSON, "cut_windows", "found")
    picture = np.arange(170 * 256 * 3, dtype=np.float32).reshape(170, 256, 3)
    windows = cut([picture])
    assert windows.shape == (6, 64, 64, 3) and len(np.unique(windows)) == windows.size
    assert cut([picture], 8)[0, 0, 0, 0] == picture[8, 8, 0]
    assert found(windows, windows) == 1 and found(windows[::-1], windows) == 0


def test_the_ascent_excites_its_channel(compact):
    start = grey_noise(48)
    end = ascend(compact, "conv2_1", 6, start, steps=5)
    assert end.shape == (48, 48, 3) and end.min() >= 0 and end.max() <= 255
    assert response(compact, end, "conv2_1", 6) > 2 * response(compact, start, "conv2_1", 6)
    np.testing.assert_array_equal(end, ascend(compact, "conv2_1", 6, start, steps=5))
    np.testing.assert_array_equal(start, grey_noise(48))


def test_a_smoothed_gradient_is_divided_by_its_frequency():
    wave = np.cos(2 * np.pi * np.arange(16) / 4)[:, None, None] * np.ones((16, 16, 3))  # a quarter of a period a pixel
    np.testing.assert_allclose(smoothed(wave), 4 * wave, atol=1e-9)
    np.testing.assert_allclose(smoothed(wave, 0), wave, atol=1e-9)
    (by_lesson,) = lesson_functions(LESSON, "smoothed")
    noise = grey_noise(12)
    np.testing.assert_allclose(by_lesson(noise), smoothed(noise), rtol=1e-6)


def test_the_diagrams_draw(compact):
    fields = {layer: compact.receptive_field(layer) for layer in LAYER_NAMES}
    for figure in (vgg19(fields), receptive_pyramid(np.zeros((170, 256, 3)), fields, (80, 102))):
        assert plots.png(figure).startswith(b"\x89PNG")
    words = {text.get_text() for axes in vgg19(fields).axes for text in axes.texts}
    assert {"14×14", "r = 156 … 252", "512 channels", "pool4"} <= words


def test_what_is_shipped_for_the_lesson_was_measured():
    folder = data_folder() / "features"
    told = json.loads((folder / "features.json").read_text())
    assert set(told) == {path.stem for path in folder.glob("*.webp") if not path.stem.startswith("painted_")}
    probe = json.loads((folder / "probe.json").read_text())
    assert len(probe["top-1"]) == 19 and probe["classes"] == 40


# The widgets

@pytest.mark.parametrize("layer", ["conv1_1", "conv2_1", "conv3_1", "conv5_1"])
def test_a_patch_holds_what_its_value_sees_and_nothing_else(layer, compact):
    """Grey outside the patch, and the value stays; grey inside it, and the value changes."""
    field = compact.receptive_field(layer)
    image = np.random.default_rng(0).uniform(0, 255, (256, 256, 3)).astype(np.float32)
    features = compact(image, layer)[layer].numpy()
    row, column = features.shape[0] // 2, features.shape[1] // 2 - 1
    patch = patch_at(image, layer, row, column)
    assert patch.shape == (field, field, 3)
    top, left = next((i, j) for i in range(257 - field) for j in range(257 - field)
                     if np.array_equal(image[i : i + field, j : j + field], patch))
    outside = np.full_like(image, 128)
    outside[top : top + field, left : left + field] = patch
    kept = compact(outside, layer)[layer].numpy()[row, column]
    np.testing.assert_allclose(kept, features[row, column], rtol=1e-4, atol=1e-4)


def test_every_control_of_the_browser_changes_the_picture():
    panel = feature_browser()
    for name, value in (("channel", 5), ("layer", "conv1_1"), ("picture", "woodcut"), ("network", RANDOM)):
        before = panel.picture.value
        panel.controls[name].value = value
        assert panel.picture.value != before, name
    assert pixels(panel).shape[:2] == (640, 1000)  # with two rows of controls, in sight at once


def test_the_browser_shows_sixteen_maps_among_which_the_chosen_one_is():
    panel = feature_browser()
    panel.controls["layer"].value = "conv4_1"
    panel.controls["channel"].value = 16
    first = framed(panel)
    panel.controls["channel"].value = 31  # the last of the same sixteen: the last place
    row, column = framed(panel)
    assert row - first[0] > 300 and column - first[1] > 400
    panel.controls["channel"].value = 32  # the first of the next
    assert framed(panel) == pytest.approx(first, abs=3)


def framed(panel):
    """The middle (row, column) of the frame among the small maps, right of the large one."""
    color = [int(plots.ORANGE[place : place + 2], 16) for place in (1, 3, 5)]
    rows, columns = np.nonzero(np.abs(pixels(panel) - color).max(axis=2)[:, 365:] < 50)
    return rows.mean(), columns.mean()


def test_the_channel_stays_within_the_layer():
    for panel in (feature_browser(), patch_viewer()):
        panel.controls["layer"].value = "conv5_1"
        panel.controls["channel"].value = 127
        panel.controls["layer"].value = "conv1_1"
        assert panel.controls["channel"].max == panel.controls["channel"].value == 15
        assert "conv1_1, channel 15" in panel.words.value


def test_every_control_of_the_patches_changes_the_picture():
    panel = patch_viewer()
    for name, value in (("channel", 7), ("layer", "conv1_1"), ("network", RANDOM)):
        before = panel.picture.value
        panel.controls[name].value = value
        assert panel.picture.value != before, name


def test_the_words_give_the_numbers(compact):
    features = compact(shipped_picture("cat", SIZE), "conv4_1")["conv4_1"].numpy()
    words = draw_maps("cat", "conv4_1", 3).words
    assert f"{features.shape[0]}×{features.shape[1]} values" in words and "68 pixels" in words
    assert f"{100 * (features[:, :, 3] > 0).mean():.0f} % of its values" in words
    best = max(compact(shipped_picture(name, SIZE), "conv4_1")["conv4_1"].numpy()[2:-2, 2:-2, 3].max()
               for name in widget.PICTURES)
    assert f"The strongest is {best:.1f}" in draw_patches("conv4_1", 3).words
