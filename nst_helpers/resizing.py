"""Another size for an image, by Pillow's filters; of a large one strip by strip, so that memory stays small."""

import math

import numpy as np
import numpy.typing as npt
from PIL import Image

from nst_helpers.arrays import Values
from nst_helpers.checks import LARGE

LANCZOS, BICUBIC = Image.Resampling.LANCZOS, Image.Resampling.BICUBIC
_FINE = 3  # a large picture is averaged over blocks down to so many times what counts
_REACH = {LANCZOS: 3, BICUBIC: 2}  # pixels of the smaller picture that a filter looks at on either side


def resized(image: npt.NDArray[np.float32], height: int, width: int) -> npt.NDArray[np.float32]:
    """An image (height, width, 3), 0–255, at another size, clipped to 0–255: see `nst_helpers.images.resize_image`."""
    method = LANCZOS if height < image.shape[0] or width < image.shape[1] else BICUBIC
    step = height if image.size <= LARGE else max(1, round(height * LARGE / (8 * image.size)))
    strips = [_strip(image, (height, width), range(top, min(height, top + step)), method)
              for top in range(0, height, step)]
    return np.clip(strips[0] if len(strips) == 1 else np.concatenate(strips), 0, 255)


def no_larger(image: Values, longest: int, counts: int | None = None) -> npt.NDArray[np.float32]:
    """An image (height, width, 3), 0–255, whose longer side is at most so many pixels; the very same where it is.

    One of more than `LARGE` values is averaged over blocks first, down to three times the size that counts; then, if
    need be, it is filtered. By the filter alone that took as long as a whole transfer at 128 pixels. At the size that
    counts and below, the outcome is the filter's own within 1.8 gray levels (root mean square; measured at 50
    megapixels, on the lines of a woodcut, a photograph and noise).

    Args:
        image: of any kind of number. counts: the longer side of the largest size at which it will be looked at; None
            is `longest` itself.
    """
    height, width = image.shape[:2]
    factor = longest / max(height, width)
    if factor >= 1:
        return np.asarray(image, np.float32)
    if image.size > LARGE:
        step = max(1, max(height, width) // (_FINE * min(counts or longest, longest)))
        image = block_means(image, max(1, height // step), max(1, width // step))
        if max(image.shape) <= longest:
            return image
    return resized(np.asarray(image, np.float32), *(max(1, round(side * factor)) for side in (height, width)))


def block_means(values: Values, height: int, width: int) -> npt.NDArray[np.float32]:
    """The means of (height, width) blocks of about one size, in little more memory than they take themselves.

    Args:
        values: (rows, columns, …) of any kind of number, at least as many of each as there are blocks.

    >>> block_means(np.array([[1, 3, 9], [5, 7, 9], [0, 2, 6]], np.uint8), 3, 2).tolist()
    [[2.0, 9.0], [6.0, 9.0], [1.0, 6.0]]
    """
    rows, columns = (np.rint(np.linspace(0, side, count + 1)).astype(int)
                     for side, count in zip(values.shape[:2], (height, width), strict=True))
    starts, widths = columns[:-1], np.diff(columns)
    wider = np.flatnonzero(widths > widths.min())  # by one
    found = np.empty((height, width, *values.shape[2:]), np.float32)
    for means, top, below in zip(found, rows, rows[1:], strict=False):
        total = values[top].astype(np.float32)
        for row in values[top + 1 : below]:  # NumPy's own sums over short axes take three times as long
            total += row
        means[:] = total.take(starts, axis=0)
        for place in range(1, widths.min()):
            means += total.take(starts + place, axis=0)
        means[wider] += total[columns[wider + 1] - 1]
        means /= (below - top) * widths.reshape(-1, *[1] * (total.ndim - 1))
    return found


def _strip(image, size, rows, method):
    """These rows of the resized image, from the rows of the image that the filter looks at for them."""
    scale = image.shape[0] / size[0]
    reach = _REACH[method] * max(1.0, scale) + 1
    first = max(0, math.floor(rows.start * scale - reach))
    last = min(image.shape[0], math.ceil(rows.stop * scale + reach))
    box = (0, rows.start * scale - first, image.shape[1], min(rows.stop * scale, image.shape[0]) - first)
    channels = [np.asarray(Image.fromarray(np.ascontiguousarray(image[first:last, :, channel])).resize(
        (size[1], len(rows)), method, box)) for channel in range(3)]
    return np.stack(channels, axis=2)
