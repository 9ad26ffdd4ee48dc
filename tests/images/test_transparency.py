"""Transparent pixels: over white when they come in, and kept where a picture is written."""

import struct

import numpy as np
import pytest
from picture_files import BLUE, ORIENTATION, RED, assert_image, encoded, over_white, plain, png, random_pixels
from PIL import Image

from nst_helpers.images import ImageError, load_alpha, load_image, load_settings, noise_image, save_image

pytestmark = pytest.mark.filterwarnings("error")


@pytest.mark.parametrize("alpha", [0, 1, 64, 128, 254, 255])
@pytest.mark.parametrize("file_format", ["PNG", "TIFF", "WEBP"])
def test_alpha_goes_over_white(alpha, file_format):
    options = {"lossless": True, "exact": True} if file_format == "WEBP" else {}
    data = encoded(plain((200, 100, 50, alpha), mode="RGBA"), file_format, **options)
    np.testing.assert_allclose(load_image(data)[2, 2], over_white((200, 100, 50), alpha), atol=1)


@pytest.mark.parametrize("alpha", [0, 128, 255])
@pytest.mark.parametrize("size", [(1, 1), (1, 3), (3, 1), (4, 4)])
def test_gray_with_alpha_goes_over_white(alpha, size):
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


def test_one_color_declared_transparent():
    gray = Image.fromarray(np.array([[5, 160]], np.uint8))
    assert load_image(encoded(gray, "PNG", transparency=5))[0, :, 0].tolist() == [255, 160]
    color = Image.fromarray(np.array([[(1, 2, 3), (4, 5, 6)]], np.uint8))
    image = load_image(encoded(color, "PNG", transparency=(1, 2, 3)))
    assert image.tolist() == [[[255, 255, 255], [4, 5, 6]]]
    black_and_white = png(2, 1, 1, 0, b"\0\x40", (b"tRNS", struct.pack(">H", 0)))
    assert load_image(black_and_white)[0, :, 0].tolist() == [255, 255]
    deep = png(2, 1, 16, 0, b"\0" + struct.pack(">2H", 1000, 25700), (b"tRNS", struct.pack(">H", 1000)))
    np.testing.assert_allclose(load_image(deep)[0, :, 0], [255, 100])


def test_hidden_colors_leave_no_fringe():
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


# ---- the one colour that means transparent, at every depth


@pytest.mark.parametrize(("depth", "kind", "row", "key", "expected"), [
    (1, 0, b"\x40", (1,), [[0] * 3, [255] * 3]),
    (2, 0, b"\x60", (1,), [[255] * 3, [170] * 3]),
    (4, 0, b"\x5a", (5,), [[255] * 3, [170] * 3]),
    (8, 0, b"\x05\xa0", (5,), [[255] * 3, [160] * 3]),
    (16, 0, struct.pack(">2H", 1000, 25700), (1000,), [[255] * 3, [100] * 3]),
    (8, 2, bytes([1, 2, 3, 4, 5, 6]), (1, 2, 3), [[255] * 3, [4, 5, 6]]),
    (16, 2, struct.pack(">6H", 1000, 2000, 3000, 4000, 5000, 6000), (1000, 2000, 3000), [[255] * 3, [15, 19, 23]]),
])
def test_a_color_key_at_every_depth(depth, kind, row, key, expected):
    data = png(2, 1, depth, kind, b"\0" + row, (b"tRNS", struct.pack(f">{len(key)}H", *key)))
    np.testing.assert_allclose(load_image(data)[0], expected, atol=1)
    opaque = [255 if depth == 1 else 0, 0 if depth == 1 else 255]  # of one bit, the second pixel is the key
    np.testing.assert_array_equal(load_alpha(data), [opaque])


# ---- alpha beside the picture


def test_alpha_is_read_beside_the_picture():
    pixels = np.dstack([random_pixels(20, 30), np.arange(600, dtype=np.uint16).reshape(20, 30) % 256]).astype(np.uint8)
    for file_format in ("PNG", "TIFF", "WEBP"):
        options = {"lossless": True, "exact": True} if file_format == "WEBP" else {}
        alpha = load_alpha(encoded(Image.fromarray(pixels), file_format, **options))
        np.testing.assert_array_equal(alpha, pixels[..., 3])
        assert alpha.dtype == np.float32


