"""Exercises of lesson 05: the style loss."""

from functools import cache

import numpy as np

from nst_helpers.exercises import Derive, Exercise, Make, Repair, Wish

LAYERS = ("conv1_1", "conv2_1", "conv3_1", "conv4_1")
SIDE = 160  # pixels: of the picture that blends two styles


def _grams(features):
    """One Gram matrix for each picture of a batch (batch, positions, channels)."""
    return features.transpose(0, 2, 1) @ features


def _gram(features):
    return features.T @ features


def _each(features, style_features):
    """E_l of each picture of the batch."""
    difference = _grams(features) / features.shape[1] - _gram(style_features) / len(style_features)
    return np.sum(difference**2, axis=(1, 2)) / (4 * features.shape[2] ** 2)


def _batch(features, style_features):
    return np.mean(_each(features, style_features))


def _planted(features, style_features):
    batch, positions, channels = features.shape
    flat = features.reshape(batch * positions, channels)
    return _batch(flat[np.newaxis], style_features)


def _batch_of(generator, positions, channels):
    """Three pictures that differ clearly from each other: the second responds most, the third least."""
    return generator.uniform(1, 3, (3, positions, channels)) * np.array([1.0, 2.0, 0.4])[:, np.newaxis, np.newaxis]


def _scaled(features, style_features, factor, style_factor):
    """With each Gram matrix multiplied by a factor that it should not have."""
    difference = factor * _grams(features) - style_factor * _gram(style_features)
    return np.sum(difference**2) / (4 * features.shape[2] ** 2 * len(features))


def _absolute(features, style_features):
    difference = _grams(features) / features.shape[1] - _gram(style_features) / len(style_features)
    return np.mean(np.abs(difference)) / 4


def _fair(layer_losses):
    return [1 / (len(layer_losses) * loss) for loss in layer_losses]


# The picture in two styles


@cache
def _seen():
    """The shipped network, and the feature maps of both styles."""
    from nst_helpers.experiments.woven import piece
    from nst_helpers.images import resize_image
    from nst_helpers.networks import shared_network

    network = shared_network()
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
    "05-batch": Repair(
        truth=_batch,
        planted=_planted,
        symptom="Give it one picture of the batch at a time: the mean of these numbers is larger than what it returns "
                "for the whole batch.",
        inputs=lambda generator: [(_batch_of(generator, 6, 3), generator.uniform(0, 3, (10, 3))),
                                  (_batch_of(generator, 8, 2), generator.uniform(0, 2, (5, 2)))],
        mistakes={
            "that is the sum over the pictures; their mean is asked for.":
                lambda features, style_features: np.sum(_each(features, style_features)),
            "that is a list, one number for each picture; return their mean.": _each,
            "only the first picture of the batch counts.":
                lambda features, style_features: _each(features, style_features)[0],
            "only the last picture of the batch counts.":
                lambda features, style_features: _each(features, style_features)[-1],
            "the features of different pictures are averaged before they are multiplied.":
                lambda features, style_features: _batch(features.mean(axis=0, keepdims=True), style_features),
            "a picture's Gram matrix sums over its own positions only: batch · positions is too many.":
                lambda features, style_features: _scaled(features, style_features,
                                                         1 / features.shape[0] / features.shape[1],
                                                         1 / len(style_features)),
            "the style has another number of positions than the pictures: divide its Gram matrix by its own.":
                lambda features, style_features: _scaled(features, style_features, 1 / features.shape[1],
                                                         1 / features.shape[1]),
            "the pictures have another number of positions than the style: divide each Gram matrix by its own.":
                lambda features, style_features: _scaled(features, style_features, 1 / len(style_features),
                                                         1 / len(style_features)),
            "neither Gram matrix is divided by its positions now.":
                lambda features, style_features: _scaled(features, style_features, 1, 1),
            "it is divided by the number of pictures twice.":
                lambda features, style_features: _batch(features, style_features) / len(features),
            "the 4 got lost.": lambda features, style_features: 4 * _batch(features, style_features),
            "N² got lost: the sum over a matrix still has N² terms.":
                lambda features, style_features: features.shape[2] ** 2 * _batch(features, style_features),
            "N stands there once; a mean over N² entries divides by N².":
                lambda features, style_features: features.shape[2] * _batch(features, style_features),
            "the largest loss of the batch is not its mean.":
                lambda features, style_features: np.max(_each(features, style_features)),
            "no root is taken in E.":
                lambda features, style_features: np.mean(np.sqrt(_each(features, style_features))),
            "the differences are not squared.": _absolute,
        },
        praise="The mean of two Gram matrices can be the style's although neither of them is.",
    ),
    "05-early": Derive(
        truth="4 / (N**4 * M**2)",
        variables={"N": (2, 9), "M": (3, 30)},
        mistakes={
            "that is for a product that is divided by N·M once. Here both of its factors are divided.": "4 / N**2",
            "that forgets the 4 in the denominator of E.": "1 / (N**4 * M**2)",
            "that is for the sum of the squares; here their mean is taken.": "4 / (N**2 * M**2)",
            "that is for G/(N·M) and the sum of the squares.": "4",
            "the wrong way round: E is multiplied, and the program's number is to come out.": "N**4 * M**2 / 4",
            "M⁴ stands in the program's denominator, but M² of it are in E already.": "4 / (N**4 * M**4)",
            "that multiplies the bare sum of squares; E has its own divisor, 4N²M².": "1 / (N**6 * M**4)",
            "E has N² and M² in its denominator already.": "4 / (N**6 * M**4)",
            "N is counted right; but M does not cancel here.": "4 / N**4",
            "E is divided by 4, so w has to multiply by 4.": "1 / (4 * N**4 * M**2)",
            "a mean over N² entries divides by N², not by N.": "4 / (N**3 * M**2)",
            "the divisor of G is squared with the difference.": "4 / (N**2 * M)",
            "M² is on the wrong side.": "4 * M**2 / N**4",
            "that undoes the divisor of E altogether.": "4 * N**2 * M**2",
            "the 4 is multiplied in full: E has 1/(4N²M²).": "2 / (N**4 * M**2)",
        },
        praise="M has not cancelled: at twice the width this program's loss falls to a sixteenth, and E stays.",
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
