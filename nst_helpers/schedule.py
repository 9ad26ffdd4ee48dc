"""Which sizes a transfer goes through, with how many steps and which η each; and how large its pictures are at each."""

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nst_helpers.images import no_larger, resize_image
from nst_helpers.settings import Settings

STEP_BETWEEN_SIZES = math.sqrt(2)
MARGIN = 1 / 32  # of the longer side, on every side of the canvas
ENOUGH = 1024  # pixels: up to here a picture costs little, and stays as it is


class Level(NamedTuple):
    """One size of the pyramid."""

    height: int
    width: int
    iterations: int
    lead: float  # α's factor at this size


def pyramid(height: int, width: int, settings: Settings) -> list[Level]:
    """The sizes from coarse to fine for a content picture of this size, with their iterations.

    The finest has `settings.size` as its longer side, or the picture's own if that is smaller. Iterations
    sum to `settings.iterations`; a size that is left without any is left out.

    >>> [tuple(level) for level in pyramid(300, 400, Settings(size=256, scales=2, iterations=100))]
    [(136, 181, 50, 2.0), (192, 256, 50, 1.0)]
    """
    finest = min(1.0, settings.size / max(height, width))
    steps = np.arange(settings.scales)  # 0 is the finest
    shares = settings.coarse_iterations**steps
    # Rounded up from the finest on: that one gets its share first, and at least one iteration.
    until = np.ceil(settings.iterations * np.cumsum(shares) / shares.sum() - 1e-9).astype(int)
    levels = []
    for step, iterations in zip(steps, np.diff(until, prepend=0), strict=True):
        factor = finest / STEP_BETWEEN_SIZES**step
        size = max(1, round(height * factor)), max(1, round(width * factor))
        if iterations:
            levels.append(Level(*size, int(iterations), settings.content_lead ** int(step)))
    return levels[::-1]


def rate(settings: Settings, number: int, iterations: int) -> float:
    """η of a step, from 0, of so many at a size: constant, or along half a cosine that ends at zero behind the last."""
    return settings.learning_rate * (cosine(number, iterations) if settings.schedule == "cosine" else 1)


def cosine(number: float, steps: float) -> float:
    """The share of the learning rate that is left for a step: from 1 down along half a cosine, towards 0.

    Loshchilov, Hutter, "SGDR", ICLR 2017, equation 5, without restarts.

    Args:
        number: of the step, from 0. steps: how many there are.

    >>> [round(cosine(number, 4), 2) for number in range(4)]
    [1.0, 0.85, 0.5, 0.15]
    """
    return (1 + math.cos(math.pi * number / steps)) / 2


def canvas_size(level: Level) -> tuple[int, int]:
    """(height, width) of what is optimized at this size: the picture with a margin all round."""
    edge = margin(level)
    return level.height + 2 * edge, level.width + 2 * edge


def margin(level: Level) -> int:
    """How many pixels of the canvas lie outside of the picture, on every side."""
    return math.ceil(max(level.height, level.width) * MARGIN)


def canvas_of(picture: npt.NDArray[np.float32], level: Level) -> npt.NDArray[np.float32]:
    """A picture (height, width, 3) at this size with its margin, filled by reflection."""
    edge = margin(level)
    return np.pad(resize_image(picture, level.height, level.width), ((edge, edge), (edge, edge), (0, 0)),
                  mode="reflect")


def cut_out(canvas: npt.NDArray[np.float32], level: Level) -> npt.NDArray[np.float32]:
    """The picture on a canvas, without its margin."""
    edge = margin(level)
    return canvas[edge:-edge, edge:-edge]


def fitted(picture: npt.NDArray[np.float32], height: int, width: int) -> npt.NDArray[np.float32]:
    """A picture of any size at (height, width): cut around its middle to this form, then resized; never stretched.

    >>> fitted(np.full((30, 90, 3), 7.0, np.float32), 20, 20).shape
    (20, 20, 3)
    """
    rows, columns = picture.shape[:2]
    tall, wide = min(rows, max(1, round(columns * height / width))), min(columns, max(1, round(rows * width / height)))
    top, left = (rows - tall) // 2, (columns - wide) // 2
    middle = picture[top : top + tall, left : left + wide]
    longest = max(height, width)
    return resize_image(no_larger(middle, max(ENOUGH, longest), longest), height, width)


def content_limit(settings: Settings, side: int | None = None) -> int:
    """The longer side beyond which a content picture's pixels count for nothing; `side` as in `style_limit`."""
    return max(ENOUGH, side or settings.size)


def style_limit(settings: Settings, side: int | None = None) -> int:
    """The longer side beyond which a style picture's pixels count for nothing: what is larger is reduced once.

    Args:
        side: the longer side of the picture to make, in pixels; None takes the settings' own, which it cannot exceed.
    """
    return max(ENOUGH, math.ceil(settings.style_scale * (side or settings.size)))


def reduced(content: npt.NDArray[np.float32], styles: list[tuple[float, npt.NDArray[np.float32]]], side: int,
            settings: Settings) -> tuple[npt.NDArray[np.float32], list[tuple[float, npt.NDArray[np.float32]]]]:
    """(content, styles) without pixels that no size needs, so that time and memory do not follow a camera's.

    Args:
        styles: [(share, picture), …]. side: the longer side of the picture to make, in pixels.
    """
    limit, counts = style_limit(settings, side), math.ceil(settings.style_scale * side)
    return (no_larger(content, content_limit(settings, side), side),
            [(share, no_larger(style, limit, counts)) for share, style in styles])


def style_size(style: npt.NDArray[np.float32], level: Level, settings: Settings) -> tuple[int, int]:
    """(height, width) of the style picture at this size, never enlarged."""
    factor = min(1.0, settings.style_scale * max(level.height, level.width) / max(style.shape[:2]))
    return max(1, round(style.shape[0] * factor)), max(1, round(style.shape[1] * factor))
