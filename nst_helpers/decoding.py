"""What is inside a picture file: its header, its pixels turned upright, over white and in sRGB, and their alpha.

`nst_helpers.images` is what others call; here is what stands between Pillow and its arrays.
"""

import logging
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import Image, UnidentifiedImageError
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import jpeg_factory

from nst_helpers.errors import ImageError, cause
from nst_helpers.modes import alpha_of, note_key, over_white, ready_to_shrink
from nst_helpers.profiles import in_srgb
from nst_helpers.sources import Source, file_of, is_heif, name_of
from nst_helpers.system import silent_stderr

# Plain pixels only. Pillow knows many more formats, and some are a risk in a stranger's file: an EPS
# picture, for one, is a program, which Pillow gives to Ghostscript to run.
_PILLOWS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "AVIF")
FORMATS = (*_PILLOWS, "HEIF")
_JPEGS = ("JPEG", "MPO")  # MPO: several JPEGs in one file, as cameras and telephones write them
MAX_PIXELS = 100_000_000  # a file of a few bytes can claim any size; this many pixels need 400 MB
MAX_REDUCED = 4 * MAX_PIXELS  # of a file that is reduced while it is read, which needs no memory for all its pixels

_ORIENTATION = 0x0112  # EXIF tag: how the camera was held
_KIND, _OLD_KIND, _DNG = 0x00FE, 0x00FF, 0xC612  # TIFF tags: NewSubfileType, SubfileType, DNGVersion
_GAP = 3.0  # a picture is averaged by whole numbers down to this many times its new size, and filtered from there

# All threads share one list of warning filters. Two that silenced and restored it at the same time could
# leave it silenced for good, so they take turns.
_turn_to_be_quiet = threading.RLock()
# Without a handler of its own, what Pillow logs about a broken file would be printed.
logging.getLogger("PIL").addHandler(logging.NullHandler())


@contextmanager
def opened(source: Source) -> Iterator[ImageFile]:
    """The picture, its header read and its size checked; whatever fails meanwhile is an ImageError."""
    name = name_of(source)
    with _turn_to_be_quiet, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with file_of(source) as file, _recognized(file) as picture:
                _require_size(picture, MAX_REDUCED if _in_one_scan(picture) else MAX_PIXELS)
                _refuse_raw(picture)
                # libtiff prints to stderr about damage that Pillow raises for.
                with silent_stderr() if picture.format == "TIFF" else nullcontext():
                    yield picture
        except ImageError as error:
            raise ImageError(f"{name}: {error}") from error.__cause__
        except UnidentifiedImageError as error:
            raise ImageError(
                f"{name}: not a picture in a format that is read here ({', '.join(FORMATS)}; no raw files of "
                "cameras), or its beginning is damaged. Choose another file, or save the picture as PNG or JPEG."
            ) from error
        except Image.DecompressionBombError as error:
            raise ImageError(
                f"{name}: the picture has more than {MAX_PIXELS:,} pixels. Shrink it in another program."
            ) from error
        except Exception as error:  # on broken data, decoders raise nearly everything
            raise ImageError(
                f"{name}: the picture is damaged, incomplete or of a rare kind ({cause(error)}). Get the "
                "file again, or open it in another program and save it as PNG or JPEG."
            ) from error


def pixels(picture: ImageFile, max_size: int | None) -> tuple[npt.NDArray[np.float32], str]:
    """The pixels of an opened picture as `nst_helpers.images.load_image` returns them, and what was ignored in it.

    Args:
        picture: as `opened` gives it.
        max_size: the longer side at most, a whole number from 1; None keeps the size.

    Returns:
        (an image, (height, width, 3), 0–255; one clause about its colour profile, or "").

    Raises:
        ImageError: values that are not finite, or too many pixels. What Pillow raises for broken data, `opened` makes
            an ImageError.
    """
    size = _loaded(picture, max_size)
    profile, orientation = picture.info.get("icc_profile"), exif(picture).get(_ORIENTATION)
    seen, ignored = in_srgb(over_white(_shrunk(ready_to_shrink(picture), size)), profile)
    image = np.asarray(seen, np.float32)
    if image.ndim == 2:
        image = np.stack([image] * 3, axis=2)
    return np.clip(_upright(image, orientation), 0, 255), ignored


def alpha(picture: ImageFile, max_size: int | None) -> npt.NDArray[np.float32] | None:
    """How opaque each pixel of an opened picture is: (height, width), 0–255, as large as `pixels` is; None: all are.

    Arguments and errors as for `pixels`.
    """
    if not picture.has_transparency_data:  # its header says so: there is nothing to decode
        return None
    size = _loaded(picture, max_size)
    orientation, opaque = exif(picture).get(_ORIENTATION), alpha_of(picture)
    if opaque is None or opaque.getextrema()[0] == 255:
        return None
    return _upright(np.asarray(_shrunk(opaque, size), np.float32), orientation)


