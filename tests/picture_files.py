"""Picture files of every kind for the tests, made by Pillow or by hand, and what a loaded picture must be."""

import io
import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from nst_helpers.images import FORMATS, ImageError, load_image

posix = pytest.mark.skipif(os.name != "posix", reason="needs POSIX permissions and signals")

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
ORIENTATION, DESCRIPTION = 0x0112, 0x010E


def encoded(picture, file_format, **options):
    """The bytes of a file that holds the picture."""
    file = io.BytesIO()
    picture.save(file, file_format, **options)
    return file.getvalue()


def plain(color, size=(4, 4), mode="RGB"):
    return Image.new(mode, size, color)


def random_pixels(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def png(width, height, depth, color_type, rows, *chunks):
    """A PNG file by hand, for what Pillow does not write."""

    def chunk(kind, body):
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, color_type, 0, 0, 0))
    extra = b"".join(chunk(*each) for each in chunks)
    pixels = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + header + extra + pixels + chunk(b"IEND", b"")


def over_white(color, alpha):
    return [value * alpha / 255 + 255 - alpha for value in color]


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


EXACT = {"PNG": {}, "BMP": {}, "TIFF": {}, "PPM": {}, "GIF": {}, "WEBP": {"lossless": True}}
CLOSE = {"JPEG": {"quality": 95, "subsampling": 0}, "AVIF": {"quality": 95, "subsampling": "4:4:4"}}
assert set(EXACT) | set(CLOSE) | {"HEIF"} == set(FORMATS)  # which only tests/images/heic/make.py writes

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
