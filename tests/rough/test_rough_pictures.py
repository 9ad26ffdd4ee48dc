"""Over two thousand damaged picture files: each comes in as a right picture or is refused, and nothing else happens."""

import io
import os
import re
import struct
import subprocess
import sys
import warnings
import zlib
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageCms, ImageFile

from nst_helpers.images import FORMATS, MAX_PIXELS, ImageError, ImageWarning, load_image

TESTS = Path(__file__).resolve().parents[1]
FILES_A_FORMAT = 250  # of nine formats: 2,250 files
SECONDS_AT_MOST = 300  # a hundred times what it takes: whoever needs longer hangs
MAX_SIZES = (None, 1, 16, 512)
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


# ---- whole files: every format, in every way of writing it that damage could meet differently


def _pixels(seed, height=20, width=26):
    """A smooth ramp with some noise: compresses, but not to nothing."""
    ramp = np.linspace(0, 200, height * width * 3).reshape(height, width, 3)
    return (ramp + np.random.default_rng(seed).integers(0, 55, ramp.shape)).astype(np.uint8)


PICTURE, OTHER = Image.fromarray(_pixels(0)), Image.fromarray(_pixels(1, 31, 17))
ALPHA = Image.merge("RGBA", (*PICTURE.split(), PICTURE.convert("L")))
DEEP = Image.fromarray(np.asarray(PICTURE.convert("L"), np.uint16) * 257)
FLOATS = Image.fromarray(np.asarray(PICTURE.convert("L"), np.float32))


def _encoded(picture, file_format, **options):
    file = io.BytesIO()
    picture.copy().save(file, file_format, **options)  # Pillow leaves notes for the encoder on what it saved
    return file.getvalue()


def _exif(orientation):
    exif = Image.Exif()
    exif[0x0112], exif[0x010E] = orientation, "held by hand"
    return exif


def _png16():
    """16 bits in three colours, which Pillow reads but does not write."""
    rows = np.asarray(PICTURE, ">u2") * 257
    body = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows))
    header = struct.pack(">IIBBBBB", *PICTURE.size, 16, 2, 0, 0, 0)
    return _with_chunks([(b"IHDR", header), (b"tRNS", struct.pack(">HHH", 1, 2, 3)), (b"IDAT", body), (b"IEND", b"")])


