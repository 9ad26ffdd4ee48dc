"""Exercises of lesson 01: convolution."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from nst_helpers.exercises import Derive, Exercise, Make, Repair, Wish


def _correlate(image, kernel):
    return np.einsum("ijmn,mn->ij", sliding_window_view(image, kernel.shape), kernel)


def _stamped(image, kernel, add=np.add, turn=False):
    """Each pixel puts the kernel down, times its value; where two meet, they are added."""
    rows, columns = kernel.shape
    canvas = np.zeros((image.shape[0] + rows - 1, image.shape[1] + columns - 1))
    for (i, j), value in np.ndenumerate(image):
        under = canvas[i : i + rows, j : j + columns]
        under[:] = add(under, value * (kernel[::-1, ::-1] if turn else kernel))
    return canvas


def _padded(image, kernel, mode):
    """The full convolution by padding and turning, with something else than zeros beyond the rim."""
    wide = np.pad(image, [(side - 1, side - 1) for side in kernel.shape], mode=mode)
    return _correlate(wide, kernel[::-1, ::-1])


def _middle(canvas, shape):
    """The middle part of a full convolution that has the picture's shape: mode "same" of SciPy."""
    top, left = ((large - small) // 2 for large, small in zip(canvas.shape, shape, strict=True))
    return canvas[top : top + shape[0], left : left + shape[1]]


def _whole(generator, *shape):
    return generator.integers(-9, 10, shape).astype(float)


def _one(row, column):
    kernel = np.zeros((3, 3))
    kernel[row, column] = 1
    return kernel


def _maps(image, kernel):
    """The map of each colour, colours first: (3, rows, columns)."""
    return np.stack([_correlate(image[:, :, color], kernel) for color in range(3)])


def _apart(image, kernel, way):
    """The same of a picture that was brought to (3, height, width) in some way, right or wrong."""
    return np.stack([_correlate(plane, kernel) for plane in way(image)])


def _rows_cut(image):
    """The colours apart, but each cut into rows as long as the picture is high."""
    return image.reshape(-1, 3).T.reshape(3, image.shape[1], image.shape[0])


# A picture of one's own: the blur of a camera that moved


def _square(kernel):
    """The kernel as an array, or an error that says what is wanted."""
    kernel = np.asarray(kernel, float)
    if kernel.ndim != 2 or kernel.shape[0] != kernel.shape[1] or kernel.shape[0] % 2 == 0:
        raise ValueError(f"a square kernel with an odd side is wanted, as (9, 9); this one is {kernel.shape}")
    return kernel


def _left(kernel, along):
    """What a kernel leaves of the contrast of stripes: for each width in TURNS one share.

    along: whether the stripes run from the upper left to the lower right, or across.
    """
    kernel = _square(kernel)
    m, n = np.indices(kernel.shape) - kernel.shape[0] // 2
    return [abs(np.sum(kernel * np.exp(2j * np.pi * turns * (m - n if along else m + n)))) for turns in TURNS]


def _shifted(kernel):
    """How far, in pixels, the kernel's center of weight lies from its middle."""
    kernel = _square(kernel)
    m, n = np.indices(kernel.shape) - kernel.shape[0] // 2
    total = np.abs(kernel).sum() or 1.0
    return float(np.hypot((m * np.abs(kernel)).sum(), (n * np.abs(kernel)).sum()) / total)


def _applied(kernel):
    """The raccoon under the kernel, each color by itself."""
    from nst_helpers.shipped import shipped_picture

    image, kernel = shipped_picture("raccoon", 480), _square(kernel)
    wide = np.pad(image, [(side // 2, side // 2) for side in kernel.shape] + [(0, 0)], mode="edge")
    windows = sliding_window_view(wide, kernel.shape, axis=(0, 1))
    return np.clip(np.einsum("ijcmn,mn->ijc", windows, kernel.astype(np.float32)), 0, 255)


TURNS = np.linspace(0.05, 0.25, 41)  # stripes a row, and a column: one in 20 rows, 14 pixels apart, to one in 4

EXERCISES = {
    "01-shift": Exercise(
        truth=_one(1, 0),
        mistakes={
            "that moves the picture to the left. The 1 says from where a value is taken, not where it goes.":
                _one(1, 2),
            "that moves the picture down. Rows come first in K(m, n): swap your axes.": _one(0, 1),
            "that moves the picture up. Rows come first in K(m, n), and the 1 says from where a value is taken.":
                _one(2, 1),
            "that leaves the picture where it is: the value comes from the middle.": _one(1, 1),
            "that moves it down as well as to the right.": _one(0, 0),
            "that moves it up as well as to the right.": _one(2, 0),
            "that adds the pixel itself to its left neighbour: two pictures on top of each other.":
                _one(1, 0) + _one(1, 1),
            "that subtracts the right neighbour: an edge detector. Nothing shall be taken away.":
                _one(1, 0) - _one(1, 2),
            "that has the sign of an edge detector turned round, and nothing shall be taken away.":
                _one(1, 2) - _one(1, 0),
            "that subtracts the left neighbour from the pixel: what is left is how they differ.":
                _one(1, 1) - _one(1, 0),
            "that is the mean of three pixels in a row: the picture is blurred, and it stays where it is.":
                (_one(1, 0) + _one(1, 1) + _one(1, 2)) / 3,
            "half of the picture stays: give the whole weight to the left neighbour.":
                (_one(1, 0) + _one(1, 1)) / 2,
            "the whole left column is added up, three pixels, and the picture gets three times as bright.":
                _one(0, 0) + _one(1, 0) + _one(2, 0),
        },
        praise="Each value is taken from its left neighbour, so the picture moves to the right.",
    ),
    "01-level": Derive(
        "r / (1 - a)", {"r": (0.5, 9), "a": (0.2, 0.8)},
        mistakes={
            "that is the level just before each hour's rain; the hour's own rain counts too, with the share 1.":
                "r * a / (1 - a)",
            "the sum of 1, a, a² … is not 1 − a: multiply it by 1 − a and see what is left.": "r * (1 - a)",
            "the sign in the denominator: with a near 1 almost nothing runs out, so the level must become large.":
                "r / (1 + a)",
            "a negative level: the sign of the denominator is turned round.": "r / (a - 1)",
            "that is the level after two hours: all earlier rain counts as well.": "r * (1 + a)",
            "that forgets how much it rains: multiply by r.": "1 / (1 - a)",
            "a is the share that stays, and you have taken it for the share that runs out.": "r / a",
            "that is one hour's rain: what is left of earlier hours is added.": "r",
            "the share that stays is taken for all of the past at once. Add up r, r·a, r·a² …": "r * a",
            "right for a = ½ only: a is any share between 0 and 1.": "2 * r",
            "one factor 1 / (1 − a) too many.": "r / (1 - a)**2",
            "Python divides before it subtracts: r / 1 - a is (r / 1) − a. Put the denominator into brackets.":
                "r / 1 - a",
            "that stops after three hours: all earlier rain counts as well, with smaller and smaller shares.":
                "r + r*a + r*a**2",
            "the numerator is what falls in one hour. Nothing runs out of it before it is measured.":
                "(r - a) / (1 - a)",
            "a is a share, not a number of litres: it multiplies what is in the barrel, and is not added to it.":
                "r + a",
            "right up to the factor 1 + a: the first hour's share is counted twice.": "r * (1 + a) / (1 - a)",
            "r is multiplied into the denominator. The level doubles when it rains twice as much.": "1 / (r * (1 - a))",
        },
        praise="An even rain times the sum of the response, as an even area times ΣK. In lesson 08 the same sum says "
               "how far back momentum remembers."),
    "01-motion": Make((
        Wish("ΣK: what an even area of 1 becomes", lambda kernel: _square(kernel).sum(), least=0.99, most=1.01),
        Wish("shift of the picture, in pixels", _shifted, most=0.1),
        Wish("contrast that stripes along the movement (from the upper left to the lower right) keep, at least",
             lambda kernel: min(_left(kernel, along=True)), least=0.9),
        Wish("contrast that stripes across it keep, at most (each width from 14 pixels down counts: a movement passes "
             "over all pixels of its way)", lambda kernel: max(_left(kernel, along=False)), most=0.5)),
        picture=_applied,
        praise="The raccoon looks as if the camera had moved along the diagonal during the exposure."),
    "01-full": Exercise(
        truth=_stamped,
        inputs=lambda generator: [(_whole(generator, 6, 7), _whole(generator, 3, 3)),
                                  (_whole(generator, 5, 5), _whole(generator, 2, 3))],
        mistakes={
            "the kernel is turned by half a turn: that is correlation. One bright pixel must show it as it is.":
                lambda image, kernel: _stamped(image, kernel, turn=True),
            "where the kernels of two pixels overlap, the later one wipes out the earlier one. Add them: += instead "
            "of =.": lambda image, kernel: _stamped(image, kernel, add=lambda under, stamp: stamp),
            "where the kernels of two pixels overlap, the larger number stays. Add them.":
                lambda image, kernel: _stamped(image, kernel, add=np.maximum),
            "that is the map of the windows that fit into the picture, and by correlation.": _correlate,
            "that is true convolution, but the rim is cut off: only windows that fit into the picture are counted.":
                lambda image, kernel: _correlate(image, kernel[::-1, ::-1]),
            "the map has the picture's size: what the last pixels contribute reaches beyond it, so it must be larger.":
                lambda image, kernel: _stamped(image, kernel)[: image.shape[0], : image.shape[1]],
            "the map is one row and one column too large.":
                lambda image, kernel: np.pad(_stamped(image, kernel), ((0, 1), (0, 1))),
            "a kernel of k rows reaches k − 1 rows beyond the rim, and not k: yours has a frame of zeros.":
                lambda image, kernel: np.pad(_stamped(image, kernel), 1),
            "every pixel counts alike: multiply the kernel by the pixel's value.":
                lambda image, kernel: _stamped(np.ones_like(image), kernel),
            "the map began as ones, not as zeros.": lambda image, kernel: _stamped(image, kernel) + 1,
            "that is centered in the picture and cut off at the rim; the full convolution keeps all of it.":
                lambda image, kernel: _middle(_stamped(image, kernel), image.shape),
            "only the rows of the kernel are turned.": lambda image, kernel: _stamped(image, kernel[::-1]),
            "only the columns of the kernel are turned.": lambda image, kernel: _stamped(image, kernel[:, ::-1]),
            "beyond the rim the border is repeated here; nothing is there, so pad with zeros.":
                lambda image, kernel: _padded(image, kernel, "edge"),
            "beyond the rim the picture is mirrored here; nothing is there, so pad with zeros.":
                lambda image, kernel: _padded(image, kernel, "reflect"),
            "the picture is padded below and at the right only; it needs zeros on all four sides.":
                lambda image, kernel: _stamped(image, kernel)[kernel.shape[0] - 1 :, kernel.shape[1] - 1 :],
        },
        praise="Equal to scipy.signal.convolve2d: each pixel puts the kernel down, times its value.",
    ),
    "01-colors": Repair(
        truth=_maps,
        planted=lambda image, kernel: _apart(image, kernel, lambda image: image.reshape(3, *image.shape[:2])),
        symptom="Give it a picture that is red all over, (200, 0, 0), and print the three planes: the first one should "
                "be 200 everywhere, the other two 0.",
        inputs=lambda generator: [
            (np.tile(generator.integers(1, 256, 3).astype(float), (3, 4, 1)), np.array([[1, 2], [0, -1]])),
            (generator.integers(0, 256, (6, 5, 3)).astype(float), np.array([[3, -1, 0], [1, 0, 2]]))],
        mistakes={
            "image.T turns all three axes round: the colours come first, but rows have become columns too.":
                lambda image, kernel: _maps(image.swapaxes(0, 1), kernel),
            "the numbers are right, but the colours are the last axis of your maps. They shall be the first.":
                lambda image, kernel: np.moveaxis(_maps(image, kernel), 0, 2),
            "order='F' reads the numbers in another order, but it is still a reshape: one long row of numbers is cut "
            "anew, and what belongs together is torn apart.": lambda image, kernel: _apart(
                image, kernel, lambda image: image.reshape(3, *image.shape[:2], order="F")),
            "the colours are apart now, but each was cut into rows as long as the picture is high. A row has `width` "
            "numbers.": lambda image, kernel: _apart(image, kernel, _rows_cut),
            "exchanging rows and columns first does not help: the reshape behind it still mixes the colours.":
                lambda image, kernel: _apart(image, kernel, lambda image: image.swapaxes(0, 1).reshape(
                    3, *image.shape[:2])),
            "blue comes first in your maps: the order is red, green, blue, as it was.":
                lambda image, kernel: _maps(image[:, :, ::-1], kernel),
            "all three maps are those of the grey picture: each colour is to have its own.":
                lambda image, kernel: _maps(np.repeat(image.mean(axis=2, keepdims=True), 3, axis=2), kernel),
            "all three maps are red's.": lambda image, kernel: _maps(np.repeat(image[:, :, :1], 3, axis=2), kernel),
            "that is one map, the sum over the colours, as a layer makes it. Here each colour keeps a map of its own.":
                lambda image, kernel: _maps(image, kernel).sum(axis=0),
            "image[0] is the first row, not the first colour: the colours are the last axis.":
                lambda image, kernel: _apart(image, kernel, lambda image: image[:3]),
            "the kernel is turned by half a turn: that is true convolution, and was not the bug.":
                lambda image, kernel: _maps(image, kernel[::-1, ::-1]),
            "rows and columns of the kernel are exchanged.": lambda image, kernel: _maps(image, kernel.T),
            "the sum has become a mean.": lambda image, kernel: _maps(image, kernel) / kernel.size,
            "your maps are as large as the picture: only windows that lie in it count, as in section 2.":
                lambda image, kernel: _maps(np.pad(image, [(0, side - 1) for side in kernel.shape] + [(0, 0)]), kernel),
        },
        praise="A reshape cuts the same row of numbers anew; only moving an axis keeps each number at its pixel.",
        tolerance=1e-6,
    ),
}
