"""Exercises of lesson 00: a picture is an array."""

import numpy as np

from nst_helpers.exercises import Exercise


def _pictures(generator):
    return [(generator.uniform(0, 255, shape).astype(np.float32),) for shape in ((4, 6, 3), (5, 2, 3))]


EXERCISES = {
    "00-negative": Exercise(
        truth=lambda image: 255 - image,
        inputs=_pictures,
        mistakes={
            "pixels go from 0 to 255 here, not from 0 to 1: what must black become?": lambda image: 1 - image,
            "white, 255, must become 0; yours becomes 1. There are 256 grey levels, but the last is 255.":
                lambda image: 256 - image,
            "that puts the picture upside down. Its numbers must change, not their places.": lambda image: image[::-1],
            "the sign alone makes every pixel negative: that is below black. Add what is missing.":
                lambda image: -image,
        },
        praise="Black became white, and every colour its opposite.",
    ),
    "00-mean-colour": Exercise(
        truth=lambda image: image.mean(axis=(0, 1)),
        inputs=_pictures,
        mistakes={
            "that is one number for all three colours. Average over height and width only: axis=(0, 1).":
                lambda image: image.mean(),
            "that averages the three colours of each pixel, and keeps the places. Keep the last axis instead.":
                lambda image: image.mean(axis=2),
            "that averages over the height only: one colour for each column. The width is left to average.":
                lambda image: image.mean(axis=0),
            "that averages over the width only: one colour for each row. The height is left to average.":
                lambda image: image.mean(axis=1),
            "that is the sum. Divide by the number of pixels, or use mean.": lambda image: image.sum(axis=(0, 1)),
        },
        praise="One number for each colour: red, green, blue.",
    ),
}
