"""Pictures in and out: read any usual file, write a file whole or not at all, make noise, resize.

Everywhere in this package an image is an array (height, width, 3) of float32, RGB, 0 to 255.
"""

import io
import json
import logging
import operator
import os
import threading
import warnings
from collections.abc import Mapping
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms, PngImagePlugin, UnidentifiedImageError

from nst_helpers.errors import NSTError
from nst_helpers.system import silent_stderr, write_whole

# Plain pixels only. Pillow knows many more formats, and some are a risk in a stranger's file: an EPS
# picture, for one, is a program, which Pillow gives to Ghostscript to run.
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP", "PPM", "AVIF")
MAX_PIXELS = 100_000_000  # a file of a few bytes can claim any size; this many pixels need 400 MB

_LOSSY = {"format": "JPEG", "quality": 95, "subsampling": "4:4:4"}
_LOSSLESS = {"format": "WEBP", "lossless": True}
_WRITERS = {".png": {"format": "PNG"}, ".jpg": _LOSSY, ".jpeg": _LOSSY, ".webp": _LOSSLESS}
_ORIENTATION, _DESCRIPTION = 0x0112, 0x010E  # EXIF tags: how the camera was held; a text
_LANCZOS, _BICUBIC = Image.Resampling.LANCZOS, Image.Resampling.BICUBIC

# All threads share one list of warning filters. Two that silenced and restored it at the same time could
# leave it silenced for good, so they take turns.
_turn_to_be_quiet = threading.RLock()
# Without a handler of its own, what Pillow logs about a broken file would be printed.
logging.getLogger("PIL").addHandler(logging.NullHandler())


class ImageError(NSTError, ValueError):
    """The one error for anything that is not a usable picture: which file, what is wrong, what to do."""


def load_image(path, max_size=512):
    """Read a picture file: upright, over white, in sRGB, its longer side at most `max_size`.

    path: a str or os.PathLike; or the contents: bytes, or a file open for reading bytes.
    max_size: a whole number from 1; None keeps the size. A larger picture is shrunk with antialiasing
        and keeps at least one pixel on its short side; a smaller one is never enlarged.
    Returns an image, (height, width, 3) float32, 0 to 255; of an animation, the first frame. In grey of
        more than 8 bits, white is 65535, and with floating-point values the first of 1, 255 and 65535
        that none exceeds. Where one exceeds 65535, white is the largest value.
    Raises ImageError for anything but a whole picture in one of FORMATS with at most MAX_PIXELS.

    >>> load_image(b"P6 2 1 255 " + bytes([255, 0, 0, 0, 0, 255])).tolist()
    [[[255.0, 0.0, 0.0], [0.0, 0.0, 255.0]]]
    """
    if max_size is not None:
        max_size = _whole_number("max_size", max_size, otherwise=", or None for the full size")
    with _opened(path) as picture:
        size = _size_within(picture.size, max_size)
        # JPEG can be decoded at 1/2, 1/4 or 1/8 of its size: far less memory for a photo from a phone.
        picture.draft(None, (3 * size[0], 3 * size[1]))
        picture.load()
        profile, orientation = picture.info.get("icc_profile"), _exif(picture).get(_ORIENTATION)
        picture = _ready_to_shrink(picture)
        if picture.size != size:
            picture = picture.resize(size, _LANCZOS, reducing_gap=3.0)
        image = np.asarray(_in_srgb(_over_white(picture), profile), np.float32)
    if image.ndim == 2:
        image = np.stack([image] * 3, axis=2)
    return np.clip(_upright(image, orientation), 0, 255)


