"""Pictures of every kind of file and of pixel come in right."""

import ast
import io
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import PIL
import pytest
from picture_files import (
    BLUE,
    CLOSE,
    EXACT,
    GREEN,
    ORIENTATION,
    RED,
    WHITE,
    assert_image,
    assert_refused,
    encoded,
    plain,
    png,
    random_pixels,
)
from PIL import Image, ImageCms

from nst_helpers.images import ImageError, load_image

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("file_format", EXACT | CLOSE)
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


@pytest.mark.parametrize("value", [0, 255, 256, 25700, 32768, 65535])
@pytest.mark.parametrize("file_format", ["PNG", "TIFF"])
def test_gray_of_16_bits_is_scaled_not_clipped(value, file_format):
    picture = Image.fromarray(np.full((3, 5), value, np.uint16))
    image = load_image(encoded(picture, file_format))
    assert_image(image, 3, 5)
    np.testing.assert_allclose(image, value / 257, rtol=1e-5)


def test_gray_of_16_bits_in_either_byte_order_and_shrunk():
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
def test_gray_of_32_bits(numbers, expected):
    image = load_image(encoded(Image.fromarray(numbers), "TIFF"))
    assert_image(image, 1, 2)
    np.testing.assert_allclose(image[0, :, 1], expected, rtol=1e-5)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_gray_that_is_not_finite_is_refused(value):
    picture = Image.fromarray(np.array([[0, value]], np.float32))
    assert_refused(encoded(picture, "TIFF"), "not finite")


def test_color_of_16_bits():
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


UNCOMPRESSED = pytest.mark.skipif(int(PIL.__version__.split(".")[0]) < 13, reason="this Pillow reads no such file")


@pytest.mark.parametrize(("mode", "file_format"), [
    pytest.param("YCbCr", "TIFF", marks=UNCOMPRESSED), ("YCbCr", "JPEG"), ("LAB", "TIFF")])
def test_other_color_spaces(mode, file_format):
    picture = plain((200, 100, 50), (16, 16))
    if mode == "LAB":
        profiles = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
        picture = ImageCms.profileToProfile(picture, *profiles, outputMode="LAB")
    else:
        picture = picture.convert(mode)
    data = encoded(picture, file_format)
    np.testing.assert_allclose(load_image(data)[1, 1], (200, 100, 50), atol=3)
    np.testing.assert_allclose(load_image(data, max_size=4)[1, 1], (200, 100, 50), atol=3)


def test_gray_palette_and_one_bit():
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


def test_the_module_needs_no_tensorflow_and_only_these_modules_of_the_package():
    code = (
        "import sys, nst_helpers.images; "
        "print([m for m in sys.modules if m.startswith(('tensorflow', 'keras', 'nst_helpers.'))])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=True,
    )
    assert set(ast.literal_eval(result.stdout)) == {
        f"nst_helpers.{name}" for name in ("arrays", "checks", "decoding", "errors", "images", "modes", "profiles",
                                        "resizing", "sources", "system", "words")}


def test_an_image_error_is_a_value_error():
    assert issubclass(ImageError, ValueError)
