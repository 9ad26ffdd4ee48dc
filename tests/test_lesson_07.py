"""Lesson 07: its functions and the package agree, and its widget shows what it says."""

import io

import numpy as np
import pytest
from lesson_code import lesson_functions
from PIL import Image

from nst_helpers.diagrams import total
from nst_helpers.losses import content_loss, style_loss
from nst_helpers.widgets.balance import balance, draw_rung, nearest

RUNGS = {ratio: (np.full((20, 30, 3), level, float), content, style)
         for ratio, level, content, style in ((0.1, 40, 1, 100), (1, 120, 10, 10), (10, 200, 100, 1))}


def pixels(data):
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), float)


def test_each_gradient_counts_with_its_weight_alone():
    (total_gradient,) = lesson_functions("07_total_loss", "total_gradient")
    gradients = {"a": np.array([3.0, 4.0]), "b": np.array([0.0, 1000.0]), "c": np.zeros(2)}
    np.testing.assert_allclose(total_gradient(gradients, {"b": 0.5, "a": 10.0, "c": 7.0}), [6, 8.5])


def test_the_weight_that_splits_the_middle():
    """With content at 0 and style at ±s the curvature at 0 is α − β s²: found by looking for the minima."""
    alpha, s = 1.7, 2.0
    w = np.linspace(-3, 3, 6001)

    def minima(beta):
        loss = alpha * w**2 / 2 + beta * (w**2 - s**2) ** 2 / 4
        return np.sum((loss[1:-1] < loss[:-2]) & (loss[1:-1] < loss[2:]))

    assert minima(0.9 * alpha / s**2) == 1 and minima(1.1 * alpha / s**2) == 2


def test_a_louder_network_needs_less_style(compact, photograph):
    """With all responses s times as large, content grows by s² and style by s⁴."""
    s, layers = 3.0, {"conv1_1": 1.0, "conv2_1": 0.5}
    pictures = [compact(image, tuple(layers)) for image in (photograph, photograph[:, ::-1] * 0.5)]
    louder = [{layer: s * features for layer, features in maps.items()} for maps in pictures]
    for loss, power in ((lambda mine, theirs: content_loss(mine["conv2_1"], theirs["conv2_1"]), 2),
                        (lambda mine, theirs: style_loss(mine, theirs, layers), 4)):
        assert float(loss(*louder)) == pytest.approx(s**power * float(loss(*pictures)), rel=1e-3)


def test_the_diagrams_draw():
    image = np.random.default_rng(0).uniform(0, 255, (20, 30, 3))
    assert len(total.attachments(image, image, image).axes) == 1
    assert len(total.on_the_curve(RUNGS, width=60).axes) == 1
    assert len(total.maps_of({str(place): image[..., 0] - 128 for place in range(4)}).axes) == 5


def test_each_strip_comes_from_its_own_image():
    figure = total.strips([np.full((8, 30, 3), level) for level in (0, 100, 200)], ["a", "b", "c"])
    drawn = figure.axes[0].images[0].get_array()
    assert [round(float(drawn[4, column, 0]) * 255) for column in (0, 9, 10, 19, 20, 29)] == [0, 0, 100, 100, 200, 200]


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
