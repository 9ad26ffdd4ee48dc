"""Lesson 04: what it writes by hand is what the package computes, and its widget tells the truth."""

import io
import re

import numpy as np
import pytest
from lesson_code import lesson_functions
from PIL import Image

from nst_helpers import exercises, losses, plots
from nst_helpers.diagrams import gram as gram_diagrams
from nst_helpers.exercises import lesson_04
from nst_helpers.experiments.maps import closest_pair, feature_maps, shuffle_positions
from nst_helpers.widgets.gram import LAYER, SIZE, STYLES, draw_entry, gram_explorer

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


def test_the_mended_gram_matrix_is_the_packages(maps):
    (channels_first,) = lesson_functions(LESSON, "gram_channels_first")
    np.testing.assert_allclose(channels_first(maps.transpose(2, 0, 1)), losses.gram_matrix(maps, normalized=True))


def test_the_discrepancy_is_the_distance_of_gram_matrices_and_of_means(maps):
    (discrepancy,) = lesson_functions(LESSON, "discrepancy")
    x, y = maps.reshape(-1, 3), np.random.default_rng(1).random((7, 3))
    grams = [cloud.T @ cloud / len(cloud) for cloud in (x, y)]
    assert discrepancy(x, y, np.square) == pytest.approx(np.sum((grams[0] - grams[1]) ** 2))
    assert discrepancy(x, y, lambda product: product) == pytest.approx(np.sum((x.mean(axis=0) - y.mean(axis=0)) ** 2))
    assert discrepancy(x, x, np.square) == pytest.approx(0)


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


def test_without_color_only_the_pattern_is_left(photograph):
    (without_color,) = lesson_functions(LESSON, "without_color")
    gray = without_color(photograph)
    assert gray.dtype == np.float32 and np.ptp(gray, axis=2).max() == 0
    np.testing.assert_allclose(without_color(0.5 * photograph + 30), gray, atol=0.01)


# The diagrams


def test_two_clouds_have_one_mean_and_one_gram_matrix():
    clouds = [np.repeat(list(points), list(points.values()), axis=0) for points in gram_diagrams.TWO_CLOUDS]
    for cloud in clouds:
        assert len(cloud) == 8 and cloud.mean(axis=0).tolist() == [2, 2]
        assert (cloud.T @ cloud / 8).tolist() == [[5, 3], [3, 5]]
    assert len(plots.png(gram_diagrams.two_clouds())) > 10_000


def test_the_diagram_of_positions_draws(photograph, maps):
    marked = [(0, 0), (2, 1), (4, 3)]
    assert len(plots.png(gram_diagrams.cloud_of_positions(photograph, maps, (0, 2), marked))) > 10_000


# The exercises


def wrong_colors():
    source, target = lesson_04.color_pictures()
    stronger = source * np.sqrt(np.mean(target.astype(float) ** 2) / np.mean(source.astype(float) ** 2))
    matched = (source - source.mean(axis=(0, 1))) / source.std(axis=(0, 1)) * target.std(axis=(0, 1)) + target.mean(
        axis=(0, 1))
    return {"source": source, "target": target, "stronger": stronger, "means and deviations": matched,
            "flat": np.full_like(source, 120), "halved": source / 2, "channels turned": source[..., ::-1],
            "noise": np.random.default_rng(0).permutation(target.reshape(-1, 3)).reshape(target.shape)}


def test_wrong_colors_are_refused_and_any_root_is_right():
    source, target = lesson_04.color_pictures()
    for name, image in wrong_colors().items():
        assert not exercises.verdict("04-colors", image).passed, name
    ours, wanted = (np.linalg.cholesky(image.reshape(-1, 3).T.astype(float) @ image.reshape(-1, 3))
                    for image in (source, target))
    assert exercises.verdict("04-colors", source @ np.linalg.inv(ours).T @ wanted.T).passed
    assert "shape" in exercises.verdict("04-colors", source[:5]).text


@pytest.mark.parametrize("formula", [
    "(g_ij - m_i*m_j) / (sqrt(g_ii - m_i**2) * sqrt(g_jj - m_j**2))",
    "(g_ij - m_i*m_j) * ((g_ii - m_i*m_i) * (g_jj - m_j*m_j))**(-0.5)"])
def test_other_notations_of_the_correlation_are_right(formula):
    assert exercises.verdict("04-correlation", formula).passed


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
    gram = losses.gram_matrix(feature_maps(STYLES[0], LAYER, size=SIZE), normalized=True).numpy()
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
