"""The shipped pictures: their names are those of the files, and each is read once."""

import numpy as np
import pytest

from nst_helpers.images import ImageError, load_image
from nst_helpers.networks import data_folder
from nst_helpers.shipped import ROLES, picture_names, shipped_picture


@pytest.mark.parametrize("role", ROLES)
def test_the_names_are_those_of_the_files_and_are_the_readers(role):
    names = picture_names(role)
    assert len(names) >= 6 and [f"{name}.jpg" for name in names] == sorted(
        path.name for path in (data_folder() / role).iterdir())
    for name in names:
        np.testing.assert_array_equal(shipped_picture(name, 64), load_image(data_folder() / role / f"{name}.jpg", 64))


def test_a_name_can_come_first():
    names = picture_names("content", first="temple")
    assert names[0] == "temple" and sorted(names) == list(picture_names("content"))
    assert list(names[1:]) == sorted(names[1:])


def test_a_picture_is_read_once_and_nobody_can_change_it_for_the_others():
    image = shipped_picture("cat", 32)
    assert shipped_picture("cat", 32) is image and image.shape == (21, 32, 3)
    with pytest.raises(ValueError, match="read-only"):
        image[0] = 0


def test_an_unknown_name_is_told_with_the_known_ones():
    with pytest.raises(ImageError, match=r"no shipped picture 'dog': choose one of astronaut, .*woodcut$"):
        shipped_picture("dog")
