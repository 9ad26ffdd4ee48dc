"""Where each style goes, and where the photograph stays: grey pictures, as people paint them.

    transfer(content, [(1, night), (1, autumn)], masks=Masks([sky, None]))      # the second style takes the rest
    transfer(content, night, masks=Masks(keep=face))                            # a face stays a face

White is here, black is elsewhere, and grey is partly here: so edges can be soft. At each place what the styles have and
what the photograph keeps sum to one (`Parts`): a place that no style has, and that is not kept either, stays as it was
photographed. The content loss alone would paint it again from noise: it came out dull, and with specks of color.

What `nst_helpers.guided` makes of it is the guided Gram matrix of Gatys, Ecker, Bethge, Hertzmann, Shechtman,
"Controlling Perceptual Factors in Neural Style Transfer" (CVPR 2017), section 4.
"""

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image

from nst_helpers.arrays import Map
from nst_helpers.errors import ImageError, cause
from nst_helpers.resizing import block_means

LONGEST = 2048  # pixels: the longer side to which a mask from a file is reduced; a large array keeps as many, or more
STEPS = 4096  # shades of grey after resizing: so what is all white stays 1, and all black 0, to the last bit


class Masks:
    """One mask for each style, and one for what is kept.

    A mask is an array of any size, which is stretched over the picture: (height, width), or (height, width, 3), whose
    channels' mean counts. Its values are booleans, bytes 0–255, or numbers: 0–255, unless all are at most 1.

    Args:
        styles: a mask for each style, in the order of the styles. None is a style that takes what the other masks
            leave. Where masks overlap, the styles are blended there, by their weights; elsewhere the weights do not
            count. None instead of the list: every style is everywhere.
        keep: what stays as it is, whatever the other masks say; None keeps nothing.

    Attributes:
        styles: a tuple of maps (height, width), 0–1, or None; empty where every style is everywhere. keep: such a map.

    Raises:
        ImageError: a mask that is none, or that is black all over.

    >>> Masks([np.eye(2), None]).styles[0].tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    """

    def __init__(self, styles: Sequence[npt.ArrayLike | None] | None = None, keep: npt.ArrayLike | None = None):
        if styles is not None and not isinstance(styles, list | tuple):
            raise ImageError("masks are needed as a list, one for each style: [mask, …], with None for a style that "
                             "takes the rest")
        self.styles = tuple(None if mask is None else checked_mask(mask, f"the mask of style {number}")
                            for number, mask in enumerate(styles or (), 1))
        self.keep = None if keep is None else checked_mask(keep, "the mask of what is kept")

    def of(self, weights: Sequence[float]) -> "Masks":
        """The masks of those styles whose weight is above 0."""
        found = Masks(keep=self.keep)
        found.styles = tuple(mask for mask, weight in zip(self.styles, weights, strict=bool(self.styles)) if weight)
        return found

    def named(self) -> dict[str, Map | None]:
        """{“the mask of style 1”: map or None, …, “the mask of what is kept”: map}: whatever was given, by its name."""
        named = {f"the mask of style {number}": mask for number, mask in enumerate(self.styles, 1)}
        return named if self.keep is None else {**named, "the mask of what is kept": self.keep}


Given: TypeAlias = Masks | Sequence[npt.ArrayLike | None] | None
"""What callers may say: `Masks`, or a list with one mask, or None, for each style."""


class Parts(NamedTuple):
    """What each style has of each place, and what the photograph keeps: at one size, with a sum of one everywhere."""

    styles: tuple[Map, ...]  # (height, width), 0–1, one a style
    photograph: Map  # (height, width), 0–1


def chosen_masks(masks: Given, styles: int) -> Masks | None:
    """`Masks` for so many styles, of whatever a caller gave; None where nothing was.

    Raises:
        ImageError: see `Masks`; or another number of masks than of styles.
    """
    masks = masks if masks is None or isinstance(masks, Masks) else Masks(masks)
    if masks is None or all(mask is None for mask in masks.named().values()):
        return None
    if masks.styles and len(masks.styles) != styles:
        raise ImageError(f"masks and styles do not match: {len(masks.styles)} and {styles}. Give one mask for each "
                         "style, None for a style that takes the rest")
    return masks


