"""Feature inversion: it is the lesson's, it comes nearer, and it is repeatable."""

import numpy as np
import pytest
from lesson_code import lesson_functions

from nst_helpers.backend import tf
from nst_helpers.experiments.inversion import ALONE, HELPED, add_up, rebuild
from nst_helpers.images import noise_image
from nst_helpers.networks import load_network
from nst_helpers.widgets.content import middle_of

LESSON = "03_content_loss"


@pytest.fixture(scope="module")
def small():
    return middle_of("cat")[:48, :64]


@pytest.mark.parametrize(("how", "function"), [(ALONE, "rebuild"), (HELPED, "rebuild_with_help")])
def test_it_rebuilds_as_the_lesson_does(how, function, small):
    names = ("content_loss", "share_of", "descend", "add_up", function)
    *_, by_lesson = lesson_functions(LESSON, *names, network=load_network("plain"), photo=small, KEPT=(0, 1, 5))
    descend = by_lesson.__globals__["descend"]
    by_lesson.__globals__["descend"] = lambda *values, **named: descend(*values, **named, steps=5)
    expected = by_lesson("conv2_1")
    images = list(rebuild(small, "conv2_1", how, steps=5))
    assert list(expected) == [0, 1, 5] and len(images) == 6
    np.testing.assert_array_equal(images[0], noise_image(48, 64, 0))
    for step, image in expected.items():
        # Adam takes the sign of tiny gradients seriously, so a few pixels may differ in float32.
        assert np.abs(images[step] - image).mean() < 0.05, step


@pytest.mark.parametrize("how", [HELPED, ALONE])
def test_rebuilding_comes_nearer_and_stays_within_0_to_255(how, small):
    images = list(rebuild(small, "conv1_1", how, steps=60))
    errors = [np.abs(image - small).mean() for image in images]
    assert errors[-1] < errors[0] / 2 and min(map(np.min, images)) >= 0 and max(map(np.max, images)) <= 255


def test_another_seed_starts_from_another_noise_and_is_repeatable(small):
    first, again, other = (next(iter(rebuild(small, "conv1_1", seed=seed))) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).mean() > 10


def test_a_stack_is_added_up_in_blocks():
    stack = np.zeros((3, 16, 16, 3), np.float32)
    stack[0, 5, 7] = 3  # the first sheet is as it is
    image = add_up(tf.constant(stack)).numpy()
    np.testing.assert_allclose(image, stack[0], atol=1e-5)
    stack[1], stack[2] = 10, 20  # even sheets stay even
    np.testing.assert_allclose(add_up(tf.constant(stack)), stack[0] + 30, atol=1e-4)
    (by_lesson,) = lesson_functions(LESSON, "add_up")
    noise = np.random.default_rng(5).random((5, 32, 48, 3), np.float32)
    np.testing.assert_allclose(by_lesson(noise), add_up(tf.constant(noise)), atol=1e-5)


def test_it_looks_through_the_network_that_it_is_given(small, compact):
    own, plain = (list(rebuild(small, "conv2_1", steps=3, network=network))[-1] for network in (compact, None))
    assert np.abs(own - plain).max() > 1
