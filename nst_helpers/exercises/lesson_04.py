"""Exercises of lesson 04: Gram matrices."""

from functools import cache

import numpy as np

from nst_helpers.arrays import Image
from nst_helpers.exercises import Choice, Derive, Make, Option, Repair, Wish
from nst_helpers.shipped import shipped_picture


def _gram(features):
    flat = features.reshape(-1, features.shape[-1])
    return flat.T @ flat


def _channels_first(features):
    flat = features.reshape(len(features), -1)
    return flat @ flat.T / flat.shape[1]


def _planted(features):
    channels, height, width = features.shape
    flat = features.reshape(height * width, channels)
    return flat.T @ flat / (height * width)


def _over_channels(features):
    flat = features.reshape(len(features), -1)
    return flat.T @ flat / flat.shape[1]


def _centered(features):
    return _channels_first(features - features.mean(axis=(1, 2), keepdims=True))


def _correlated(features):
    return np.corrcoef(features.reshape(len(features), -1))


def _cosines(features):
    gram = _channels_first(features)
    length = np.sqrt(np.diag(gram))
    return gram / np.outer(length, length)


def _positive(generator, *shape):
    """Whole numbers like activations behind a ReLU: none below zero, and not all alike."""
    return generator.integers(0, 10, shape).astype(float) + np.arange(shape[0])[:, None, None]


# Exercise 4: the colors of one painting for the shapes of another


@cache
def color_pictures() -> tuple[Image, Image]:
    """(source, target): the woodcut, whose shapes shall stay, and the marbling, whose colors are wanted; 320 pixels."""
    woodcut, marbling = (shipped_picture(name, 320) for name in ("woodcut", "marbling"))
    return woodcut, marbling


def _color_gram(image):
    flat = np.asarray(image, float).reshape(-1, 3)
    return flat.T @ flat / len(flat)


def _color_error(image):
    """How far the picture's 3×3 Gram matrix is from the target's, in per cent of it."""
    wanted = _color_gram(color_pictures()[1])
    return round(100 * np.linalg.norm(_color_gram(_checked(image)) - wanted) / np.linalg.norm(wanted), 3)


def _kept_shapes(image):
    """The correlation of the picture's brightness with the source's."""
    first, second = (_checked(picture).mean(axis=2).ravel() for picture in (image, color_pictures()[0]))
    return round(np.corrcoef(first, second)[0, 1], 3)


def _outside(image):
    """The share of values outside −30 … 285, in per cent."""
    values = _checked(image)
    if values.min() >= 0 and values.max() <= 255 and 0.3 < _color_error(image) < 12 and _kept_shapes(image) > 0.8:
        raise ValueError("it seems to be clipped to 0–255 or rounded to bytes, which changes G: do not clip")
    return round(100 * np.mean((values < -30) | (values > 285)), 1)


def _checked(image):
    image, wanted = np.asarray(image, float), color_pictures()[0].shape
    if image.shape != wanted:
        raise ValueError(f"its shape is {image.shape}, and {wanted} is needed")
    return image


