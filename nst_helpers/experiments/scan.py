"""A picture as science has them, whose truth is known: a made-up slice of a head with twelve small spots in it.

No patient is in it: ellipses, a little noise, and spots at places drawn at random. What a transfer makes of it can be
counted (`find_spots`, `count`): which of the spots are still there, and which are new.

`make runs` computes the transfers that are shipped, by tools/scans.py.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter, maximum_filter

from nst_helpers.arrays import Image
from nst_helpers.errors import SettingsError
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder

Places = npt.NDArray[np.int64]  # (spots, 2): row and column of each
SIZE, SPOTS = 384, 12  # pixels of a side; how many spots
NEAR = 0.015  # within which share of the side a found spot counts as a true one
INSIDE = 0.78, 0.64  # half axes of the region that is searched, over half the picture's side
LEAST = 6.0  # grey levels: the curvature that makes a spot; in the scan each true one has 12, and nothing else 4


class Count(NamedTuple):
    """What a reader of a picture would report."""

    kept: int  # true spots that were found
    lost: int  # true spots that were not
    invented: int  # found where none is


def scan(size: int = SIZE, seed: int = 1) -> tuple[Image, Places]:
    """The slice and the places of its spots.

    Args:
        size: of its sides in pixels. seed: of the spots' places, the tissue's pattern and the noise.

    Returns:
        (image (size, size, 3) float32, grey, 0–255; places (12, 2), row and column).
    """
    generator = np.random.default_rng(seed)
    level = np.full((size, size), 12.0)
    for inside, value in ((_ellipse(size, 0, 0, 0.93, 0.78), 190), (_ellipse(size, 0, 0, 0.86, 0.71), 96)):
        level += inside * (value - level)
    pattern = gaussian_filter(generator.standard_normal((size, size)), size / 40)
    level += 11 * np.tanh(1.5 * pattern / pattern.std()) * (_ellipse(size, 0, 0, 0.84, 0.69) > 0.5)
    for side in (-1, 1):
        for inside, value in ((_ellipse(size, -0.12, 0.19 * side, 0.34, 0.11, 0.28 * side), 40),
                              (_ellipse(size, 0.38, 0.30 * side, 0.16, 0.20), 120)):
            level += inside * (value - level)
    level += _ellipse(size, 0, 0, 0.8, 0.012) * (60 - level)
    places = _drawn(generator, size)
    rows, columns = np.mgrid[:size, :size]
    for row, column in places:
        level += 75 * np.exp(-((rows - row) ** 2 + (columns - column) ** 2) / (2 * (size / 100) ** 2))
    level += 2 * generator.standard_normal((size, size))
    return np.repeat(np.clip(level, 0, 255)[..., np.newaxis], 3, axis=2).astype(np.float32), places


def find_spots(image: npt.ArrayLike, least: float = LEAST) -> Places:
    """The places of small bright spots inside the head.

    A spot is a local maximum that is curved downwards in every direction: the weaker of the two curvatures of the
    smoothed brightness is above a limit. On a line or an edge one of them is near 0, so these do not count.

    Args:
        image: (side, side, 3), 0–255. least: the limit, in grey levels.

    Returns:
        Places (found, 2), the strongest first.
    """
    light = np.asarray(image, float).mean(axis=2)
    size, scale = len(light), len(light) / 80
    down, across, both = (gaussian_filter(light, scale, order=order)  # pyright: ignore[reportArgumentType]
                          for order in ((2, 0), (0, 2), (1, 1)))
    weaker = -scale**2 * ((down + across) / 2 + np.sqrt(((down - across) / 2) ** 2 + both**2))
    weaker = np.where(_ellipse(size, 0, 0, *INSIDE) > 0, weaker, 0)
    peaks = np.argwhere((weaker == maximum_filter(weaker, size=size // 20 + 1)) & (weaker > least))
    return peaks[np.argsort(-weaker[tuple(peaks.T)])]


def count(found: Places, places: Places, size: int = SIZE, near: float = NEAR) -> Count:
    """How many true spots were found, how many were lost, and how many of those found are true nowhere.

    Args:
        found: of `find_spots`. places: of `scan`. size: of the picture's sides in pixels.
        near: within which share of the side a found spot counts as a true one.
    """
    close = np.hypot(*(found[:, np.newaxis] - places).transpose(2, 0, 1)) <= near * size
    kept = int(close.any(axis=0).sum())
    return Count(kept, len(places) - kept, int((~close.any(axis=1)).sum()))


def load_scan(name: str) -> Image:
    """A transfer of the scan that was computed before: (384, 384, 3) float32, 0–255.

    Raises:
        SettingsError: there is none of this name.
    """
    picture = folder() / f"{name}.webp"
    if not picture.is_file():
        raise SettingsError(f"there is no transfer of the scan {name!r}: `make runs` computes what is missing")
    return load_image(picture, None)


def folder() -> Path:
    """Where the transfers are kept."""
    return data_folder() / "scans"


def _drawn(generator, size):
    """Places inside the head that keep their distance from each other."""
    inside, places = _ellipse(size, 0, 0, 0.74, 0.60) > 0, []
    while len(places) < SPOTS:
        place = generator.integers(0, size, 2)
        if inside[tuple(place)] and all(np.hypot(*(place - other)) > size / 10 for other in places):
            places.append(place)
    return np.array(places)


def _ellipse(size, down, right, half_height, half_width, turned=0.0):
    """1 inside an ellipse, 0 outside, with a soft edge; the picture reaches from −1 to 1."""
    rows, columns = np.mgrid[-1 : 1 : size * 1j, -1 : 1 : size * 1j]
    cosine, sine = np.cos(turned), np.sin(turned)
    along = (rows - down) * cosine + (columns - right) * sine
    over = (columns - right) * cosine - (rows - down) * sine
    return np.clip((1 - np.hypot(along / half_height, over / half_width)) * 60, 0, 1)
