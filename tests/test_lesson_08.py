"""Lesson 08: its rules by hand are the package's; the limit and the best β have closed forms; its widgets."""

import io

import numpy as np
import pytest
from lesson_code import lesson_functions
from PIL import Image

from nst_helpers import optimizers
from nst_helpers.backend import tf
from nst_helpers.experiments.landscapes import PATTERNS, SURFACES, start_share, velocities
from nst_helpers.widgets import descent as module
from nst_helpers.widgets.descent import descent, draw_descent, memory
from nst_helpers.widgets.paths import PAGE

CURVATURE = np.array([100.0, 1.0, 0.01])
START = np.array([1.0, -2.0, 3.0])


def pixels(panel):
    return np.asarray(Image.open(io.BytesIO(panel.picture.value)).convert("RGB"), float)


def path(optimizer, w, steps=60):
    state, points = optimizer.init(w), [np.asarray(w)]
    for _ in range(steps):
        w, state = optimizer.step(w, CURVATURE * w, state)
        points.append(np.asarray(w))
    return np.array(points)


# What the lesson writes


@pytest.mark.parametrize("array", [np.array, tf.constant], ids=["NumPy", "TensorFlow"])
def test_the_lessons_rules_are_the_packages(array):
    descend, momentum_path, accumulated, averaged = lesson_functions(
        "08_gradient_descent", "descend", "momentum_path", "accumulated", "averaged")
    start = array(START)

    def gradient(w):
        return CURVATURE * w

    np.testing.assert_allclose(descend(gradient, start, 0.01, 60), path(optimizers.GradientDescent(0.01), start))
    for form, average in ((accumulated, False), (averaged, True)):
        by_hand = momentum_path(form, gradient, start, 0.005, 0.9, 60)
        packaged = path(optimizers.Momentum(0.005, 0.9, average), start)
        assert np.abs(packaged[-1] - START).max() > 1e-3  # it went somewhere
        np.testing.assert_allclose(by_hand, packaged, rtol=1e-9, atol=1e-12)


