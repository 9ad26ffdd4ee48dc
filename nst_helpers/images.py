"""Pictures in and out: read any usual file, write a file whole or not at all, make noise, resize.

Everywhere in this package an image is an array (height, width, 3) of float32, RGB, 0 to 255.
"""

import json
import operator
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, PngImagePlugin

from nst_helpers.decoding import FORMATS, MAX_PIXELS, Source, as_path, exif, opened, pixels
from nst_helpers.errors import ImageError, cause
from nst_helpers.system import write_whole

__all__ = ["FORMATS", "MAX_PIXELS", "ImageError", "checked_picture", "load_image", "load_settings", "noise_image",
           "resize_image", "save_image", "to_uint8"]

_LOSSY = {"format": "JPEG", "quality": 95, "subsampling": "4:4:4"}
_LOSSLESS = {"format": "WEBP", "lossless": True}
_WRITERS = {".png": {"format": "PNG"}, ".jpg": _LOSSY, ".jpeg": _LOSSY, ".webp": _LOSSLESS}
ENDINGS = tuple(_WRITERS)  # of names of pictures that are written here
_DESCRIPTION = 0x010E  # EXIF tag: a text
_LANCZOS, _BICUBIC = Image.Resampling.LANCZOS, Image.Resampling.BICUBIC


def load_image(path: Source, max_size: int | None = 512) -> npt.NDArray[np.float32]:
    """Read a picture file: upright, over white, in sRGB, its longer side at most `max_size`.

    Args:
        path: a str or os.PathLike; or the contents: bytes, or a file open for reading bytes.
        max_size: a whole number from 1; None keeps the size. A larger picture is shrunk with antialiasing
            and keeps at least one pixel on its short side; a smaller one is never enlarged.

    Returns:
        An image, (height, width, 3) float32, 0 to 255; of an animation, the first frame. In gray of more than 8 bits,
        white is 65535, and with floating-point values the first of 1, 255 and 65535 that none exceeds. Where one
        exceeds 65535, white is the largest value.

    Raises:
        ImageError: anything but a whole picture in one of FORMATS with at most MAX_PIXELS.

    >>> load_image(b"P6 2 1 255 " + bytes([255, 0, 0, 0, 0, 255])).tolist()
    [[[255.0, 0.0, 0.0], [0.0, 0.0, 255.0]]]
    """
    if max_size is not None:
        max_size = _whole_number("max_size", max_size, otherwise=", or None for the full size")
    with opened(path) as picture:
        return pixels(picture, max_size)


def save_image(image: npt.ArrayLike, path: str | os.PathLike, settings: Mapping[str, Any] | None = None) -> Path:
    """Write an image to a file, whole or not at all: until its last byte is on disk, an old file stays.

    Args:
        image: (height, width, 3), numbers 0 to 255; see `to_uint8` for others.
        path: ends in .png or .webp (both exact), .jpg or .jpeg (quality 95). Missing folders are made.
        settings: a mapping that JSON can express, stored inside the file for `load_settings`.

    Returns:
        The path as a Path.

    Raises:
        ImageError: an image, settings or a place that will not do.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_image(noise_image(2, 3, seed=0), f"{folder}/noise.png", {"seed": 0})
    ...     load_image(path).shape, load_settings(path)
    ((2, 3, 3), {'seed': 0})
    """
    path = as_path(path)
    if path.suffix.lower() not in _WRITERS:
        raise ImageError(f"{path}: this format is not written here. End the name in {', '.join(_WRITERS)}.")
    picture = Image.fromarray(to_uint8(_checked(image)))
    options = _WRITERS[path.suffix.lower()]
    options = options | _carrying(settings, options["format"])
    try:
        write_whole(path, lambda file: picture.save(file, **options))
    except Exception as error:
        raise ImageError(
            f"{path}: the picture could not be written ({cause(error)}); an old file is as it was. "
            "Check the folder, its permissions and the free space, or choose another place."
        ) from error
    return path


def load_settings(path: Source) -> dict[str, Any] | None:
    """Read back the settings that `save_image` stored in a picture.

    Args:
        path: as for `load_image`.

    Returns:
        A dict, or None where there are no settings.

    Raises:
        ImageError: for the same as `load_image`.

    >>> print(load_settings(b"P6 2 1 255 " + bytes(6)))
    None
    """
    with opened(path) as picture:
        picture.load()  # a PNG may carry its texts behind the pixels
        text = picture.info.get("settings") or exif(picture).get(_DESCRIPTION)
    try:
        settings = json.loads(text)
    except (TypeError, ValueError, RecursionError):  # no text, or words of a camera
        return None
    return settings if isinstance(settings, dict) else None


