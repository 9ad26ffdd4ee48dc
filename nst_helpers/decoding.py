"""What is inside a picture file: its header, its pixels turned upright, over white and in sRGB.

`nst_helpers.images` is what others call; here is what stands between Pillow and its arrays.
"""

import io
import logging
import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageCms, UnidentifiedImageError

from nst_helpers.errors import ImageError, cause
from nst_helpers.system import silent_stderr

# Plain pixels only. Pillow knows many more formats, and some are a risk in a stranger's file: an EPS
# picture, for one, is a program, which Pillow gives to Ghostscript to run.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "AVIF")
MAX_PIXELS = 100_000_000  # a file of a few bytes can claim any size; this many pixels need 400 MB

_ORIENTATION = 0x0112  # EXIF tag: how the camera was held

# All threads share one list of warning filters. Two that silenced and restored it at the same time could
# leave it silenced for good, so they take turns.
_turn_to_be_quiet = threading.RLock()
# Without a handler of its own, what Pillow logs about a broken file would be printed.
logging.getLogger("PIL").addHandler(logging.NullHandler())

Source = str | os.PathLike | bytes | bytearray | memoryview | BinaryIO  # a path, or a file's contents


@contextmanager
def opened(source: Source) -> Iterator[Image.Image]:
    """The picture, its header read and its size checked; whatever fails meanwhile is an ImageError."""
    name = _name(source)
    with _turn_to_be_quiet, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with _file(source) as file, Image.open(file, formats=FORMATS) as picture:
                if picture.width * picture.height > MAX_PIXELS:
                    raise Image.DecompressionBombError
                # libtiff prints to stderr about damage that Pillow raises for.
                with silent_stderr() if picture.format == "TIFF" else nullcontext():
                    yield picture
        except ImageError as error:
            raise ImageError(f"{name}: {error}") from error.__cause__
        except UnidentifiedImageError as error:
            raise ImageError(
                f"{name}: not a picture in a format that is read here ({', '.join(FORMATS)}), or its "
                "beginning is damaged. Choose another file, or save the picture as PNG or JPEG."
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


def pixels(picture: Image.Image, max_size: int | None) -> npt.NDArray[np.float32]:
    """The pixels of an opened picture as `nst_helpers.images.load_image` returns them: (height, width, 3), 0–255.

    Args:
        picture: as `opened` gives it.
        max_size: the longer side at most, a whole number from 1; None keeps the size.

    Raises:
        ImageError: values that are not finite. What Pillow raises for broken data, `opened` makes an ImageError.
    """
    size = _size_within(picture.size, max_size)
    # JPEG can be decoded at 1/2, 1/4 or 1/8 of its size: far less memory for a photo from a phone.
    picture.draft(None, (3 * size[0], 3 * size[1]))
    picture.load()
    profile, orientation = picture.info.get("icc_profile"), exif(picture).get(_ORIENTATION)
    picture = _ready_to_shrink(picture)
    if picture.size != size:
        picture = picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
    image = np.asarray(_in_srgb(_over_white(picture), profile), np.float32)
    if image.ndim == 2:
        image = np.stack([image] * 3, axis=2)
    return np.clip(_upright(image, orientation), 0, 255)


def exif(picture: Image.Image) -> Any:
    """The notes that a camera left in a picture: {EXIF tag: value}, empty where they cannot be read."""
    try:
        return picture.getexif()
    except Exception:  # bad notes on a good picture
        return {}


def as_path(path: str | os.PathLike) -> Path:
    """A path as a Path; ImageError for what is none."""
    try:
        return Path(os.fsdecode(path))
    except TypeError:
        raise ImageError(f"a {type(path).__name__} is not a path. Give the name of a picture file.") from None


def _name(source):
    if isinstance(source, (str, os.PathLike)):
        return str(as_path(source))
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else "the uploaded picture"


def _file(source):
    """An open binary file for whatever the caller gave."""
    is_path = isinstance(source, (str, os.PathLike))
    file = _file_at(as_path(source)) if is_path else io.BytesIO(_content(source))
    if file.seek(0, os.SEEK_END) == 0:
        file.close()
        raise ImageError("the file is empty. Get it again.")
    return file


def _file_at(path):
    try:
        if path.is_dir():
            raise ImageError("this is a folder. Name a picture inside it.")
        if path.exists() and not path.is_file():  # to read a pipe or a device could take for ever
            raise ImageError("this is not a regular file. Name a picture file.")
        return path.open("rb")
    except FileNotFoundError as error:
        raise ImageError("there is no such file. Check the name and the folder.") from error
    except OSError as error:
        raise ImageError(f"the file cannot be read ({cause(error)}). Check its permissions.") from error


def _content(source):
    if hasattr(source, "read"):
        with suppress(AttributeError, OSError):  # not every stream can go back
            source.seek(0)  # who has just written a file stands at its end
        source = source.read()
    if isinstance(source, (bytes, bytearray, memoryview)):
        return source
    kind = type(source).__name__
    raise ImageError(f"a picture cannot be read from {kind}. Give a path, bytes or a file opened as 'rb'.")


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


def _ready_to_shrink(picture):
    """Every kind of pixel as one that can be averaged: F, L, RGB, CMYK, LAB; with alpha, La or RGBa.

    In La and RGBa the colours are multiplied by their alpha. So the colour that hides under transparent
    pixels cannot leak into the edges as a dark fringe.
    """
    if picture.mode.startswith(("I", "F")):
        return _deep_gray(picture)
    if picture.mode == "LA":
        return picture.convert("La")
    if picture.has_transparency_data:
        return picture.convert("RGBA").convert("RGBa")
    return picture if picture.mode in ("L", "RGB", "CMYK", "LAB") else picture.convert("RGB")


def _deep_gray(picture):
    values = np.asarray(picture)
    if not np.isfinite(values).all():
        raise ImageError("the picture holds values that are not finite. Save it as PNG in another program.")
    top = values.max()
    whites = (1, 255, 65535) if picture.mode == "F" else (65535,)
    white = next((white for white in whites if top <= white), float(top))
    gray = np.clip(values, 0, None).astype(np.float32) * (255 / white)  # below 0: often “no data”
    gray[values == picture.info.get("transparency")] = 255  # PNG: the one value that means transparent
    return Image.fromarray(gray)


def _over_white(picture):
    if picture.mode not in ("La", "RGBa"):
        return picture
    bands = np.asarray(picture)
    alpha = bands[..., -1:]
    color = np.minimum(bands[..., :-1], alpha)  # the filter may have lifted it a little higher
    color += 255 - alpha
    return Image.fromarray(color if color.shape[2] == 3 else color[..., 0])


def _in_srgb(picture, profile):
    """RGB by the picture's own colour profile (phones: Display P3) where it has one that works."""
    if picture.mode == "F":
        return picture
    with suppress(Exception):  # no profile, a broken one, or one for another kind of pixel
        source = ImageCms.createProfile("LAB") if picture.mode == "LAB" else io.BytesIO(profile)
        return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    return picture.convert("RGB")
