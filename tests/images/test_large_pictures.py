"""Pictures of hundreds of megapixels: what can be reduced while it is read takes little memory, the rest is refused."""

import io
import json
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from picture_files import assert_refused, encoded, random_pixels
from PIL import Image

from nst_helpers.decoding import _draft_size
from nst_helpers.images import MAX_PIXELS, load_image, load_settings

WIDTH, ROWS = 16_384, 768  # rows of blocks, 16 pixels high: 201 megapixels


def large_jpeg(rows=ROWS, width=WIDTH, **options):
    """A JPEG of that many rows of blocks, from dark above to light below, made of a few rows that repeat.

    Behind every row stands a marker from which a decoder can start anew: so a row can be used again and again.
    """
    dark, light = (Image.fromarray(np.full((16, width, 3), (value, value // 2, 40), np.uint8)) for value in (40, 220))
    pieces = [_parts(encoded(picture, "JPEG", quality=75, restart_marker_rows=1, **options))
              for picture in (dark, light)]
    head = pieces[0][0]
    place = next(place for place in range(len(head)) if head[place : place + 2] in (b"\xff\xc0", b"\xff\xc2"))
    head = head[: place + 5] + struct.pack(">H", 16 * rows) + head[place + 7 :]
    body = b"".join(pieces[2 * row >= rows][1] + bytes([0xFF, 0xD0 + row % 8]) for row in range(rows))
    return head + body[:-2] + b"\xff\xd9"


def _parts(data):
    """(everything to the end of the first scan's header, the scan's bytes) of a JPEG of one row of blocks."""
    place = data.index(b"\xff\xda")
    start = place + 2 + int.from_bytes(data[place + 2 : place + 4], "big")
    return data[:start], data[start:-2]


def test_the_file_is_what_it_is_said_to_be():
    data = large_jpeg(rows=4, width=256)
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.size == (256, 64)
        values = np.asarray(picture)
    assert values[8, 9, 0] < 60 and values[-8, 9, 0] > 200
    np.testing.assert_allclose(load_image(data), values)


LOADED = """
import json, sys
from pathlib import Path
from nst_helpers.images import load_image
def peak():
    return int(next(line for line in Path("/proc/self/status").read_text().splitlines()
                    if line.startswith("VmHWM:")).split()[1])
before = peak()
image = load_image(sys.argv[1], 1024)
print(json.dumps([image.shape, float(image[5, 5, 0]), float(image[-5, -5, 0]), peak() - before]))
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from Linux's /proc")
def test_two_hundred_megapixels_come_in_with_little_memory(tmp_path):
    path = tmp_path / "telephone.jpg"
    path.write_bytes(large_jpeg())
    run = subprocess.run([sys.executable, "-c", LOADED, str(path)], capture_output=True, text=True, check=True)
    shape, dark, light, kilobytes = json.loads(run.stdout)
    assert WIDTH * 16 * ROWS > 200e6 and shape == [768, 1024, 3]
    assert abs(dark - 40) < 6 and abs(light - 220) < 6
    assert kilobytes < 150_000  # measured: 62 MB; whole it would be 600


def test_in_full_size_it_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "telephone.jpg"
    path.write_bytes(large_jpeg())
    for max_size in (None, 10_000):
        message = assert_refused(path, "201,326,592 pixels", f"more than {MAX_PIXELS:,} pixels", "max_size",
                                 max_size=max_size)
        assert "\n" not in message
    assert load_settings(path) is None  # for which nothing need be decoded


@pytest.mark.parametrize(("size", "step"), [((1024, 768), 4), ((2000, 1500), 2), ((6000, 4500), 2), ((9000, 6750), 1)])
def test_how_far_a_large_jpeg_is_reduced_while_it_is_read(size, step):
    """To three times what is wanted, for the filter; to less where that would be too many pixels."""
    whole = (16_384, 12_288)
    asked = _draft_size(whole, size)
    with Image.open(io.BytesIO(large_jpeg(rows=1, width=16))) as picture:
        picture._size = whole
        picture.tile = [picture.tile[0]._replace(extents=(0, 0, *whole))]
        picture.draft(None, asked)
        assert picture.size == (whole[0] // step, whole[1] // step)


@pytest.mark.parametrize("options", [{"progressive": True}])
def test_a_progressive_one_of_that_size_is_refused(options):
    """It would be kept whole in memory while it is read."""
    data = encoded(Image.fromarray(random_pixels(16, 16)), "JPEG", **options)
    place = data.index(b"\xff\xc2")
    data = data[: place + 5] + struct.pack(">HH", 12_000, 16_000) + data[place + 9 :]
    assert_refused(data, f"more than {MAX_PIXELS:,} pixels", max_size=512)


def test_one_that_stores_one_color_after_the_other_is_refused():
    """So is that, though it is not progressive."""
    data = encoded(Image.fromarray(random_pixels(16, 16)), "JPEG")
    place, scan = data.index(b"\xff\xc0"), data.index(b"\xff\xda")
    data = data[: place + 5] + struct.pack(">HH", 12_000, 16_000) + data[place + 9 : scan]
    data += b"\xff\xda\0\x08\1\1\0\0\x3f\0" + bytes(99)
    assert_refused(data, f"more than {MAX_PIXELS:,} pixels", max_size=512)


def test_even_a_jpeg_has_a_limit():
    data = encoded(Image.fromarray(random_pixels(16, 16)), "JPEG")
    place = data.index(b"\xff\xc0")
    data = data[: place + 5] + struct.pack(">HH", 60_000, 60_000) + data[place + 9 :]
    assert_refused(data, f"more than {MAX_PIXELS:,} pixels", max_size=512)
