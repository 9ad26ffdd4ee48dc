"""The pictures and masks that the course ships: their names, and each of them read once."""

from functools import cache

import numpy as np

from nst_helpers.arrays import Image, Map
from nst_helpers.images import ImageError, load_image
from nst_helpers.networks import data_folder

ROLES = ("content", "style")


@cache
def picture_names(role: str, first: str | None = None) -> tuple[str, ...]:
    """The names of the shipped photographs ("content") or paintings ("style"), in alphabetical order.

    Args:
        role: one of ROLES.
        first: a name that comes before the others, for lists in which one is chosen already.
    """
    names = sorted(path.stem for path in (data_folder() / role).glob("*.jpg"))
    return tuple(sorted(names, key=lambda name: name != first))


@cache
def shipped_picture(name: str, size: int | None = None) -> Image:
    """A shipped picture, (height, width, 3), 0–255; it is read once, for all, and so cannot be written to.

    Args:
        name: as in `picture_names`.
        size: pixels that its longer side has at most; None keeps the file's.

    Raises:
        ImageError: no such picture.
    """
    for role in ROLES:
        if name in picture_names(role):
            image = load_image(data_folder() / role / f"{name}.jpg", size)
            image.flags.writeable = False
            return image
    known = ", ".join(name for role in ROLES for name in picture_names(role))
    raise ImageError(f"there is no shipped picture {name!r}: choose one of {known}")


@cache
def mask_names() -> tuple[str, ...]:
    """The names of the shipped masks, in alphabetical order: each begins with that of its photograph."""
    return tuple(sorted(path.stem for path in (data_folder() / "masks").glob("*.png")))


@cache
def shipped_mask(name: str) -> Map:
    """A shipped mask, (height, width), 0–1, as large as its photograph; read once, and so cannot be written to.

    Args:
        name: as in `mask_names`.

    Raises:
        ImageError: no such mask.
    """
    if name not in mask_names():
        raise ImageError(f"there is no shipped mask {name!r}: choose one of {', '.join(mask_names())}")
    mask = load_image(data_folder() / "masks" / f"{name}.png", None)[..., 0] / np.float32(255)
    mask.flags.writeable = False
    return mask
