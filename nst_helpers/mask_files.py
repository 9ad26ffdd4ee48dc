"""A mask from a picture file: its shades of grey; or, where it is of one colour, how opaque it is."""

import numpy as np

from nst_helpers.arrays import Map
from nst_helpers.errors import ImageError
from nst_helpers.images import load_alpha, load_image
from nst_helpers.masks import LONGEST, checked_mask
from nst_helpers.sources import Source

SOLID = 128  # from here on a pixel's alpha, 0–255, lets its colour be told
SAME = 16  # gray levels, which a filter may add to one colour at its edges


def load_mask(source: Source, name: str = "it") -> Map:
    """Read a mask.

    Programs that paint on layers save what was painted in one colour on a transparent ground: there the alpha is the
    mask, whatever the colour. Shades on a transparent ground may be meant either way, and are refused.

    Args:
        source: as for `nst_helpers.images.load_image`. name: what the mask is called, where it is wrong.

    Returns:
        (height, width), 0–1, its longer side at most `nst_helpers.masks.LONGEST`.

    Raises:
        ImageError: no picture; black all over; both shaded and transparent.
    """
    picture, opaque = load_image(source, LONGEST).mean(axis=2), load_alpha(source, LONGEST)
    if opaque is not None:
        solid = opaque >= SOLID
        share = opaque[solid] / 255
        shades = (picture[solid] - 255 * (1 - share)) / share  # as they were before white was put behind them
        if shades.size and np.ptp(shades) > SAME:
            raise ImageError(f"{name} has shades and is transparent too, so it is not clear what counts: save it "
                             "without transparency (white where it counts), or in one colour (opaque where it counts)")
        picture = opaque
    return checked_mask(picture.round().astype(np.uint8), name)
