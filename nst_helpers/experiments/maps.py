"""Feature maps of the shipped pictures, and the windows of pixels that their values see."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from nst_helpers.arrays import Features, Gram, Image
from nst_helpers.networks import FeatureNetwork, shared_network
from nst_helpers.shipped import shipped_picture

SIZE = 256  # pixels: of the longer side of a picture, unless told otherwise


@lru_cache(maxsize=64)
def feature_maps(picture: str, layer: str, network: Callable[[], FeatureNetwork] = shared_network,
                 size: int = SIZE) -> Features:
    """(height, width, channels) of a shipped picture, read only; the last ones asked for are kept.

    Args:
        picture: as in `nst_helpers.shipped.picture_names`. layer: as in "conv4_1".
        network: gives the network, each time the same.
        size: pixels that the picture's longer side has at most.
    """
    maps = network()(shipped_picture(picture, size), layer)[layer].numpy()
    maps.flags.writeable = False
    return maps


def most_contrast(features: Features) -> int:
    """The channel whose map, of (height, width, channels), differs most from place to place."""
    return int(features.var(axis=(0, 1)).argmax())


def margin_of(layer: str) -> int:
    """How many values from the border a place must lie, so that most of its window is in the picture."""
    return min(3, _field(layer) // _jump(layer) // 3)


def strongest_places(maps: Sequence[Features], channel: int, count: int,
                     margin: int = 0) -> list[tuple[int, int, int]]:
    """[(picture, row, column)]: where a channel is largest, once a picture, the strongest picture first."""
    places = []
    for which, features in enumerate(maps):
        values = features[margin : len(features) - margin, margin : features.shape[1] - margin, channel]
        row, column = np.unravel_index(values.argmax(), values.shape)
        places.append((values[row, column], which, int(row) + margin, int(column) + margin))
    return [(which, row, column) for _, which, row, column in sorted(places, reverse=True)[:count]]


def patch_at(image: Image, layer: str, row: int, column: int) -> Image:
    """The window (field, field, 3) of a picture that one value of a layer sees; grey beyond the border."""
    field, jump = _field(layer), _jump(layer)
    first_row, first_column = (int(place * jump + (jump - field) / 2 + field) for place in (row, column))
    wide = np.pad(image, ((field, field), (field, field), (0, 0)), constant_values=128)
    return wide[first_row : first_row + field, first_column : first_column + field]


def strongest_windows(pictures: Sequence[Image], layer: str, places: Sequence[tuple[int, int, int]], count: int,
                      alike: int = 1) -> list[Image]:
    """The windows (field, field, 3) that excite a channel most, the strongest first; at most one of each subject.

    Args:
        pictures: where `alike` of them in a row show the same at several sizes.
        layer: as in "conv4_1". places: [(picture, row, column)], the strongest first, as of `strongest_places`.
        count: how many windows, at most.
    """
    best: dict[int, Image] = {}
    for which, row, column in places:
        best.setdefault(which // alike, patch_at(pictures[which], layer, row, column))
    return list(best.values())[:count]


def _field(layer):
    return shared_network().receptive_field(layer)


def _jump(layer):
    """How many pixels lie between two neighbouring values of a layer."""
    return shared_network().smallest_size(layer)


# Two channels


def shuffle_positions(features: Features, seed: int = 0) -> Features:
    """The same pixels of features (height, width, channels) in another order; every channel in the same one."""
    flat = features.reshape(-1, features.shape[2])
    return flat[np.random.default_rng(seed).permutation(len(flat))].reshape(features.shape)


def closest_pair(features: Features) -> tuple[int, int]:
    """The two different channels that rise and fall together most; dead channels never do."""
    flat = features.reshape(-1, features.shape[2]).astype(float)
    flat = flat - flat.mean(axis=0)
    length = np.sqrt((flat**2).sum(axis=0))
    together = flat.T @ flat / np.maximum(np.outer(length, length), 1e-9 * max(1e-9, length.max() ** 2))
    np.fill_diagonal(together, -1)
    i, j = np.unravel_index(together.argmax(), together.shape)
    return int(i), int(j)


def angle_between(gram: Gram, i: int, j: int) -> tuple[float, float]:
    """The cosine of the angle between two maps, and the angle in degrees; 0 and 90° where a map is empty.

    Args:
        gram: (channels, channels), divided by the number of positions or not. i, j: channels.
    """
    product = float(np.sqrt(gram[i, i] * gram[j, j]))
    share = min(1.0, float(gram[i, j]) / product) if product else 0.0
    return share, float(np.degrees(np.arccos(share)))
