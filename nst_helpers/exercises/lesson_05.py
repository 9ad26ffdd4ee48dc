"""Exercises of lesson 05: the style loss."""

from functools import cache

import numpy as np

from nst_helpers.exercises import Derive, Exercise, Make, Repair, Wish

LAYERS = ("conv1_1", "conv2_1", "conv3_1", "conv4_1")
SIDE = 160  # pixels: of the picture that blends two styles


def _gram(features):
    return features.T @ features


def _apart(gram, style_gram, channels):
    return np.sum((gram - style_gram) ** 2) / (4 * channels**2)


def _over(features, style_features, positions):
    return _apart(_gram(features) / positions, _gram(style_features) / positions, features.shape[1])


def _distance(features, style_features):
    return _apart(_gram(features) / len(features), _gram(style_features) / len(style_features), features.shape[1])


def _planted(features, style_features):
    positions, channels = features.shape
    return _apart(_gram(features) / positions, _gram(style_features) / positions, channels)


def _raw(features, style_features):
    return _apart(_gram(features), _gram(style_features), features.shape[1])


def _style_only(features, style_features):
    return _apart(_gram(features) / len(style_features), _gram(style_features) / len(style_features),
                  features.shape[1])


def _swapped(features, style_features):
    return _apart(_gram(features) / len(style_features), _gram(style_features) / len(features), features.shape[1])


def _shortened(features, style_features):
    rows = min(len(features), len(style_features))
    return _distance(features[:rows], style_features[:rows])


def _absolute(features, style_features):
    difference = _gram(features) / len(features) - _gram(style_features) / len(style_features)
    return np.sum(np.abs(difference)) / (4 * features.shape[1] ** 2)


def _over_positions(features, style_features):
    return np.sum((features @ features.T / len(features)) ** 2) / (4 * features.shape[1] ** 2)


def _fair(layer_losses):
    return [1 / (len(layer_losses) * loss) for loss in layer_losses]


# The picture in two styles


@cache
def _seen():
    """The shipped network, and the feature maps of both styles."""
    from nst_helpers.experiments.woven import piece
    from nst_helpers.images import resize_image
    from nst_helpers.networks import load_network

    network = load_network()
    places = {"stained_glass": (0, 0, 320), "great_waves": (160, 320, 320)}
    return network, [network(resize_image(piece(style, place), SIDE, SIDE), LAYERS) for style, place in places.items()]


def _checked(image):
    """The picture as an array, or an error that says what is wrong with it."""
    image = np.asarray(image, np.float32)
    if image.shape != (SIDE, SIDE, 3):
        raise ValueError(f"a picture ({SIDE}, {SIDE}, 3) is wanted, this has the shape {image.shape}")
    if 0 < image.max() <= 1.5:
        raise ValueError("its values lie between 0 and 1, and 0 to 255 is wanted")
    return image


def _far(image, number):
    """E from one of the styles, over E between the two, averaged over the layers."""
    from nst_helpers.losses import layer_style_loss

    network, styles = _seen()
    mine, theirs, features = styles[number], styles[1 - number], network(np.asarray(image, np.float32), LAYERS)
    return float(np.mean([layer_style_loss(features[layer], mine[layer]) /
                          layer_style_loss(theirs[layer], mine[layer]) for layer in LAYERS]))


def _worst_quarter(image):
    half = len(image) // 2
    quarters = [image[top : top + half, left : left + half] for top in (0, half) for left in (0, half)]
    return max(_far(quarter, number) for quarter in quarters for number in (0, 1))


