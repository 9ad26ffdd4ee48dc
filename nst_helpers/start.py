"""What a transfer starts from: noise, the content picture, or a picture of one's own; and a canvas as a picture."""

import numpy.typing as npt

from nst_helpers.arrays import Image
from nst_helpers.colors import brightness, gray, recolored, with_brightness
from nst_helpers.images import checked_picture, noise_image, resize_image
from nst_helpers.schedule import Level, canvas_of, canvas_size, cut_out, fitted, pyramid, reduced
from nst_helpers.settings import Settings


def first_picture(content: npt.ArrayLike, settings: Settings | None = None, start: npt.ArrayLike | None = None
                  ) -> Image:
    """What a transfer begins with, before its first step: (height, width, 3), 0–255, at the coarsest size.

    Args:
        content: (height, width, 3), 0–255. settings: a `Settings`; None takes the defaults.
        start: as in `nst_helpers.transfer.transfer`.

    Raises:
        ImageError: a picture that is not one.
    """
    settings, content = settings or Settings(), checked_picture(content, "content")
    levels = pyramid(*content.shape[:2], settings=settings)
    content, _ = reduced(content, [], max(levels[-1][:2]), settings)
    content, _, colors = recolored(content, [], settings.colors)
    kept = None if colors is None else resize_image(colors, *levels[0][:2])
    return finished(first_canvas(content, levels[0], settings, start), levels[0], kept)


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