def test_the_step_of_the_exercise_is_one_step_of_the_package():
    momentum_step, our_rate = lesson_functions("08_gradient_descent", "momentum_step", "our_rate")
    gradient, velocity = np.array([3.0, -1.0, 0.5]), np.array([1.0, 2.0, -4.0])
    new, _ = optimizers.Momentum(0.1, 0.8).step(START, gradient, optimizers.MomentumState(velocity))
    np.testing.assert_allclose(momentum_step(START, gradient, velocity, 0.1, 0.8), new)
    np.testing.assert_allclose(path(optimizers.Momentum(our_rate(0.002, 0.75), 0.75), START),
                               path(optimizers.Momentum(0.002, 0.75, average=False), START), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("curvature", [[1.0, 5.0], [2.0, 2.0], [0.5, 40.0, 3.0]])
def test_the_measured_limit_is_two_over_the_largest_curvature(curvature):
    _, measured_limit, largest_rate = lesson_functions("08_gradient_descent", "flies_off", "measured_limit",
                                                       "largest_rate")
    assert measured_limit(np.diag(curvature)) == pytest.approx(largest_rate(np.array(curvature)), rel=2e-3)
    assert largest_rate(np.array(curvature)) == 2 / max(curvature)


@pytest.mark.parametrize("kappa", [3, 9, 49])
def test_the_best_memory_of_the_sweep_is_polyaks(kappa):
    (sweep,) = lesson_functions("08_gradient_descent", "sweep")
    betas = np.linspace(0, 0.98, 50)
    needed = sweep(kappa, betas, np.logspace(-2, 1.5, 300)).min(axis=1)
    assert betas[needed.argmin()] == pytest.approx(((kappa**0.5 - 1) / (kappa**0.5 + 1)) ** 2, abs=0.04)


def test_steps_needed_by_pencil():
    (steps_needed,) = lesson_functions("08_gradient_descent", "steps_needed")
    assert [steps_needed(kappa) for kappa in (1, 3)] == [1, 10]  # at once; (1/2)¹⁰ < 1/1000


def test_the_steepest_direction_is_the_eigenvector():
    (steepest,) = lesson_functions("08_gradient_descent", "steepest")
    matrix = np.array([[2.0, 1.0], [1.0, 2.0]])  # 3 along (1, 1), 1 along (1, −1)
    curvature, direction = steepest(lambda d: matrix @ d, np.array([1.0, 0.2]), 60)
    assert curvature == pytest.approx(3)
    np.testing.assert_allclose(np.abs(direction), np.sqrt(0.5), rtol=1e-6)


# The widgets


def test_each_control_of_the_descent_changes_its_picture():
    panel = descent()
    for name, value in (("share", 0.3), ("beta", 0.8), ("form", True), ("across", 70.0), ("up", 30.0), ("steps", 10),
                        ("surface", "banana valley")):
        before = pixels(panel)
        panel.controls[name].value = value
        assert np.abs(pixels(panel) - before).max() > 50, name


@pytest.mark.parametrize("surface", SURFACES)
def test_another_surface_begins_at_its_own_start_and_is_drawn_once(surface):
    panel = descent("saddle" if surface != "saddle" else "ravine")
    draw, calls = panel.draw, []
    panel.draw = lambda **values: calls.append(values) or draw(**values)
    panel.controls["surface"].value = surface
    assert [panel.controls["across"].value, panel.controls["up"].value] == start_share(SURFACES[surface])
    assert len(calls) == 1


def test_the_words_by_pencil():
    # One step from (−4, 1) with η = 0.05: (−3.8, 0), height ½ · 3.8² = 7.22; momentum's first step is the same.
    words = draw_descent("ravine", 0.5, 0.9, False, 10, 75, 1).words
    assert "gradient descent 7.2, momentum 7.2" in words
    assert "2/λ_max = 0.1, κ = 20, best β = 0.40" in words


def test_no_memory_is_plain_descent_and_far_too_long_a_step_is_told():
    words = draw_descent("ravine", 0.7, 0.0, True, 10, 75, 30).words
    plain, with_memory = words.split(": ")[1].split(". ")[0].split(", ")
    assert plain.split()[-1] == with_memory.split()[-1]
    assert "beyond all numbers" in draw_descent("banana valley", 30.0, 0.99, False, 0, 100, 200).words


@pytest.mark.parametrize("surface", SURFACES)
def test_every_surface_is_drawn_at_the_ends_of_its_controls(surface):
    for share, beta, across, up, steps in ((0.01, 0, 0, 0, 1), (31.0, 0.99, 100, 100, 200)):
        assert Image.open(io.BytesIO(draw_descent(surface, share, beta, True, across, up, steps).picture)).size == \
            PAGE


def test_the_memory_of_the_widget_by_pencil():
    np.testing.assert_allclose(velocities([4, 4, 4], 0.5), [2, 3, 3.5])
    assert "at the end V is 1.00" not in module.draw_memory("one push", 0.9, 0.0).words
    zigzag = float(module.draw_memory("zigzag", 0.9, 0.0).words.split("changes ")[1].split()[0])
    assert zigzag == pytest.approx(1 / 19, abs=0.02)  # (1 − β) / (1 + β)
    assert "changes 1.00 times" in module.draw_memory("zigzag", 0.0, 0.5).words


@pytest.mark.parametrize("pattern", PATTERNS)
def test_each_control_of_the_memory_changes_its_picture(pattern):
    panel = memory(pattern)
    for name, value in (("beta", 0.3), ("noise", 1.5), ("pattern", next(p for p in PATTERNS if p != pattern))):
        before = pixels(panel)
        panel.controls[name].value = value
        assert np.abs(pixels(panel) - before).max() > 50, name
