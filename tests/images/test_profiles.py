"""Colour profiles: whatever kind of pixel a file has, it comes in as sRGB."""


import io
import struct
import zlib

import icc
import numpy as np
import pytest
from picture_files import CLOSE, EXACT, encoded, over_white, plain, png, random_pixels
from PIL import Image, ImageCms

from nst_helpers.images import ImageWarning, load_image

pytestmark = pytest.mark.filterwarnings("error")


def swapped_profile():
    """A colour profile that takes red for green: so one sees whether it was used."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_the_color_profile_is_used(file_format):
    options = (EXACT | CLOSE)[file_format]
    data = encoded(plain((200, 100, 50)), file_format, icc_profile=swapped_profile(), **options)
    np.testing.assert_allclose(load_image(data)[1, 1], (100, 200, 50), atol=4)


def test_the_color_profile_is_used_with_alpha_and_keeps_white():
    data = encoded(plain((200, 100, 50, 128), mode="RGBA"), "PNG", icc_profile=swapped_profile())
    np.testing.assert_allclose(load_image(data)[1, 1], over_white((100, 200, 50), 128), atol=2)
    data = encoded(plain((0, 0, 0, 0), mode="RGBA"), "PNG", icc_profile=swapped_profile())
    np.testing.assert_allclose(load_image(data), 255, atol=1)


def test_srgb_profile_changes_nothing():
    pixels = random_pixels(20, 20)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    np.testing.assert_allclose(
        load_image(encoded(Image.fromarray(pixels), "PNG", icc_profile=profile)), pixels, atol=1
    )


GRAY_VALUES = {"L": 128, "LA": (128, 255), "I;16": 32896, "P": 128}


@pytest.mark.parametrize("mode", ["L", "LA", "I;16", "P"])
@pytest.mark.parametrize("max_size", [None, 2])
def test_the_profile_of_linear_grays_counts_in_every_mode(mode, max_size):
    """Half of the light is sRGB's 188."""
    picture = Image.new(mode, (4, 4), GRAY_VALUES[mode])
    if mode == "P":
        picture.putpalette([value for value in range(256) for _ in "rgb"])
    data = encoded(picture, "PNG", icc_profile=icc.gray())
    np.testing.assert_allclose(load_image(data, max_size), 188, atol=1)


def test_the_profile_counts_in_gray_of_more_bits_than_a_png_has():
    floats = Image.fromarray(np.full((2, 2), 0.5, np.float32))
    whole = Image.fromarray(np.array([[32896, 65535]], np.int32))
    for picture in (floats, whole):
        np.testing.assert_allclose(load_image(encoded(picture, "TIFF", icc_profile=icc.gray()))[0, 0], 188, atol=1)


def test_deep_gray_under_a_profile_lies_on_its_curve():
    ramp = np.arange(0, 65536, 97, dtype=np.uint16)
    image = load_image(encoded(Image.fromarray(ramp[np.newaxis]), "PNG", icc_profile=icc.gray(gamma=2.0)))
    light = (ramp / 65535) ** 2
    curve = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    np.testing.assert_allclose(image[0, :, 0], 255 * curve, atol=1.2)  # the table has 8 bits
    assert (np.diff(image[0, :, 0]) >= 0).all() and np.ptp(image, axis=2).max() == 0


@pytest.mark.parametrize(("depth", "kind", "row"), [(16, 4, struct.pack(">HH", 32896, 65535)), (4, 0, b"\x80"),
                                                    (16, 2, struct.pack(">HHH", *[32896] * 3))],
                         ids=["LA of 16 bits", "gray of 4 bits", "RGB of 16 bits"])
def test_grays_that_pillow_reads_as_another_mode_keep_their_profile(depth, kind, row):
    data = png(1, 1, depth, kind, b"\0" + row, (b"iCCP", b"gray\0\0" + zlib.compress(icc.gray())))
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.info["icc_profile"] == icc.gray()
    np.testing.assert_allclose(load_image(data), 193 if depth == 4 else 188, atol=1)  # of 4 bits, 8 is 136


P3_COLORS = [(234, 51, 35), (128, 128, 128), (100, 160, 60), (20, 40, 90), (200, 120, 110), (255, 255, 255)]


