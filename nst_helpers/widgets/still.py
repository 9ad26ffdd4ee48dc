"""What a stored notebook shows of the studio: its two pictures, and what came of them once."""

import numpy as np
from PIL import Image, ImageDraw

from nst_helpers.arrays import Image as Picture
from nst_helpers.images import resize_image
from nst_helpers.runs import StoredRun
from nst_helpers.widgets.base import font, pillow

WIDTH, GAP, LINE = 960, 12, 26  # pixels
INVITATION = "Run this cell to paint your own."


def studio_still(content: Picture, style: Picture, painting: Picture | None, line: str) -> Image.Image:
    """The photograph above the style, the painting beside them, and a line of words; without a painting, the two alone.

    Args:
        content, style: images (height, width, 3), 0–255. painting: an image as wide over high as the content, or None.
        line: what to say below.

    Returns:
        A Pillow picture, WIDTH pixels wide.
    """
    narrow = (WIDTH - GAP) // 2 if painting is None else 300
    left = [_as_wide(content, narrow), _as_wide(style, narrow)]
    if painting is None:
        parts = [(left[0], 0, LINE, "content"), (left[1], narrow + GAP, LINE, "style")]
    else:
        wide = _as_wide(painting, WIDTH - narrow - GAP)
        room = max(60, wide.shape[0] - left[0].shape[0] - GAP - LINE)  # for the style, below the photograph
        side = min(room, round(narrow * style.shape[0] / style.shape[1]))
        left[1] = resize_image(style, side, round(side * style.shape[1] / style.shape[0]))
        parts = [(left[0], 0, LINE, "content"), (left[1], 0, 2 * LINE + GAP + left[0].shape[0], "style"),
                 (wide, narrow + GAP, LINE, "after the run")]
    height = max(top + image.shape[0] for image, _, top, _ in parts) + LINE + 8
    still = Image.new("RGB", (WIDTH, height), "white")
    pen = ImageDraw.Draw(still)
    for image, x, top, name in parts:
        still.paste(pillow(image), (x, top))
        pen.text((x, top - 6), name, fill="#333333", font=font(14), anchor="ls")
    pen.text((0, height - 6), line, fill="#333333", font=font(14), anchor="ls")
    return still


def still_of_run(content: Picture, style: Picture, run: StoredRun | None) -> Image.Image:
    """`studio_still` with what came of a run that was computed before, if there is one, and its settings in words."""
    if run is None:
        return studio_still(content, style, None, INVITATION)
    told = (f"After {run.settings.iterations} steps of {run.settings.optimizer} at {run.settings.size} pixels with β = "
            f"{run.settings.style_weight:g}. {INVITATION}")
    return studio_still(content, style, run.image, told)


def _as_wide(image, width):
    return resize_image(np.asarray(image), max(1, round(width * image.shape[0] / image.shape[1])), width)
