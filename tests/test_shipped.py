"""The shipped pictures: their names are those of the files, and each is read once."""

import re
from pathlib import Path

import numpy as np
import pytest

from nst_helpers import shipped
from nst_helpers.errors import NetworkError
from nst_helpers.images import ImageError, load_image
from nst_helpers.shipped import ROLES, data_folder, picture_file, picture_names, shipped_picture

ROOT = Path(__file__).resolve().parents[1]


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


def test_the_file_of_a_picture_is_found_by_its_name():
    for role in ROLES:
        for name in picture_names(role):
            assert picture_file(name) == data_folder() / role / f"{name}.jpg"
    with pytest.raises(ImageError, match="no shipped picture 'dog'"):
        picture_file("dog")


def test_sizes_that_somebody_tries_do_not_all_stay_in_memory():
    assert shipped_picture.cache_info().maxsize == 64


def test_data_that_is_nowhere_is_told_with_both_places(tmp_path, monkeypatch):
    monkeypatch.setattr(shipped, "__file__", str(tmp_path / "package" / "shipped.py"))
    with pytest.raises(NetworkError, match=r"neither at .*package.data nor at .*data: install the package from a"):
        data_folder()


BY_HAND = re.compile(r'load_image\([^\n]*(data_folder\(\)|"(content|style)") /[^\n]*\.jpg')


@pytest.mark.parametrize("folder", ["nst_helpers", "tools", "tests", "benchmarks"])
def test_nobody_else_reads_a_shipped_picture_by_its_path(folder):
    paths = {path.name for path in (ROOT / folder).rglob("*.py") if BY_HAND.search(path.read_text(encoding="utf-8"))}
    assert paths <= {"shipped.py", "test_shipped.py"}
