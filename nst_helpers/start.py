"""What a transfer starts from: noise, the content picture, or a picture of one's own; and a canvas as a picture."""

import numpy.typing as npt

from nst_helpers.arrays import Image
from nst_helpers.colors import brightness, gray, with_brightness
from nst_helpers.images import checked_picture, noise_image
from nst_helpers.schedule import Level, canvas_of, canvas_size, cut_out, fitted
from nst_helpers.settings import Settings


def first_canvas(content: Image, level: Level, settings: Settings, start: npt.ArrayLike | None) -> Image:
    """The canvas that the first step changes: a picture at the coarsest size, with its margin.

    Args:
        content: as the network sees it. level: the coarsest one.
        start: a picture of one's own (height, width, 3), 0–255, of any size, which loses its colors where brightness
            alone is painted; None does what `settings.init` says.
    """
    if start is not None:
        picture = fitted(checked_picture(start, "start"), level.height, level.width)
        return canvas_of(gray(picture) if settings.colors == "brightness" else picture, level)
    if settings.init == "content":
        return canvas_of(content, level)
    return noise_image(*canvas_size(level), seed=settings.seed)


def finished(canvas: Image, level: Level, colors: Image | None) -> Image:
    """The picture on a canvas: without its margin, and in the colors that it shall have (a picture, or None)."""
    image = cut_out(canvas, level)
    return image if colors is None else with_brightness(colors, brightness(image))
