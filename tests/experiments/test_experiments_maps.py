"""What the widgets of lessons 01, 02 and 04 compute, by pencil and beside the network."""

import numpy as np
import pytest

from nst_helpers.experiments.kernels import feature_map, filtered
from nst_helpers.experiments.maps import angle_between, feature_maps, margin_of, most_contrast
from nst_helpers.networks import random_network
from nst_helpers.shipped import shipped_picture


def test_a_feature_map_by_pencil():
    image, kernel = np.arange(12.0).reshape(3, 4), np.array([[1.0, 0.0], [0.0, -2.0]])
    expected = [[0 - 10, 1 - 12, 2 - 14], [4 - 18, 5 - 20, 6 - 22]]
    np.testing.assert_array_equal(feature_map(image, kernel), expected)
    np.testing.assert_array_equal(feature_map(np.dstack([image, -image]), kernel),
                                  np.dstack([expected, np.negative(expected)]))


def test_a_filtered_picture_keeps_its_size_and_repeats_its_border():
    image = np.dstack([np.arange(6.0).reshape(2, 3)] * 3)
    left = np.zeros((3, 3))
    left[1, 0] = 1  # each pixel's left neighbour
    np.testing.assert_array_equal(filtered(image, left)[:, :, 0], [[0, 0, 1], [3, 3, 4]])


def test_feature_maps_are_the_networks_and_kept(compact):
    maps = feature_maps("cat", "conv2_1", size=64)
    np.testing.assert_array_equal(maps, compact(shipped_picture("cat", 64), "conv2_1")["conv2_1"])
    assert feature_maps("cat", "conv2_1", size=64) is maps and not maps.flags.writeable
    assert np.abs(feature_maps("cat", "conv2_1", random_network, 64) - maps).max() > 0.1


@pytest.mark.parametrize("layer, margin", [("conv1_1", 1), ("conv3_1", 2), ("conv4_1", 2), ("conv5_1", 3)])
def test_the_margin_is_a_third_of_a_window(layer, margin):
    """Windows of 3, 24, 68 and 156 pixels, one every 1, 4, 8 and 16 pixels."""
    assert margin_of(layer) == margin


def test_the_channel_of_most_contrast():
    features = np.zeros((4, 4, 3))
    features[..., 0], features[::2, :, 1] = 9, 1
    assert most_contrast(features) == 1


@pytest.mark.parametrize("gram, cosine, degrees", [
    ([[4, 0], [0, 9]], 0, 90), ([[4, 6], [6, 9]], 1, 0), ([[4, 3], [3, 9]], 0.5, 60), ([[4, 0], [0, 0]], 0, 90),
    ([[4, 6.0001], [6.0001, 9]], 1, 0)])  # rounding never makes it more than 1
def test_the_angle_between_two_maps_by_pencil(gram, cosine, degrees):
    assert angle_between(np.array(gram, float), 0, 1) == pytest.approx((cosine, degrees))
