"""Textures: Gram matrices are reached, places are not kept, and the sizes matter."""

import numpy as np
import pytest

from nst_helpers.experiments.texture import texture, texture_settings
from nst_helpers.losses import gram_matrix
from nst_helpers.networks import load_network
from nst_helpers.settings import Settings
from nst_helpers.shipped import shipped_picture
from nst_helpers.transfer import pyramid


@pytest.fixture(scope="module")
def style():
    return shipped_picture("woodcut", 96)


def test_the_sizes_go_from_64_to_the_whole_in_steps_of_the_root_of_two():
    sizes = [level[:2] for level in pyramid(256, 256, texture_settings(256))]
    assert sizes == [(64, 64), (91, 91), (128, 128), (181, 181), (256, 256)]
    assert texture_settings(64).scales == texture_settings(32).scales == 1


def test_its_gram_matrices_are_the_styles_and_its_pixels_are_not(style):
    made = texture(style, texture_settings(96, iterations=60))
    assert made.image.shape == (96, 96, 3) and not made.interrupted
    network, layers = load_network(), ("conv1_1", "conv2_1", "conv3_1")
    noise = np.random.default_rng(0).uniform(0, 255, made.image.shape).astype(np.float32)

    def grams(image):
        features = network(image, layers)
        return {layer: gram_matrix(features[layer], normalized=True).numpy() for layer in layers}

    wanted, found, before = grams(style), grams(made.image), grams(noise)
    for layer in layers:
        left = np.linalg.norm(found[layer] - wanted[layer]) / np.linalg.norm(before[layer] - wanted[layer])
        assert left < 0.45, layer
    assert np.abs(made.image[: style.shape[0], : style.shape[1]] - style[:96, :96]).mean() > 30


def test_it_looks_through_the_network_that_it_is_given(style):
    settings = texture_settings(64, iterations=4)
    shipped, plain = texture(style, settings), texture(style, settings, network=load_network("plain"))
    assert not np.array_equal(shipped.image, plain.image)


def test_a_content_is_refused(style):
    with pytest.raises(ValueError, match=r"content_weight = 1.*texture_settings"):
        texture(style, Settings())
