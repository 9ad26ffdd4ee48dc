"""The one loop of the experiments, and the loss that it lowers: by pencil, and beside the package's losses."""

import numpy as np
import pytest

from nst_helpers.backend import tf
from nst_helpers.experiments.painting import CONTENT_LAYER, STYLE_LAYERS, painted, painting_loss, step_of, with_gradient
from nst_helpers.losses import content_loss, style_loss, total_variation
from nst_helpers.optimizers import GradientDescent, Momentum


def slope_of_one(w):
    """The sum of the pixels, whose gradient is 1 everywhere."""
    return tf.reduce_sum(w), tf.ones_like(w)


def test_each_step_has_its_rate_and_tells_the_loss_before_it():
    start = np.full((1, 2, 3), 100.0)
    moments = list(painted(slope_of_one, start, step_of(GradientDescent), (), [10.0, 5.0]))
    assert [moment.loss for moment in moments] == [600, 540]
    np.testing.assert_allclose(moments[0].image, 90)
    np.testing.assert_allclose(moments[1].image, 85)
    np.testing.assert_array_equal(moments[1].gradient, np.ones((1, 2, 3)))
    np.testing.assert_array_equal(start, 100)  # it is not changed


def test_what_is_remembered_goes_on():
    rule = Momentum(1.0, 0.5, average=False)  # V is 1, then 1.5
    moments = list(painted(slope_of_one, np.full((1, 1, 3), 100.0), step_of(lambda rate: rule),
                           rule.init(np.zeros((1, 1, 3))), [0.0, 0.0]))
    np.testing.assert_allclose([moment.image[0, 0, 0] for moment in moments], [99, 97.5])


def test_pixels_stay_within_0_to_255_also_beyond_all_numbers():
    ends = iter([np.full((1, 1, 3), 400.0), np.full((1, 1, 3), -1.0), np.array([[[np.inf, -np.inf, np.nan]]])])
    moments = painted(slope_of_one, np.zeros((1, 1, 3)), lambda w, g, memory, rate: (next(ends), None), None, [1.0] * 3)
    images = [moment.image.ravel().tolist() for moment in moments]
    assert images == [[255] * 3, [0] * 3, [255, 0, 0]]


def test_the_painting_loss_is_made_of_the_packages_losses(compact, photograph):
    content, style, w = photograph[:32, :32], photograph[32:64, :32], photograph[16:48, 16:48]
    maps, wanted = (compact(image, [CONTENT_LAYER]) for image in (w, content))
    weights = dict.fromkeys(STYLE_LAYERS, 0.2)
    parts = (float(content_loss(maps[CONTENT_LAYER], wanted[CONTENT_LAYER])) / wanted[CONTENT_LAYER].numpy().size,
             float(style_loss(compact(w, STYLE_LAYERS), compact(style, STYLE_LAYERS), weights)),
             float(total_variation(tf.constant(w), epsilon=10.0)) / w.size)
    loss = painting_loss(compact, content, style, style_weight=5.0, content_weight=3.0)
    assert float(loss(tf.constant(w), 0.7, 10.0)) == pytest.approx(np.dot(parts, (3, 5, 0.7)), rel=1e-4)


def test_the_gradient_is_the_tapes():
    value, gradient = with_gradient(lambda w: tf.reduce_sum(w**2))(tf.constant([1.0, 3.0]))
    assert float(value) == 10
    np.testing.assert_array_equal(gradient, [2, 6])
