"""What an array must be to be taken for a picture, and what a number must be to be taken for a size."""

import operator
import os
import weakref
from typing import Any

import numpy as np
import numpy.typing as npt

from nst_helpers.errors import ImageError, cause

LARGE = 12_000_000  # values, of four megapixels: what is larger is worked on in strips, without a copy
_ONE, _WHITE = np.array([1, 255], np.float32).view(np.uint32)

# The arrays that were read from files, by id: nothing that comes from a file is scaled to 0–1, however dark it is.
_read: weakref.WeakValueDictionary[int, Any] = weakref.WeakValueDictionary()


def note_read(image: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """The same array, noted as one that was read from a file."""
    _read[id(image)] = image
    return image


def checked_picture(image: npt.ArrayLike, name: str) -> npt.NDArray[np.float32]:
    """An image that a transfer can work on, in float32: a copy; or where it is large the very same, of any type.

    A large one is reduced before anything else (`nst_helpers.schedule.reduced`): a copy of it would only take memory.

    Args:
        image: (height, width, 3), 0 to 255.
        name: which of the pictures this is, for the error: "content" or "style".

    Raises:
        ImageError: no such array; values outside of 0 to 255, or scaled to 0 to 1.
    """
    whole = f"{name} picture"
    if isinstance(image, str | os.PathLike):
        raise ImageError(f"the {whole} is the name of a file: give load_image({str(image)!r})")
    if _is_large_and_sound(image):
        return image  # pyright: ignore[reportReturnType]: an array, as was found out
    checked = checked_array(image, whole)
    least, most = checked.min(), checked.max()
    if least < 0 or most > 255:
        raise ImageError(f"the {whole} has values from {least:g} to {most:g}: 0 to 255 is needed")
    refuse_scaled(image, checked, whole)
    return checked.copy() if checked is image and checked.size <= LARGE else checked


def _is_large_and_sound(image):
    """Whether a large array is a picture, by one pass and without a copy; where not, a second look tells why."""
    if not isinstance(image, np.ndarray) or image.size <= LARGE or image.ndim != 3 or image.shape[2] != 3:
        return False
    if image.dtype == np.uint8:
        return True
    if image.dtype == np.float32:  # the bits of floats from 0 are in order as whole numbers; all others lie above them
        return _ONE < image.view(np.uint32).max() <= _WHITE
    return np.can_cast(image.dtype, np.float32, "same_kind") and image.min() >= 0 and 1 < image.max() <= 255


def refuse_scaled(image: npt.ArrayLike, checked: npt.NDArray[np.float32], name: str) -> None:
    """Complain about an image whose values are fractions of one, where it is certain that none such are meant.

    Bytes are not scaled, nor is what was read from a file; and zeros and ones are no fractions: they may be black.

    Args:
        image: as it was given. checked: the same as `checked_array` gives it. name: for the error.
    """
    if getattr(image, "dtype", None) == np.uint8 or _read.get(id(image)) is image:
        return
    least, most = checked.min(), checked.max()
    if least >= 0 and 0 < most <= 1 and (checked % 1).any():
        raise ImageError(f"the {name} has values from {least:g} to {most:g}, so it seems to be scaled to 0–1: "
                         "multiply it by 255 (or, if it is meant to be as black as that, give to_uint8 of it)")


def checked_array(image: npt.ArrayLike, name: str = "image") -> npt.NDArray[np.float32]:
    """An array (height, width, 3) of finite numbers in float32, the very same where it is one, or an ImageError."""
    try:
        with np.errstate(over="ignore"):  # too large for float32 becomes infinite, which is refused below
            image = np.asarray(image).astype(np.float32, casting="same_kind", copy=False)
    except Exception as error:
        raise ImageError(f"the {name} is no array of real numbers, (height, width, 3) ({cause(error)}).") from error
    if image.ndim != 3 or image.shape[2] != 3 or image.size == 0:
        raise ImageError(f"the {name} has shape {image.shape}; it must be (height, width, 3), none of them 0.")
    refuse_infinite(image, name)
    return image


def refuse_infinite(values: npt.NDArray[np.float32], name: str) -> None:
    """Complain about values that are not finite."""
    if np.isfinite(values.min()) and np.isfinite(values.max()):  # takes no memory; not a number spreads to both
        return
    bad = values[~np.isfinite(values)]
    if bad.size:
        raise ImageError(f"the {name} holds {bad.size:,} values that are not finite (the first: {bad[0]}).")


def checked_alpha(alpha: npt.ArrayLike) -> npt.NDArray[np.float32]:
    """A float32 copy of an array (height, width) of finite numbers, or an ImageError."""
    try:
        alpha = np.asarray(alpha).astype(np.float32, casting="same_kind")
    except Exception as error:
        raise ImageError(f"alpha is no array of real numbers, (height, width) ({cause(error)}).") from error
    if alpha.ndim != 2 or alpha.size == 0:
        raise ImageError(f"alpha has shape {alpha.shape}; it must be (height, width), none of them 0.")
    refuse_infinite(alpha, "alpha")
    return alpha


def checked_size(height: Any, width: Any, most: int) -> tuple[int, int]:
    """Two whole numbers from 1 whose product is at most so much, or an ImageError."""
    height, width = whole_number("height", height), whole_number("width", width)
    if height * width > most:
        raise ImageError(f"{height} by {width} pixels are too many. Stay within {most:,} pixels.")
    return height, width


def whole_number(name: str, value: Any, smallest: int = 1, otherwise: str = "") -> int:
    """A whole number from `smallest`, or an ImageError that names it and what else it may be."""
    try:
        number = smallest - 1 if isinstance(value, (bool, np.bool_)) else operator.index(value)
    except TypeError:
        number = smallest - 1
    if number < smallest:
        raise ImageError(f"{name} is {value!r}; it must be a whole number from {smallest}{otherwise}.")
    return number
