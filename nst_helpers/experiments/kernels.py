"""A kernel on a picture, and the feature map that it makes."""

import numpy as np
import numpy.typing as npt

from nst_helpers.arrays import Image

Floats = npt.NDArray[np.floating]


def feature_map(image: Floats, kernel: Floats) -> Floats:
    """F(i, j) = ΣΣ I(i+m, j+n) K(m, n), wherever the kernel lies within the picture.

    Args:
        image: (height, width), or (height, width, colours), of which each is taken by itself. kernel: (rows, columns).

    Returns:
        An array as large as the image, less rows − 1 and columns − 1.
    """
    height, width = image.shape[0] - kernel.shape[0] + 1, image.shape[1] - kernel.shape[1] + 1
    return sum((kernel[m, n] * image[m : m + height, n : n + width] for m, n in np.ndindex(*kernel.shape)),
               np.zeros((height, width, *image.shape[2:]), image.dtype))


def filtered(image: Image, kernel: Floats) -> Image:
    """Each colour under a 3×3 kernel; the border is repeated outwards, so that the map is as large as the image."""
    return feature_map(np.pad(image, ((1, 1), (1, 1), (0, 0)), mode="edge"), kernel)