def save_image(image, path, settings=None):
    """Write an image to a file, whole or not at all: until its last byte is on disk, an old file stays.

    image: (height, width, 3), numbers 0 to 255; beyond they are clipped, then rounded to 8 bits.
    path: ends in .png or .webp (both exact), .jpg or .jpeg (quality 95). Missing folders are made.
    settings: a mapping that JSON can express, stored inside the file for `load_settings`.
    Returns the path as a Path. Raises ImageError for an image, settings or a place that will not do.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_image(noise_image(2, 3, seed=0), f"{folder}/noise.png", {"seed": 0})
    ...     load_image(path).shape, load_settings(path)
    ((2, 3, 3), {'seed': 0})
    """
    path = _as_path(path)
    if path.suffix.lower() not in _WRITERS:
        raise ImageError(f"{path}: this format is not written here. End the name in {', '.join(_WRITERS)}.")
    pixels = np.rint(np.clip(_checked(image), 0, 255)).astype(np.uint8)
    options = _WRITERS[path.suffix.lower()]
    options = options | _carrying(settings, options["format"])
    try:
        write_whole(path, lambda file: Image.fromarray(pixels).save(file, **options))
    except Exception as error:
        raise ImageError(
            f"{path}: the picture could not be written ({_cause(error)}); an old file is as it was. "
            "Check the folder, its permissions and the free space, or choose another place."
        ) from error
    return path


def load_settings(path):
    """Read back the settings that `save_image` stored in a picture.

    path: as for `load_image`.
    Returns a dict, or None where there are no settings. Raises ImageError for the same as `load_image`.

    >>> print(load_settings(b"P6 2 1 255 " + bytes(6)))
    None
    """
    with _opened(path) as picture:
        picture.load()  # a PNG may carry its texts behind the pixels
        text = picture.info.get("settings") or _exif(picture).get(_DESCRIPTION)
    try:
        settings = json.loads(text)
    except (TypeError, ValueError, RecursionError):  # no text, or words of a camera
        return None
    return settings if isinstance(settings, dict) else None


def noise_image(height, width, seed):
    """Make white noise: every value drawn independently and uniformly from 0 to 255.

    Gatys, Ecker and Bethge (2016) start from "a white noise image" and leave the distribution open. The
    uniform one uses the whole range of a picture and never needs clipping.
    height, width: whole numbers from 1. seed: a whole number from 0; the same seed, the same image.
    Returns an image, (height, width, 3) float32. Raises ImageError for other numbers.

    >>> noise_image(1, 1, seed=0).round().tolist()
    [[[217.0, 162.0, 130.0]]]
    """
    size = _checked_size(height, width)
    generator = np.random.default_rng(_whole_number("seed", seed, smallest=0))
    return generator.random((*size, 3), dtype=np.float32) * np.float32(255)


def resize_image(image, height, width):
    """Resize an image: Lanczos filter (antialiased) where a side shrinks, else bicubic.

    image: (height, width, 3), 0 to 255. height, width: the new size, whole numbers from 1.
    Returns an image, clipped to 0 to 255 because both filters overshoot at sharp edges. Raises ImageError
    for another shape, values that are not finite, or another size.

    >>> resize_image([[[0, 0, 0], [100, 100, 100]]], 1, 1).round(2).tolist()
    [[[50.0, 50.0, 50.0]]]
    """
    height, width = _checked_size(height, width)
    image = _checked(image)
    method = _LANCZOS if height < image.shape[0] or width < image.shape[1] else _BICUBIC
    channels = [Image.fromarray(image[..., c]).resize((width, height), method) for c in range(3)]
    return np.clip(np.stack(channels, axis=2), 0, 255)


# ---- reading


@contextmanager
def _opened(source):
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
                f"{name}: the picture is damaged, incomplete or of a rare kind ({_cause(error)}). Get the "
                "file again, or open it in another program and save it as PNG or JPEG."
            ) from error


def _file(source):
    """An open binary file for whatever the caller gave."""
    is_path = isinstance(source, (str, os.PathLike))
    file = _file_at(_as_path(source)) if is_path else io.BytesIO(_content(source))
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
        raise ImageError(f"the file cannot be read ({_cause(error)}). Check its permissions.") from error


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
    return tuple(max(1, round(side * max_size / max(size))) for side in size)


