"""The parts of a transfer that no whole picture shows: what is left out, what goes on, and what is only said."""

import numpy as np
import pytest

from nst_helpers.backend import tf
from nst_helpers.descent import descend, fresh
from nst_helpers.objective import Objective, blended_grams
from nst_helpers.settings import Settings
from nst_helpers.transfer import weighted_styles

SETTINGS = Settings(optimizer="adam", learning_rate=10.0, schedule="cosine")
START = np.full((2, 2, 3), 100.0, np.float32)


def slope_of_one(canvas):
    """A loss whose gradient is 1 everywhere; its four parts are the canvas's mean."""
    return tf.ones_like(canvas), tf.fill([4], tf.reduce_mean(canvas))


def test_a_style_without_weight_is_left_out():
    """It costs no time, and its size does not matter."""
    assert [(share, image.shape) for share, image in weighted_styles([(0, START), (2, START[:1])])] == [(1, (1, 2, 3))]


def test_blended_styles_are_the_weighted_sum_of_their_gram_matrices():
    pictures = np.random.default_rng(0).random((2, 2, 5, 3)).astype(np.float32)
    first, second = (picture.reshape(-1, 3).T @ picture.reshape(-1, 3) / 10 for picture in pictures)

    def blended(*shares):
        styles = list(zip(shares, pictures, strict=False))
        return blended_grams(lambda image, layers: {layer: tf.constant(image) for layer in layers}, styles, ["a"])["a"]

    np.testing.assert_allclose(blended(0.25, 0.75), 0.25 * first + 0.75 * second, rtol=1e-5)
    np.testing.assert_allclose(blended(1), first, rtol=1e-5)


def test_the_lead_counts_in_the_gradient_and_not_in_the_losses(compact, photograph):
    settings = Settings(style_weight=0.0, tv_weight=0.0)
    content, style, canvas = photograph[:32, :32], photograph[32:64, :32], tf.constant(photograph[16:48, :32])
    (plain, losses), (led, same) = (Objective(compact, settings, content, [(1.0, style)], lead)(canvas)
                                    for lead in (1.0, 3.0))
    np.testing.assert_allclose(led, 3 * plain, rtol=1e-4, atol=1e-5 * np.abs(plain).max())
    np.testing.assert_array_equal(losses, same)


def test_a_descent_goes_on_behind_what_is_done_and_counts_on():
    whole = list(descend(fresh(START, SETTINGS), slope_of_one, 4, SETTINGS))
    rest = list(descend(whole[1][0], slope_of_one, 4, SETTINGS))
    assert [state.done for state, _ in whole] == [1, 2, 3, 4] and [state.done for state, _ in rest] == [3, 4]
    np.testing.assert_array_equal(rest[-1][0].canvas, whole[-1][0].canvas)
    assert whole[0][1] == pytest.approx({"content": 100, "style": 100, "tv": 100, "total": 100})  # before the step


def test_the_first_step_has_the_whole_learning_rate_and_pixels_stay_within_0_to_255():
    (first, _), *_ = descend(fresh(START, SETTINGS), slope_of_one, 4, SETTINGS)
    np.testing.assert_allclose(first.canvas, 90, atol=1e-3)  # Adam's first step has the length η
    for start, end in ((5.0, 0.0), (253.0, 243.0)):
        (state, _), *_ = descend(fresh(np.full((1, 1, 3), start), SETTINGS), slope_of_one, 1, SETTINGS)
        np.testing.assert_allclose(state.canvas, end, atol=1e-3)


def test_another_optimizer_begins_without_a_past():
    *_, (state, _) = descend(fresh(START, SETTINGS), slope_of_one, 3, SETTINGS)
    other = Settings(optimizer="rmsprop", learning_rate=1.0)
    (new, _), *_ = descend(state._replace(done=0), slope_of_one, 1, other)
    (fresh_one, _), *_ = descend(fresh(state.canvas, other), slope_of_one, 1, other)
    np.testing.assert_array_equal(new.canvas, fresh_one.canvas)
    assert new.optimizer == "rmsprop"
