"""How the shares of three losses change with the picture's size: what lesson 07's fourth exercise measures."""

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


@cache
def terms(size: int, painting_size: int = 0, flip: str = "sideways", epsilon: float = 1e-3, framed: bool = False
          ) -> tuple[Numbers, Numbers]:
    """Content loss and TV as sums, E, and how many numbers the sums have, for the mirrored temple."""
    from nst_helpers.losses import content_loss, style_loss, total_variation
    from nst_helpers.networks import shared_network
    from nst_helpers.settings import Settings
    from nst_helpers.shipped import shipped_picture

    network, weights = shared_network(), Settings().style_layers
    photograph = shipped_picture("temple", size)
    painting = shipped_picture("great_waves", painting_size or 2 * size)
    image = photograph[:, ::-1] if flip == "sideways" else photograph[::-1] if flip else photograph
    pixels = np.pad(image, [[0, 1], [0, 1], [0, 0]], "symmetric") if framed else image
    features, wanted = network(image, ("conv4_2", *weights)), network(photograph, ["conv4_2"])["conv4_2"]
    sums = [content_loss(features["conv4_2"], wanted), style_loss(features, network(painting, weights), weights),
            total_variation(pixels, epsilon)]
    return np.array(sums, float), np.array([wanted.numpy().size, 1, image.size], float)


def shares(size: int, balanced_at: int = 64, per_number: tuple[int, ...] = (), **how: Any) -> Numbers:
    """Weighed so that all three are equal at one size; the terms in `per_number` are means there."""
    now, then = (terms(side, **how) for side in (size, balanced_at))
    with np.errstate(invalid="ignore"):  # 0/0, where the picture is the photograph
        ratio = now[0] / then[0]
    for term in per_number:
        ratio[term] /= now[1][term] / then[1][term]
    return ratio / ratio.sum()


def small_painting(size: int) -> Numbers:
    """With a painting as large as the photograph."""
    ratio = terms(size, painting_size=size)[0] / terms(64, painting_size=64)[0]
    return ratio / ratio.sum()


def unweighted(size: int) -> Numbers:
    """Of the losses as they are."""
    losses = terms(size)[0]
    return losses / losses.sum()


def undivided(size: int) -> Numbers:
    """The weighted losses themselves."""
    return terms(size)[0] / terms(64)[0]


def by_pixels(size: int) -> Numbers:
    """Without measuring: every sum grows with the number of pixels."""
    grown = np.array([(size / 64) ** 2, 1, (size / 64) ** 2])
    return grown / grown.sum()


def sizes_at(*sizes: int) -> list[tuple[int]]:
    """Inputs; the network is read, and the truth measured, before the clock of an answer runs."""
    for size in sizes:
        shares(size)
    return [(size,) for size in sizes]
