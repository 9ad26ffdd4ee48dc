"""Lesson 03, content loss: what it writes by hand, its closed forms, and its widget."""

import io
import threading

import numpy as np
import pytest
from lesson_code import lesson_functions
from PIL import Image

from nst_helpers import losses
from nst_helpers.backend import tf
from nst_helpers.exercises import find
from nst_helpers.experiments.inversion import ALONE, HELPED, rebuild
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder
from nst_helpers.shipped import picture_names
from nst_helpers.widgets import content
from nst_helpers.widgets.content import draw_rebuilt, layer_slider, middle_of

LESSON = "03_content_loss"
LAYERS = ("conv1_1", "conv4_2")
STEPS = (0, 3, 7)


def pixels(panel):
    return np.asarray(Image.open(io.BytesIO(panel.picture.value)).convert("RGB"), float)


# By hand

def test_the_loss_and_its_gradient_by_pencil():
    content_loss, content_gradient = lesson_functions(LESSON, "content_loss", "content_gradient")
    features, wanted = np.array([[[4.0], [0.0]], [[2.0], [6.0]]]), np.array([[[4.0], [1.0]], [[0.0], [6.0]]])
    assert float(content_loss(features, wanted)) == float(losses.content_loss(features, wanted)) == 2.5
    assert content_gradient(features, wanted)[..., 0].tolist() == [[0, -1], [2, 0]]


def test_the_gradient_is_the_tapes_and_the_finite_differences():
    content_gradient, by_tape, by_difference = lesson_functions(
        LESSON, "content_gradient", "tape_gradient", "finite_difference")
    features, wanted = np.random.default_rng(1).random((2, 3, 4, 2))
    expected = content_gradient(features, wanted)
    np.testing.assert_allclose(by_tape(lambda w: losses.content_loss(w, wanted), features), expected, atol=1e-12)
    by_steps = by_difference(lambda w: losses.content_loss(w, wanted), features)
    np.testing.assert_allclose(by_steps, expected, atol=1e-9)


def test_painted_kernels_are_the_way_back_through_a_convolution():
    (paint,) = lesson_functions(LESSON, "paint")
    generator = np.random.default_rng(2)
    error, kernel = generator.standard_normal((5, 6, 4)), generator.standard_normal((3, 2, 3, 4))
    expected = tf.nn.conv2d_transpose(error[None], kernel, (1, 7, 7, 3), strides=1, padding="VALID")[0]
    np.testing.assert_allclose(paint(error, kernel), expected, atol=1e-12)


def test_the_solutions_are_the_exercises_truths():
    solutions = lesson_functions(LESSON, "loss_per_value", "gradient_before_relu", "best_features")
    for name, solution in zip(("03-per-value", "03-relu", "03-two-contents"), solutions, strict=True):
        exercise = find(name)
        for case in exercise.inputs(np.random.default_rng(3)):
            np.testing.assert_allclose(solution(*case), exercise.truth(*case))


def test_the_gate_is_the_tapes():
    z, wanted = np.random.default_rng(4).standard_normal((2, 3, 4, 2))
    by_tape, gated = lesson_functions(LESSON, "tape_gradient", "gradient_before_relu")
    expected = by_tape(lambda z: losses.content_loss(tf.nn.relu(z), wanted), z)
    np.testing.assert_allclose(gated(z, wanted), expected, atol=1e-12)


# The widget

def test_the_lesson_and_its_widget_show_the_same_photograph():
    whole = load_image(data_folder() / "content" / "cat.jpg", 256)
    np.testing.assert_array_equal(middle_of("cat"), whole[21:149, 32:224])


@pytest.mark.parametrize("name", picture_names("content"))
def test_every_photograph_has_a_middle(name):
    assert middle_of(name).shape == (128, 192, 3)


# The slider

@pytest.fixture
def computed():
    """Pictures that differ in everything: the step is the grey level, the layer and the way shift it."""
    photo = middle_of("cat")
    return {how: {layer: {step: np.full_like(photo, 20 * step + 7 * LAYERS.index(layer) + 40 * (how == ALONE))
                          for step in STEPS} for layer in LAYERS} for how in (HELPED, ALONE)}


def test_each_control_changes_the_picture(computed):
    slider = layer_slider(computed)
    assert slider.panel.values == {"layer": "conv4_2", "step": 7, "how": HELPED, "photograph": "cat"}
    for name, value in (("step", 3), ("layer", "conv1_1"), ("how", ALONE), ("photograph", "temple")):
        before = pixels(slider)
        slider.controls[name].value = value
        assert np.abs(pixels(slider) - before).max() > 5, name


def test_the_words_say_the_layer_the_step_and_how_far_off(computed):
    slider, photo = layer_slider(computed), middle_of("cat")
    error = np.abs(computed[HELPED]["conv4_2"][7] - photo).mean()
    said = int(slider.words.value.split("less than ")[1].split()[0])
    assert "conv4_2" in slider.words.value and "after 7 steps" in slider.words.value and error <= said <= 2 * error
    assert "less than 1 grey levels" in draw_rebuilt(photo, photo, "conv1_1", 200).words
    assert "less than 255 grey" in draw_rebuilt(0 * photo, 0 * photo + 255, "conv1_1", 200).words


def test_the_photograph_is_at_the_left_and_the_rebuilt_picture_at_the_right(computed):
    shown, photo = pixels(layer_slider(computed)), middle_of("cat")
    assert np.abs(shown[::2, :384:2] - photo).mean() < 12  # JPEG, enlarged
    assert np.abs(shown[:, 400:] - computed[HELPED]["conv4_2"][7][0, 0, 0]).mean() < 2


def test_what_was_not_computed_is_said_and_offered(computed):
    slider = layer_slider(computed)
    slider.controls["photograph"].value = "coffee"
    assert "press the button" in slider.words.value and not slider.running
    before = np.abs(pixels(slider)[:, :380] - pixels(layer_slider(computed))[:, :380]).mean()
    assert before > 10  # another photograph at the left


def test_the_live_computation_starts_from_noise_shows_its_way_and_stops(computed, monkeypatch):
    small, go_on, shown = middle_of("coffee")[:32, :48], threading.Event(), threading.Event()
    monkeypatch.setattr(content, "middle_of", lambda name: small)
    monkeypatch.setattr(content, "EVERY", 1)

    def job(**values):
        for share, drawing in content.live_job(**values):
            yield share, drawing
            shown.set()
            assert go_on.wait(30)

    computed = {HELPED: {"conv1_1": {0: small, 5: small}}}
    slider = layer_slider(computed, job=job)
    slider.buttons["start"].click()
    assert shown.wait(60) and slider.running and "after 0 steps" in slider.words.value
    slider.buttons["stop"].click()
    go_on.set()
    slider.wait(60)
    assert not slider.running and slider.error is None and slider.progress.value < 0.1


def test_the_live_computation_comes_nearer_step_by_step(monkeypatch):
    small = middle_of("coffee")[:32, :48]
    monkeypatch.setattr(content, "middle_of", lambda name: small)
    monkeypatch.setattr(content, "STEPS", 20)
    monkeypatch.setattr(rebuild, "__defaults__", (HELPED, 20, 0))
    shares, words = zip(*((share, drawing.words) for share, drawing in
                          content.live_job("conv1_1", 200, HELPED, "coffee")), strict=True)
    assert shares == (0, 0.25, 0.5, 0.75, 1) and "after 20 steps" in words[-1]
    limits = [int(text.split("less than ")[1].split()[0]) for text in words]
    assert limits[-1] < limits[0]
