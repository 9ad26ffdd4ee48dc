"""Lesson 07: its functions and the package agree, and its widget shows what it says."""

import io

import numpy as np
import pytest
from lesson_code import lesson_functions
from PIL import Image

from nst_helpers import exercises, plots
from nst_helpers.backend import tf
from nst_helpers.diagrams import total
from nst_helpers.exercises.formulas import value
from nst_helpers.experiments import minima
from nst_helpers.losses import content_loss, style_loss
from nst_helpers.schedule import fitted
from nst_helpers.settings import Settings
from nst_helpers.shipped import shipped_picture
from nst_helpers.transfer import Level, descend
from nst_helpers.widgets.balance import balance, draw_rung, nearest

ORDER = 5.0  # the β at which the waves cost the temple 0.70
STORED = ("photograph", "noise", "second_noise", "kicked_noise", "half_way", "kicked_photograph")
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


def test_the_weight_that_balances_half_way():
    """The lowest place of α·content + β·style is s/2 at the β that the exercise asks for; found by looking."""
    alpha, s = 1.7, 3.0
    w = np.linspace(0, 3, 30001)
    beta = value(exercises.find("07-balance").truth, {"alpha": alpha, "s": s})
    loss = alpha * w**2 / 2 + beta * (w**2 - s**2) ** 2 / 4
    assert w[loss.argmin()] == pytest.approx(s / 2, abs=1e-3)


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


def test_each_piece_comes_from_its_own_image_and_from_the_same_place():
    images = [np.full((8, 30, 3), level) for level in (0, 100, 150, 200)]
    for image in images:
        image[2:5, 10:20] += 50
    figure = total.same_place(images, list("abcd"), (2, 10, 3, 10))
    drawn = [axes.images[0].get_array() for axes in figure.axes if axes.images]
    assert [axes.get_title() for axes in figure.axes] == ["a", "b", "c", "d"]
    assert figure.axes[0].get_position().y0 > figure.axes[2].get_position().y1  # two in a row
    for piece, level in zip(drawn, (50, 150, 200, 250), strict=True):
        assert piece.shape[:2] == (3, 10) and np.allclose(piece * 255, level)


def test_the_maps_are_in_millionths():
    figure = total.maps_of({str(place): np.full((20, 30), 3e-6) for place in range(4)})
    drawn = figure.axes[0].images[0]
    assert np.allclose(drawn.get_array(), 3) and np.allclose(drawn.get_clim(), (-3, 3))


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


# A picture to order


def test_what_is_no_picture_to_order_is_refused():
    temple, waves = shipped_picture("temple", 160), shipped_picture("great_waves")
    painting, generator = fitted(waves, *temple.shape[:2]), np.random.default_rng(0)
    beside = np.concatenate([temple[:, :142], painting[:, 142:]], axis=1)
    wrong = {"the photograph": temple, "the painting": painting, "mirrored": temple[:, ::-1], "negative": 255 - temple,
             "a mean of both": 0.68 * temple + 0.32 * painting, "beside each other": beside,
             "noisy": temple + generator.normal(0, 50, temple.shape), "grey": np.full_like(temple, 120)}
    for name, image in wrong.items():
        assert not exercises.verdict("07-order", image).passed, name
    assert "shape" in exercises.verdict("07-order", temple[:50]).text
    assert "between 0 and 1" in exercises.verdict("07-order", temple / 255).text
    assert not exercises.verdict("07-order", 7.5).passed


def test_a_picture_to_order_is_a_matter_of_its_weight(compact):
    """What the lesson's function paints passes at one β, and at twice and half of it does not."""
    temple, waves = shipped_picture("temple", 160), shipped_picture("great_waves", 320)

    def painted(beta):
        level = Level(*temple.shape[:2], 40, 1.0)
        return [state for state, _ in descend(temple, temple, waves, level, compact, Settings(style_weight=beta))][-1]

    assert exercises.verdict("07-order", painted(ORDER).canvas).passed
    assert not exercises.verdict("07-order", painted(2 * ORDER).canvas).passed


# One minimum or several


def test_a_descent_tells_where_it_ended(photograph):
    settings = Settings(style_weight=25.0)
    objective = minima.objective_of(photograph, photograph[:, ::-1] * 0.6, settings)
    seen = {}
    end = minima.lowered(photograph, objective, 30, settings, lambda mark, picture: seen.update({mark: picture}))
    _, losses = objective(tf.constant(end.image))
    assert end.losses["total"] == pytest.approx(float(losses[3])) == end.totals[30] < end.totals[10]
    assert list(seen) == list(end.totals) == [10, 30] and np.array_equal(seen[30], end.image)
    assert 0 < end.force < 0.5 * minima.force(photograph, objective(tf.constant(photograph))[0].numpy())


def test_the_force_leaves_out_what_cannot_move():
    image, gradient = np.array([[[0.0, 10, 255]]]), np.array([[[7.0, 3, 9]]])
    assert minima.force(image, gradient) == pytest.approx(3)


def test_pictures_beside_and_between():
    first, second = np.full((20, 30, 3), 100.0), np.full((20, 30, 3), 130.0)
    assert minima.apart(first, minima.kicked(first, 10.0)) == pytest.approx(10, rel=0.1)
    assert minima.kicked(first + 150, 50.0).max() == 255
    assert minima.pairs({"a": first, "b": second, "c": first}) == {"a, b": 30, "a, c": 0, "b, c": 30}
    assert [(share, picture.mean()) for share, picture in minima.between(first, second, 2)] == [
        (0, 100), (0.5, 115), (1, 130)]


def test_the_stored_ends_are_what_is_told_of_them():
    settings, ends, apart = minima.load_minima()
    content, style = shipped_picture("temple", settings.size), shipped_picture("great_waves", 2 * settings.size)
    objective = minima.objective_of(content, style, settings)
    assert list(ends) == list(STORED)
    for end in ends.values():
        assert float(objective(tf.constant(end.image))[1][3]) == pytest.approx(end.losses["total"], rel=0.02)
    starts = {name: ends[name].image for name in minima.starts(content)}
    for pair, distance in minima.pairs(starts).items():
        one, other = pair.split(", ")
        told = apart[settings.iterations]
        assert told.get(pair, told.get(f"{other}, {one}")) == pytest.approx(distance, rel=0.02)


@pytest.mark.parametrize(("leads", "came_true"), [(("style", "tv"), 2), (["content", "tv"], 1), (("tv", "style"), 0)])
def test_a_prediction_is_asked_for_and_need_not_come_true(leads, came_true):
    found = exercises.verdict("07-sizes", (leads, exercises.find("07-sizes").truth))
    assert found.passed and f"You foretold {came_true} of 2 (48 pixels: style, 128 pixels: tv)." in found.text


@pytest.mark.parametrize(("leads", "sign"), [
    (..., "○"), ("", "○"), ("style", "✗"), (("style",), "✗"), (("style", "smoothness"), "✗"), (7, "✗")])
def test_without_a_prediction_nothing_passes(leads, sign):
    found = exercises.verdict("07-sizes", (leads, exercises.find("07-sizes").truth))
    assert not found.passed and found.text.startswith(sign)


def test_a_loss_has_one_color_in_curves_and_diagram():
    drawn = {text.get_text(): text.get_color() for text in
             total.attachments(*3 * [np.zeros((20, 30, 3))]).axes[0].texts}
    for name, label in (("content", "content"), ("style", "style"), ("tv", "total variation")):
        assert drawn[label] == plots.LINES[name]["color"]