EXERCISES = {
    "05-sizes": Repair(
        truth=_distance,
        planted=_planted,
        symptom="It is right for two pictures of one size; give it a style with more positions.",
        inputs=lambda generator: [(generator.uniform(0, 3, (6, 3)), generator.uniform(0, 3, (10, 3))),
                                  (generator.uniform(0, 2, (12, 2)), generator.uniform(0, 2, (5, 2)))],
        mistakes={
            "now neither Gram matrix is divided by its positions: each is a sum over its own rows.": _raw,
            "both are divided by the style's positions now: that moves the bug to the other picture.": _style_only,
            "the two numbers of positions are swapped: each matrix needs its own.": _swapped,
            "cutting both to the same number of rows throws positions away; a mean needs no equal numbers.": _shortened,
            "the mean of the two numbers of positions suits neither picture: each matrix has its own.":
                lambda features, style_features: _over(features, style_features,
                                                       (len(features) + len(style_features)) / 2),
            "the larger number of positions suits only one of the two: each matrix has its own.":
                lambda features, style_features: _over(features, style_features,
                                                       max(len(features), len(style_features))),
            "the raw sums are compared, and divided by both numbers afterwards; divide each before you subtract.":
                lambda features, style_features: _raw(features, style_features) / len(features) / len(style_features),
            "the root is not taken in E.":
                lambda features, style_features: np.sqrt(_distance(features, style_features)),
            "the 4 got lost.": lambda features, style_features: 4 * _distance(features, style_features),
            "N² got lost: the sum still has N² terms.":
                lambda features, style_features: features.shape[1] ** 2 * _distance(features, style_features),
            "N stands there once; a mean over N² entries divides by N².":
                lambda features, style_features: features.shape[1] * _distance(features, style_features),
            "M is divided out twice: it is in the Gram matrices already.":
                lambda features, style_features: _distance(features, style_features) / len(features) ** 2,
            "the differences are not squared.": _absolute,
            "that sums over channels: the Gram matrix is channels by channels, features.T @ features.":
                _over_positions,
        },
        praise="Content and style may have any two sizes now.",
    ),
    "05-tutorial": Derive(
        truth="4 / N**2",
        variables={"N": (4, 64), "M": (10, 900)},
        mistakes={
            "that forgets the 4 in the denominator of E.": "1 / N**2",
            "that is for the sum of the squares; the tutorial takes their mean.": "4",
            "the wrong way round: you multiply E, and want the tutorial's number.": "N**2 / 4",
            "M cancels: the tutorial has 1/M², and so has E.": "4 / (N**2 * M**2)",
            "N² of the four powers of N are in E already.": "4 / N**4",
            "E is divided by 4, so w has to multiply by 4.": "1 / (4 * N**2)",
            "N appears squared: once by the mean over N², and once within the squares, less once within E.": "4 / N",
            "that is the weight for the sum with G/M, the divisor H·W.": "4 * N**2",
            "that undoes the divisor altogether.": "4 * N**2 * M**2",
            "half of it: E has 1/(4N²M²), and the tutorial's mean 1/N² besides 1/(N²M²).": "2 / N**2",
            "one N from the mean, one M from the divisor: both are squared, and M cancels.": "4 / (N * M)",
            "M cancels, since both are divided by M²; what is left is the mean over N² entries.": "4 / M**2",
            "the divisor N·M is squared on both sides and cancels; left are the 4 and the mean.": "1 / (N * M)",
            "the tutorial divides by M too, and so does E: M must not be left.": "4 * M**2 / N**2",
        },
        praise="So this tutorial weighs a layer as 1e3/n² does, up to a common factor.",
    ),
    "05-fair": Exercise(
        truth=_fair,
        inputs=lambda generator: [(generator.uniform(0.1, 5, number).tolist(),) for number in (2, 5)],
        mistakes={
            "all shares are equal, but they sum to the number of layers: divide by it.":
                lambda layer_losses: [1 / loss for loss in layer_losses],
            "that is the same weight for all: a layer with a large loss needs a small weight.":
                lambda layer_losses: [1 / sum(layer_losses)] * len(layer_losses),
            "those are equal weights, which is not equal shares: each share is w·E.":
                lambda layer_losses: [1 / len(layer_losses)] * len(layer_losses),
            "those are the shares without weights: a layer with a large loss needs a small weight.":
                lambda layer_losses: [loss / sum(layer_losses) for loss in layer_losses],
            "the loss counts once, not squared.":
                lambda layer_losses: [1 / (len(layer_losses) * loss**2) for loss in layer_losses],
            "the weights sum to one; w·E has to.":
                lambda layer_losses: [1 / loss / sum(1 / other for other in layer_losses) for loss in layer_losses],
            "all shares are equal, but their sum is that of all E: divide by it.":
                lambda layer_losses: [sum(layer_losses) / (len(layer_losses) * loss) for loss in layer_losses],
            "the shares are equal, and the largest layer's weight is 1; their sum has to be 1.":
                lambda layer_losses: [max(layer_losses) / loss for loss in layer_losses],
            "five layers are hard-coded; a list can have any length.":
                lambda layer_losses: [1 / (5 * loss) for loss in layer_losses],
            "that makes large losses larger: a layer with a large loss needs a small weight.":
                lambda layer_losses: [loss / len(layer_losses) for loss in layer_losses],
            "the number of layers is in the wrong place: the shares are equal, but they sum to its square.":
                lambda layer_losses: [len(layer_losses) / loss for loss in layer_losses],
            "one minus the share lowers the large ones, but not to equal shares: w·E has to be the same for all.":
                lambda layer_losses: [1 - loss / sum(layer_losses) for loss in layer_losses],
            "with weights of 1 the shares are those of the losses themselves.":
                lambda layer_losses: [1.0] * len(layer_losses),
        },
        praise="With such weights the shares are equal at the picture where they were measured, and only there.",
    ),
    "05-blend": Make(
        wishes=(
            Wish("height and width in pixels", lambda image: _checked(image).shape[0], SIDE, SIDE),
            Wish("E from the glass, over E between glass and waves", lambda image: round(_far(image, 0), 2), most=0.33),
            Wish("E from the waves, over E between glass and waves", lambda image: round(_far(image, 1), 2), most=0.33),
            Wish("the same for its worst quarter", lambda image: round(_worst_quarter(image), 1), most=1.1),
        ),
        picture=lambda image: image,
        praise="A quarter is the least that both can have: (½)² of the distance between them.",
    ),
}
