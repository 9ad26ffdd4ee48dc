"""Feature inversion beside what lesson 03's tests say of it: it is repeatable, and each input of it counts."""

import numpy as np
import pytest

from nst_helpers.experiments.inversion import BOTH, GRAY, Help, invert, start_image
from nst_helpers.networks import load_network
from nst_helpers.widgets.content import middle_of


@pytest.fixture(scope="module")
def small():
    return middle_of("cat")[:32, :48]


def last(*arguments, **options):
    *_, (image, _) = invert(*arguments, **options)
    return image


def test_another_seed_starts_from_another_noise_and_is_repeatable(small, compact):
    first, again, other = (next(invert(compact, small, "conv1_1", seed=seed))[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).mean() > 10
    np.testing.assert_array_equal(start_image(2, 3, "grey"), np.full((2, 3, 3), GRAY))


def test_it_looks_through_the_network_that_it_is_given(small, compact):
    own, plain = (last(network, small, "conv2_1", BOTH, steps=3) for network in (compact, load_network("plain")))
    assert np.abs(own - plain).max() > 1


def test_smoothness_makes_it_smoother(small, compact):
    def roughness(image):
        return np.abs(np.diff(image, axis=1)).mean()

    without, smooth = (last(compact, small, "conv1_1", Help(1, weight, 30.0), steps=12) for weight in (0.0, 0.5))
    assert roughness(smooth) < 0.7 * roughness(without)
