"""Exercises of lesson 11: the full transfer."""

import numpy as np

from nst_helpers.exercises import Exercise

BRIGHTNESS = np.array([0.299, 0.587, 0.114])


def _rate(step, steps, eta):
    return eta * (1 + np.cos(np.pi * step / steps)) / 2


def _blend(grams, weights):
    return sum(weight * gram for weight, gram in zip(weights, grams, strict=True)) / sum(weights)


def _repaint(image, light, brightness=BRIGHTNESS):
    return image + (light - image @ brightness)[:, :, np.newaxis]


def _grams(generator, number, channels):
    return [generator.uniform(0, 5, (channels, channels)) for _ in range(number)]


EXERCISES = {
    "11-rate": Exercise(
        truth=_rate,
        inputs=lambda generator: [(0, 10, 6.0), (3, 10, 6.0), (50, 100, 2.0), (99, 100, 6.0), (7, 9, 0.5)],
        mistakes={
            "that falls along a straight line; a half cosine is flat at both ends.":
                lambda step, steps, eta: eta * (1 - step / steps),
            "the cosine runs from 1 to −1, so the rate would fall below zero: lift it by 1, and halve it.":
                lambda step, steps, eta: eta * np.cos(np.pi * step / steps),
            "twice too large: 1 + cos begins at 2, so halve it.":
                lambda step, steps, eta: eta * (1 + np.cos(np.pi * step / steps)),
            "that is a whole wave: it has risen again at the end. Half a wave is π, not 2π.":
                lambda step, steps, eta: eta * (1 + np.cos(2 * np.pi * step / steps)) / 2,
            "it has to fall: 1 + cos, not 1 − cos.":
                lambda step, steps, eta: eta * (1 - np.cos(np.pi * step / steps)) / 2,
            "η is forgotten.": lambda step, steps, eta: (1 + np.cos(np.pi * step / steps)) / 2,
        },
        praise="Full steps first, and at last steps that only polish.",
        tolerance=1e-5,
    ),
    "11-blend": Exercise(
        truth=_blend,
        inputs=lambda generator: [(_grams(generator, 2, 3), (1, 3)), (_grams(generator, 3, 2), (0.5, 2, 4)),
                                  (_grams(generator, 1, 4), (7,))],
        mistakes={
            "only the proportions shall matter: divide by the sum of the weights.":
                lambda grams, weights: sum(weight * gram for weight, gram in zip(weights, grams, strict=True)),
            "divide by the sum of the weights, not by how many there are.":
                lambda grams, weights: _blend(grams, weights) * sum(weights) / len(weights),
            "the weights are forgotten: that is the plain mean.": lambda grams, weights: sum(grams) / len(grams),
            "the weights stand in the wrong order.": lambda grams, weights: _blend(grams, weights[::-1]),
            "only the first style is left.": lambda grams, weights: grams[0],
        },
        praise="Its style loss differs from the weighted sum of the single ones by a constant only: the same gradient.",
    ),
    "11-repaint": Exercise(
        truth=_repaint,
        inputs=lambda generator: [(generator.uniform(0, 255, (4, 6, 3)), generator.uniform(0, 255, (4, 6)))],
        mistakes={
            "that makes it grey: all three channels are the brightness now.":
                lambda image, light: np.repeat(light[:, :, np.newaxis], 3, axis=2),
            "Y is a weighted sum: green counts 0.587, not a third.":
                lambda image, light: _repaint(image, light, np.full(3, 1 / 3)),
            "red and blue are swapped in Y.": lambda image, light: _repaint(image, light, BRIGHTNESS[::-1]),
            "that scales the pixel, so the differences of its channels change: add the same to each instead.":
                lambda image, light: image * (light / (image @ BRIGHTNESS))[:, :, np.newaxis],
            "the new brightness is added, but the old one is not taken off.":
                lambda image, light: image + light[:, :, np.newaxis],
            "the sign is wrong: add what is missing, new minus old.":
                lambda image, light: image - (light - image @ BRIGHTNESS)[:, :, np.newaxis],
        },
        praise="The photograph's colours, under any brightness you like.",
    ),
}
