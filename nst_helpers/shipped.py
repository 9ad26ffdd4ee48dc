"""The pictures that the course ships: their names, and each of them read once."""

from functools import cache

import numpy as np
import numpy.typing as npt

from nst_helpers.images import ImageError, load_image
from nst_helpers.networks import data_folder

Picture = npt.NDArray[np.float32]  # (height, width, 3), RGB, 0–255
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
def shipped_picture(name: str, size: int | None = None) -> Picture:
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
