"""The grain of a picture: its finest waves, and what a loss charges for noise of one wavelength."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from nst_helpers.arrays import Image, Numbers

FINEST = 2  # pixels: no wave in a picture is shorter, along a row or a column


def octave(image: Numbers, shortest: float = FINEST) -> Image:
    """The part of an image whose waves are between so many and twice as many pixels long.

    Args:
        image: (height, width, channels). shortest: in pixels, from 2; of 2, what is shorter along diagonals is in it.

    Returns:
        A float32 array like the image, of mean 0.
    """
    rows, columns = (np.fft.fftfreq(side) for side in image.shape[:2])
    frequency = np.hypot(rows[:, None], columns)
    kept = (frequency >= 0.5 / shortest) & ((frequency < 1 / shortest) | (shortest == FINEST))
    spectrum = np.fft.fft2(image, axes=(0, 1)) * kept[..., None]
    return np.fft.ifft2(spectrum, axes=(0, 1)).real.astype(np.float32)


def rms(numbers: npt.ArrayLike) -> float:
    """The root of the mean of the squares."""
    return float(np.sqrt(np.mean(np.square(numbers, dtype=np.float64))))


def finest_share(image: Numbers) -> float:
    """Which share of an image's variance, (height, width, channels), is in waves of two to four pixels: 0 to 1."""
    return (rms(octave(image)) / rms(image - image.mean(axis=(0, 1)))) ** 2


def price(loss: Callable, image: Image, shortest: float, colored: bool, size: float = 8.0) -> float:
    """By how much a loss rises when noise of one octave is added to an image: the mean over two seeds and both signs.

    Args:
        loss: image → a number. image: (height, width, 3), 0–255. shortest: of the waves, see `octave`.
        colored: whether red, green and blue get noise of their own, or the same. size: RMS of it, in gray levels.
    """
    rises = []
    for seed in (0, 1):
        random = np.random.default_rng(seed).standard_normal((*image.shape[:2], 3 if colored else 1))
        noise = octave(np.broadcast_to(random, image.shape), shortest)
        rises += [float(loss(image + sign * size / rms(noise) * noise) - loss(image)) for sign in (1, -1)]
    return float(np.mean(rises))