def exif(picture: Image.Image) -> Any:
    """The notes that a camera left in a picture: {EXIF tag: value}, empty where they cannot be read."""
    try:
        return picture.getexif()
    except Exception:  # bad notes on a good picture
        return {}


# What is opened


def _recognized(file: BinaryIO):
    """The picture in a file, as far as its header; Pillow knows HEIF only once its plugin is there."""
    if is_heif(file):
        _require_heif()
        return Image.open(file, formats=["HEIF"])
    head = file.read(3)
    file.seek(0)
    if head != b"\xff\xd8\xff":
        return Image.open(file, formats=_PILLOWS)
    try:  # not by Image.open, which refuses many pixels even where they are reduced while they are read
        return jpeg_factory(file)
    except (SyntaxError, IndexError, TypeError, struct.error) as error:
        raise UnidentifiedImageError from error


def _require_heif():
    try:
        from pi_heif import register_heif_opener
    except ImportError as error:
        raise ImageError("this is a HEIC picture, and pi-heif, which reads it, is not installed. Install it (pip "
                         "install pi-heif), or save the picture as JPEG.") from error
    register_heif_opener()


def _require_size(picture, most):
    count = picture.width * picture.height
    if count <= most:
        return
    if picture.format in _JPEGS and count <= MAX_REDUCED:
        raise ImageError(f"the picture has {count:,} pixels, more than {MAX_PIXELS:,} pixels. A JPEG that is not "
                         "progressive is read at a smaller size: ask for one (max_size), at most half as large. Shrink "
                         "others in another program.")
    raise Image.DecompressionBombError


def _in_one_scan(picture):
    """Whether a JPEG can be reduced while it is read: all of its colours in one scan, row after row.

    Others (progressive ones, and those that store one colour after the other) are kept whole in memory meanwhile.
    """
    if picture.format not in _JPEGS or "progressive" in picture.info:
        return False
    count, place = len(picture.layer), picture.fp.tell()  # behind the header of the first scan
    picture.fp.seek(max(0, place - 6 - 2 * count))
    head = picture.fp.read(3)
    picture.fp.seek(place)
    return head == (6 + 2 * count).to_bytes(2, "big") + bytes([count])


def _refuse_raw(picture):
    """A camera's raw file is a TIFF whose first picture is a thumbnail: to take that for the picture would be wrong."""
    if picture.format != "TIFF":
        return
    tags = picture.tag_v2
    canon = picture.fp.seek(8) == 8 and picture.fp.read(2) == b"CR"
    if canon or _DNG in tags or _number(tags.get(_KIND)) & 1 or _number(tags.get(_OLD_KIND)) == 2:
        raise ImageError("this is a camera's raw file (or another TIFF that begins with a thumbnail), and only its "
                         "thumbnail could be read here. Develop it in a raw converter, and save it as JPEG, PNG or "
                         "TIFF.")


def _number(value):
    return value if isinstance(value, int) else 0


# Its pixels


def _loaded(picture, max_size):
    """Decode it, no larger than need be; returns the size (width, height) that it is to be shrunk to."""
    size = _size_within(picture.size, max_size)
    if picture.format == "PNG":
        note_key(picture)
    picture.draft(None, _draft_size(picture.size, size))
    _require_size(picture, MAX_PIXELS)
    picture.load()
    return size


def _draft_size(whole, size):
    """What to ask of a JPEG, which can be decoded at 1/2, 1/4 or 1/8 of its size: far less memory for a photo.

    Three times the size that is wanted, so that the filter has something to work on; less where that is too much.
    """
    for gap in (3, 2, 1):
        asked = gap * size[0], gap * size[1]
        part = min(whole[0] // asked[0], whole[1] // asked[1])
        step = next((step for step in (8, 4, 2) if part >= step), 1)
        if -(-whole[0] // step) * -(-whole[1] // step) <= MAX_PIXELS:
            break
    return asked


def _shrunk(picture, size):
    return picture if picture.size == size else picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=_GAP)


def _size_within(size, max_size):
    if max_size is None or max(size) <= max_size:
        return size
    width, height = (max(1, round(side * max_size / max(size))) for side in size)
    return width, height


def _upright(image, orientation):
    """Undo the way the camera was held: EXIF numbers the eight ways to turn and mirror a picture."""
    if orientation in (5, 6, 7, 8):
        image = image.swapaxes(0, 1)
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    return np.ascontiguousarray(image)
