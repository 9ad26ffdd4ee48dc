"""The losses: values by pencil, closed-form gradients, finite differences, a second implementation."""

import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from nst_helpers import losses
from nst_helpers.backend import tf

RANDOM = np.random.default_rng(0)


def maps(height=4, width=5, channels=3, seed=0):
    """Random feature maps in float64."""
    return np.random.default_rng(seed).normal(size=(height, width, channels))


def gradient(function, value):
    value = tf.constant(value)
    with tf.GradientTape() as tape:
        tape.watch(value)
        result = function(value)
    return tape.gradient(result, value).numpy()


def finite_difference(function, value, step=1e-6):
    """Central differences, entry by entry, in float64."""
    result = np.empty_like(value)
    for index in np.ndindex(value.shape):
        up, down = value.copy(), value.copy()
        up[index] += step
        down[index] -= step
        result[index] = (float(function(up)) - float(function(down))) / (2 * step)
    return result


def test_content_loss_by_pencil():
    assert float(losses.content_loss([[[1.0, 2.0], [3.0, 4.0]]], [[[1.0, 0.0], [0.0, 4.0]]])) == 0.5 * (4 + 9)


def test_gram_matrix_by_pencil():
    features = [[[1.0, 2.0], [3.0, 4.0]]]  # two positions, two channels
    np.testing.assert_array_equal(losses.gram_matrix(features), [[1 + 9, 2 + 12], [2 + 12, 4 + 16]])
    np.testing.assert_array_equal(losses.gram_matrix(features, normalized=True), [[5, 7], [7, 10]])


def test_layer_style_loss_by_pencil():
    # One channel: G = 2² + 2² = 8, S = 1² + 1² = 2, N = 1, M = 2: (8 − 2)² / (4 · 1 · 4)
    assert float(losses.layer_style_loss([[[2.0], [2.0]]], [[[1.0], [1.0]]])) == 36 / 16


def test_layer_style_loss_is_the_papers_formula_for_pictures_of_one_size():
    features, style = maps(seed=1), maps(seed=2)
    positions, channels = 20, 3
    difference = losses.gram_matrix(features) - losses.gram_matrix(style)
    papers = np.sum(np.square(difference)) / (4 * channels**2 * positions**2)
    assert float(losses.layer_style_loss(features, style)) == pytest.approx(papers, rel=1e-12)


def test_style_does_not_know_the_size_of_the_picture():
    """Four copies of a picture side by side have the style of one, so the loss against it is zero."""
    features = maps()
    assert float(losses.layer_style_loss(np.tile(features, (2, 2, 1)), features)) == pytest.approx(0, abs=1e-20)


def test_style_loss_is_the_weighted_sum_of_its_layers():
    generated = {"conv1_1": maps(seed=1), "conv2_1": maps(2, 3, 7, seed=2)}
    style = {"conv1_1": maps(seed=3), "conv2_1": maps(9, 2, 7, seed=4)}
    parts = [float(losses.layer_style_loss(generated[layer], style[layer])) for layer in generated]
    total = losses.style_loss(generated, style, {"conv1_1": 2.0, "conv2_1": 0.5})
    assert float(total) == pytest.approx(2 * parts[0] + 0.5 * parts[1], rel=1e-12)
    assert float(losses.style_loss(generated, style, {"conv2_1": 1.0})) == pytest.approx(parts[1], rel=1e-12)


def test_style_loss_of_known_gram_matrices_by_pencil():
    """Two layers of one channel: G/M = (2² + 4²)/2 = 10 and 3² = 9, so E is (10 − 4)²/4 = 9 and (9 − 1)²/4 = 16."""
    features = {"conv1_1": [[[2.0], [4.0]]], "conv2_1": [[[3.0]]]}
    grams = {"conv1_1": [[4.0]], "conv2_1": [[1.0]], "conv3_1": [[7.0]]}
    assert float(losses.gram_style_loss(features, grams, {"conv1_1": 2.0, "conv2_1": 0.5})) == 2 * 9 + 0.5 * 16
    assert float(losses.gram_style_loss(features, grams, {"conv2_1": 1.0})) == 16