def noise_image(height: int, width: int, seed: int) -> npt.NDArray[np.float32]:
    """Make white noise: every value drawn independently and uniformly from 0 to 255.

    Gatys, Ecker and Bethge (2016) start from "a white noise image" and leave the distribution open. The
    uniform one uses the whole range of a picture and never needs clipping.

    Args:
        height, width: whole numbers from 1.
        seed: a whole number from 0; the same seed, the same image.

    Returns:
        An image, (height, width, 3) float32.

    Raises:
        ImageError: other numbers.

    >>> noise_image(1, 1, seed=0).round().tolist()
    [[[217.0, 162.0, 130.0]]]
    """
    size = _checked_size(height, width)
    generator = np.random.default_rng(_whole_number("seed", seed, smallest=0))
    return generator.random((*size, 3), dtype=np.float32) * np.float32(255)


def resize_image(image: npt.ArrayLike, height: int, width: int) -> npt.NDArray[np.float32]:
    """Resize an image: Lanczos filter (antialiased) where a side shrinks, else bicubic.

    Args:
        image: (height, width, 3), 0 to 255.
        height, width: the new size, whole numbers from 1.

    Returns:
        An image, clipped to 0 to 255 because both filters overshoot at sharp edges.

    Raises:
        ImageError: another shape, values that are not finite, or a size that will not do.

    >>> resize_image([[[0, 0, 0], [100, 100, 100]]], 1, 1).round(2).tolist()
    [[[50.0, 50.0, 50.0]]]
    """
    height, width = _checked_size(height, width)
    image = _checked(image)
    method = _LANCZOS if height < image.shape[0] or width < image.shape[1] else _BICUBIC
    channels = [np.asarray(Image.fromarray(image[..., c]).resize((width, height), method)) for c in range(3)]
    return np.clip(np.stack(channels, axis=2), 0, 255)


def to_uint8(image: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """Values as the bytes of a picture: rounded to whole numbers, a half to the even one, and clipped to 0 to 255.

    Args:
        image: finite numbers, of any shape.

    >>> to_uint8([-3.0, 0.5, 1.5, 254.6, 300.0]).tolist()
    [0, 0, 2, 255, 255]
    """
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def checked_picture(image: npt.ArrayLike, name: str) -> npt.NDArray[np.float32]:
    """A float32 copy of an image that a transfer can work on.

    Args:
        image: (height, width, 3), 0 to 255.
        name: which of the pictures this is, for the error: "content" or "style".

    Raises:
        ImageError: no such array; values outside of 0 to 255, or scaled to 0 to 1.
    """
    whole = f"{name} picture"
    if isinstance(image, str | os.PathLike):
        raise ImageError(f"the {whole} is the name of a file: give load_image({str(image)!r})")
    in_bytes = getattr(image, "dtype", None) == np.uint8  # so it is not scaled, however dark it is
    image = _checked(image, whole)
    least, most = image.min(), image.max()
    if least < 0 or most > 255:
        raise ImageError(f"the {whole} has values from {least:g} to {most:g}: 0 to 255 is needed")
    if 0 < most <= 1 and not in_bytes:
        raise ImageError(f"the {whole} has values from {least:g} to {most:g}, so it seems to be scaled to 0–1: "
                         "multiply it by 255")
    return image


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


def _checked(image, name="image"):
    """A float32 copy of an array (height, width, 3) of finite numbers, or an ImageError."""
    try:
        with np.errstate(over="ignore"):  # too large for float32 becomes infinite, which is refused below
            image = np.asarray(image).astype(np.float32, casting="same_kind")
    except Exception as error:
        raise ImageError(f"the {name} is no array of real numbers, (height, width, 3) ({cause(error)}).") from error
    if image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise ImageError(f"the {name} has shape {image.shape}; it must be (height, width, 3), none of them 0.")
    bad = image[~np.isfinite(image)]
    if bad.size:
        raise ImageError(f"the {name} holds {bad.size:,} values that are not finite (the first: {bad[0]}).")
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
