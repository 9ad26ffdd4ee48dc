"""HEIC, as telephones write it, and AVIF: upright once, in sRGB, with their alpha, the primary picture of several.

The files in tests/images/heic are made by the script there: nothing that is installed here writes HEIC.
"""

import io
import sys
from pathlib import Path

import icc
import numpy as np
import pytest
from picture_files import BLUE, GREEN, RED, WHITE, assert_image, assert_refused, encoded, plain
from PIL import Image

from nst_helpers.images import ImageError, load_alpha, load_image, load_settings

pytestmark = pytest.mark.filterwarnings("error")
FOLDER = Path(__file__).parent / "heic"
CORNERS = np.array([[RED, GREEN], [BLUE, WHITE]])


def corners(image):
    """The colours in the middle of its four quarters, (2, 2, 3)."""
    height, width = image.shape[:2]
    return image[[height // 4, 3 * height // 4]][:, [width // 4, 3 * width // 4]]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("max_size", [None, 48])
def test_what_a_telephone_held_anyhow_took_is_upright(orientation, max_size):
    """The container says how to turn it, and so does EXIF, of the same turn: it is done once."""
    path = FOLDER / f"turned_{orientation}.heic"
    assert b"heic" in path.read_bytes()[:32]
    assert exif_of(path.read_bytes()) == orientation
    image = load_image(path, max_size)
    assert_image(image, *((64, 96) if max_size is None else (32, 48)))
    np.testing.assert_allclose(corners(image), CORNERS, atol=3)


def exif_of(data):
    """The orientation that EXIF tells in a file's bytes."""
    exif = Image.Exif()
    exif.load(data[max(data.find(b"MM\0*"), data.find(b"II*\0")) :][:40])
    return exif[0x0112]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_an_avif_that_pillow_turned_is_upright(orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.repeat(np.repeat(CORNERS.astype(np.uint8), 16, 0), 24, 1))
    undone = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # Image.Transpose
    stored = stored.transpose(Image.Transpose(undone[orientation])) if orientation in undone else stored
    image = load_image(encoded(stored, "AVIF", exif=exif, quality=95, subsampling="4:4:4"))
    assert_image(image, 32, 48)
    np.testing.assert_allclose(corners(image), CORNERS, atol=6)


def test_its_color_profile_counts():
    with Image.open(io.BytesIO(encoded(plain(RED), "PNG", icc_profile=icc.display_p3()))) as picture:
        assert picture.info["icc_profile"] in (FOLDER / "p3.heic").read_bytes()
    np.testing.assert_allclose(load_image(FOLDER / "p3.heic"), np.full((64, 64, 3), RED), atol=3)


@pytest.mark.parametrize("file_format", ["HEIF", "AVIF"])
def test_alpha(file_format):
    pixels = np.full((64, 96, 4), (200, 100, 50, 255), np.uint8)
    pixels[:, :48, 3] = 128
    data = (FOLDER / "alpha.heic").read_bytes() if file_format == "HEIF" else encoded(
        Image.fromarray(pixels), "AVIF", quality=100, subsampling="4:4:4")
    image, alpha = load_image(data), load_alpha(data)
    np.testing.assert_allclose(image[32, 80], (200, 100, 50), atol=3)
    np.testing.assert_allclose(image[32, 20], (227, 177, 152), atol=3)
    assert alpha.shape == (64, 96)
    np.testing.assert_allclose(alpha, pixels[..., 3], atol=1)


def test_ten_bits_become_eight():
    image = load_image(FOLDER / "ten_bits.heic")
    assert_image(image, 64, 96)
    np.testing.assert_allclose(image[32, [12, 36, 60, 84], 1], np.array([0, 400, 800, 1023]) * 255 / 1023, atol=2)
    assert_image(load_image(FOLDER / "ten_bits.heic", 10), 7, 10)


def test_of_several_pictures_the_primary_one():
    image = load_image(FOLDER / "several.heic")
    assert_image(image, 96, 64)
    np.testing.assert_allclose(image, np.full((96, 64, 3), BLUE), atol=3)


def test_it_is_known_by_what_it_is_and_not_by_its_name(tmp_path):
    path = tmp_path / "IMG_0001.jpg"
    path.write_bytes((FOLDER / "turned_6.heic").read_bytes())
    np.testing.assert_allclose(corners(load_image(path)), CORNERS, atol=3)
    assert load_settings(path) is None and load_alpha(path) is None


def test_where_its_decoder_is_missing_one_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "pi_heif", None)
    message = assert_refused(FOLDER / "alpha.heic", "HEIC", "pip install pi-heif", "save the picture as JPEG")
    assert "\n" not in message
    assert_image(load_image(encoded(plain(RED, (16, 16)), "AVIF")), 16, 16)  # Pillow reads it by itself


def test_an_avif_under_the_containers_own_name_is_read_by_pillow():
    data = encoded(plain(RED, (16, 16)), "AVIF")
    place = data.index(b"avif")
    data = data[:place] + b"mif1" + data[place + 4 :]
    np.testing.assert_allclose(load_image(data)[8, 8], RED, atol=6)


@pytest.mark.parametrize("cut", [20, 100, 300, 600])
def test_a_cut_file_is_refused(cut):
    data = (FOLDER / "turned_1.heic").read_bytes()
    with pytest.raises(ImageError, match="the uploaded picture: "):
        load_image(data[:cut])
