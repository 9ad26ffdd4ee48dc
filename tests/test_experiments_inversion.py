"""Feature inversion: it comes nearer, and it is repeatable."""

import numpy as np
import pytest

from nst_helpers.backend import tf
from nst_helpers.experiments.inversion import ALONE, HELPED, add_up, rebuild
from nst_helpers.networks import load_network
from nst_helpers.widgets.content import middle_of


@pytest.fixture(scope="module")
def small():
    return middle_of("cat")[:48, :64]


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


def test_it_looks_through_the_network_that_it_is_given(small, compact):
    networks = compact, load_network("plain")
    own, plain = (list(rebuild(small, "conv2_1", steps=3, network=network))[-1] for network in networks)
    assert np.abs(own - plain).max() > 1
