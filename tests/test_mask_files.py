"""Masks from files: shades of grey, or the alpha of one colour; what could be meant either way is refused."""

import numpy as np
import pytest
from picture_files import encoded
from PIL import Image

from nst_helpers.errors import ImageError
from nst_helpers.mask_files import load_mask

LEFT = np.repeat([[255, 0]], 8, axis=1).repeat(12, axis=0).astype(np.uint8)  # (12, 16)


@pytest.mark.parametrize("color", [0, 90, 255])
def test_of_one_color_the_alpha_is_the_mask(color):
    """As it is painted on a layer; white behind it would turn the mask over, or make it white all over."""
    for bands in ([np.full_like(LEFT, color)] * 3, [np.where(LEFT, color, 7).astype(np.uint8)] * 3):
        found = load_mask(encoded(Image.fromarray(np.dstack([*bands, LEFT])), "PNG"))
        np.testing.assert_array_equal(found, LEFT / 255)


def test_shades_are_the_mask_where_all_is_opaque():
    for picture in (Image.fromarray(LEFT), Image.fromarray(np.dstack([LEFT] * 3 + [np.full_like(LEFT, 255)]))):
        np.testing.assert_array_equal(load_mask(encoded(picture, "PNG")), LEFT / 255)


def test_shades_and_alpha_are_refused_in_one_line():
    shades = np.linspace(0, 255, LEFT.size).reshape(LEFT.shape).astype(np.uint8)
    with pytest.raises(ImageError, match="not clear what counts: save it without transparency") as caught:
        load_mask(encoded(Image.fromarray(np.dstack([shades] * 3 + [LEFT])), "PNG"))
    assert "\n" not in str(caught.value)


def test_an_empty_layer_covers_nothing():
    with pytest.raises(ImageError, match="it covers nothing"):
        load_mask(encoded(Image.fromarray(np.zeros((5, 5, 4), np.uint8)), "PNG"))


def test_a_large_one_of_one_color_has_edges_as_soft_as_its_alpha():
    ramp = np.tile(np.linspace(0, 255, 3000).astype(np.uint8), (40, 1))
    found = load_mask(encoded(Image.fromarray(np.dstack([np.full_like(ramp, 200)] * 3 + [ramp])), "PNG"))
    assert found.shape == (27, 2048)
    np.testing.assert_allclose(found[13], np.linspace(0, 1, 2048), atol=0.01)
