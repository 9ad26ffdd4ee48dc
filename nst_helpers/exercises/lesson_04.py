"""Exercises of lesson 04: Gram matrices."""

import numpy as np

from nst_helpers.exercises import Exercise


def _flat(features):
    return features.reshape(-1, features.shape[-1])  # (positions, channels)


def _gram(features):
    return _flat(features).T @ _flat(features)


def _channels_first(features):
    flat = features.reshape(len(features), -1)  # (channels, positions)
    return flat @ flat.T


def _channels_first_transposed(features):
    flat = features.reshape(len(features), -1)
    return flat.T @ flat


def _angle(features, i, j):
    first, second = features[:, :, i].ravel(), features[:, :, j].ravel()
    return np.degrees(np.arccos(_cosine(first, second)))


def _cosine(first, second):
    return np.clip(first @ second / np.sqrt((first @ first) * (second @ second)), -1, 1)


def _centred_angle(features, i, j):
    return _angle(features - features.mean(axis=(0, 1)), i, j)


def _positive(generator, *shape):
    """Whole numbers like feature maps behind a ReLU: none below zero, and not all alike."""
    return generator.integers(0, 10, shape).astype(float) + np.arange(shape[-1])


EXERCISES = {
    "04-channels-first": Exercise(
        truth=_channels_first,
        inputs=lambda generator: [(_positive(generator, 3, 4, 5),), (_positive(generator, 2, 6, 3),)],
        mistakes={
            "the sum runs over the channels: the result has a row for each position. Put the transposed one second.":
                _channels_first_transposed,
            "the maps are not flattened: that keeps a row for each row of the picture. Make each map one long row.":
                lambda features: features @ features.transpose(0, 2, 1),
            "height and width are in the place of the channels: here the channels come first.": _gram,
            "reshape(-1, channels) does not turn axes, it deals the numbers out anew and mixes the maps.":
                lambda features: _gram(features.reshape(-1, len(features))),
            "that is divided by the number of positions; here the plain sum is asked for.":
                lambda features: _channels_first(features) / features[0].size,
            "each map is summed before it is multiplied. First multiply place by place, then sum.":
                lambda features: np.outer(features.sum(axis=(1, 2)), features.sum(axis=(1, 2))),
        },
        praise="The same table, whichever way round the axes are stored: k runs over positions.",
    ),
    "04-normalized": Exercise(
        truth=lambda features: _gram(features) / (features.shape[0] * features.shape[1]),
        inputs=lambda generator: [(_positive(generator, 4, 5, 3),), (_positive(generator, 6, 2, 5),)],
        mistakes={
            "it is not divided yet: a picture of twice the height would have twice the table.": _gram,
            "that is divided by the number of channels N. The sum has a term for each position: divide by M.":
                lambda features: _gram(features) / features.shape[2],
            "that is divided by channels times positions. The sum has only as many terms as positions.":
                lambda features: _gram(features) / features.size,
            "that is divided by the height only. The number of positions is height times width.":
                lambda features: _gram(features) / features.shape[0],
            "that is divided by M squared: divide once, after the product, not each factor.":
                lambda features: _gram(features) / (features.shape[0] * features.shape[1]) ** 2,
            "the sum runs over the channels: the table has a row for each position.":
                lambda features: _flat(features) @ _flat(features).T / (features.shape[0] * features.shape[1]),
        },
        praise="A mean over positions: now pictures of every size can be compared.",
    ),
    "04-angle": Exercise(
        truth=_angle,
        inputs=lambda generator: [(_positive(generator, 3, 4, 3), 0, 2), (_positive(generator, 5, 2, 4), 3, 1)],
        mistakes={
            "that is the cosine itself. np.arccos makes the angle of it, np.degrees its degrees.":
                lambda features, i, j: _cosine(features[:, :, i].ravel(), features[:, :, j].ravel()),
            "that is in radians; np.degrees makes degrees of it.":
                lambda features, i, j: np.radians(_angle(features, i, j)),
            "i and j choose rows of the picture here. Channels are the last axis: features[:, :, i].":
                lambda features, i, j: np.degrees(np.arccos(_cosine(features[i % len(features)].ravel(),
                                                                    features[j % len(features)].ravel()))),
            "the root is missing: G_ii is the length squared, so divide by √(G_ii · G_jj).":
                lambda features, i, j: np.degrees(np.arccos(_unrooted(features, i, j))),
            "the means are taken away first: that is the angle of a correlation. Gram keeps the means.":
                _centred_angle,
            "that is the sine's angle, 90° minus the right one: use np.arccos.":
                lambda features, i, j: 90 - _angle(features, i, j),
        },
        praise="0° is the same pattern of light, 90° is never together: one number for each pair.",
    ),
}


def _unrooted(features, i, j):
    gram = _gram(features)
    return gram[i, j] / (gram[i, i] * gram[j, j])
