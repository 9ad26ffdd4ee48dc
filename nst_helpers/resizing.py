"""Another size for an image, by Pillow's filters; of a large one strip by strip, so that memory stays small."""

import math

import numpy as np
import numpy.typing as npt
from PIL import Image

from nst_helpers.checks import LARGE

LANCZOS, BICUBIC = Image.Resampling.LANCZOS, Image.Resampling.BICUBIC
_REACH = {LANCZOS: 3, BICUBIC: 2}  # pixels of the smaller picture that a filter looks at on either side


def resized(image: npt.NDArray[np.float32], height: int, width: int) -> npt.NDArray[np.float32]:
    """An image (height, width, 3), 0–255, at another size, clipped to 0–255: see `nst_helpers.images.resize_image`."""
    method = LANCZOS if height < image.shape[0] or width < image.shape[1] else BICUBIC
    step = height if image.size <= LARGE else max(1, round(height * LARGE / (8 * image.size)))
    strips = [_strip(image, (height, width), range(top, min(height, top + step)), method)
              for top in range(0, height, step)]
    return np.clip(strips[0] if len(strips) == 1 else np.concatenate(strips), 0, 255)


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