def _exif(picture):
    try:
        return picture.getexif()
    except Exception:  # bad notes on a good picture
        return {}


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
        return _deep_grey(picture)
    if picture.mode == "LA":
        return picture.convert("La")
    if picture.has_transparency_data:
        return picture.convert("RGBA").convert("RGBa")
    return picture if picture.mode in ("L", "RGB", "CMYK", "LAB") else picture.convert("RGB")


def _deep_grey(picture):
    values = np.asarray(picture)
    if not np.isfinite(values).all():
        raise ImageError("the picture holds values that are not finite. Save it as PNG in another program.")
    top = values.max()
    whites = (1, 255, 65535) if picture.mode == "F" else (65535,)
    white = next((white for white in whites if top <= white), float(top))
    grey = np.clip(values, 0, None).astype(np.float32) * (255 / white)  # below 0: often “no data”
    grey[values == picture.info.get("transparency")] = 255  # PNG: the one value that means transparent
    return Image.fromarray(grey)


def _over_white(picture):
    if picture.mode not in ("La", "RGBa"):
        return picture
    bands = np.asarray(picture)
    alpha = bands[..., -1:]
    colour = np.minimum(bands[..., :-1], alpha)  # the filter may have lifted it a little higher
    colour += 255 - alpha
    return Image.fromarray(colour if colour.shape[2] == 3 else colour[..., 0])


def _in_srgb(picture, profile):
    """RGB by the picture's own colour profile (phones: Display P3) where it has one that works."""
    if picture.mode == "F":
        return picture
    with suppress(Exception):  # no profile, a broken one, or one for another kind of pixel
        source = ImageCms.createProfile("LAB") if picture.mode == "LAB" else io.BytesIO(profile)
        return ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    return picture.convert("RGB")


# ---- writing and checking


def _carrying(settings, file_format):
    """The options that make Pillow store the settings: PNG as a text named so, else as EXIF description."""
    if settings is None:
        return {}
    try:
        if not isinstance(settings, Mapping):
            raise TypeError(f"a {type(settings).__name__} is not a mapping")
        text = json.dumps(dict(settings))
    except (TypeError, ValueError, RecursionError) as error:
        raise ImageError(f"settings cannot be stored ({error}). Use a dict of numbers and texts.") from error
    if file_format == "PNG":
        texts = PngImagePlugin.PngInfo()
        texts.add_text("settings", text)
        return {"pnginfo": texts}
    exif = Image.Exif()
    exif[_DESCRIPTION] = text
    return {"exif": exif}


def _checked(image):
    try:
        with np.errstate(over="ignore"):  # too large for float32 becomes infinite, which is refused below
            image = np.asarray(image).astype(np.float32, casting="same_kind")
    except Exception as error:
        raise ImageError(f"an image must be an array of real numbers ({_cause(error)}).") from error
    if image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise ImageError(f"the image has shape {image.shape}; it must be (height, width, 3), none of them 0.")
    bad = image[~np.isfinite(image)]
    if bad.size:
        raise ImageError(f"the image holds {bad.size:,} values that are not finite (the first: {bad[0]}).")
    return image


def _checked_size(height, width):
    height, width = _whole_number("height", height), _whole_number("width", width)
    if height * width > MAX_PIXELS:
        raise ImageError(f"{height} by {width} pixels are too many. Stay within {MAX_PIXELS:,} pixels.")
    return height, width


def _whole_number(name, value, smallest=1, otherwise=""):
    try:
        number = smallest - 1 if isinstance(value, (bool, np.bool_)) else operator.index(value)
    except TypeError:
        number = smallest - 1
    if number < smallest:
        raise ImageError(f"{name} is {value!r}; it must be a whole number from {smallest}{otherwise}.")
    return number


def _as_path(path):
    try:
        return Path(os.fsdecode(path))
    except TypeError:
        raise ImageError(f"a {type(path).__name__} is not a path. Give the name of a picture file.") from None


def _name(source):
    if isinstance(source, (str, os.PathLike)):
        return str(_as_path(source))
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else "the uploaded picture"


def _cause(error):
    return getattr(error, "strerror", None) or str(error) or type(error).__name__
