"""Where the course's data lies, and the pictures and masks in it: their names, and each of them read once."""

from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from nst_helpers.arrays import Image, Map
from nst_helpers.errors import NetworkError
from nst_helpers.images import ImageError, load_image

ROLES = ("content", "style")


def data_folder() -> Path:
    """The folder of pictures and networks that this project ships: in the package, or in a checkout beside it.

    Raises:
        NetworkError: it is at neither place.
    """
    package = Path(__file__).resolve().parent
    places = package / "data", package.parent / "data"  # the wheel's first: beside it may lie anybody's data
    for folder in places:
        if (folder / "networks" / "compact.npz").is_file():
            return folder
    raise NetworkError(f"the course's data/ is neither at {places[0]} nor at {places[1]}: install the package from a "
                       "whole checkout, with pip install .")



@cache
def picture_names(role: str, first: str | None = None) -> tuple[str, ...]:
    """The names of the shipped photographs ("content") or paintings ("style"), in alphabetical order.

    Args:
        role: one of ROLES.
        first: a name that comes before the others, for lists in which one is chosen already.
    """
    names = sorted(path.stem for path in (data_folder() / role).glob("*.jpg"))
    return tuple(sorted(names, key=lambda name: name != first))


def picture_file(name: str) -> Path:
    """The file of a shipped photograph or painting.

    Args:
        name: as in `picture_names`.

    Raises:
        ImageError: no such picture.
    """
    for role in ROLES:
        if name in picture_names(role):
            return data_folder() / role / f"{name}.jpg"
    known = ", ".join(name for role in ROLES for name in picture_names(role))
    raise ImageError(f"there is no shipped picture {name!r}: choose one of {known}")


@lru_cache(maxsize=64)  # in the studio, each size that was tried would stay
def shipped_picture(name: str, size: int | None = None) -> Image:
    """A shipped picture, (height, width, 3), 0–255; it is read once, for all, and so cannot be written to.

    Args:
        name: as in `picture_names`.
        size: pixels that its longer side has at most; None keeps the file's.

    Raises:
        ImageError: no such picture.
    """
    image = load_image(picture_file(name), size)
    image.flags.writeable = False
    return image


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