@pytest.mark.parametrize("color", P3_COLORS)
@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP", "TIFF", "AVIF"])
def test_a_telephones_display_p3_becomes_srgb(color, file_format):
    data = encoded(plain(color, (16, 16)), file_format, icc_profile=icc.display_p3(), **(EXACT | CLOSE)[file_format])
    np.testing.assert_allclose(load_image(data)[8, 8], icc.srgb_of_p3(color), atol=2 if file_format in EXACT else 6)


def test_display_p3_counts_in_16_bits_a_palette_and_with_alpha():
    color, expected = (100, 160, 60), icc.srgb_of_p3((100, 160, 60))
    packed = b"P3\0\0" + zlib.compress(icc.display_p3())
    deep = png(1, 1, 16, 2, b"\0" + struct.pack(">3H", *(257 * value for value in color)), (b"iCCP", packed))
    palette = plain(0, mode="P")
    palette.putpalette(color)
    alpha = plain((*color, 128), mode="RGBA")
    for data in (deep, encoded(palette, "PNG", icc_profile=icc.display_p3())):
        np.testing.assert_allclose(load_image(data)[0, 0], expected, atol=2)
    data = encoded(alpha, "PNG", icc_profile=icc.display_p3())
    np.testing.assert_allclose(load_image(data)[0, 0], over_white(expected, 128), atol=9)  # white is mixed in before


def test_gray_pixels_under_a_profile_for_colors():
    """Many programs write that; the curve is what counts."""
    linear = icc.profile(b"RGB ", b"XYZ ", **{f"{letter}XYZ": icc._place(place) for letter, place in
                                              zip("rgb", icc.DISPLAY_P3, strict=True)},
                         **dict.fromkeys(("rTRC", "gTRC", "bTRC"), icc._gamma(1)))
    for mode in ("L", "I;16"):
        data = encoded(Image.new(mode, (4, 4), GRAY_VALUES[mode]), "PNG", icc_profile=linear)
        np.testing.assert_allclose(load_image(data), 188, atol=1)


# What inks make of paper: as on no press, so that one sees whether it was used.
INKS = {(c, m, y, k): (100 - 30 * c - 20 * m - 10 * y - 40 * k, 40 * c - 40 * m, 30 * y)
        for c in (0, 1) for m in (0, 1) for y in (0, 1) for k in (0, 1)}


@pytest.mark.parametrize("file_format", ["TIFF", "JPEG"])
def test_the_profile_of_inks(file_format):
    data = encoded(plain((255, 0, 0, 0), (16, 16), "CMYK"), file_format, icc_profile=icc.ink(INKS))
    lab = Image.new("LAB", (1, 1), (round(70 * 2.55), 128 + 40, 128))
    profiles = ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB")
    expected = np.asarray(ImageCms.profileToProfile(lab, *profiles, outputMode="RGB"))[0, 0]
    np.testing.assert_allclose(load_image(data)[8, 8], expected, atol=5)
    assert abs(load_image(encoded(plain((255, 0, 0, 0), (16, 16), "CMYK"), file_format))[8, 8] - expected).max() > 50


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK", "I;16"])
@pytest.mark.parametrize("profile", [b"garbage", b"\0" * 500, swapped_profile()[:300], b"x" * 3000])
def test_an_unusable_color_profile_is_ignored_and_told(mode, profile, tmp_path):
    picture = plain(51400, mode="I;16") if mode == "I;16" else plain((200, 100, 50)).convert(mode)
    path = tmp_path / "scan.tif"
    picture.save(path, icc_profile=profile)
    with pytest.warns(ImageWarning, match=r"^\S*scan\.tif: its colour profile .* ignored") as caught:
        image = load_image(path)
    assert len(caught) == 1 and caught[0].filename == __file__
    expected = np.full((4, 4, 3), 200) if mode == "I;16" else np.asarray(picture.convert("RGB"))
    np.testing.assert_array_equal(image, expected)


@pytest.mark.parametrize(("mode", "profile"), [("CMYK", icc.gray()), ("RGB", icc.gray()), ("RGB", icc.ink(INKS))])
def test_a_profile_for_another_kind_of_pixel_is_ignored_and_told(mode, profile):
    picture = plain((200, 100, 50)).convert(mode)
    with pytest.warns(ImageWarning, match="colour profile"):
        image = load_image(encoded(picture, "TIFF", icc_profile=profile))
    np.testing.assert_array_equal(image, np.asarray(picture.convert("RGB")))
