"""Lesson 07: its functions and the package agree, and its widget shows what it says."""

import io

import numpy as np
import pytest
from lesson_code import lesson_functions
from PIL import Image

from nst_helpers.widgets.balance import balance, draw_rung, nearest

RUNGS = {ratio: (np.full((20, 30, 3), level, float), content, style)
         for ratio, level, content, style in ((0.1, 40, 1, 100), (1, 120, 10, 10), (10, 200, 100, 1))}


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), float)


def test_choose_beta_balances_the_forces():
    (choose_beta,) = lesson_functions("07_total_loss", "choose_beta")
    beta = choose_beta(alpha=2, content_force=0.3, style_force=1.5, times=4)
    assert beta * 1.5 == pytest.approx(4 * 2 * 0.3)


def test_the_total_gradient_is_that_of_the_sum():
    (total_gradient,) = lesson_functions("07_total_loss", "total_gradient")
    w, weights = np.array([1.0, -2.0]), {"a": 3.0, "b": 0.5}
    gradients = {"a": 2 * w, "b": np.cos(w)}  # of w² and sin w

    def total(w):
        return (3 * w**2 + 0.5 * np.sin(w)).sum()

    steps = 1e-6 * np.eye(2)
    numeric = [(total(w + step) - total(w - step)) / 2e-6 for step in steps]
    np.testing.assert_allclose(total_gradient(gradients, weights), numeric, rtol=1e-6)


def test_the_slider_shows_the_nearest_picture():
    panel = balance(RUNGS)
    assert panel.controls["ratio"].value == 1 and pixels(panel.picture.value)[60, 200, 0] == 120
    assert panel.words.value == "β/α = 1: content loss 10, style loss 10"
    panel.controls["ratio"].value = 4
    assert pixels(panel.picture.value)[60, 200, 0] == 200
    panel.controls["ratio"].value = 0.1
    assert pixels(panel.picture.value)[60, 200, 0] == 40


def test_nearest_is_by_factors():
    assert [nearest([1, 10, 100], ratio) for ratio in (0.01, 2, 4, 31, 33, 1000)] == [1, 1, 10, 10, 100, 100]


def test_the_points_lie_where_the_losses_are():
    """The chosen rung is the largest dot: upper left for a low content and a high style loss."""
    def dot(ratio):
        chart = pixels(draw_rung(RUNGS, ratio).picture)[:, 560:]
        orange = np.argwhere(np.abs(chart - (0xD5, 0x5E, 0x00)).sum(axis=2) < 30)
        return orange.mean(axis=0)

    upper_left, middle, lower_right = dot(0.1), dot(1), dot(10)
    assert (np.diff([upper_left, middle, lower_right], axis=0) > 20).all()
    np.testing.assert_allclose(middle, (upper_left + lower_right) / 2, atol=1.5)


def test_the_button_paints_the_ratio_between():
    asked = []

    def live(ratio):
        for number in (1, 2):
            asked.append(ratio)
            yield number / 2, np.full((20, 30, 3), 77.0 * number), 5.0, 5.0

    box = balance(RUNGS, live)
    box.controls["ratio"].value = 3
    box.buttons["start"].click()
    box.wait(30)
    assert asked == [3, 3] and box.progress.value == 1 and box.error is None
    assert pixels(box.picture.value)[60, 200, 0] == 154 and box.words.value.startswith("β/α = 3:")
