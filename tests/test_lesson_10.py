"""Lesson 10: its rules by hand are the package's; what it says of step lengths and ε; and its race."""

import io

import numpy as np
import pytest
from lesson_code import lesson_functions
from PIL import Image

from nst_helpers import optimizers
from nst_helpers.backend import tf
from nst_helpers.experiments.landscapes import RATES, RULES, best_rates, corners
from nst_helpers.widgets.race import SURFACES, draw_race, race

CURVATURE = np.array([100.0, 1.0, 0.01])
START = np.array([1.0, -2.0, 3.0])
PAIRS = {
    "gradient_descent": optimizers.GradientDescent(0.01), "momentum": optimizers.Momentum(0.01),
    "adagrad": optimizers.AdaGrad(0.01), "rmsprop": optimizers.RMSprop(0.01), "adam": optimizers.Adam(0.01),
    "paper_adam": optimizers.Adam(0.01, bias_correction=False),
    "adam_hat": optimizers.Adam(0.01, epsilon=1e-7, epsilon_hat=True),
}


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
    rule, fresh = lesson_functions("10_adam", name, "fresh")
    start, optimizer = array(START), PAIRS[name]
    by_hand = path(lambda w, gradient, memory: rule(w, gradient, memory, 0.01), start, fresh(start))
    packaged = path(optimizer.step, start, optimizer.init(start))
    assert np.abs(packaged[-1] - START).max() > 1e-4  # it went somewhere
    np.testing.assert_allclose(by_hand, packaged, rtol=1e-9, atol=1e-12)


def test_the_excess_without_correction_is_the_closed_form():
    step_lengths, _, paper_adam, adam, too_long = lesson_functions(
        "10_adam", "step_lengths", "fresh", "paper_adam", "adam", "too_long")
    without, corrected = (step_lengths(rule, np.full(2000, 4.0)) for rule in (paper_adam, adam))
    np.testing.assert_allclose(corrected, 1, rtol=1e-6)
    np.testing.assert_allclose(without, too_long(np.arange(1, 2001), 0.9, 0.999), rtol=1e-5)
    assert without[0] == pytest.approx(np.sqrt(10), rel=1e-5)  # (1 − 0.9) / √(1 − 0.999)


@pytest.mark.parametrize("t", [1, 2, 5, 50])
def test_the_matching_epsilon_makes_both_forms_equal(t):
    matching, adam, adam_hat = lesson_functions("10_adam", "matching_epsilon", "adam", "adam_hat")
    memory, gradient = (t - 1, np.array([0.3, -2.0]), np.array([0.5, 0.1])), np.array([1.0, 3.0])
    one, _ = adam(START[:2], gradient, memory, 0.1, epsilon=matching(0.1, 0.999, t))
    other, _ = adam_hat(START[:2], gradient, memory, 0.1, epsilon=0.1)
    np.testing.assert_allclose(one, other, rtol=1e-12)


def test_the_lessons_sweep_finds_the_widgets_rates():
    names = ("gradient_descent", "momentum", "adagrad", "rmsprop", "adam")
    space = {"ETAS": RATES}
    sweep, *_ = lesson_functions("10_adam", "sweep", "descend", "fresh", **space)
    rules = lesson_functions("10_adam", *names)
    for surface, ground in SURFACES.items():
        found = [sweep(rule, ground)[0] for rule in rules]
        np.testing.assert_allclose(found, list(best_rates(surface).values()), rtol=1e-9)


# The race


def test_each_control_of_the_race_changes_its_picture():
    panel = race()
    for name, value in (("factor", 0.25), ("beta1", 0.5), ("across", 70.0), ("up", 30.0), ("steps", 20),
                        ("surface", list(SURFACES)[1])):
        before = pixels(panel)
        panel.controls[name].value = value
        assert np.abs(pixels(panel) - before).max() > 50, name


def test_another_surface_begins_at_its_own_start_and_is_drawn_once(monkeypatch):
    panel, calls = race(), []
    draw = panel.draw
    panel.draw = lambda **values: calls.append(values) or draw(**values)
    name = list(SURFACES)[-1]
    panel.controls["surface"].value = name
    ground = SURFACES[name]
    low, high = corners(ground)
    shares = np.array([panel.controls["across"].value, panel.controls["up"].value])
    np.testing.assert_allclose(low + (high - low) * shares / 100, ground.start, atol=1e-3 * (high - low).max())
    assert len(calls) == 1 and calls[0]["surface"] == name


def test_the_words_name_all_five_from_low_to_high():
    words = draw_race(next(iter(SURFACES)), 1.0, 0.9, 10, 75, 60).words
    ends = [part.rsplit(" ", 1) for part in words.split(": ", 1)[1].rstrip(".").split(", ")]
    assert {name for name, _ in ends} == set(RULES)
    values = [float(value) for _, value in ends]
    assert values == sorted(values)


@pytest.mark.parametrize("surface", SURFACES)
def test_a_rate_that_is_far_too_large_is_drawn_and_told(surface):
    drawing = draw_race(surface, 8.0, 0.99, 0, 100, 200)
    assert Image.open(io.BytesIO(drawing.picture)).size == (1000, 480)
    assert "after 200 steps" in drawing.words