def test_several_pairs_of_gram_matrices_at_once():
    first, second = (np.stack([maps(1, 4, 4, seed)[0] for seed in seeds]) for seeds in ((1, 2, 3), (4, 5, 6)))
    each = [float(losses.gram_distance(*pair)) for pair in zip(first, second, strict=True)]
    np.testing.assert_array_equal(losses.gram_distance(first, second), each)


def test_the_weighted_sum_over_the_layers_is_written_once():
    """What else compares Gram matrices does so for regions, or for one layer alone."""
    package = Path(losses.__file__).parent
    users = {path.relative_to(package).as_posix() for path in package.rglob("*.py")
             if re.search(r"\bgram_distance\b", path.read_text(encoding="utf-8"))}
    assert users == {"losses.py", "guided.py", "experiments/statistics.py"}


@pytest.mark.parametrize("pattern, expected", [
    ("flat", 0),
    ("step", 3 * 4 * 255),  # one jump of 255 in each of 4 rows that have a row below, in 3 channels
    ("checkerboard", 3 * 4 * 4 * np.sqrt(2) * 255),  # both differences at 4×4 positions
])
def test_total_variation_by_pencil(pattern, expected):
    rows, columns = np.indices((5, 5))
    gray = {"flat": 0 * rows + 80, "step": 255 * (columns > 2), "checkerboard": 255 * ((rows + columns) % 2)}[pattern]
    image = np.repeat(gray[..., np.newaxis], 3, axis=-1).astype(np.float64)
    assert float(losses.total_variation(image)) == pytest.approx(expected, rel=1e-5, abs=1e-6)


def test_total_variation_has_a_zero_gradient_on_a_flat_picture():
    np.testing.assert_array_equal(gradient(losses.total_variation, np.full((4, 4, 3), 80, np.float32)), 0)


def test_content_gradient_in_closed_form():
    features, content = maps(seed=1), maps(seed=2)
    ours = gradient(lambda f: losses.content_loss(f, content), features)
    np.testing.assert_allclose(ours, features - content, rtol=1e-12)


def test_style_gradient_in_closed_form():
    features, style = maps(seed=1), maps(seed=2)
    positions, channels = 20, 3
    flat = features.reshape(positions, channels)
    difference = losses.gram_matrix(features) - losses.gram_matrix(style)
    closed = flat @ difference.numpy() / (channels**2 * positions**2)
    ours = gradient(lambda f: losses.layer_style_loss(f, style), features)
    np.testing.assert_allclose(ours.reshape(positions, channels), closed, rtol=1e-10)


@pytest.mark.parametrize("function", [
    lambda f: losses.content_loss(f, maps(seed=2)),
    lambda f: losses.gram_distance(losses.gram_matrix(f, normalized=True), np.eye(3)),
    lambda f: losses.layer_style_loss(f, maps(7, 2, seed=2)),
    lambda f: losses.style_loss({"a": f, "b": 2 * f}, {"a": maps(seed=2), "b": maps(seed=3)}, {"a": 1.0, "b": 3.0}),
    losses.total_variation,
], ids=["content", "gram", "layer style", "style", "total variation"])
def test_gradients_against_finite_differences(function):
    features = maps(seed=1)
    numeric = finite_difference(function, features)
    np.testing.assert_allclose(gradient(function, features), numeric, rtol=1e-6, atol=1e-8)


@settings(deadline=None, max_examples=50)
@given(arrays(np.float64, st.tuples(*[st.integers(1, 6)] * 3), elements=st.floats(-100, 100)))
def test_gram_matrix_against_einsum_and_shuffled_positions(features):
    height, width, channels = features.shape
    gram = losses.gram_matrix(features).numpy()
    np.testing.assert_allclose(gram, np.einsum("hwi,hwj->ij", features, features), rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(gram, gram.T, rtol=1e-9)
    shuffled = RANDOM.permutation(features.reshape(-1, channels)).reshape(height, width, channels)
    np.testing.assert_allclose(losses.gram_matrix(shuffled), gram, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_precision_is_kept(dtype):
    features = maps().astype(dtype)
    assert losses.content_loss(features, features).dtype == dtype
    assert losses.layer_style_loss(features, features).dtype == dtype
    assert losses.total_variation(features).dtype == dtype