def test_what_is_opaque_has_no_alpha():
    opaque = plain((200, 100, 50, 255), mode="RGBA")
    for data in (encoded(opaque, "PNG"), encoded(plain(RED), "JPEG"), encoded(plain(77, mode="L"), "PNG")):
        assert load_alpha(data) is None


@pytest.mark.parametrize("size", [(40, 30), (41, 60), (7, 100)])
def test_alpha_is_as_large_as_the_picture_and_as_upright(size):
    picture = plain((200, 100, 50, 0), size, "RGBA")
    picture.paste((200, 100, 50, 255), (0, 0, size[0], (size[1] + 1) // 2))  # opaque in the upper half, as stored
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # held so that what is above is to the right
    data = encoded(picture, "PNG", exif=exif)
    for max_size in (None, 20):
        image, alpha = load_image(data, max_size), load_alpha(data, max_size)
        assert alpha.shape == image.shape[:2]
        assert alpha[:, -1].min() > 250
        assert alpha[:, 0].max() < 5


def test_alpha_of_a_palette():
    picture = Image.new("P", (2, 1))
    picture.putpalette([*RED, *BLUE])
    picture.putpixel((1, 0), 1)
    np.testing.assert_array_equal(load_alpha(encoded(picture, "PNG", transparency=bytes([255, 40]))), [[255, 40]])
    np.testing.assert_array_equal(load_alpha(encoded(picture, "GIF", transparency=1)), [[255, 0]])


@pytest.mark.parametrize("name", ["a.png", "a.webp"])
def test_alpha_is_written_beside_the_picture(name, tmp_path):
    image, alpha = noise_image(9, 7, 0), np.linspace(0, 255, 63).reshape(9, 7)
    path = save_image(image, tmp_path / name, {"seed": 1}, alpha=alpha)
    with Image.open(path) as picture:
        assert picture.mode == "RGBA"
        np.testing.assert_array_equal(np.asarray(picture)[..., :3], np.rint(image))  # where it is transparent, too
    np.testing.assert_array_equal(load_alpha(path), np.rint(alpha))
    assert load_settings(path) == {"seed": 1}


def test_a_jpeg_lies_over_white(tmp_path):
    alpha = np.zeros((32, 32), np.float32)
    alpha[:, 16:] = 255
    path = save_image(np.full((32, 32, 3), (200.0, 30.0, 30.0)), tmp_path / "a.jpg", alpha=alpha)
    image = load_image(path)
    np.testing.assert_allclose(image[:, :8], 255, atol=3)
    np.testing.assert_allclose(image[:, -8:], np.full((32, 8, 3), (200, 30, 30)), atol=4)
    assert load_alpha(path) is None


@pytest.mark.parametrize("shape", [(8, 12), (64, 96), (5, 5)])
def test_alpha_of_another_size_is_resized(shape, tmp_path):
    alpha = np.zeros(shape, np.float32)
    alpha[:, shape[1] // 2 :] = 255
    found = load_alpha(save_image(np.full((16, 24, 3), 99.0), tmp_path / "a.png", alpha=alpha))
    assert found.shape == (16, 24) and found[:, :3].max() < 10 and found[:, -3:].min() > 245


@pytest.mark.parametrize(("alpha", "words"), [(np.zeros((4, 4, 1)), "(4, 4, 1)"), (5.0, "()"), ("x", "real numbers"),
                                              (np.full((4, 4), np.nan), "not finite"), (np.zeros((0, 4)), "(0, 4)")])
def test_what_is_no_alpha_is_refused(alpha, words, tmp_path):
    with pytest.raises(ImageError, match="alpha") as caught:
        save_image(np.full((4, 4, 3), 9.0), tmp_path / "a.png", alpha=alpha)
    assert words in str(caught.value) and not list(tmp_path.iterdir())