def _with_chunks(chunks):
    parts = [struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
             for kind, body in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _tiff(**options):
    return _encoded(PICTURE, "TIFF", **options)


WHOLE = {
    "PNG": [
        _encoded(PICTURE, "PNG", icc_profile=PROFILE, exif=_exif(6)), _encoded(ALPHA, "PNG"), _encoded(DEEP, "PNG"),
        _encoded(PICTURE.quantize(12), "PNG", transparency=3), _encoded(PICTURE.quantize(3), "PNG", bits=2),
        _encoded(PICTURE.convert("L"), "PNG", transparency=7), _encoded(PICTURE.convert("1"), "PNG"),
        _encoded(ALPHA.convert("LA"), "PNG"), _encoded(PICTURE, "PNG", save_all=True, append_images=[OTHER]), _png16(),
    ],
    "JPEG": [
        _encoded(PICTURE, "JPEG", exif=_exif(8)), _encoded(PICTURE.convert("L"), "JPEG", icc_profile=PROFILE),
        _encoded(PICTURE.convert("CMYK"), "JPEG"), _encoded(OTHER, "JPEG", progressive=True, quality=90),
        _encoded(PICTURE, "JPEG", subsampling="4:2:0", restart_marker_blocks=2, comment=b"words"),
        _encoded(PICTURE.convert("CMYK"), "JPEG", progressive=True),
    ],
    "GIF": [
        _encoded(PICTURE, "GIF"), _encoded(OTHER.convert("L"), "GIF", interlace=1),
        _encoded(PICTURE.quantize(7), "GIF", transparency=2),
        _encoded(PICTURE, "GIF", save_all=True, append_images=[OTHER.resize(PICTURE.size)] * 3, disposal=2, loop=0),
    ],
    "BMP": [_encoded(PICTURE.convert(mode), "BMP") for mode in ("RGB", "RGBA", "L", "P", "1")],
    "TIFF": [
        _tiff(), _tiff(compression="tiff_lzw", exif=_exif(5)), _tiff(compression="tiff_adobe_deflate"),
        _tiff(compression="jpeg"), _tiff(compression="packbits", icc_profile=PROFILE), _tiff(strip_size=200),
        _encoded(ALPHA, "TIFF"), _encoded(DEEP, "TIFF"), _encoded(FLOATS, "TIFF", compression="tiff_lzw"),
        _encoded(PICTURE.convert("CMYK"), "TIFF"), _encoded(PICTURE.convert("LAB"), "TIFF"),
        _encoded(PICTURE.convert("1"), "TIFF", compression="group4"), _encoded(PICTURE.quantize(9), "TIFF"),
        _tiff(save_all=True, append_images=[OTHER]),
    ],
    "WEBP": [
        _encoded(PICTURE, "WEBP", exif=_exif(3)), _encoded(ALPHA, "WEBP", lossless=True), _encoded(ALPHA, "WEBP"),
        _encoded(PICTURE, "WEBP", icc_profile=PROFILE, lossless=True),
        _encoded(PICTURE, "WEBP", save_all=True, append_images=[OTHER.resize(PICTURE.size)], duration=50),
    ],
    "PPM": [_encoded(picture, "PPM") for picture in (PICTURE, PICTURE.convert("L"), PICTURE.convert("1"), DEEP, FLOATS)]
    + [b"P3 2 2 65535 0 1 2 3 4 5 6 7 8 9 10 65535\n", b"P1\n# words\n3 2\n0 1 0\n1 1 1\n"],
    "AVIF": [
        _encoded(PICTURE, "AVIF", exif=_exif(7)), _encoded(ALPHA, "AVIF", icc_profile=PROFILE),
        _encoded(PICTURE, "AVIF", save_all=True, append_images=[OTHER.resize(PICTURE.size)]),
    ],
    "HEIF": [path.read_bytes() for path in sorted((TESTS / "images" / "heic").glob("*.heic"))],
}
EVERY = [data for files in WHOLE.values() for data in files]
assert set(WHOLE) == set(FORMATS)


# ---- damage


def _flipped(data, random):
    for place in random.integers(0, len(data), random.integers(1, 12)):
        data[place] ^= 1 << random.integers(0, 8)
    return data


def _header_overwritten(data, random):
    """Sizes, depths and offsets stand at the beginning: values that are often a limit go there."""
    for place in random.integers(0, min(len(data), 160), random.integers(1, 6)):
        data[place] = random.choice([0, 1, 2, 3, 127, 128, 254, 255])
    return data


def _cut(data, random):
    return data[: random.integers(0, len(data))]


def _hole(data, random):
    start = random.integers(0, len(data))
    return data[:start] + data[start + random.integers(1, 200) :]


def _stuffed(data, random):
    start = random.integers(0, len(data))
    return data[:start] + random.bytes(random.integers(1, 200)) + data[start:]


def _blanked(data, random):
    start = random.integers(0, len(data))
    end = min(len(data), start + random.integers(1, 60))
    data[start:end] = bytes([random.choice([0, 255])]) * int(end - start)
    return data


def _spliced(data, random):
    """It begins as one file and goes on as another, often of another format."""
    other = EVERY[random.integers(len(EVERY))]
    return data[: random.integers(0, len(data))] + other[random.integers(0, len(other)) :]


def _flipped_under_checksums(data, random):
    """Damage that a PNG's checksums agree with, so that it reaches what lies behind them; else as `_flipped`."""
    if not data.startswith(b"\x89PNG"):
        return _flipped(data, random)
    chunks = _chunks(bytes(data))
    place = random.integers(len(chunks))
    kind, body = chunks[place]
    if kind == b"IDAT":
        body = zlib.compress(bytes(_flipped(bytearray(zlib.decompress(body)), random)))
    elif body:
        body = bytes(_flipped(bytearray(body), random))
    chunks[place] = kind, body
    return _with_chunks(chunks)


def _chunks(data):
    chunks, place = [], 8
    while place < len(data):
        (length,) = struct.unpack(">I", data[place : place + 4])
        chunks.append((data[place + 4 : place + 8], data[place + 8 : place + 8 + length]))
        place += length + 12
    return chunks


DAMAGES = (_flipped, _header_overwritten, _cut, _hole, _stuffed, _blanked, _spliced, _flipped_under_checksums)


# ---- what must hold


def came_in(data, max_size):
    """Whether a file came in as a picture, checked; False where it was refused as it should be."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ImageWarning)  # a damaged colour profile: the picture comes in without it
            image = load_image(bytes(data), max_size)
    except ImageError as error:
        assert re.match(r"the uploaded picture: \S.*\.$", str(error), re.DOTALL), str(error)
        return False
    assert isinstance(image, np.ndarray) and image.dtype == np.float32
    assert image.ndim == 3 and image.shape[2] == 3 and min(image.shape) >= 1
    assert np.isfinite(image).all() and image.min() >= 0 and image.max() <= 255
    assert max_size is None or max(image.shape[:2]) <= max_size
    return True


@pytest.mark.parametrize("file_format", FORMATS)
@pytest.mark.filterwarnings("error")
def test_the_whole_files_all_come_in(file_format):
    """Else the damage below would only be done to what is refused anyway."""
    assert all(came_in(data, max_size) for data in WHOLE[file_format] for max_size in MAX_SIZES)


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_damaged_file_is_a_picture_or_is_refused(file_format):
    """In a process of its own: a decoder that crashes or hangs then fails one test, and every word is seen."""
    command = [sys.executable, "-W", "error", __file__, file_format]
    path = os.pathsep.join(filter(None, [str(TESTS), os.environ.get("PYTHONPATH")]))
    child = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_AT_MOST,
                           env=os.environ | {"PYTHONPATH": path})
    assert (child.returncode, child.stderr) == (0, "")
    came, refused = map(int, child.stdout.split())
    assert came + refused == FILES_A_FORMAT
    # Some damage does not show, some cannot be lived with: the files lie on both sides.
    assert min(came, refused) > 10


def load_damaged_files(file_format):
    """How many of a format's damaged files came in, and how many were refused; the same files every time."""
    random, files, came = np.random.default_rng([ord(letter) for letter in file_format]), WHOLE[file_format], 0
    for number in range(FILES_A_FORMAT):
        data = bytearray(files[random.integers(len(files))])
        data, max_size = DAMAGES[number % len(DAMAGES)](data, random), MAX_SIZES[random.integers(len(MAX_SIZES))]
        try:
            came += came_in(data, max_size)
        except BaseException as error:
            error.add_note(f"{file_format}, damaged file {number}, max_size {max_size}: {bytes(data)!r}")
            raise
    return came, FILES_A_FORMAT - came


def only_what_is_small_enough(load):
    """Pillow's load, which decodes, behind a guard: a size beyond the limit must not get here."""

    def guarded(picture):
        if picture.width * picture.height > MAX_PIXELS:
            raise SystemExit(f"a decompression bomb went off: {picture.size}")
        return load(picture)

    return guarded


SEVERAL = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=6)), max_size=6)


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(whole=st.sampled_from(EVERY), pieces=SEVERAL, rest=st.sampled_from([b"", *EVERY]), kept=st.floats(0, 1),
       max_size=st.sampled_from(MAX_SIZES))
@pytest.mark.filterwarnings("error")
def test_whatever_hypothesis_makes_of_a_file(whole, pieces, rest, kept, max_size):
    data = bytearray(whole)
    for where, piece in pieces:
        start = int(where * len(data))
        data[start : start + len(piece)] = piece
    came_in(bytes(data[: int(kept * len(data))]) + rest[int(kept * len(rest)) :], max_size)


if __name__ == "__main__":
    with mock.patch.object(ImageFile.ImageFile, "load", only_what_is_small_enough(ImageFile.ImageFile.load)):
        print(*load_damaged_files(sys.argv[1]))
