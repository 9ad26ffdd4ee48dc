"""Exercises of lesson 06: total variation."""

import numpy as np

from nst_helpers.exercises import Exercise


def _inner(image):
    """The differences at the places that have both neighbours."""
    return image[1:, :-1] - image[:-1, :-1], image[:-1, 1:] - image[:-1, :-1]


EXERCISES = {
    "06-slope": Exercise(
        truth=lambda down, right, epsilon: down / np.sqrt(down**2 + right**2 + epsilon**2),
        inputs=lambda generator: [(3.0, 4.0, 5.0), (-6.0, 2.0, 1.5), (0.0, 0.0, 0.1),
                                  (generator.normal(0, 9, (4, 5)), generator.normal(0, 9, (4, 5)), 3.0)],
        mistakes={
            "that is the function itself. Its derivative with respect to d is asked for.":
                lambda down, right, epsilon: np.sqrt(down**2 + right**2 + epsilon**2) - epsilon,
            "the outer slope alone, 1/(2√u). The chain rule multiplies it by the slope of what is inside, 2d.":
                lambda down, right, epsilon: 0.5 / np.sqrt(down**2 + right**2 + epsilon**2),
            "half of it: the 2 of 2d and the 2 of 1/(2√u) cancel.":
                lambda down, right, epsilon: 0.5 * down / np.sqrt(down**2 + right**2 + epsilon**2),
            "twice as much: the 2 of 2d and the 2 of 1/(2√u) cancel.":
                lambda down, right, epsilon: 2 * down / np.sqrt(down**2 + right**2 + epsilon**2),
            "ε stands outside the root. Under the root it is squared.":
                lambda down, right, epsilon: down / (np.sqrt(down**2 + right**2) + epsilon),
            "under the root ε is squared, like d and r.":
                lambda down, right, epsilon: down / np.sqrt(down**2 + right**2 + epsilon),
            "the ε that is subtracted is a constant: its derivative is 0.":
                lambda down, right, epsilon: down / np.sqrt(down**2 + right**2 + epsilon**2) - epsilon,
            "that is the derivative with respect to r. The one with respect to d is asked for.":
                lambda down, right, epsilon: right / np.sqrt(down**2 + right**2 + epsilon**2),
            "both derivatives are added. Only the one with respect to d is asked for.":
                lambda down, right, epsilon: (down + right) / np.sqrt(down**2 + right**2 + epsilon**2),
        },
        praise="0 on a flat place, and never beyond −1 and 1: no difference can push harder than that.",
    ),
    "06-pixel": Exercise(
        truth=10 * np.sqrt(2) + 20,
        mistakes={
            "that is the pixel's own term alone. The pixel above it and the one at its left see it too.":
                10 * np.sqrt(2),
            "four differences of 10 make 40 only without Pythagoras. In the pixel's own term two of them meet.": 40.0,
            "only the two neighbours' terms are in it. The pixel has a term of its own.": 20.0,
            "one of the neighbours is missing: the one above sees the pixel, and so does the one at its left.":
                10 * np.sqrt(2) + 10,
            "all four neighbours are counted. The formula looks down and right, so the pixel below and the one at the "
            "right do not see it.": 10 * np.sqrt(2) + 40,
            "all three terms have two differences in that. The neighbours' terms have only one: √(10² + 0²).":
                30 * np.sqrt(2),
            "the root is missing: the squares of the differences are added.": 400.0,
        },
        tolerance=3e-3,  # three digits
        praise="Per grey level it is 2 + √2 = 3.41, the strongest push there can be: a single wrong pixel goes first.",
    ),
    "06-anisotropic": Exercise(
        truth=lambda image: np.abs(image[1:] - image[:-1]).sum() + np.abs(image[:, 1:] - image[:, :-1]).sum(),
        inputs=lambda generator: [(generator.integers(0, 256, (5, 6, 3)).astype(float),),
                                  (generator.integers(0, 256, (4, 3, 3)).astype(float),)],
        mistakes={
            "that is the total variation with the root. Here absolute values are added.":
                lambda image: np.sqrt(sum(part**2 for part in _inner(image))).sum(),
            "the last row and the last column are left out: every pair of neighbours counts.":
                lambda image: sum(np.abs(part).sum() for part in _inner(image)),
            "the absolute values are missing, so ups and downs cancel.":
                lambda image: (image[1:] - image[:-1]).sum() + (image[:, 1:] - image[:, :-1]).sum(),
            "only the differences downwards are counted.": lambda image: np.abs(image[1:] - image[:-1]).sum(),
            "only the differences to the right are counted.": lambda image: np.abs(image[:, 1:] - image[:, :-1]).sum(),
            "squares are added, not absolute values.":
                lambda image: ((image[1:] - image[:-1])**2).sum() + ((image[:, 1:] - image[:, :-1])**2).sum(),
            "the means are added; the formula has sums.":
                lambda image: np.abs(image[1:] - image[:-1]).mean() + np.abs(image[:, 1:] - image[:, :-1]).mean(),
            "one sum for each colour: here all colours make one number.":
                lambda image: np.abs(image[1:] - image[:-1]).sum(axis=(0, 1))
                + np.abs(image[:, 1:] - image[:, :-1]).sum(axis=(0, 1)),
            "the differences between the colours of one pixel are counted too: two axes, not three.":
                lambda image: sum(np.abs(np.diff(image, axis=axis)).sum() for axis in range(3)),
        },
        praise="Equal to tf.image.total_variation.",
    ),
}
