"""Exercises of lesson 05: the style loss."""

import numpy as np

from nst_helpers.exercises import Exercise


def _gram(features):
    return features.T @ features


def _distance(features, style_features):
    gram, style_gram = _gram(features) / len(features), _gram(style_features) / len(style_features)
    return np.sum((gram - style_gram) ** 2) / (4 * features.shape[1] ** 2)


def _raw(features, style_features):
    return np.sum((_gram(features) - _gram(style_features)) ** 2) / (4 * features.size**2)


def _fair(layer_losses):
    return [1 / (len(layer_losses) * loss) for loss in layer_losses]


EXERCISES = {
    "05-sizes": Exercise(
        truth=_distance,
        inputs=lambda generator: [(generator.uniform(0, 3, (6, 3)), generator.uniform(0, 3, (10, 3))),
                                  (generator.uniform(0, 2, (12, 2)), generator.uniform(0, 2, (5, 2)))],
        mistakes={
            "both are divided by the same number of positions, or by none: each needs its own number of rows.": _raw,
            "the 4 is forgotten.":
                lambda features, style_features: 4 * _distance(features, style_features),
            "N² is forgotten: divide by the square of the number of channels too.":
                lambda features, style_features: features.shape[1] ** 2 * _distance(features, style_features),
            "N stands there once, the formula has N².":
                lambda features, style_features: features.shape[1] * _distance(features, style_features),
            "M is divided out twice: it is in the Gram matrices already.":
                lambda features, style_features: _distance(features, style_features) / len(features) ** 2,
            "the differences are not squared.":
                lambda features, style_features: np.sum(np.abs(
                    _gram(features) / len(features) - _gram(style_features) / len(style_features)
                )) / (4 * features.shape[1] ** 2),
            "that sums over channels: the Gram matrix is channels by channels, features.T @ features.":
                lambda features, style_features: np.sum(
                    (features @ features.T / len(features)) ** 2) / (4 * features.shape[1] ** 2),
        },
        praise="Content and style may have any two sizes now.",
    ),
    "05-fair": Exercise(
        truth=_fair,
        inputs=lambda generator: [(generator.uniform(0.1, 5, number).tolist(),) for number in (2, 5)],
        mistakes={
            "all shares are equal, but they sum to the number of layers: divide by it.":
                lambda layer_losses: [1 / loss for loss in layer_losses],
            "that is the same weight for all: a layer with a large loss needs a small weight.":
                lambda layer_losses: [1 / sum(layer_losses)] * len(layer_losses),
            "those are the shares without weights: a layer with a large loss needs a small weight.":
                lambda layer_losses: [loss / sum(layer_losses) for loss in layer_losses],
            "the loss counts once, not squared.":
                lambda layer_losses: [1 / (len(layer_losses) * loss**2) for loss in layer_losses],
            "the weights sum to one; w·E has to.":
                lambda layer_losses: [1 / loss / sum(1 / other for other in layer_losses) for loss in layer_losses],
        },
        praise="With such weights, each layer is heard alike, at the picture where they were measured.",
    ),
}
