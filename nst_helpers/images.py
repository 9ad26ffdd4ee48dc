"""Pictures in and out: read any usual file, write a file whole or not at all, make noise, resize.

Everywhere in this package an image is an array (height, width, 3) of float32, RGB, 0 to 255.
"""

import json
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import Image, PngImagePlugin

from nst_helpers.checks import (
    checked_alpha,
    checked_array,
    checked_picture,
    checked_size,
    note_read,
    refuse_scaled,
    whole_number,
)
from nst_helpers.decoding import FORMATS, MAX_PIXELS, alpha, exif, opened, pixels
from nst_helpers.errors import ImageError, ImageWarning, cause
from nst_helpers.resizing import BICUBIC, LANCZOS, no_larger, resized
from nst_helpers.sources import Source, as_path, name_of
from nst_helpers.system import write_whole

__all__ = ["FORMATS", "MAX_PIXELS", "ImageError", "ImageWarning", "checked_picture", "load_alpha", "load_image",
           "load_settings", "no_larger", "noise_image", "resize_image", "save_image", "to_uint8"]

_LOSSY = {"format": "JPEG", "quality": 95, "subsampling": "4:4:4"}
_LOSSLESS = {"format": "WEBP", "lossless": True, "exact": True}  # exact: where it is transparent, too
_WRITERS = {".png": {"format": "PNG"}, ".jpg": _LOSSY, ".jpeg": _LOSSY, ".webp": _LOSSLESS}
ENDINGS = tuple(_WRITERS)  # of names of pictures that are written here
_DESCRIPTION = 0x010E  # EXIF tag: a text


def load_image(path: Source, max_size: int | None = None) -> npt.NDArray[np.float32]:
    """Read a picture file: upright, over white, in sRGB, its longer side at most `max_size`.

    A transfer takes off by itself what its settings do not need; with `max_size`, a large file needs less memory.

    Args:
        path: a str or os.PathLike; or the contents: bytes, or a file open for reading bytes.
        max_size: a whole number from 1; None keeps the size. A larger picture is shrunk with antialiasing
            and keeps at least one pixel on its short side; a smaller one is never enlarged. A JPEG is decoded no
            larger than need be, and may then have 400 million pixels.

    Returns:
        An image, (height, width, 3) float32, 0 to 255; of an animation, the first frame, and of several pictures in a
        HEIC file, the primary one. In gray of more than 8 bits, white is 65535, and with floating-point values the
        first of 1, 255 and 65535 that none exceeds. Where one exceeds 65535, white is the largest value.

    Raises:
        ImageError: anything but a whole picture in one of FORMATS with at most MAX_PIXELS.

    Warns:
        ImageWarning: its colour profile cannot be used, and is ignored.

    >>> load_image(b"P6 2 1 255 " + bytes([255, 0, 0, 0, 0, 255])).tolist()
    [[[255.0, 0.0, 0.0], [0.0, 0.0, 255.0]]]
    """
    max_size = _checked_limit(max_size)
    with opened(path) as picture:
        image, ignored = pixels(picture, max_size)
    if ignored:
        warnings.warn(f"{name_of(path)}: {ignored}", ImageWarning, stacklevel=2)
    return note_read(image)


def load_alpha(path: Source, max_size: int | None = None) -> npt.NDArray[np.float32] | None:
    """Read how opaque the pixels of a picture file are, which `load_image` puts over white.

    Args:
        path, max_size: as for `load_image`.

    Returns:
        (height, width) float32, 0 (nothing there) to 255, as large as `load_image` gives the picture; None where all
        of it is opaque.

    Raises:
        ImageError: for the same as `load_image`.
    """
    max_size = _checked_limit(max_size)
    with opened(path) as picture:
        return alpha(picture, max_size)


def _checked_limit(max_size):
    return None if max_size is None else whole_number("max_size", max_size, otherwise=", or None for the full size")


def save_image(image: npt.ArrayLike, path: str | os.PathLike, settings: Mapping[str, Any] | None = None, *,
               alpha: npt.ArrayLike | None = None) -> Path:
    """Write an image to a file, whole or not at all: until its last byte is on disk, an old file stays.

    Args:
        image: (height, width, 3), numbers 0 to 255; see `to_uint8` for others.
        path: ends in .png or .webp (both exact), .jpg or .jpeg (quality 95). Missing folders are made.
        settings: a mapping that JSON can express, stored inside the file for `load_settings`.
        alpha: how opaque it is, (height, width), 0 to 255, as `load_alpha` gives it; of another size, it is resized.
            JPEG cannot keep it: there the picture lies over white. None: all of it is opaque.

    Returns:
        The path as a Path.

    Raises:
        ImageError: an image, settings or a place that will not do; an image that is scaled to 0 to 1.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_image(noise_image(2, 3, seed=0), f"{folder}/noise.png", {"seed": 0})
    ...     load_image(path).shape, load_settings(path)
    ((2, 3, 3), {'seed': 0})
    """
    path = as_path(path)
    if path.suffix.lower() not in _WRITERS:
        raise ImageError(f"{path}: this format is not written here. End the name in {', '.join(_WRITERS)}.")
    checked = checked_array(image)
    refuse_scaled(image, checked, "image")
    options = _WRITERS[path.suffix.lower()]
    picture = _bytes_with(alpha, checked, keeps_alpha=options is not _LOSSY)
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
        if picture.format == "PNG":  # it may carry its texts behind the pixels
            picture.load()
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
    size = checked_size(height, width, MAX_PIXELS)
    generator = np.random.default_rng(whole_number("seed", seed, smallest=0))
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
    height, width = checked_size(height, width, MAX_PIXELS)
    return resized(checked_array(image), height, width)


def to_uint8(image: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """Values as the bytes of a picture: rounded to whole numbers, a half to the even one, and clipped to 0 to 255.

    Args:
        image: finite numbers, of any shape.

    >>> to_uint8([-3.0, 0.5, 1.5, 254.6, 300.0]).tolist()
    [0, 0, 2, 255, 255]
    """
    return np.clip(np.rint(image), 0, 255).astype(np.uint8)


def _bytes_with(alpha, image, keeps_alpha):
    """The picture that is written: with alpha in RGBA, or over white."""
    if alpha is None:
        return Image.fromarray(to_uint8(image))
    height, width = image.shape[:2]
    opaque = Image.fromarray(checked_alpha(alpha))
    if opaque.size != (width, height):
        shrinks = height < opaque.height or width < opaque.width
        opaque = opaque.resize((width, height), LANCZOS if shrinks else BICUBIC)
    opaque = np.asarray(opaque)[..., np.newaxis]
    if keeps_alpha:
        return Image.fromarray(np.concatenate([to_uint8(image), to_uint8(opaque)], axis=2))
    share = np.clip(opaque, 0, 255) / 255
    return Image.fromarray(to_uint8(image * share + 255 * (1 - share)))


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
