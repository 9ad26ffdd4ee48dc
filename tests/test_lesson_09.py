"""Lesson 09: its rules by hand are the package's; where ε stands; what it counts; and its widget."""

import io

import numpy as np
import pytest
from lesson_code import lesson_functions
from PIL import Image

from nst_helpers import optimizers
from nst_helpers.backend import keras, tf
from nst_helpers.experiments.landscapes import SURFACES, height, run, start_share, turned
from nst_helpers.widgets.descent import adaptive, draw_adaptive

CURVATURE = np.array([100.0, 1.0, 0.01])
START = np.array([1.0, -2.0, 3.0])
PAIRS = {
    "adagrad": optimizers.AdaGrad(0.05, 1e-3), "rmsprop": optimizers.RMSprop(0.05, 0.9, 1e-3),
    "adagrad_inside": optimizers.AdaGrad(0.05, 1e-3, epsilon_inside=True),
    "rmsprop_inside": optimizers.RMSprop(0.05, 0.9, 1e-3, epsilon_inside=True),
}
NAMES = [name for name in SURFACES if name != "ravine askew"]  # the widget turns surfaces itself


def pixels(panel):
    return np.asarray(Image.open(io.BytesIO(panel.picture.value)).convert("RGB"), float)


def path(step, w, memory, steps=100):
    points = []
    for _ in range(steps):
        w, memory = step(w, CURVATURE * w, memory)
        points.append(np.asarray(w))
    return np.array(points)


# What the lesson writes


@pytest.mark.parametrize("array", [np.array, tf.constant], ids=["NumPy", "TensorFlow"])
@pytest.mark.parametrize("name", PAIRS)
def test_the_lessons_rule_is_the_packages_optimizer(name, array):
    (rule,), optimizer, start = lesson_functions("09_rmsprop", name), PAIRS[name], array(START)
    by_hand = path(lambda w, gradient, scale: rule(w, gradient, scale, 0.05, epsilon=1e-3), start, 0 * start)
    packaged = path(optimizer.step, start, optimizer.init(start))
    assert np.abs(packaged[-1] - START).max() > 1e-2  # it went somewhere
    np.testing.assert_allclose(by_hand, packaged, rtol=1e-9, atol=1e-12)


def test_the_step_of_the_exercise_is_the_lessons_rule():
    rmsprop_step, rmsprop = lesson_functions("09_rmsprop", "rmsprop_step", "rmsprop")
    gradient, scale = np.array([4.0, -0.3, 2.0]), np.array([1.0, 0.2, 9.0])
    new, _ = rmsprop(START, gradient, scale, 0.3, 0.8, 0.1)
    np.testing.assert_allclose(rmsprop_step(START, gradient, scale, 0.3, 0.8, 0.1), new)


def test_adagrads_step_dies_and_rmsprops_does_not():
    step_lengths, adagrad, rmsprop, step_length = lesson_functions("09_rmsprop", "step_lengths", "adagrad", "rmsprop",
                                                                   "step_length")
    t = np.arange(1, 501)
    np.testing.assert_allclose(step_lengths(adagrad, np.full(500, 3.0)), step_length(t, 1.0), rtol=1e-6)
    np.testing.assert_allclose(step_lengths(rmsprop, np.full(500, 3.0)), 1 / np.sqrt(1 - 0.9**t), rtol=1e-6)


@pytest.mark.parametrize(("epsilon", "scale"), [(0.1, 4.0), (1e-3, 1e-6), (0.5, 0.0)])
def test_the_matching_epsilon_makes_both_roots_equal(epsilon, scale):
    (inside_for,) = lesson_functions("09_rmsprop", "inside_for")
    assert (scale + inside_for(epsilon, scale)) ** 0.5 == pytest.approx(scale**0.5 + epsilon)


@pytest.mark.parametrize("size", [1e-5, 1e-3, 1.0])
def test_keras_has_epsilon_inside(size):
    (inside,) = lesson_functions("09_rmsprop", "rmsprop_inside")
    w = keras.Variable(np.zeros(1), dtype="float64")
    keras.optimizers.RMSprop(1.0, rho=0.75, epsilon=1e-7).apply([tf.constant([size], tf.float64)], [w])
    assert inside(0.0, size, 0.0, 1.0, beta=0.75)[0] == pytest.approx(w.numpy()[0], rel=1e-6)


def test_what_is_counted_by_pencil():
    (counted,) = lesson_functions("09_rmsprop", "counted")
    zero, nearly, share, kurtosis = counted([0, 0, 0, 2])  # all of it in one of four entries
    assert (zero, nearly, share, kurtosis) == (0.75, 0.75, 0.25, 4)
    assert counted([1, -1, 1, -1]) == (0, 0, 1, 1)  # spread evenly
    assert counted([0.001, 1, 1, 1])[1] == 0.25
    assert counted(np.random.default_rng(0).standard_normal(100_000))[3] == pytest.approx(3, rel=0.02)


def test_rmsprop_suffers_from_turning_and_plain_descent_does_not():
    walk, rmsprop = lesson_functions("09_rmsprop", "walk", "rmsprop")
    bowl = SURFACES["badly scaled bowl"]
    ends = {"rmsprop": [], "plain": []}
    for ground in (bowl, turned(bowl, 45)):
        ends["rmsprop"].append(height(ground, walk(rmsprop, ground, 0.1, 55)[-1]))
        ends["plain"].append(height(ground, run(ground, optimizers.GradientDescent(0.004), ground.start, 55)[-1]))
    assert ends["rmsprop"][1] > 100 * ends["rmsprop"][0]
    assert ends["plain"][1] == pytest.approx(ends["plain"][0])


# The widget


def test_each_control_of_the_widget_changes_its_picture():
    panel = adaptive()
    for name, value in (("turn", 30.0), ("rate", 0.05), ("beta", 0.5), ("across", 70.0), ("up", 30.0), ("steps", 10),
                        ("surface", "saddle")):
        before = pixels(panel)
        panel.controls[name].value = value
        assert np.abs(pixels(panel) - before).max() > 50, name


def test_no_line_leaves_the_path():
    """RMSprop's nearly upright strokes end left of here, and without them the bowl's lower half mirrors its upper."""
    beyond = pixels(adaptive())[46:446, 300:490]
    np.testing.assert_array_equal(beyond, beyond[::-1])


def test_the_first_step_in_words_by_pencil():
    # AdaGrad moves both numbers by η = 0.3: a length of 0.3 · √2 = 0.42; RMSprop √10 times as far: 1.3.
    across, up = start_share(SURFACES["ravine"])
    words = draw_adaptive("ravine", 0, 0.3, 0.9, across, up, 1).words
    last = words.split("last step's length: ")[1]
    assert "AdaGrad 0.42" in last and "RMSprop 1.3" in last


def test_turning_by_a_right_angle_changes_nothing_and_by_half_of_it_a_lot():
    def heights(turn):
        return draw_adaptive("badly scaled bowl", turn, 0.1, 0.9, 10, 83, 60).words.split(". The last")[0]

    assert heights(90) == heights(0) != heights(45)


@pytest.mark.parametrize("surface", NAMES)
def test_every_surface_is_drawn_at_the_ends_of_its_controls(surface):
    for turn, rate, beta, across, up, steps in ((0, 0.001, 0, 0, 0, 1), (90, 10.0, 0.99, 100, 100, 200)):
        drawing = draw_adaptive(surface, turn, rate, beta, across, up, steps)
        assert Image.open(io.BytesIO(drawing.picture)).size == (1000, 480)
        assert f"after {steps} steps" in drawing.words
