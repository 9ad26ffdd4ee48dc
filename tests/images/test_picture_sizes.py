"""How large a picture comes in, and how much memory a large file takes."""

import tracemalloc
import zlib

import numpy as np
import pytest
from picture_files import CLOSE, EXACT, RED, assert_image, assert_refused, encoded, header_of, plain, png, random_pixels
from PIL import Image

from nst_helpers.images import MAX_PIXELS, ImageError, load_image, load_settings

pytestmark = pytest.mark.filterwarnings("error")


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


def test_by_default_it_is_as_large_as_the_file():
    """What a transfer does not need of it, the transfer takes off; a limit here would be a second one."""
    assert_image(load_image(encoded(plain(RED, (1024, 256)), "PNG")), 256, 1024)


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