EXERCISES = {
    "04-channels-first": Repair(
        truth=_channels_first,
        planted=_planted,
        symptom="Try it on features whose first map is all ones and whose second is all zeros: G must have one entry "
                "that is not 0.",
        inputs=lambda generator: [(_positive(generator, 3, 4, 5),), (_positive(generator, 2, 2, 3),)],
        mistakes={
            "the sum runs over the channels: the result has a row for each position. Put the transposed one second.":
                _over_channels,
            "the maps are not flattened: that keeps a row for each row of the picture. Make each map one long row.":
                lambda features: features @ features.transpose(0, 2, 1) / features[0].size,
            "it is not divided any more: divide by the number of positions.":
                lambda features: _channels_first(features) * features[0].size,
            "that is divided by the number of channels; the sum has a term for each position.":
                lambda features: _channels_first(features) * features[0].size / len(features),
            "that is divided by channels times positions; the sum has only as many terms as positions.":
                lambda features: _channels_first(features) / len(features),
            "that is divided by the number of positions twice: once for each factor. Divide once.":
                lambda features: _channels_first(features) / features[0].size,
            "the last axis, width, is in the place of the channels now: here the channels come first.":
                lambda features: _gram(features) / features[0].size,
            "each map is summed before it is multiplied. First multiply position by position, then sum.":
                lambda features: np.outer(features.sum(axis=(1, 2)), features.sum(axis=(1, 2))) / features[0].size,
            "that is np.cov: it subtracts the means, and divides by one less than the number of positions.":
                lambda features: np.cov(features.reshape(len(features), -1)),
            "swapaxes(0, 2) or order=\"F\" deals the numbers out in another order, but the maps are still torn apart.":
                lambda features: _gram(features.reshape(-1, len(features), order="F")) / features[0].size,
            "exchanging height and width changes nothing for the reshape that follows: it still tears the maps apart.":
                lambda features: _planted(features.transpose(0, 2, 1)),
            "the means are subtracted first: those are covariances. G keeps the means.": _centered,
            "those are correlations: G neither subtracts means nor divides by deviations.": _correlated,
            "those are the cosines of the angles: G keeps the lengths.": _cosines,
            "this multiplies each map with itself only: the entries beside the diagonal are missing.":
                lambda features: np.diag(np.diag(_channels_first(features))),
        },
        praise="reshape never turns axes, it only deals the numbers out anew; G was as wrong as it was plausible.",
    ),
    "04-correlation": Derive(
        truth="(g_ij - m_i * m_j) / sqrt((g_ii - m_i**2) * (g_jj - m_j**2))",
        variables={"g_ij": (2, 3), "g_ii": (6, 9), "g_jj": (6, 9), "m_i": (0.5, 2), "m_j": (0.5, 2)},
        mistakes={
            "that is the cosine of the angle: the means are still in it.": "g_ij / sqrt(g_ii * g_jj)",
            "that is the covariance; a correlation is divided by both deviations.": "g_ij - m_i * m_j",
            "the root is missing: below must stand deviations, not variances.":
                "(g_ij - m_i * m_j) / ((g_ii - m_i**2) * (g_jj - m_j**2))",
            "above is right; below, g_ii is not the variance yet: it contains the mean.":
                "(g_ij - m_i * m_j) / sqrt(g_ii * g_jj)",
            "below is right; above, g_ij is not the covariance yet.":
                "g_ij / sqrt((g_ii - m_i**2) * (g_jj - m_j**2))",
            "a variance is the mean square minus the *square* of the mean.":
                "(g_ij - m_i * m_j) / sqrt((g_ii - m_i) * (g_jj - m_j))",
            "the sign of the mean's part: E[(F − m)²] = E[F²] − m².":
                "(g_ij + m_i * m_j) / sqrt((g_ii + m_i**2) * (g_jj + m_j**2))",
            "multiply it out again: of the two mixed terms and the last one, −m_i m_j − m_i m_j + m_i m_j, one is "
            "left.":
                "(g_ij - 2 * m_i * m_j) / sqrt((g_ii - 2 * m_i**2) * (g_jj - 2 * m_j**2))",
            "the mean's part in the numerator is m_i · m_j, not their sum.":
                "(g_ij - m_i - m_j) / sqrt((g_ii - m_i**2) * (g_jj - m_j**2))",
            "brackets: Python multiplies and divides from left to right, so the second variance multiplies here.":
                "(g_ij - m_i * m_j) / sqrt(g_ii - m_i**2) * sqrt(g_jj - m_j**2)",
            "brackets: the whole covariance is divided, not only its second part.":
                "g_ij - m_i * m_j / sqrt((g_ii - m_i**2) * (g_jj - m_j**2))",
            "one root is missing: both deviations are roots of variances.":
                "(g_ij - m_i * m_j) / (sqrt(g_ii - m_i**2) * (g_jj - m_j**2))",
            "the sign: the covariance is the mean product minus the product of the means.":
                "(m_i * m_j - g_ij) / sqrt((g_ii - m_i**2) * (g_jj - m_j**2))",
            "above, the sign: the mean product minus the product of the means.":
                "(g_ij + m_i * m_j) / sqrt((g_ii - m_i**2) * (g_jj - m_j**2))",
            "that is divided by the product of the means, not of the deviations.": "(g_ij - m_i * m_j) / (m_i * m_j)",
            "that is the square of it: the numerator must not be squared.":
                "(g_ij - m_i * m_j)**2 / ((g_ii - m_i**2) * (g_jj - m_j**2))",
        },
        praise="So G together with the means holds all covariances and correlations; G alone does not.",
    ),
    "04-unnoticed": Choice(
        options={
            "a": Option("turned by 90°", False, "What was level is upright now, and the painting has not as much of "
                                                "the one as of the other: other channels respond, and G moves by "
                                                "17 %."),
            "b": Option("shrunk", False, "Shrunk, every stroke is half as wide, and other channels respond to it: G "
                                         "moves by 25 %. A style has a size."),
            "c": Option("turned by 180°", True, "Level edges stay level and upright ones upright; only light and dark "
                                                "sides are exchanged, and this painting has as many of either kind "
                                                "(3 %)."),
            "d": Option("blurred", False, "At 320 pixels the painting looks nearly the same, but this layer sees fine "
                                          "edges, and they have become weaker: G moves by 35 %."),
            "e": Option("mirrored", True, "This painting leans to both sides alike, so channels for mirrored edges "
                                          "exchange their parts at hardly any cost (3 %). For slanted hatching it "
                                          "would be another matter."),
        },
        praise="G/M forgets places, but neither the width of the strokes nor their sharpness nor their direction.",
    ),
    "04-colors": Make(
        wishes=(
            Wish("Gram matrix of the colours: distance from the marbling's, in %", _color_error, most=1),
            Wish("correlation of the brightness with the woodcut's", _kept_shapes, least=0.8),
            Wish("values outside −30 … 285, in %", _outside, most=5),
        ),
        picture=lambda image: np.clip(_checked(image), 0, 255),
        praise="One 3 × 3 matrix repainted a picture: with raw colours as features, that is a style transfer.",
    ),
}
