"""A guard against pictures that are scaled to 0–1 acts where it is certain, and takes no dark file for one."""

import numpy as np
import pytest
from PIL import Image

from nst_helpers.images import ImageError, checked_picture, load_image, noise_image


def test_fractions_of_one_are_refused():
    with pytest.raises(ImageError, match=r"the style picture has values from .* scaled to 0–1: multiply it by 255"):
        checked_picture(noise_image(4, 5, 0) / 255, "style")


@pytest.mark.parametrize("values", [[0, 0], [0, 1], [1, 1]])
def test_zeros_and_ones_are_a_dark_picture(values):
    picture = np.array(values, np.float32)[np.newaxis, :, np.newaxis] * np.ones(3, np.float32)
    np.testing.assert_array_equal(checked_picture(picture, "content"), picture)


def test_nothing_from_a_file_is_scaled(tmp_path):
    deep = np.arange(0, 256, 8, dtype=np.uint16).reshape(4, 8)  # of 65535: black to the eye, and fractions here
    Image.fromarray(deep).save(tmp_path / "night.png")
    image = load_image(tmp_path / "night.png")
    assert 0 < image.max() < 1
    np.testing.assert_array_equal(checked_picture(image, "content"), image)
    with pytest.raises(ImageError, match="scaled"):  # of the same numbers from elsewhere nobody can know it
        checked_picture(image.copy(), "content")


def test_an_array_of_before_says_nothing_about_a_new_one():
    for number in range(50):  # which may lie at the same place in memory
        load_image(b"P6 1 1 255 \0\0\0")
        with pytest.raises(ImageError, match="scaled"):
            checked_picture(np.full((1, 1, 3), 0.01 * (number + 1), np.float32), "content")


def test_what_is_checked_is_a_copy_unless_it_is_large():
    small = noise_image(4, 4, 0)
    assert not np.shares_memory(checked_picture(small, "content"), small)
    large = np.broadcast_to(np.float32(9), (2001, 2001, 3))
    assert checked_picture(large, "content").base is large.base or np.shares_memory(checked_picture(large, "c"), large)


@pytest.mark.parametrize("wrong, said", [(-1, "from -1 to 200"), (256, "from 9 to 256"), (np.nan, "not finite")])
def test_a_large_picture_is_checked_as_a_small_one(wrong, said):
    large = np.full((2001, 2001, 3), 9, np.float32)
    large[0, 0, 0] = 200
    for kind in (np.float32, np.float64):
        given = large.astype(kind)
        assert checked_picture(given, "style") is given
        given[2000, 2000, 2] = wrong
        with pytest.raises(ImageError, match=said):
            checked_picture(given, "style")
    bytes_ = large.astype(np.uint8)
    assert checked_picture(bytes_, "style") is bytes_
    with pytest.raises(ImageError, match="scaled"):
        checked_picture(large / 256, "style")
