"""Pictures of every kind come in right or are refused in one way; files are written whole or not at all."""

import ast
import contextlib
import errno
import io
import json
import logging
import os
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import tracemalloc
import warnings
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, PngImagePlugin

from nst_helpers.images import (
    FORMATS,
    MAX_PIXELS,
    ImageError,
    load_image,
    load_settings,
    noise_image,
    resize_image,
    save_image,
)

pytestmark = pytest.mark.filterwarnings("error")
posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions and signals")

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
ORIENTATION, DESCRIPTION = 0x0112, 0x010E


def encoded(picture, file_format, **options):
    """The bytes of a file that holds the picture."""
    file = io.BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()


def plain(colour, size=(4, 4), mode="RGB"):
    return Image.new(mode, size, colour)


def random_pixels(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def png(width, height, depth, colour_type, rows, *chunks):
    """A PNG file by hand, for what Pillow does not write."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, 0))
    extra = b"".join(chunk(*each) for each in chunks)
    pixels = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + header + extra + pixels + chunk(b"IEND", b"")


def names_in(folder):
    return sorted(each.name for each in folder.iterdir())


def assert_image(image, height, width):
    assert isinstance(image, np.ndarray)
    assert image.shape == (height, width, 3)
    assert image.dtype == np.float32
    assert image.flags.c_contiguous and image.flags.writeable
    assert np.isfinite(image).all() and image.min() >= 0 and image.max() <= 255


def assert_refused(source, *words, **options):
    with pytest.raises(ImageError) as caught:
        load_image(source, **options)
    for word in words:
        assert word in str(caught.value)
    return str(caught.value)


# ---- every kind of file

EXACT = {"PNG": {}, "BMP": {}, "TIFF": {}, "PPM": {}, "GIF": {}, "WEBP": {"lossless": True}}
CLOSE = {"JPEG": {"quality": 95, "subsampling": 0}, "AVIF": {"quality": 95, "subsampling": "4:4:4"}}
assert set(EXACT) | set(CLOSE) == set(FORMATS)


@pytest.mark.parametrize("file_format", FORMATS)
def test_reads_each_format(file_format, tmp_path):
    picture = plain(RED, (6, 4))
    picture.paste((0, 40, 200), (3, 0, 6, 4))
    data = encoded(picture, file_format, **(EXACT | CLOSE)[file_format])
    tolerance = 0 if file_format in EXACT else 6
    path = tmp_path / "picture.dat"
    path.write_bytes(data)
    for source in (path, str(path), data):
        image = load_image(source)
        assert_image(image, 4, 6)
        np.testing.assert_allclose(image, np.asarray(picture), atol=tolerance)


def test_reads_bytes_and_open_files_of_every_sort(tmp_path):
    data = encoded(plain((10, 20, 30)), "PNG")
    path = tmp_path / "a.png"
    path.write_bytes(data)
    at_its_end = io.BytesIO()
    at_its_end.write(data)

    class Stream:  # what a web server hands over: it can only be read, once
        def read(self):
            return data

    with path.open("rb") as file:
        for source in (bytearray(data), memoryview(data), at_its_end, Stream(), file):
            assert load_image(source)[0, 0].tolist() == [10, 20, 30]
        assert not file.closed
    assert at_its_end.getvalue() == data


def test_a_path_like_object_is_a_path(tmp_path):
    (tmp_path / "a.png").write_bytes(encoded(plain(RED), "PNG"))

    class Somewhere:
        def __fspath__(self):
            return str(tmp_path / "a.png")

    assert load_image(Somewhere())[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize(
    ("written_as", "called"),
    [("PNG", "a.jpg"), ("JPEG", "a.png"), ("GIF", "a.bmp"), ("WEBP", "a"), ("PNG", "a.txt")],
)
def test_a_renamed_picture_loads(written_as, called, tmp_path):
    path = tmp_path / called
    path.write_bytes(encoded(plain(WHITE), written_as))
    np.testing.assert_allclose(load_image(path), 255, atol=2)


# The four corners of the upright picture; how a camera stores it in each of EXIF's eight orientations.
UPRIGHT = np.repeat(np.repeat(np.array([[RED, GREEN], [BLUE, WHITE]], np.uint8), 8, 0), 16, 1)
STORED = {
    1: UPRIGHT,
    2: UPRIGHT[:, ::-1],
    3: UPRIGHT[::-1, ::-1],
    4: UPRIGHT[::-1],
    5: UPRIGHT.transpose(1, 0, 2),
    6: np.rot90(UPRIGHT, 1),
    7: np.rot90(UPRIGHT, 2).transpose(1, 0, 2),
    8: np.rot90(UPRIGHT, -1),
}


@pytest.mark.parametrize("orientation", STORED)
@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "WEBP", "TIFF", "AVIF"])
def test_turns_the_picture_upright(orientation, file_format):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    options = (EXACT | CLOSE)[file_format]
    data = encoded(
        Image.fromarray(np.ascontiguousarray(STORED[orientation])), file_format, exif=exif, **options
    )
    image = load_image(data)
    assert_image(image, 16, 32)
    np.testing.assert_allclose(image, UPRIGHT, atol=0 if file_format in EXACT else 12)
    assert_image(load_image(data, max_size=8), 4, 8)


def test_orientation_agrees_with_pillow():
    from PIL import ImageOps

    for orientation in STORED:
        exif = Image.Exif()
        exif[ORIENTATION] = orientation
        data = encoded(Image.fromarray(random_pixels(5, 7)), "PNG", exif=exif)
        expected = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
        np.testing.assert_array_equal(load_image(data), np.asarray(expected))


@pytest.mark.parametrize("exif", [b"Exif\0\0garbage", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0"])
def test_broken_exif_does_not_spoil_a_good_picture(exif):
    for file_format in ("JPEG", "PNG", "WEBP"):
        assert_image(load_image(encoded(plain(RED), file_format, exif=exif)), 4, 4)


@pytest.mark.parametrize("orientation", [0, 9, 65535])
def test_an_unknown_orientation_is_ignored(orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    np.testing.assert_array_equal(load_image(encoded(Image.fromarray(UPRIGHT), "PNG", exif=exif)), UPRIGHT)


# ---- transparency


def over_white(colour, alpha):
    return [value * alpha / 255 + 255 - alpha for value in colour]


@pytest.mark.parametrize("alpha", [0, 1, 64, 128, 254, 255])
@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "WEBP"])
def test_alpha_goes_over_white(alpha, file_format):
    options = {"lossless": True, "exact": True} if file_format == "WEBP" else {}
    data = encoded(plain((200, 100, 50, alpha), mode="RGBA"), file_format, **options)
    np.testing.assert_allclose(load_image(data)[2, 2], over_white((200, 100, 50), alpha), atol=1)


@pytest.mark.parametrize("alpha", [0, 128, 255])
@pytest.mark.parametrize("size", [(1, 1), (1, 3), (3, 1), (4, 4)])
def test_grey_with_alpha_goes_over_white(alpha, size):
    image = load_image(encoded(plain((80, alpha), size, "LA"), "PNG"))
    assert_image(image, size[1], size[0])
    np.testing.assert_allclose(image[0, 0], over_white((80, 80, 80), alpha), atol=1)


def test_one_pixel_with_alpha():
    image = load_image(encoded(plain((0, 0, 0, 128), (1, 1), "RGBA"), "PNG"))
    assert_image(image, 1, 1)
    np.testing.assert_allclose(image, 127, atol=1)


def test_alpha_of_16_bits():
    image = load_image(png(1, 1, 16, 6, b"\0" + struct.pack(">4H", 65535, 0, 0, 32768)))
    np.testing.assert_allclose(image[0, 0], [255, 127, 127], atol=1)


@pytest.mark.parametrize("transparency", [1, bytes([255, 0])])
@pytest.mark.parametrize("file_format", ["PNG", "GIF"])
def test_palette_with_transparency(transparency, file_format):
    picture = Image.new("P", (2, 1))
    picture.putpalette([*RED, *BLUE])
    picture.putpixel((1, 0), 1)
    if file_format == "GIF":
        transparency = 1  # GIF knows a single transparent colour
    image = load_image(encoded(picture, file_format, transparency=transparency))
    assert image.tolist() == [[[255, 0, 0], [255, 255, 255]]]


def test_palette_with_half_transparency():
    picture = Image.new("P", (2, 1))
    picture.putpalette([*RED, *BLUE])
    image = load_image(encoded(picture, "PNG", transparency=bytes([128, 0])))
    np.testing.assert_allclose(image[0, 0], [255, 127, 127], atol=1)


def test_one_colour_declared_transparent():
    grey = Image.fromarray(np.array([[5, 160]], np.uint8))
    assert load_image(encoded(grey, "PNG", transparency=5))[0, :, 0].tolist() == [255, 160]
    colour = Image.fromarray(np.array([[(1, 2, 3), (4, 5, 6)]], np.uint8))
    image = load_image(encoded(colour, "PNG", transparency=(1, 2, 3)))
    assert image.tolist() == [[[255, 255, 255], [4, 5, 6]]]
    black_and_white = png(2, 1, 1, 0, b"\0\x40", (b"tRNS", struct.pack(">H", 0)))
    assert load_image(black_and_white)[0, :, 0].tolist() == [255, 255]
    deep = png(2, 1, 16, 0, b"\0" + struct.pack(">2H", 1000, 25700), (b"tRNS", struct.pack(">H", 1000)))
    np.testing.assert_allclose(load_image(deep)[0, :, 0], [255, 100])


def test_hidden_colours_leave_no_fringe():
    picture = plain((0, 0, 0, 0), (64, 64), "RGBA")  # transparent, with black hidden underneath
    picture.paste((255, 0, 0, 255), (0, 0, 31, 64))
    image = load_image(encoded(picture, "PNG"), max_size=16)
    np.testing.assert_allclose(image[..., 0], 255, atol=1)  # red and white both have it: so do all mixtures
    np.testing.assert_allclose(image[:, 0], [RED] * 16, atol=1)
    np.testing.assert_allclose(image[:, -1], 255, atol=1)


def test_a_half_transparent_edge_does_not_wrap_around():
    picture = plain((0, 0, 0, 128), (64, 64), "RGBA")
    picture.paste((255, 255, 255, 128), (0, 0, 31, 64))
    image = load_image(encoded(picture, "PNG"), max_size=32)  # the filter overshoots at the edge
    np.testing.assert_allclose(image[:, :12], 255, atol=1)
    assert image.min() >= 126
    assert image[:, :15].min() >= 235


# ---- kinds of pixels


@pytest.mark.parametrize("value", [0, 255, 256, 25700, 32768, 65535])
@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_grey_of_16_bits_is_scaled_not_clipped(value, file_format):
    picture = Image.fromarray(np.full((3, 5), value, np.uint16))
    image = load_image(encoded(picture, file_format))
    assert_image(image, 3, 5)
    np.testing.assert_allclose(image, value / 257, rtol=1e-5)


def test_grey_of_16_bits_in_either_byte_order_and_shrunk():
    for order in "<>":
        kind = np.dtype(np.uint16).newbyteorder(order)
        rows = np.tile(np.array([0, 51400], kind), (40, 20))
        entries = [
            (256, 40),
            (257, 40),
            (258, 16),
            (259, 1),
            (262, 1),
            (273, 200),
            (277, 1),
            (278, 40),
            (279, 3200),
        ]
        tiff = struct.pack(order + "2sHI", b"II" if order == "<" else b"MM", 42, 8)
        tiff += struct.pack(order + "H", len(entries))
        for tag, number in entries:
            tiff += struct.pack(order + "HHII", tag, 4, 1, number)
        data = tiff.ljust(200, b"\0") + rows.tobytes()
        np.testing.assert_allclose(load_image(data)[0, :2, 0], [0, 200], atol=1e-3)
        np.testing.assert_allclose(load_image(data, max_size=10)[:, 3:-3], 100, atol=1)


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [
        (np.array([[0, 65535]], np.int32), [0, 255]),
        (np.array([[0, 100]], np.int32), [0, 100 / 257]),
        (np.array([[-5, 1_000_000]], np.int32), [0, 255]),
        (np.array([[0, 0.5]], np.float32), [0, 127.5]),
        (np.array([[0, 1]], np.float32), [0, 255]),
        (np.array([[-1, 100]], np.float32), [0, 100]),
        (np.array([[0, 25700]], np.float32), [0, 100]),
        (np.array([[5e5, 1e6]], np.float32), [127.5, 255]),
        (np.array([[0, 0]], np.float32), [0, 0]),
    ],
)
def test_grey_of_32_bits(numbers, expected):
    image = load_image(encoded(Image.fromarray(numbers), "TIFF"))
    assert_image(image, 1, 2)
    np.testing.assert_allclose(image[0, :, 1], expected, rtol=1e-5)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_grey_that_is_not_finite_is_refused(value):
    picture = Image.fromarray(np.array([[0, value]], np.float32))
    assert_refused(encoded(picture, "TIFF"), "not finite")


def test_colour_of_16_bits():
    image = load_image(png(1, 1, 16, 2, b"\0" + struct.pack(">3H", 65535, 32768, 0)))
    np.testing.assert_allclose(image[0, 0], [255, 128, 0], atol=1)


@pytest.mark.parametrize("file_format", ["TIFF", "JPEG"])  # in JPEG, Pillow writes Adobe's inverted form
@pytest.mark.parametrize(
    ("ink", "expected"),
    [
        ((0, 0, 0, 0), WHITE),
        ((0, 255, 255, 0), RED),
        ((0, 0, 0, 255), (0, 0, 0)),
        ((55, 155, 205, 0), (200, 100, 50)),
    ],
)
def test_cmyk(file_format, ink, expected):
    data = encoded(plain(ink, mode="CMYK"), file_format)
    assert Image.open(io.BytesIO(data)).mode == "CMYK"
    np.testing.assert_allclose(load_image(data)[1, 1], expected, atol=3)


@pytest.mark.parametrize(("mode", "file_format"), [("YCbCr", "TIFF"), ("YCbCr", "JPEG"), ("LAB", "TIFF")])
def test_other_colour_spaces(mode, file_format):
    picture = plain((200, 100, 50), (16, 16))
    if mode == "LAB":
        profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        picture = ImageCms.profileToProfile(picture, *profiles, outputMode="LAB")
    else:
        picture = picture.convert(mode)
    data = encoded(picture, file_format)
    np.testing.assert_allclose(load_image(data)[1, 1], (200, 100, 50), atol=3)
    np.testing.assert_allclose(load_image(data, max_size=4)[1, 1], (200, 100, 50), atol=3)


def test_grey_palette_and_one_bit():
    np.testing.assert_array_equal(load_image(encoded(plain(77, mode="L"), "PNG")), np.full((4, 4, 3), 77))
    palette = Image.new("P", (2, 1), 1)
    palette.putpalette([0, 0, 0, 9, 99, 199])
    assert load_image(encoded(palette, "PNG"))[0, 1].tolist() == [9, 99, 199]
    checks = Image.fromarray((np.indices((64, 64)).sum(0) % 2).astype(bool))
    data = encoded(checks, "PNG")
    assert Image.open(io.BytesIO(data)).mode == "1"
    assert sorted(np.unique(load_image(data))) == [0, 255]
    np.testing.assert_allclose(load_image(data, max_size=16)[2:-2, 2:-2], 127.5, atol=2)


@pytest.mark.parametrize(
    ("file_format", "options"), [("GIF", {}), ("PNG", {}), ("TIFF", {}), ("WEBP", {"lossless": True})]
)
def test_of_several_frames_the_first(file_format, options):
    others = [plain(GREEN), plain(BLUE)]
    data = encoded(plain(RED), file_format, save_all=True, append_images=others, **options)
    assert Image.open(io.BytesIO(data)).n_frames == 3
    assert np.unique(load_image(data).reshape(-1, 3), axis=0).tolist() == [[255, 0, 0]]


def test_the_first_of_two_pictures_of_a_stereo_camera():
    data = encoded(plain(WHITE, (32, 32)), "MPO", save_all=True, append_images=[plain(RED, (32, 32))])
    np.testing.assert_allclose(load_image(data), 255)


def swapped_profile():
    """A colour profile that takes red for green: so one sees whether it was used."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"????").replace(b"gXYZ", b"rXYZ").replace(b"????", b"gXYZ")


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_the_colour_profile_is_used(file_format):
    options = (EXACT | CLOSE)[file_format]
    data = encoded(plain((200, 100, 50)), file_format, icc_profile=swapped_profile(), **options)
    np.testing.assert_allclose(load_image(data)[1, 1], (100, 200, 50), atol=4)


def test_the_colour_profile_is_used_with_alpha_and_keeps_white():
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


@pytest.mark.parametrize("mode", ["RGB", "L", "CMYK"])
@pytest.mark.parametrize("profile", [b"garbage", b"\0" * 500, swapped_profile()[:300], b"x" * 3000])
def test_an_unusable_colour_profile_is_ignored(mode, profile):
    picture = plain((200, 100, 50)).convert(mode)
    image = load_image(encoded(picture, "TIFF", icc_profile=profile))
    np.testing.assert_array_equal(image, np.asarray(picture.convert("RGB")))


# ---- size


@pytest.mark.parametrize(
    ("size", "max_size", "expected"),
    [
        ((1, 1), 512, (1, 1)),
        ((1, 1), 1, (1, 1)),
        ((5000, 1), 512, (512, 1)),
        ((1, 5000), 512, (1, 512)),
        ((20000, 3), 512, (512, 1)),
        ((3, 20000), 512, (1, 512)),
        ((20000, 3), None, (20000, 3)),
        ((20000, 3), 1, (1, 1)),
        ((640, 480), 512, (512, 384)),
        ((480, 640), 512, (384, 512)),
        ((512, 300), 512, (512, 300)),
        ((513, 300), 512, (512, 299)),
        ((640, 427), 512, (512, 342)),
        ((100, 50), 512, (100, 50)),
        ((100, 50), np.int64(10), (10, 5)),
        ((100, 50), 10**30, (100, 50)),
    ],
)
@pytest.mark.parametrize("file_format", ["PNG", "JPEG"])
def test_size(size, max_size, expected, file_format):
    image = load_image(encoded(plain((90, 90, 90), size), file_format), max_size)
    assert_image(image, expected[1], expected[0])
    np.testing.assert_allclose(image, 90, atol=1)


def test_default_size_is_512():
    assert_image(load_image(encoded(plain(RED, (1024, 256)), "PNG")), 128, 512)


def test_without_shrinking_every_value_is_kept():
    pixels = random_pixels(30, 40)
    np.testing.assert_array_equal(load_image(encoded(Image.fromarray(pixels), "PNG")), pixels)
    np.testing.assert_array_equal(load_image(encoded(Image.fromarray(pixels), "PNG"), max_size=None), pixels)


@pytest.mark.parametrize(("file_format", "tolerance"), [("PNG", 2), ("JPEG", 8)])
@pytest.mark.parametrize("factor", [2, 4, 16])
def test_shrinking_is_antialiased(file_format, tolerance, factor):
    checks = (np.indices((512, 512)).sum(0) % 2 * 255).astype(
        np.uint8
    )  # picking pixels would give one colour
    image = load_image(
        encoded(Image.fromarray(checks), file_format, **(EXACT | CLOSE)[file_format]), 512 // factor
    )
    np.testing.assert_allclose(image[3:-3, 3:-3], 127.5, atol=tolerance)


def test_a_large_jpeg_shrinks_as_well_as_a_png():
    smooth = Image.fromarray(random_pixels(12, 16)).resize((1600, 1200), Image.Resampling.BICUBIC)
    from_jpeg = load_image(encoded(smooth, "JPEG", quality=98, subsampling=0), 128)
    from_png = load_image(encoded(smooth, "PNG"), 128)
    exact = np.asarray(smooth.resize((128, 96), Image.Resampling.LANCZOS), np.float32)
    assert np.abs(from_png - exact).max() <= 4
    assert np.abs(from_jpeg - exact).max() <= 8
    assert np.abs(from_jpeg - exact).mean() <= 1


def test_a_large_jpeg_is_decoded_small(monkeypatch):
    data = encoded(plain(RED, (1600, 1200)), "JPEG")
    seen = []
    resize = Image.Image.resize
    monkeypatch.setattr(
        Image.Image,
        "resize",
        lambda self, *args, **options: seen.append(self.size) or resize(self, *args, **options),
    )
    assert_image(load_image(data, 128), 96, 128)
    assert seen == [(400, 300)]  # a sixteenth of the pixels, yet three times the size that is wanted


@pytest.mark.parametrize(
    "max_size", [0, -1, 512.0, 1.5, "512", True, False, np.True_, float("nan"), [512], b"5"]
)
def test_a_senseless_max_size_is_refused(max_size):
    assert_refused(
        encoded(plain(RED), "PNG"), "max_size", repr(max_size), "from 1", "None", max_size=max_size
    )


# ---- what is refused, and how


def test_missing_file(tmp_path):
    assert_refused(tmp_path / "gone.png", str(tmp_path / "gone.png"), "no such file", "Check the name")
    assert_refused(str(tmp_path / "nowhere" / "gone.png"), "gone.png", "no such file")


def test_folder(tmp_path):
    assert_refused(tmp_path, str(tmp_path), "folder")
    assert_refused("", "folder")  # the empty path is the current folder


def test_file_used_as_a_folder(tmp_path):
    (tmp_path / "a.png").write_bytes(encoded(plain(RED), "PNG"))
    assert_refused(tmp_path / "a.png" / "b.png", "b.png")


def test_impossible_names():
    assert_refused("a" * 5000 + ".png", "aaa")
    assert_refused("nul\0byte.png", "nul")


@posix
def test_a_pipe_is_not_waited_for(tmp_path):
    assert_refused("/dev/null", "/dev/null", "not a regular file")
    os.mkfifo(tmp_path / "pipe.png")
    assert_refused(tmp_path / "pipe.png", "pipe.png", "not a regular file")


@pytest.fixture
def ordinary_user():
    """A folder whose files obey permissions: root would read and write everything."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        is_root = os.geteuid() == 0
        if is_root:
            os.seteuid(65534)
        try:
            yield Path(folder)
        finally:
            if is_root:
                os.seteuid(0)


@posix
def test_unreadable_file(ordinary_user):
    path = ordinary_user / "secret.png"
    path.write_bytes(encoded(plain(RED), "PNG"))
    path.chmod(0)
    assert_refused(path, "secret.png", "Permission denied", "Check its permissions")


@posix
def test_unreadable_folder(ordinary_user):
    folder = ordinary_user / "closed"
    folder.mkdir()
    (folder / "a.png").write_bytes(encoded(plain(RED), "PNG"))
    folder.chmod(0)
    assert_refused(folder / "a.png", "a.png", "Permission denied")


def test_empty(tmp_path):
    (tmp_path / "empty.png").touch()
    assert_refused(tmp_path / "empty.png", "empty.png", "the file is empty")
    assert_refused(b"", "uploaded picture", "empty")
    assert_refused(io.BytesIO(), "uploaded picture", "empty")


@pytest.mark.parametrize(
    "content", [b"hello, world\n" * 50, b"\0", b"\x89PNG", b"\xff\xd8", b"GIF89a", b"%PDF-1.7", b"\0" * 9999]
)
@pytest.mark.parametrize("name", ["note.txt", "note.png", "note.jpg", "note.tif", "note"])
def test_a_file_that_is_not_a_picture(content, name, tmp_path):
    (tmp_path / name).write_bytes(content)
    message = assert_refused(tmp_path / name, name)
    assert "not a picture" in message or "damaged" in message
    assert "save" in message  # what to do


@pytest.mark.parametrize("file_format", ["EPS", "PDF", "ICO", "TGA", "JPEG2000", "DDS", "SGI"])
def test_formats_that_are_not_plain_pixels_are_refused(file_format):
    assert_refused(encoded(plain(RED, (16, 16)), file_format), "not a picture in a format", "PNG, JPEG")


@pytest.mark.parametrize(
    "source", [None, 7, 1.5, ["a.png"], {"name": "a"}, np.zeros((2, 2, 3)), object(), io.StringIO("x")]
)
def test_other_things_are_refused(source):
    kind = "str" if hasattr(source, "read") else type(source).__name__
    assert_refused(source, f"from {kind}", "'rb'")


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "a.png").write_bytes(encoded(plain(RED), "PNG"))
    with (tmp_path / "a.png").open(encoding="latin-1") as text:
        assert_refused(text, "a.png", "'rb'")
    closed = (tmp_path / "a.png").open("rb")
    closed.close()
    assert_refused(closed, "a.png", "closed")

    class Broken:
        name = "far.png"

        def read(self):
            raise ConnectionResetError("the line went dead")

    assert_refused(Broken(), "far.png", "the line went dead")


# Random pixels, so that what is cut off is picture and not padding.
WHOLE = {
    **{
        name: encoded(Image.fromarray(random_pixels(40, 50)), name, **options)
        for name, options in (EXACT | CLOSE).items()
    },
    "PNG palette": encoded(Image.fromarray(random_pixels(40, 50)).quantize(64), "PNG"),
    "PNG 16 bit": encoded(Image.fromarray(random_pixels(40, 50)[..., 0].astype(np.uint16) * 257), "PNG"),
    "JPEG progressive": encoded(Image.fromarray(random_pixels(40, 50)), "JPEG", progressive=True),
    "JPEG CMYK": encoded(Image.fromarray(random_pixels(40, 50)).convert("CMYK"), "JPEG"),
    "TIFF LZW": encoded(Image.fromarray(random_pixels(40, 50)), "TIFF", compression="tiff_lzw"),
    "TIFF deflate": encoded(Image.fromarray(random_pixels(40, 50)), "TIFF", compression="tiff_adobe_deflate"),
    "TIFF JPEG": encoded(Image.fromarray(random_pixels(40, 50)), "TIFF", compression="jpeg"),
    "TIFF float": encoded(Image.fromarray(random_pixels(40, 50)[..., 0].astype(np.float32)), "TIFF"),
    "WEBP lossy": encoded(Image.fromarray(random_pixels(40, 50)), "WEBP"),
}


@pytest.mark.parametrize("percent", [1, 5, 20, 50, 80, 95])
@pytest.mark.parametrize("kind", WHOLE)
def test_a_truncated_file_is_refused(kind, percent, tmp_path):
    assert_image(load_image(WHOLE[kind]), 40, 50)
    path = tmp_path / "cut.picture"
    path.write_bytes(WHOLE[kind][: len(WHOLE[kind]) * percent // 100])
    assert_refused(path, "cut.picture")
    assert_refused(path, "cut.picture", max_size=10)


def header_of(width, height):
    """The beginnings of files that claim a size and hold next to nothing."""
    return {
        "PNG": png(width, height, 8, 2, b""),
        "GIF": b"GIF89a" + struct.pack("<HHBBB", width % 65536, height % 65536, 0xF0, 0, 0) + bytes(6) + b","
        + struct.pack("<4HB", 0, 0, width % 65536, height % 65536, 0) + b"\x08\x02\x01\x01\0;",
        "BMP": struct.pack("<2sIII", b"BM", 54, 0, 54)
        + struct.pack("<IiiHHIIIIII", 40, width, height, 1, 24, *[0] * 6),
        "PPM": f"P6 {width} {height} 255 ".encode() + bytes(99),
        "JPEG": b"\xff\xd8\xff\xc0\0\x11\x08" + struct.pack(">HH", height % 65536, width % 65536)
        + b"\x03\x01\x11\0\x02\x11\0\x03\x11\0" + b"\xff\xda\0\x0c\x03\x01\0\x02\0\x03\0\0\x3f\0" + bytes(99),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("file_format", "size"),
    [
        *[
            (each, size)
            for each in header_of(1, 1)
            for size in ((60000, 60000), (MAX_PIXELS // 10000 + 1, 10000))
        ],
        *[(each, (1_000_000, 101)) for each in ("PNG", "BMP", "PPM")],  # the others' sides end at 65535
    ],
)
def test_a_bomb_is_refused_before_it_is_decoded(file_format, size, monkeypatch, tmp_path):
    path = tmp_path / "bomb.png"
    path.write_bytes(header_of(*size)[file_format])
    decoded = []
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: decoded.append(self))
    tracemalloc.start()
    message = assert_refused(path, "bomb.png", f"more than {MAX_PIXELS:,} pixels", "Shrink")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert not decoded
    assert peak < 3_000_000
    assert "DOS" not in message


def test_the_largest_size_that_is_allowed_is_decoded(monkeypatch):
    reached = []
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: reached.append(self.size))
    with pytest.raises(ImageError):
        load_image(header_of(10000, MAX_PIXELS // 10000)["PPM"])
    assert reached[0] == (10000, 10000)


def test_a_bomb_in_the_text_of_a_png_is_refused():
    bomb = zlib.compress(b"a" * 80_000_000)
    for chunk in ((b"zTXt", b"settings\0\0" + bomb), (b"iTXt", b"settings\0\1\0\0\0" + bomb)):
        data = png(1, 1, 8, 2, b"\0\0\0\0", chunk)
        assert_refused(data, "too large")
        with pytest.raises(ImageError, match="too large"):
            load_settings(data)


def test_further_frames_are_not_even_looked_at(monkeypatch):
    frames = [Image.fromarray(random_pixels(20, 20, seed)) for seed in range(30)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    seen = []
    monkeypatch.setattr("PIL.GifImagePlugin.GifImageFile.seek", lambda self, frame: seen.append(frame))
    assert_image(load_image(data), 20, 20)
    assert seen == []


def test_pillow_and_the_warning_filters_are_left_as_they_were():
    before = Image.MAX_IMAGE_PIXELS, list(warnings.filters), PngImagePlugin.MAX_TEXT_CHUNK
    load_image(encoded(plain(RED), "PNG"))
    assert_refused(header_of(60000, 60000)["PNG"])
    assert_refused(b"x")
    assert before == (Image.MAX_IMAGE_PIXELS, list(warnings.filters), PngImagePlugin.MAX_TEXT_CHUNK)


def test_threads_leave_the_warning_filters_as_they_were():
    before = list(warnings.filters)
    data = encoded(Image.fromarray(random_pixels(60, 60)), "PNG")
    results = []
    threads = [
        threading.Thread(target=lambda: results.extend(load_image(data, 20).shape for _ in range(20)))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [(20, 20, 3)] * 160
    assert warnings.filters == before


def test_warnings_of_pillow_stay_inside():
    animation = png(1, 1, 8, 2, b"\0\1\2\3", (b"acTL", bytes(8)))  # announces an animation of no frames
    with pytest.warns(UserWarning, match="Invalid APNG"):  # what other programs see
        Image.open(io.BytesIO(animation)).close()
    assert load_image(animation).tolist() == [[[1, 2, 3]]]
    large = header_of(10000, MAX_PIXELS // 10000 - 1)["PNG"]
    with pytest.warns(Image.DecompressionBombWarning):
        Image.open(io.BytesIO(large)).close()
    assert_refused(large, "damaged")


def test_nothing_is_printed_about_broken_files(capfd, monkeypatch):
    monkeypatch.setattr(logging.getLogger(), "handlers", [])  # as in a program that set up no logging
    for kind in ("TIFF LZW", "TIFF deflate", "TIFF JPEG", "JPEG", "PNG"):
        data = bytearray(WHOLE[kind])
        for position in range(300, len(data) - 300, 97):
            data[position] ^= 0xFF
        with contextlib.suppress(ImageError):
            load_image(bytes(data))
    samples = struct.pack("<HHI", 277, 3, 1)
    data = WHOLE["TIFF"].replace(samples + b"\3", samples + b"\xff")
    assert data != WHOLE["TIFF"]
    assert_refused(data)
    os.write(2, b"still here")  # the stream works again afterwards
    out, err = capfd.readouterr()
    assert (out, err) == ("", "still here")


@settings(max_examples=200, deadline=None)
@given(
    kind=st.sampled_from(sorted(WHOLE)),
    edits=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), max_size=8),
    in_header=st.booleans(),
    cut=st.none() | st.floats(0, 1),
    max_size=st.sampled_from([None, 1, 16, 512]),
)
@example(kind="PNG", edits=[], in_header=False, cut=0.999, max_size=512)
def test_damaged_files_give_an_image_or_an_image_error(kind, edits, in_header, cut, max_size):
    data = bytearray(WHOLE[kind])
    for where, value in edits:
        data[int(where * (min(len(data), 120) if in_header else len(data)))] = value
    if cut is not None:
        data = data[: int(cut * len(data))]
    try:
        image = load_image(bytes(data), max_size)
    except ImageError as error:
        assert str(error).startswith("the uploaded picture: ")
    else:
        assert_image(image, *image.shape[:2])
        assert max_size is None or max(image.shape) <= max(max_size, 3)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=200))
def test_arbitrary_bytes_are_refused(data):
    assert_refused(data, "the uploaded picture")


# ---- saving


@pytest.mark.parametrize("name", ["a.png", "a.PNG", "a.webp"])
def test_what_is_saved_exactly(name, tmp_path):
    pixels = random_pixels(17, 23)
    path = save_image(pixels, tmp_path / name)
    assert path == tmp_path / name and isinstance(path, Path)
    np.testing.assert_array_equal(load_image(path), pixels)
    np.testing.assert_array_equal(load_image(save_image(pixels.astype(np.float32), str(path))), pixels)
    np.testing.assert_array_equal(load_image(save_image(pixels.tolist(), path)), pixels)
    assert names_in(tmp_path) == [name]


@pytest.mark.parametrize("name", ["a.jpg", "a.jpeg", "a.JPG"])
def test_jpeg_is_close(name, tmp_path):
    smooth = np.asarray(Image.fromarray(random_pixels(4, 4)).resize((64, 48), Image.Resampling.BICUBIC))
    image = load_image(save_image(smooth, tmp_path / name))
    assert np.abs(image - smooth).max() <= 6
    with Image.open(tmp_path / name) as picture:
        assert picture.format == "JPEG"


def test_values_are_clipped_and_rounded(tmp_path):
    row = [-1e30, -0.6, 0.4, 0.6, 127.49, 127.51, 254.6, 255.4, 1e30]
    image = np.repeat(np.array(row, np.float64)[None, :, None], 3, axis=2)
    saved = load_image(save_image(image, tmp_path / "a.png"))
    assert saved[0, :, 1].tolist() == [0, 0, 0, 1, 127, 128, 255, 255, 255]
    assert image[0, 0, 0] == -1e30  # the caller's array is left alone


def test_what_turns_into_an_array_is_saved(tmp_path):
    class Tensor:
        def __array__(self, dtype=None, copy=None):
            return np.full((2, 2, 3), 9.0)

    for image in (Tensor(), np.full((2, 2, 3), 9, np.int64), np.full((2, 2, 3), 9, np.float16)):
        assert np.unique(load_image(save_image(image, tmp_path / "a.png"))).tolist() == [9]


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (np.zeros((4, 4)), "(4, 4)"),
        (np.zeros((1, 4, 4, 3)), "(1, 4, 4, 3)"),
        (np.zeros((4, 4, 4)), "(4, 4, 4)"),
        (np.zeros((0, 4, 3)), "(0, 4, 3)"),
        (np.zeros((4, 0, 3)), "(4, 0, 3)"),
        (5.0, "()"),
        (np.full((2, 2, 3), np.nan), "12 values that are not finite (the first: nan)"),
        (np.array([[[0, np.inf, 0]]]), "1 values that are not finite (the first: inf)"),
        (np.full((1, 1, 3), 1e300), "not finite"),
        (np.zeros((2, 2, 3), complex), "real numbers"),
        ([[[1, 2, 3], [1, 2]]], "real numbers"),
        ([[["a", "b", "c"]]], "real numbers"),
        (None, "real numbers"),
    ],
)
def test_what_is_no_image_is_not_saved(image, words, tmp_path):
    with pytest.raises(ImageError) as caught:
        save_image(image, tmp_path / "a.png")
    assert words in str(caught.value)
    with pytest.raises(ImageError):
        resize_image(image, 2, 2)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("name", ["a", "a.txt", "a.gif", "a.png.part", ""])
def test_an_unknown_suffix_is_refused(name, tmp_path):
    with pytest.raises(ImageError, match=r"\.png, \.jpg, \.jpeg, \.webp"):
        save_image(np.zeros((2, 2, 3)), tmp_path / name)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("path", [None, 3, 1.5, b"\xff".hex, ["a.png"]])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ImageError, match="is not a path"):
        save_image(np.zeros((2, 2, 3)), path)


def test_missing_folders_are_made(tmp_path):
    path = save_image(np.zeros((2, 2, 3)), tmp_path / "results" / "today" / "a.png")
    assert_image(load_image(path), 2, 2)


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.webp"])
def test_settings_travel_with_the_picture(name, tmp_path):
    stored = {
        "seed": 7,
        "alpha": 1.5e-3,
        "layers": ["conv1_1", "conv2_1"],
        "weights": {"conv1_1": 0.2},
        "note": "风格 “style”\n=, ß",
        "nothing": None,
        "yes": True,
    }
    path = save_image(random_pixels(8, 8), tmp_path / name, stored)
    assert load_settings(path) == stored
    assert load_settings(path.read_bytes()) == stored
    assert_image(load_image(path), 8, 8)
    assert load_settings(save_image(random_pixels(8, 8), path, {})) == {}
    assert load_settings(save_image(random_pixels(8, 8), path)) is None


def test_a_png_holds_the_settings_as_json_text(tmp_path):
    path = save_image(np.zeros((2, 2, 3)), tmp_path / "a.png", {"seed": 1})
    with Image.open(path) as picture:
        assert json.loads(picture.text["settings"]) == {"seed": 1}


@pytest.mark.parametrize(
    "bad", [{"a": object()}, {"a": np.zeros(3)}, {(1, 2): 3}, [1, 2], "text", 5, {1: {2: {3}}}]
)
def test_settings_that_cannot_be_stored(bad, tmp_path):
    path = save_image(np.zeros((2, 2, 3)), tmp_path / "a.png", {"old": 1})
    with pytest.raises(ImageError, match="settings cannot be stored"):
        save_image(np.ones((2, 2, 3)), path, bad)
    assert load_settings(path) == {"old": 1}


def test_settings_too_long_for_a_jpeg_leave_the_old_file(tmp_path):
    path = save_image(np.zeros((2, 2, 3)), tmp_path / "a.jpg", {"old": 1})
    with pytest.raises(ImageError, match=r"a\.jpg"):
        save_image(np.ones((2, 2, 3)), path, {"long": "x" * 70_000})
    assert load_settings(path) == {"old": 1}
    long = {"long": "x" * 70_000}
    assert load_settings(save_image(np.ones((2, 2, 3)), tmp_path / "a.png", long)) == long


def test_foreign_texts_are_no_settings():
    exif = Image.Exif()
    exif[DESCRIPTION] = "OLYMPUS DIGITAL CAMERA"
    assert load_settings(encoded(plain(RED), "JPEG", exif=exif)) is None
    exif[DESCRIPTION] = "[1, 2]"
    assert load_settings(encoded(plain(RED), "JPEG", exif=exif)) is None
    assert load_settings(encoded(plain(RED), "JPEG", exif=b"Exif\0\0garbage")) is None
    for text in ("{", "null", "3", "", "[" * 100_000):
        texts = PngImagePlugin.PngInfo()
        texts.add_text("settings", text)
        assert load_settings(encoded(plain(RED), "PNG", pnginfo=texts)) is None


def test_settings_behind_the_pixels_are_found():
    data = encoded(plain(RED), "PNG")
    body = b"tEXtsettings\0" + b'{"late": 1}'
    late = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    assert load_settings(data[:-12] + late + data[-12:]) == {"late": 1}


def test_settings_of_what_is_no_picture(tmp_path):
    for source in (tmp_path / "gone.png", tmp_path, b"", b"text", WHOLE["PNG"][:-800], None):
        with pytest.raises(ImageError):
            load_settings(source)


# ---- whole or not at all

KILLED_WHILE_SAVING = """
import os, sys, time
import numpy as np
from nst_helpers.images import save_image

def wait(*_):
    print("in the middle", flush=True)
    time.sleep(600)

setattr(os, sys.argv[2], wait)
save_image(np.random.default_rng(1).integers(0, 256, (1500, 1500, 3)), sys.argv[1])
"""


@posix
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_killed_while_saving_the_old_file_is_still_there(step, tmp_path):
    path = save_image(random_pixels(30, 30), tmp_path / "a.png", {"run": "old"})
    before = path.read_bytes()
    command = [sys.executable, "-c", KILLED_WHILE_SAVING, str(path), step]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[1]) as child:
        assert child.stdout.readline() == b"in the middle\n"
        written = [each for each in tmp_path.iterdir() if each != path]
        assert len(written) == 1 and written[0].stat().st_size > 1_000_000  # it was indeed writing
        child.kill()
    assert child.returncode == -signal.SIGKILL
    assert path.read_bytes() == before
    assert load_settings(path) == {"run": "old"}
    np.testing.assert_array_equal(load_image(path), random_pixels(30, 30))
    save_image(random_pixels(5, 5), path)  # what the dead process left is not in the way
    assert_image(load_image(path), 5, 5)


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failing_write_leaves_the_old_file_and_nothing_else(step, tmp_path, monkeypatch):
    path = save_image(random_pixels(9, 9), tmp_path / "a.png")
    before = path.read_bytes()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, step, full)
    with pytest.raises(ImageError, match=r"a\.png.*No space left on device.*free space") as caught:
        save_image(random_pixels(9, 9, seed=1), path)
    assert isinstance(caught.value.__cause__, OSError)
    assert path.read_bytes() == before
    assert names_in(tmp_path) == ["a.png"]


def test_interrupted_while_saving(tmp_path, monkeypatch):
    path = save_image(random_pixels(9, 9), tmp_path / "a.png")
    before = path.read_bytes()

    def ctrl_c(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", ctrl_c)
    with pytest.raises(KeyboardInterrupt):
        save_image(random_pixels(9, 9, seed=1), path)
    assert path.read_bytes() == before
    assert names_in(tmp_path) == ["a.png"]


def test_a_picture_too_wide_for_the_format(tmp_path):
    for name in ("a.webp", "a.jpg"):
        with pytest.raises(ImageError, match=name):
            save_image(np.zeros((1, 70_000, 3)), tmp_path / name)
    assert names_in(tmp_path) == []


def test_the_target_is_a_folder_or_its_folder_is_a_file(tmp_path):
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "file").write_text("x")
    for path in (
        tmp_path / "folder.png",
        tmp_path / "file" / "a.png",
        tmp_path / ("x" * 300 + ".png"),
        "a\0.png",
    ):
        with pytest.raises(ImageError, match="could not be written"):
            save_image(np.zeros((2, 2, 3)), path)
    assert names_in(tmp_path) == ["file", "folder.png"]


@posix
def test_a_folder_that_one_may_not_write_to(ordinary_user):
    folder = ordinary_user / "readonly"
    folder.mkdir()
    save_image(random_pixels(3, 3), folder / "a.png")
    folder.chmod(0o555)
    for path in (folder / "a.png", folder / "b.png", folder / "new" / "c.png"):
        with pytest.raises(ImageError, match=r"\.png.*Permission denied.*permissions"):
            save_image(np.zeros((2, 2, 3)), path)
    assert names_in(folder) == ["a.png"]
    np.testing.assert_array_equal(load_image(folder / "a.png"), random_pixels(3, 3))


@posix
@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o000, 0o666), (0o077, 0o600)])
def test_permissions_follow_the_umask(umask, mode, tmp_path):
    before = os.umask(umask)
    try:
        path = save_image(np.zeros((2, 2, 3)), tmp_path / "a.png")
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == mode


@posix
def test_an_old_file_keeps_its_permissions_and_a_link_stays_a_link(tmp_path):
    path = save_image(np.zeros((2, 2, 3)), tmp_path / "a.png")
    path.chmod(0o604)
    link = tmp_path / "link.png"
    link.symlink_to("a.png")
    save_image(np.full((2, 2, 3), 200), link)
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o604
    assert np.unique(load_image(path)).tolist() == [200]


# ---- noise and resizing


def test_noise_is_repeatable_uniform_and_white():
    noise = noise_image(200, 300, seed=5)
    assert_image(noise, 200, 300)
    np.testing.assert_array_equal(noise, noise_image(200, 300, seed=5))
    assert np.abs(noise - noise_image(200, 300, seed=6)).mean() > 50
    share, _ = np.histogram(noise, bins=10, range=(0, 255), density=True)
    np.testing.assert_allclose(share * 255, 1, atol=0.03)
    for a, b in ((noise[1:], noise[:-1]), (noise[:, 1:], noise[:, :-1]), (noise[..., 0], noise[..., 1])):
        assert abs(np.corrcoef(a.ravel(), b.ravel())[0, 1]) < 0.02


def test_noise_is_the_same_on_every_machine_and_version():
    np.testing.assert_allclose(noise_image(1, 1, seed=0)[0, 0], [216.9092, 162.4252, 130.3398], atol=1e-3)


@pytest.mark.parametrize("bad", [0, -3, 2.0, "2", None, True, np.nan])
def test_senseless_sizes_and_seeds(bad):
    for name, call in {
        "height": lambda: noise_image(bad, 2, 0),
        "width": lambda: noise_image(2, bad, 0),
        "height ": lambda: resize_image(np.zeros((2, 2, 3)), bad, 2),
        "width ": lambda: resize_image(np.zeros((2, 2, 3)), 2, bad),
    }.items():
        with pytest.raises(ImageError) as caught:
            call()
        assert str(caught.value).startswith(f"{name.strip()} is {bad!r}; it must be a whole number from 1")


@pytest.mark.parametrize("bad", [-1, 0.5, "0", None, True])
def test_senseless_seeds(bad):
    with pytest.raises(ImageError, match=r"seed is .* whole number from 0"):
        noise_image(2, 2, bad)


def test_noise_and_resizing_beyond_memory_are_refused():
    with pytest.raises(ImageError, match="too many"):
        noise_image(10**6, 10**6, 0)
    with pytest.raises(ImageError, match="too many"):
        resize_image(np.zeros((2, 2, 3)), 10**6, 10**6)


def test_numpy_integers_are_integers():
    np.testing.assert_array_equal(noise_image(np.int32(2), np.uint8(3), np.int64(4)), noise_image(2, 3, 4))


@pytest.mark.parametrize("size", [(1, 1), (5, 9), (20, 30), (41, 60), (7, 100), (100, 7)])
def test_resizing_keeps_a_constant_and_the_mean(size):
    image = resize_image(np.full((20, 30, 3), (10.0, 100.0, 250.0)), *size)
    assert_image(image, *size)
    np.testing.assert_allclose(image, np.full((*size, 3), (10, 100, 250)), atol=1e-3)
    smooth = 100 + 50 * np.sin(np.linspace(0, 6, 30))[None, :, None] * np.ones((20, 1, 3))
    np.testing.assert_allclose(resize_image(smooth, *size).mean(), smooth.mean(), atol=1.5)


def test_resizing_to_the_same_size_changes_nothing_and_copies():
    image = noise_image(6, 7, 0)
    same = resize_image(image, 6, 7)
    np.testing.assert_array_equal(same, image)
    assert not np.shares_memory(same, image)


def test_resizing_is_antialiased_smooth_and_clipped():
    checks = np.repeat((np.indices((64, 64)).sum(0) % 2 * 255.0)[..., None], 3, axis=2)
    np.testing.assert_allclose(resize_image(checks, 16, 16)[2:-2, 2:-2], 127.5, atol=1)
    edge = np.zeros((4, 8, 3))
    edge[:, 4:] = 255
    large = resize_image(edge, 16, 32)
    assert_image(large, 16, 32)  # bicubic overshoots here: clipped
    assert np.diff(large[8, :, 0]).max() < 255 / 2  # no hard step, as repeating pixels would give
    assert large[8, 0, 0] == 0 and large[8, -1, 0] == 255
    one_side = resize_image(checks, 64, 8)
    np.testing.assert_allclose(one_side[2:-2, 2:-2], 127.5, atol=2)


@pytest.mark.parametrize(
    ("size", "method"), [((6, 9), "LANCZOS"), ((12, 40), "LANCZOS"), ((40, 60), "BICUBIC")]
)
def test_resizing_uses_the_documented_filter(size, method):
    image = noise_image(20, 30, seed=3)
    channel = Image.fromarray(image[..., 2]).resize(size[::-1], Image.Resampling[method])
    np.testing.assert_array_equal(resize_image(image, *size)[..., 2], np.clip(channel, 0, 255))


def test_resizing_keeps_channels_and_fractions_apart():
    image = np.zeros((8, 8, 3), np.float32)
    image[..., 1] = 0.25
    small = resize_image(image, 4, 4)
    np.testing.assert_allclose(small[..., 1], 0.25, atol=1e-5)
    assert small[..., [0, 2]].max() == 0


# ---- the module itself


def test_the_module_needs_no_tensorflow_and_no_other_module_of_the_package():
    code = (
        "import sys, nst_helpers.images; "
        "print([m for m in sys.modules if m.startswith(('tensorflow', 'keras', 'nst_helpers.'))])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[1],
        check=True,
    )
    assert set(ast.literal_eval(result.stdout)) == {
        f"nst_helpers.{name}" for name in ("decoding", "errors", "images", "system")}


def test_an_image_error_is_a_value_error():
    assert issubclass(ImageError, ValueError)
