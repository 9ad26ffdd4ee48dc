"""Exercises of lesson 11: the full transfer."""

import numpy as np

from nst_helpers.exercises import Derive, Exercise, Make, Repair, Wish

BRIGHTNESS = np.array([0.299, 0.587, 0.114])
SIDE, MILLIONS, SUBJECT, STYLE = 192, 0.8, 0.65, 0.06  # of the picture that is painted on a budget


def _repaint(image, light, brightness=BRIGHTNESS):
    return image + (light - image @ brightness)[:, :, np.newaxis]


# From the network's numbers back to a picture


def _whole(image):
    """Rounded, and taken into one byte as the processor does it: 256 becomes 0, and −1 becomes 255."""
    return np.rint(image).astype(int).astype(np.uint8)


def _to_picture(seen, mean, scale):
    return _whole(np.clip(seen * scale + mean, 0, 255))


def _planted(seen, mean, scale):
    image = np.rint(seen * scale + mean).astype(int)
    return np.clip(image.astype(np.uint8), 0, 255)


def _stretched(seen, mean, scale):
    image = seen * scale + mean
    return _whole(255 * (image - image.min()) / (image.max() - image.min()))


def _seen_pictures(generator):
    """Pixels from −50 to 305 and a little away from 0, so that cutting the digits off is as good as rounding them."""
    mean, scale = np.array([124.0, 116.0, 104.0]), np.array([58.0, 57.0, 56.0])
    shapes = [(height, 5, 3) for height in (2, 4)]
    pixels = [generator.integers(-50, 306, shape) for shape in shapes]
    pixels = [whole + np.where(whole < 0, -1, 1) * generator.uniform(0.1, 0.4, whole.shape) for whole in pixels]
    return [((image - mean) / scale, mean, scale) for image in pixels]


# A picture on a budget


def _work(result):
    """Millions of pixels that a `Result` painted, its margins left out."""
    return sum(height * width * iterations for height, width, iterations in result.sizes) / 1e6


def _sign(result, name, step):
    """A sign of a result, to the nearest multiple of a step: hundreds of roundings differ between processors."""
    from nst_helpers.diagnose import signs

    return round(round(signs(result)[name] / step) * step, 3)


def _is_the_raccoon(result):
    """1 where the photograph is the raccoon at this size; else 0."""
    from nst_helpers.shipped import shipped_picture

    content, given = shipped_picture("raccoon", SIDE), np.asarray(result.content)
    return float(given.shape == content.shape and np.allclose(given, content, atol=1))


def _is_the_woodcut(result):
    """1 where the style picture is the woodcut; else 0."""
    from nst_helpers.shipped import shipped_picture

    style, given = shipped_picture("woodcut"), np.asarray(result.style)
    return float(given.shape == style.shape and np.allclose(given, style, atol=1))


