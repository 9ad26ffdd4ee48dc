"""Exercises of lesson 00: a picture is an array of numbers."""

import numpy as np

from nst_helpers.exercises import Derive, Make, Repair, Wish
from nst_helpers.shipped import shipped_picture

PHOTOGRAPH, PAINTING = "temple", "autumn_impasto"


def _pictures(generator):
    """Pictures without black and white, so that their own extremes are not those of the scale."""
    return [(generator.uniform(20, 200, shape).astype(np.float32),) for shape in ((4, 6, 3), (5, 2, 3))]


def _array(image):
    """The picture as (height, width, 3) numbers; a ValueError for what is none."""
    image = np.asarray(image, float)
    photograph = shipped_picture(PHOTOGRAPH)
    if image.shape != photograph.shape:
        raise ValueError(f"its shape is {image.shape}, and the photograph’s {photograph.shape}")
    return image


def _off(image, measure):
    """By how much the worst of the three colours misses the painting's mean or standard deviation, in grey levels."""
    return np.abs(measure(_array(image), axis=(0, 1)) - measure(shipped_picture(PAINTING), axis=(0, 1))).max()


def _follows(image):
    """The correlation of each colour with the photograph's; the worst of the three."""
    both = zip(np.moveaxis(_array(image), 2, 0), np.moveaxis(shipped_picture(PHOTOGRAPH), 2, 0), strict=True)
    return min(np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] for ours, theirs in both)


EXERCISES = {
    "00-negative": Repair(
        truth=lambda image: 255 - image,
        planted=lambda image: image.max() - image,
        symptom="With the pictures tried here, the result is not a negative.",
        inputs=_pictures,
        mistakes={
            "pixels go from 0 to 255 here, not from 0 to 1: what must black become?": lambda image: 1 - image,
            "white, 255, must become 0; yours becomes 1. There are 256 grey levels, but the last is 255.":
                lambda image: 256 - image,
            "that puts the picture upside down. Its numbers must change, not their places.": lambda image: image[::-1],
            "that exchanges red and blue. The numbers must change, not their places.":
                lambda image: image[:, :, ::-1],
            "the sign alone makes every pixel negative: that is below black. Add what is missing.":
                lambda image: -image,
            "that keeps the picture’s own darkest and brightest number; black shall become white, whatever else is in "
            "the picture.": lambda image: image.max() + image.min() - image,
            "one maximum for each colour still depends on the picture: what is the scale’s largest number?":
                lambda image: image.max(axis=(0, 1)) - image,
            "that reflects each number at the picture’s mean: the middle of the scale is the same for all pictures.":
                lambda image: 2 * image.mean() - image,
            "reflected at the mean of each colour; the middle of the scale is the same for all pictures.":
                lambda image: 2 * image.mean(axis=(0, 1)) - image,
            "the fractions are lost: the picture was turned into bytes first, and it may hold numbers like 99.3.":
                lambda image: 255 - image.astype(np.uint8),
            "that exchanges left and right. Its numbers must change, not their places.": lambda image: image[:, ::-1],
            "127.5 is the middle of the scale. Reflected there, 255 must become 0; yours becomes −127.5.":
                lambda image: 127.5 - image,
            "white, 255, must become 0; yours becomes −1. The scale’s largest number is 255.":
                lambda image: 254 - image,
            "that makes the whole picture brighter; nothing is reflected.": lambda image: image + 255 - image.max(),
            "half of the scale is missing: white, 255, must become 0.": lambda image: 128 - image,
            "the contrast is stretched as well: the same number must always become the same number.":
                lambda image: 255 * (image.max() - image) / image.max(),
        },
        praise="Black became white in every picture, whatever its brightest pixel is.",
    ),
    "00-time": Derive(
        truth="t * (b / a)**2",
        variables={"t": (0.1, 3), "a": (100, 400), "b": (450, 2000)},
        mistakes={
            "height and width both grow, so the number of pixels grows faster than the longer side.": "t * b / a",
            "the wrong way round: a larger picture takes longer.": "t * (a / b)**2",
            "the wrong way round, and height and width both grow.": "t * a / b",
            "there are three colours at both sizes; only height and width grow.": "t * (b / a)**3",
            "the three colours are there at both sizes, so they cancel.": "3 * t * (b / a)**2",
            "t seconds are for all pixels of the smaller picture: divide by their number.": "t * b**2",
            "both sides of the smaller picture have to be divided out.": "t * b**2 / a",
            "that is how many times as long it takes; how many seconds are asked for.": "(b / a)**2",
            "not the difference of the sides counts, but the ratio of the numbers of pixels.": "t * (b - a)**2",
            "the number of pixels is the square of the side, not its root.": "t * (b / a)**0.5",
            "doubling is right only by chance: the sides are multiplied, not added.": "2 * t * b / a",
            "squared once for height and width together, not once for each.": "t * (b / a)**4",
            "proportional to the number of pixels: nothing is added to t.": "t + (b / a)**2",
            "the whole picture is computed anew, not only what is added; so nothing is added to t.":
                "t + t * (b / a)**2",
            "t belongs to the smaller picture: divide by its size before you multiply by the larger one’s.": "t * b",
            "that counts how much the side has grown, not how much there is to compute.": "t * (b - a) / a",
            "the growth of the side, squared, is not the growth of the number of pixels: square the ratio b / a.":
                "t * ((b - a) / a)**2",
            "only the ratio of the sides is squared, not the time.": "(t * b / a)**2",
            "that is how many times as long the side is; seconds are asked for, and t is not in it.": "b / a",
        },
        praise="Twice the side is four times the work: that is why lessons compute small, and show large.",
    ),
    "00-palette": Make(
        wishes=(
            Wish("mean of a colour: grey levels from the painting’s, the worst of three",
                 lambda image: round(_off(image, np.mean), 1), most=1.5),
            Wish("standard deviation of a colour: the same (stretch the distances from the mean, each colour by its "
                 "own factor)", lambda image: round(_off(image, np.std), 1), most=1.5),
            Wish("correlation of a colour with the photograph’s, the worst of three",
                 lambda image: round(_follows(image), 2), least=0.95),
            Wish("smallest number", lambda image: _array(image).min(), least=0),
            Wish("largest number", lambda image: _array(image).max(), most=255),
        ),
        picture=lambda image: image,
        praise="Every colour of the painting’s palette is there, and not one of its strokes.",
    ),
}
