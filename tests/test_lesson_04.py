"""Lesson 04: what it writes by hand is what the package computes, and its widget tells the truth."""

import io
import re

import numpy as np
import pytest
from lesson_code import lesson_functions
from PIL import Image

from nst_helpers import losses
from nst_helpers.widgets import gram as widget
from nst_helpers.widgets.gram import STYLES, closest_pair, draw_entry, gram_explorer, shuffle_positions

LESSON = "04_gram_matrices"
TINY = np.array([[[1.0, 0.0], [2.0, 3.0]], [[0.0, 1.0], [1.0, 1.0]]])  # (height, width, channels)
TINY_GRAM = [[6, 7], [7, 11]]  # by pencil


def pixels(panel):
    return np.asarray(Image.open(io.BytesIO(panel.picture.value)).convert("RGB"), float)


@pytest.fixture(scope="module")
def maps():
    return np.random.default_rng(0).random((5, 4, 3))


# The lesson's functions


@pytest.mark.parametrize("name", ["gram_loops", "gram_matmul", "gram_einsum"])
def test_each_way_is_the_pencils_and_the_packages(name, maps):
    (way,) = lesson_functions(LESSON, name)
    assert way(TINY).tolist() == TINY_GRAM
    np.testing.assert_allclose(way(maps), losses.gram_matrix(maps), rtol=1e-9)


def test_the_solutions_are_the_packages(maps):
    first, angle, normalized = lesson_functions(LESSON, "gram_matmul", "angle", "gram_normalized")[0:3]
    (channels_first,) = lesson_functions(LESSON, "gram_channels_first")
    np.testing.assert_allclose(channels_first(maps.transpose(2, 0, 1)), first(maps))
    np.testing.assert_allclose(normalized(maps), losses.gram_matrix(maps, normalized=True), rtol=1e-9)
    assert angle(TINY, 0, 1) == pytest.approx(np.degrees(np.arccos(7 / np.sqrt(66))))
    assert angle(TINY, 1, 1) == pytest.approx(0, abs=1e-5)


def test_shuffled_squares_are_the_same_squares(photograph):
    (shuffle_squares,) = lesson_functions(LESSON, "shuffle_squares")
    mixed = shuffle_squares(photograph, 16)
    assert mixed.shape == photograph.shape and np.abs(mixed - photograph).max() > 0
    for size in (16, 64):  # one square of 64 is left where it is only if there is one in a row; numbers stay anyway
        np.testing.assert_array_equal(np.sort(shuffle_squares(photograph[:, :64], size), axis=None),
                                      np.sort(photograph[:, :64], axis=None))
    np.testing.assert_array_equal(shuffle_squares(photograph[:, :64], 64), photograph[:, :64])
    squares = {mixed[i:i + 16, j:j + 16].tobytes() for i in range(0, 64, 16) for j in range(0, 96, 16)}
    assert photograph[16:32, 32:48].tobytes() in squares


def test_without_colour_only_the_pattern_is_left(photograph):
    (without_colour,) = lesson_functions(LESSON, "without_colour")
    grey = without_colour(photograph)
    assert grey.dtype == np.float32 and np.ptp(grey, axis=2).max() == 0
    np.testing.assert_allclose(without_colour(0.5 * photograph + 30), grey, atol=0.01)


# The widget


def test_each_control_changes_the_picture():
    panel = gram_explorer()
    assert panel.controls["i"].value != panel.controls["j"].value
    for name, value in (("i", 3), ("j", 9), ("shuffled", True), ("style", STYLES[1])):
        before = pixels(panel)
        assert panel.controls[name].value != value
        panel.controls[name].value = value
        assert np.abs(pixels(panel) - before).mean() > 0.5, name
        assert np.ptp(pixels(panel)) > 200


def test_the_words_tell_the_entry_and_shuffling_leaves_it():
    panel = gram_explorer()
    gram = losses.gram_matrix(widget.style_features(STYLES[0]), normalized=True).numpy()
    last = len(gram) - 1
    for i, j in ((0, 0), (3, 7), (last, 2), (last, last)):
        with panel.together():
            panel.controls["i"].value, panel.controls["j"].value = i, j
        said = float(re.search(r"G\(\d+, \d+\) / M = (\S+):", panel.drawing.words)[1])
        assert said == pytest.approx(gram[i, j], rel=0.01, abs=1e-6)
        plain = panel.drawing.words
        panel.controls["shuffled"].value = True
        assert panel.drawing.words.endswith(plain) and "number is not" in panel.drawing.words
        panel.controls["shuffled"].value = False


def test_the_entry_by_pencil():
    words = draw_entry(TINY, np.array(TINY_GRAM) / 4, 0, 1).words  # lengths √(6/4), √(11/4); cosine 7/√66
    assert words == "G(0, 1) / M = 1.75: lengths 1.22 and 1.66, times the cosine 0.86 of an angle of 30°."
    assert "the mean square of one map" in draw_entry(TINY, np.array(TINY_GRAM) / 4, 1, 1).words


def test_a_silent_channel_is_drawn_too():
    features = np.concatenate([TINY, np.zeros((2, 2, 1))], axis=2)
    gram = losses.gram_matrix(features, normalized=True).numpy()
    assert "cosine 0.00 of an angle of 90°" in draw_entry(features, gram, 0, 2).words
    assert closest_pair(features) != (2, 2)


def test_shuffling_moves_all_channels_together(maps):
    shuffled = shuffle_positions(maps)
    assert shuffled.shape == maps.shape and np.abs(shuffled - maps).max() > 0
    assert {tuple(row) for row in shuffled.reshape(-1, 3)} == {tuple(row) for row in maps.reshape(-1, 3)}
    np.testing.assert_allclose(losses.gram_matrix(shuffled), losses.gram_matrix(maps), rtol=1e-9)


def test_the_closest_pair_rises_and_falls_together():
    rise, noise = np.linspace(0, 1, 12), np.random.default_rng(1).random((12, 2))
    features = np.stack([noise[:, 0], rise, noise[:, 1], rise**2], axis=1).reshape(3, 4, 4)
    assert closest_pair(features) == (1, 3)
