"""Lesson 05: its functions and the package agree, and its widget shows the shares and weaves what is asked for."""

import io

import numpy as np
import pytest
from lesson_code import lesson_functions
from PIL import Image

from nst_helpers.backend import tf
from nst_helpers.diagrams.style import before_and_after, gram_counts
from nst_helpers.exercises import verdict
from nst_helpers.experiments import weaving
from nst_helpers.experiments.woven import piece
from nst_helpers.images import noise_image, resize_image
from nst_helpers.losses import layer_style_loss, style_loss
from nst_helpers.plots import png
from nst_helpers.widgets import style as module
from nst_helpers.widgets.style import LAYERS, OFF, OWN, draw_balance, layer_weights_panel, weights_of

LOSSES = dict(zip(LAYERS, (4.0, 3.0, 2.0, 1.0, 0.0), strict=True))
LESSON = "05_style_loss"


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), float)


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(weaving, "ITERATIONS", (2, 3))


@pytest.fixture
def small(photograph):
    return photograph[:48, :48]


def test_the_layer_loss_is_the_packages():
    (layer_loss,) = lesson_functions(LESSON, "layer_loss")
    generator = np.random.default_rng(0)
    ours, theirs = generator.uniform(0, 3, (2, 6, 4))
    expected = layer_style_loss(ours.reshape(2, 3, 4), theirs.reshape(3, 2, 4))
    assert layer_loss(ours, theirs.T @ theirs) == pytest.approx(float(expected))


def test_the_loss_of_a_batch_is_the_mean_of_the_packages():
    (batch_loss,) = lesson_functions(LESSON, "batch_loss")
    generator = np.random.default_rng(0)
    batch, theirs = generator.uniform(0, 3, (3, 6, 4)), generator.uniform(0, 3, (20, 4))
    each = [float(layer_style_loss(ours.reshape(2, 3, 4), theirs.reshape(4, 5, 4))) for ours in batch]
    assert batch_loss(batch, theirs) == pytest.approx(np.mean(each))


def by_einsum(features, style_features):
    grams = np.einsum("bki,bkj->bij", features, features) / features.shape[1]
    return np.mean((grams - style_features.T @ style_features / len(style_features)) ** 2) / 4


def by_loop(features, style_features):
    wanted = style_features.T @ style_features / len(style_features)
    each = [np.sum((one.T @ one / len(one) - wanted) ** 2) / (4 * one.shape[1] ** 2) for one in features]
    return sum(each) / len(each)


@pytest.mark.parametrize("answer", [by_einsum, by_loop])
def test_a_batch_may_be_mended_in_several_ways(answer):
    assert verdict("05-batch", answer).passed


def test_the_gradient_is_that_of_the_package():
    (layer_gradient,) = lesson_functions(LESSON, "layer_gradient")
    generator = np.random.default_rng(0)
    ours, theirs = generator.uniform(0, 3, (2, 6, 4))
    with tf.GradientTape() as tape:
        unknown = tf.Variable(ours.reshape(2, 3, 4))
        loss = layer_style_loss(unknown, theirs.reshape(2, 3, 4))
    by_tape = tape.gradient(loss, unknown).numpy().reshape(6, 4)
    np.testing.assert_allclose(layer_gradient(ours, theirs.T @ theirs), by_tape, rtol=1e-9)


def test_fair_weights_give_equal_shares():
    (fair_weights,) = lesson_functions(LESSON, "fair_weights")
    losses = [0.2, 3.0, 7.0]
    np.testing.assert_allclose(np.multiply(fair_weights(losses), losses), [1 / 3] * 3)


@pytest.fixture(scope="module")
def both():
    """The two styles of exercise 4, at its size."""
    places = {"stained_glass": (0, 0, 320), "great_waves": (160, 320, 320)}
    return [resize_image(piece(name, place), 160, 160) for name, place in places.items()]


def test_a_picture_in_two_styles_is_neither_one_of_them_nor_both_side_by_side(both):
    glass, waves = both
    halves = np.concatenate([glass[:, :80], waves[:, 80:]], axis=1)
    for picture in (glass, waves, halves, (glass + waves) / 2, noise_image(160, 160, seed=0)):
        passed, text = verdict("05-blend", picture)
        assert not passed and "not met" in text
    assert "height and width" in verdict("05-blend", glass[:100, :100]).text
    assert verdict("05-blend", ...).text.startswith("○")


@pytest.mark.parametrize("answer", ["4/(N**4*M**2)", "4 * N**-4 / M**2", "(2 / (N**2 * M))**2", "4 / (N**4 * M * M)"])
def test_a_weight_passes_in_any_notation(answer):
    assert verdict("05-early", answer).passed