EXERCISES = {
    "11-work": Derive(
        truth="2 * (1 - 2**-S) / S",
        variables={"S": (2, 12)},
        mistakes={
            "each size gets one in S of the iterations: divide by S.": "2 * (1 - 2**-S)",
            "the finest size costs 1, not ½: the sum begins with 2**0.": "(1 - 2**-S) / S",
            "that is the sum of endlessly many sizes: here it ends after S of them.": "2 / S",
            "the side shrinks by √2, so the area shrinks by 2, not by 4.": "4 / 3 * (1 - 4**-S) / S",
            "those are sides; the work grows with the area.": "(1 - 2**(-S / 2)) / (S * (1 - 2**-0.5))",
            "that counts the finest size only.": "1 / S",
            "that is right for four sizes; write it for any S.": "15 / 32",
            "that is in pixels of the coarsest size; the full one has 2**(S - 1) times as many.": "(2**S - 1) / S",
            "the other way round: what was asked for is growing over not growing, less than 1.":
                "S / (2 * (1 - 2**-S))",
            "that is the share that is saved.": "1 - 2 * (1 - 2**-S) / S",
            "one size too few: the sum runs from 2**0 to 2**-(S - 1), S terms.": "2 * (1 - 2**(1 - S)) / S",
            "one size too many: the sum runs from 2**0 to 2**-(S - 1), S terms.": "2 * (1 - 2**-(S + 1)) / S",
            "the mean of the first and the last would do for equal steps; here each size is half of the next.":
                "(1 + 2**(1 - S)) / 2",
        },
        praise="With four sizes that is 15/32. Whoever gives the coarse sizes more of the iterations pays even less.",
    ),
    "11-saved": Repair(
        truth=_to_picture,
        planted=_planted,
        symptom="Its darkest and its brightest pixels are wrong.",
        inputs=_seen_pictures,
        mistakes={
            "the scale is not undone: the network divided by it.": lambda seen, mean, scale: _whole(
                np.clip(seen + mean, 0, 255)),
            "the mean is not added back.": lambda seen, mean, scale: _whole(np.clip(seen * scale, 0, 255)),
            "the network subtracts the mean, then divides: undo it in the opposite order.":
                lambda seen, mean, scale: _whole(np.clip((seen + mean) * scale, 0, 255)),
            "values below 0 still wrap around to bright ones.": lambda seen, mean, scale: _whole(
                np.minimum(seen * scale + mean, 255)),
            "values above 255 still wrap around to dark ones.": lambda seen, mean, scale: _whole(
                np.maximum(seen * scale + mean, 0)),
            "stretching from the smallest to the largest value changes every pixel of the picture.": _stretched,
            "a value below 0 is black, not its absolute value.": lambda seen, mean, scale: _whole(
                np.clip(np.abs(seen * scale + mean), 0, 255)),
            "that clips what the network sees, before it is a picture.": lambda seen, mean, scale: _whole(
                np.clip(np.clip(seen, 0, 255) * scale + mean, 0, 255)),
            "that does to the picture once more what the network did, instead of undoing it.":
                lambda seen, mean, scale: _whole(np.clip((seen - mean) / scale, 0, 255)),
            "whole numbers are asked for: round once the values are clipped.": lambda seen, mean, scale: np.clip(
                seen * scale + mean, 0, 255),
            "255 is a byte too: white must stay white.": lambda seen, mean, scale: _whole(
                np.clip(seen * scale + mean, 0, 254)),
            "the largest byte is 255: 256 wraps around to 0.": lambda seen, mean, scale: _whole(
                np.clip(seen * scale + mean, 0, 256)),
            "0 is a byte too: black must stay black.": lambda seen, mean, scale: _whole(
                np.clip(seen * scale + mean, 1, 255)),
            "pixels run from 0 to 255, not from 0 to 1.": lambda seen, mean, scale: _whole(
                np.clip(seen * scale + mean, 0, 1)),
            "red and blue are swapped: this network takes RGB.": lambda seen, mean, scale: _to_picture(
                seen, mean, scale)[:, :, ::-1],
        },
        praise="First clip, then round, then store as bytes: no bright specks in the shadows.",
        tolerance=2e-4,  # a twentieth of a grey level
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
            "the picture is the old one: the new brightness is not in it.": lambda image, light: 1.0 * image,
            "the whole picture is shifted by one number; each pixel needs its own.":
                lambda image, light: image + (light - image @ BRIGHTNESS).mean(),
            "leave values below 0 and above 255 as they come: clipping changes the brightness again.":
                lambda image, light: np.clip(_repaint(image, light), 0, 255),
            "each channel is replaced by the brightness times its weight: the differences are lost.":
                lambda image, light: light[:, :, np.newaxis] * BRIGHTNESS,
        },
        praise="The photograph's colours, under any brightness you like.",
    ),
    "11-budget": Make(
        wishes=(
            Wish("the photograph is the raccoon at 192 pixels (1 is yes)", _is_the_raccoon, 1, 1),
            Wish("the style picture is the woodcut (1 is yes)", _is_the_woodcut, 1, 1),
            Wish("the run begins with noise (1 is yes)", lambda result: float(result.settings.init == "noise"), 1, 1),
            Wish("longer side in pixels", lambda result: max(result.image.shape), SIDE),
            Wish("millions of pixels painted", _work, most=MILLIONS),
            Wish("subject: correlation of conv4_2 with the photograph's, to the nearest 0.1",
                 lambda result: _sign(result, "subject", 0.1), SUBJECT),
            Wish("style loss, over the photograph's, to the nearest 0.04", lambda result: _sign(result, "style", 0.04),
                 most=STYLE),
        ),
        picture=lambda result: result.image,
        praise="Two wishes that pull against each other, met within a budget: that is what tuning is.",
    ),
}
