"""Lesson 02, feature maps: what it writes by hand, its closed forms, and its widgets."""

import io

import numpy as np
import pytest
from lesson_code import lesson_functions
from PIL import Image

from nst_helpers.architecture import LAYER_NAMES
from nst_helpers.exercises import find
from nst_helpers.networks import random_network
from nst_helpers.widgets import features as widget
from nst_helpers.widgets.features import draw_maps, draw_patches, feature_browser, patch_at, patch_viewer

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
    rows = {row[0]: row[1:] for row in layer_table()}
    assert rows["conv1_1"] == (224, 64, 1792, 224 * 224 * 1728) and rows["pool5"] == (7, 512, 0, 0)
    assert sum(row[2] for row in rows.values()) == 20_024_384


def test_the_strongest_places_are_the_widgets():
    (by_lesson,) = lesson_functions(LESSON, "strongest_places")
    generator = np.random.default_rng(0)
    maps = [generator.random((4 + number, 5, 3)) for number in range(6)]
    for channel in range(3):
        inner = widget.strongest_places(maps, channel, 4, margin=1)
        assert [tuple(place) for place in inner] == by_lesson(maps, channel, 4, margin=1)
        assert all(1 <= row < len(maps[which]) - 1 and 1 <= column < 4 for which, row, column in inner)
        by_widget = widget.strongest_places(maps, channel, 4)
        assert [tuple(place) for place in by_widget] == by_lesson(maps, channel, 4)
        values = [maps[which][row, column, channel] for which, row, column in by_widget]
        assert values == sorted(values, reverse=True) and values[0] == max(each[..., channel].max() for each in maps)


def test_the_solutions_are_the_exercises_truths():
    solutions = lesson_functions(LESSON, "multiplications", "field_of", "average_pool")
    for name, solution in zip(("02-cost", "02-field", "02-pool"), solutions, strict=True):
        for case in find(name).inputs(np.random.default_rng(3)):
            np.testing.assert_allclose(solution(*case), find(name).truth(*case))


def test_counts_of_a_small_model():
    from nst_helpers.backend import keras

    count, depth = lesson_functions(LESSON, "count_multiplications", "depth")
    inputs = keras.Input((8, 8, 3))
    long = keras.layers.Conv2D(5, 1)(keras.layers.Conv2D(4, 3, padding="same")(inputs))  # 64·108 + 64·20
    short = keras.layers.Conv2D(5, 1)(inputs)  # 64·15
    both = keras.layers.Add()([long, short])
    model = keras.Model(inputs, keras.layers.DepthwiseConv2D(3, padding="same")(both))  # 64·45
    assert count(model) == 64 * (108 + 20 + 15 + 45) and depth(model) == 3


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
    for name, value in (("channel", 5), ("layer", "conv1_1"), ("picture", "woodcut"), ("network", random_network)):
        before = panel.picture.value
        panel.controls[name].value = value
        assert panel.picture.value != before, name
    assert pixels(panel).shape == (380, 1000, 3)


def test_the_channel_stays_within_the_layer():
    for panel in (feature_browser(), patch_viewer()):
        panel.controls["layer"].value = "conv5_1"
        panel.controls["channel"].value = 127
        panel.controls["layer"].value = "conv1_1"
        assert panel.controls["channel"].max == panel.controls["channel"].value == 15
        assert "conv1_1, channel 15" in panel.words.value


def test_every_control_of_the_patches_changes_the_picture():
    panel = patch_viewer()
    for name, value in (("channel", 7), ("layer", "conv1_1"), ("network", random_network)):
        before = panel.picture.value
        panel.controls[name].value = value
        assert panel.picture.value != before, name


def test_the_words_give_the_numbers(compact):
    features = compact(widget.photograph("cat"), "conv4_1")["conv4_1"].numpy()
    words = draw_maps("cat", "conv4_1", 3).words
    assert f"{features.shape[0]}×{features.shape[1]} values" in words and "68 pixels" in words
    assert f"{100 * (features[:, :, 3] > 0).mean():.0f} % of its values" in words
    best = max(compact(widget.photograph(name), "conv4_1")["conv4_1"].numpy()[2:-2, 2:-2, 3].max()
               for name in widget.PICTURES)
    assert f"The strongest is {best:.1f}" in draw_patches("conv4_1", 3).words