def test_the_counts_of_a_layer_are_in_its_diagram():
    figure = gram_counts({"conv1_1": (102400, 16), "conv5_1": (400, 128)})
    told = " ".join(text.get_text() for axis in figure.axes for text in axis.texts)
    assert [axis.get_title() for axis in figure.axes] == ["conv1_1", "conv5_1"]
    assert all(words in told for words in ("M = 102,400", "N² = 256", "M = 400", "N² = 16,384"))


def test_a_texture_is_drawn_large_beside_its_style(both):
    figure = before_and_after(both[0], noise_image(16, 16, seed=0), both[1])
    picture = Image.open(io.BytesIO(png(figure)))
    left, right = (axis.get_window_extent().width for axis in figure.axes)
    assert right > 640 and right > 2 * left and picture.width < 1100


def test_the_pull_is_the_gradient_of_the_style_loss(compact, small):
    weights = dict(zip(LAYERS, (3.0, 2.0, 0.0, 1.0, 0.5), strict=True))
    with tf.GradientTape() as tape:
        image = tf.constant(small[::-1].copy())
        tape.watch(image)
        loss = style_loss(compact(image, LAYERS), compact(small, LAYERS), weights)
    expected = tape.gradient(loss, image).numpy()
    grams = {layer: module_gram(features) for layer, features in compact(small, LAYERS).items()}
    value, found = weaving.pull(compact)(image, grams, {layer: tf.constant(w) for layer, w in weights.items()})
    np.testing.assert_allclose(found, expected, atol=1e-4 * np.abs(expected).max())
    assert float(value) == pytest.approx(float(loss), rel=1e-4)


def module_gram(features):
    flat = tf.reshape(features, (-1, features.shape[-1]))
    return tf.matmul(flat, flat, transpose_a=True) / flat.shape[0]


def test_a_texture_comes_nearer_to_its_style(compact, small, quick):
    weights = dict.fromkeys(LAYERS, 1.0)
    woven = weaving.weave(compact, small, weights)
    assert woven.shape == small.shape and woven.min() >= 0 and woven.max() <= 255
    def far(image):
        return float(style_loss(compact(image, LAYERS), compact(small, LAYERS), weights))
    assert far(woven) < far(np.random.default_rng(0).uniform(0, 255, small.shape).astype(np.float32))


def test_weights_of_the_sliders():
    assert weights_of({"conv1_1": 3, "conv2_1": 0, "conv3_1": OFF}) == {"conv1_1": 27, "conv2_1": 1, "conv3_1": 0}


def test_the_bars_are_the_shares_by_pencil():
    weights = dict(zip(LAYERS, (1.0, 0.0, 1.0, 4.0, 9.0), strict=True))  # parts 4, 0, 2, 4, 0
    drawing = draw_balance(None, "name", weights, LOSSES)
    assert drawing.words == "name: shares conv1_1 40 %, conv2_1 0 %, conv3_1 20 %, conv4_1 40 %, conv5_1 0 %"
    blue = np.argwhere(np.abs(pixels(drawing.picture) - (0, 0x72, 0xB2)).sum(axis=2) < 30)
    assert np.ptp(blue[:, 1]) == pytest.approx(0.4 * module.FULL, abs=1)


@pytest.fixture
def box(compact, small, quick):
    choices = {"all": (dict.fromkeys(LAYERS, 3.0), np.full((4, 4, 3), 50.0)),
               "first": ({"conv1_1": 27.0}, np.full((4, 4, 3), 200.0))}
    return layer_weights_panel(compact, small, LOSSES, choices)


def test_a_choice_sets_the_sliders_and_a_slider_leaves_the_choice(box):
    assert box.controls["conv5_1"].value == 1 and pixels(box.picture.value)[150, 150, 0] == 50
    box.controls["choice"].value = "first"
    assert [box.controls[layer].value for layer in LAYERS] == [3, OFF, OFF, OFF, OFF]
    assert pixels(box.picture.value)[150, 150, 0] == 200 and "conv1_1 100 %" in box.words.value
    box.controls["conv2_1"].value = 3.5
    assert box.controls["choice"].value == OWN and box.words.value.startswith(OWN)
    assert "conv2_1 57 %" in box.words.value  # 3·√3 of 4 + 3·√3: 27 of each is the same


def test_the_button_weaves_the_own_weights(box):
    box.controls["conv3_1"].value = 5
    before = box.picture.value
    box.buttons["start"].click()
    box.wait(60)
    assert box.error is None and box.progress.value == 1 and box.picture.value != before
    shown = box.picture.value
    box.controls["conv3_1"].value = 6
    assert np.array_equal(pixels(box.picture.value)[30:320, :300], pixels(shown)[30:320, :300])  # it stays