def checked_mask(mask: npt.ArrayLike, name: str) -> Map:
    """A mask as a new map (height, width), 0–1; see `Masks` for what it may be.

    Args:
        name: what this one is called, for the error.

    Raises:
        ImageError: no such array, or black all over.
    """
    try:
        given = np.asarray(mask)
        found = _fewer(given).astype(np.float32, casting="same_kind" if given.dtype.kind != "b" else "unsafe")
    except Exception as error:
        raise ImageError(f"{name} is no array of real numbers, (height, width) or (height, width, 3) ({cause(error)}): "
                         "of a file, give load_image(…)") from error
    if found.ndim == 3 and found.shape[2] in (1, 3):
        found = found.mean(axis=2)
    if found.ndim != 2 or not found.size:
        raise ImageError(f"{name} has shape {given.shape}: (height, width) or (height, width, 3) is needed, none of "
                         "them 0")
    least, most = given.min(), given.max()
    if not np.isfinite(least) or not np.isfinite(most):
        raise ImageError(f"{name} holds values that are not finite")
    if least < 0 or most > 255:
        raise ImageError(f"{name} has values from {least:g} to {most:g}: 0 to 255, or 0 to 1, is needed")
    if not most:
        raise ImageError(f"{name} covers nothing: it is black all over; white is where it shall count")
    return found / np.float32(255) if most > 1 or given.dtype == np.uint8 else found


def _fewer(given):
    """A large array as the means of its blocks, at least LONGEST of them along its longer side; others as they are."""
    step = max(given.shape[:2], default=0) // LONGEST
    if step < 2 or given.ndim not in (2, 3) or not np.can_cast(given.dtype, np.float32, "same_kind"):
        return given
    return block_means(given, *(max(1, side // step) for side in given.shape[:2]))


def resized(mask: Map, height: int, width: int) -> Map:
    """A map at another size: means over what falls into a pixel where a side shrinks, else in between its pixels.

    >>> resized(np.array([[0.0, 1.0], [1.0, 1.0]], np.float32), 1, 2).tolist()
    [[0.5, 1.0]]
    """
    shrinks = height < mask.shape[0] or width < mask.shape[1]
    method = Image.Resampling.BOX if shrinks else Image.Resampling.BILINEAR
    found = np.asarray(Image.fromarray(mask).resize((width, height), method))
    return np.asarray(np.rint(np.clip(found, 0, 1) * STEPS) / STEPS, np.float32)


def parts_of(masks: Masks, shares: Sequence[float], height: int, width: int) -> Parts:
    """Who has what at this size: masks that overlap share the place, and where none is the photograph stays.

    A style has w m / Σ w m of what all masks together cover, Σ m or 1, and of that only what is not kept.

    Args:
        shares: w, the weight of each style, above 0. height, width: in pixels.

    Raises:
        ImageError: a style is left without a place by what the others have. One whose own mask leaves nothing at this
            size is found by `nst_helpers.guided.require_regions`, which knows the layers.
    """
    keep = np.zeros((height, width), np.float32) if masks.keep is None else resized(masks.keep, height, width)
    given = [None if mask is None else resized(mask, height, width) for mask in masks.styles or [None] * len(shares)]
    painted = np.minimum(1, sum((mask for mask in given if mask is not None), np.zeros_like(keep)))
    rest = 1 - painted
    weighted = [np.float32(share) * (rest if mask is None else mask)
                for share, mask in zip(shares, given, strict=True)]
    covered = np.ones_like(keep) if any(mask is None for mask in given) else painted
    free = covered * (1 - keep) / np.maximum(sum(weighted), np.float32(1e-12))
    styles = tuple(np.asarray(part * free, np.float32) for part in weighted)
    for number, (part, mask) in enumerate(zip(styles, given, strict=True), 1):
        if not part.any() and (mask is None or mask.any()):
            raise ImageError(f"style {number} has no place: the other masks, or what is kept, cover all of it")
    return Parts(styles, 1 - covered * (1 - keep))


def parts_at(parts: Parts, height: int, width: int, edge: int = 0) -> Parts:
    """The same at another size, continued by reflection over a margin of so many pixels."""
    *styles, photograph = (np.pad(resized(part, height, width), edge, mode="reflect")
                           for part in (*parts.styles, parts.photograph))
    return Parts(tuple(styles), photograph)


def blended(image: npt.NDArray[np.float32], photograph: npt.NDArray[np.float32], kept: Map
            ) -> npt.NDArray[np.float32]:
    """An image with so much of the photograph at each place; where that is all of it, to the last bit.

    Args:
        image, photograph: (height, width, 3), 0–255. kept: (height, width), 0–1.
    """
    kept = kept[..., np.newaxis]
    return np.asarray(kept * photograph + (1 - kept) * image, np.float32)
