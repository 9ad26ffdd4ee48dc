"""Exercises of lesson 06: total variation."""

from functools import partial

import numpy as np

from nst_helpers.exercises import Derive, Exercise, Repair


def _steps(images, first=1, second=2):
    """The differences along two axes of an array; where either ends, both are left out."""
    short = [slice(0, -1) if axis in (first, second) else slice(None) for axis in range(4)]
    corner = images[tuple(short)]
    return [images[(*short[:axis], slice(1, None), *short[axis + 1 :])] - corner for axis in (first, second)]


def _lengths(images, first=1, second=2):
    """The root of the two squares: at each place, for each colour."""
    return np.hypot(*_steps(images, first, second))


def _tv(images, first=1, second=2):
    return _lengths(images, first, second).sum(axis=(1, 2, 3))


def _twice(images, axis):
    """One of the two differences in both places."""
    return np.sqrt(2) * np.abs(_steps(images)[axis - 1]).sum(axis=(1, 2, 3))


def _absolute(images):
    down, right = _steps(images)
    return (np.abs(down) + np.abs(right)).sum(axis=(1, 2, 3))


def _pairs(images):
    return sum(np.abs(np.diff(images, axis=axis)).sum(axis=(1, 2, 3)) for axis in (1, 2))


def _squares(images):
    return (_lengths(images) ** 2).sum(axis=(1, 2, 3))


def _joint(images):
    return np.sqrt((_lengths(images) ** 2).sum(axis=3)).sum(axis=(1, 2))


def _round(images):
    """The last row and column beside the first ones, as np.roll has them."""
    return _tv(np.pad(images, ((0, 0), (0, 1), (0, 1), (0, 0)), mode="wrap"))


def _framed(images, mode):
    return _tv(np.pad(images, ((0, 0), (0, 1), (0, 1), (0, 0)), mode=mode))


def _even_and_striped(generator):
    """A picture of one even red, and one of two grey stripes, one above the other: (2, 2, 2, 3)."""
    images = np.zeros((2, 2, 2, 3))
    images[0, :, :, 0], images[1, 1] = generator.integers(50, 256, 2)
    return images


# The rule of exercise 2


def _removed(noisy, gamma, measure=lambda part: np.sqrt(np.mean(part**2)), diagonal=True):
    from nst_helpers.experiments.denoising import exact_minimum

    return measure(noisy - exact_minimum(noisy, gamma, diagonal, steps=100))


def _rule(noisy, sigma, goal=None, **ways):
    """γ for which the measure of what is removed is the goal, by bisection."""
    low, high, goal = 0.03 * sigma, 20 * sigma, sigma if goal is None else goal(sigma)
    gamma = float(np.sqrt(low * high))
    while high > 1.001 * low:
        gamma = float(np.sqrt(low * high))
        low, high = (gamma, high) if _removed(noisy, gamma, **ways) < goal else (low, gamma)
    return gamma


def _one_step(noisy, sigma, start):
    """A single step of the rule of three, as if what is removed grew in proportion to γ."""
    return start * sigma * sigma / _removed(noisy, start * sigma)


def _rough(generator):
    """A step and a texture under noise, (12, 16, 3)."""
    y, x = np.mgrid[:12, :16]
    image = np.where(x < 8, 60.0, 150.0) + 25 * np.sin(x * y / 9)
    return np.repeat(image[..., None], 3, axis=2) + generator.normal(0, 15, (12, 16, 3))


EXERCISES = {
    "06-batch": Repair(
        truth=_tv,
        planted=partial(_tv, first=2, second=3),
        symptom="Give it a batch of one picture that is red all over, (200, 0, 0), and print `down` and `right`: what "
                "is compared with what?",
        inputs=lambda generator: [(_even_and_striped(generator),),
                                  (generator.integers(0, 256, (2, 5, 4, 3)).astype(float),)],
        mistakes={
            "one of the differences is right now; the other one still compares two colours.": partial(_tv, second=3),
            "both differences go along a row now: `down` must compare a row with the next one.":
                partial(_twice, axis=2),
            "both differences go down a column now: `right` must compare a column with the next one.":
                partial(_twice, axis=1),
            "axis 0 counts the pictures: you compare each picture with the next one.": partial(_tv, first=0, second=1),
            "that is one number for the whole batch: each picture has a TV of its own.":
                lambda images: _tv(images).sum(),
            "that is the mean over the batch: each picture has a TV of its own.": lambda images: _tv(images).mean(),
            "that is the mean over all places: the formula is a sum.":
                lambda images: _lengths(images).mean(axis=(1, 2, 3)),
            "that is a number for each colour of each picture: add up the three.":
                lambda images: _lengths(images).sum(axis=(1, 2)),
            "the axes are right, but these are absolute values: the formula has the root of the squares.": _absolute,
            "that is TensorFlow's sum, of absolute values over all pairs. Keep the root.": _pairs,
            "the root is missing.": _squares,
            "one root for all three colours: here each colour has a sum of its own.": _joint,
            "one root of the whole sum: each place has a root of its own.": lambda images: np.sqrt(_squares(images)),
            "that is the TV of the grey picture: here each colour has a sum of its own.":
                lambda images: _tv(images.mean(axis=3, keepdims=True)),
            "np.roll compares the last row with the first one: they are no neighbours.": _round,
            "beyond the border you have put zeros, so the rim counts as an edge. Leave the last row and column out.":
                partial(_framed, mode="constant"),
            "the last row and column count as well now; the formula leaves them out.": partial(_framed, mode="edge"),
            "the pixels went from 0–255 to 0–1, and TV with them. It is asked for in grey levels.":
                lambda images: _tv(images / 255),
        },
        praise="The axes of a library that keeps the colours first, on pictures that keep them last: such a TV takes "
               "the colours out, and leaves horizontal stripes as they are.",
    ),
    "06-rule": Exercise(
        truth=_rule,
        # The same for every seed: it takes seconds.
        inputs=lambda generator: [(_rough(np.random.default_rng(0)), sigma) for sigma in (10.0, 16.0)],
        mistakes={
            "that is σ itself, the RMS that is to be reached. Asked for is the γ that reaches it.":
                lambda noisy, sigma: sigma,
            "that is the rule of section 5; here what is removed has to be measured.": lambda noisy, sigma: 0.6 * sigma,
            "the mean of the absolute values reaches σ, not the root of the mean of the squares.":
                partial(_rule, measure=lambda part: np.mean(np.abs(part))),
            "the largest number removed is σ now; its root mean square is asked for.":
                partial(_rule, measure=lambda part: np.abs(part).max()),
            "the mean of the squares reaches σ: the root is missing.":
                partial(_rule, measure=lambda part: np.mean(part**2)),
            "half of σ is removed.": partial(_rule, goal=lambda sigma: sigma / 2),
            "that γ removes hardly anything: search further up; and if you compare a sum of squares with σ², divide it "
            "by the number of values first.":
                partial(_rule, measure=lambda part: np.sqrt(np.sum(part**2)), goal=lambda sigma: sigma),
            "that is γ as a multiple of σ: multiply it by σ.": lambda noisy, sigma: _rule(noisy, sigma) / sigma,
            "that is the RMS which 0.6 σ removes. Asked for is the γ that removes σ.":
                lambda noisy, sigma: _removed(noisy, 0.6 * sigma),
            "that is the RMS which γ = σ removes. Asked for is the γ that removes σ.":
                lambda noisy, sigma: _removed(noisy, sigma),
            "one step in proportion is not enough, because the RMS grows more slowly than γ: repeat it, or bisect.":
                partial(_one_step, start=1.0),
            "one step in proportion from 0.6 σ is not enough, because the RMS grows more slowly than γ: repeat it.":
                partial(_one_step, start=0.6),
            "that is the anisotropic sum: leave diagonal=True.": partial(_rule, diagonal=False),
            "the median of what is removed reaches σ; its root mean square is asked for.":
                partial(_rule, measure=lambda part: np.median(np.abs(part))),
            "that is the denoised picture. Its γ is asked for, one number.":
                lambda noisy, sigma: noisy - 0 * sigma,
        },
        tolerance=1e-2,
        praise="No true picture was needed. Compare its PSNR with that of 0.6 σ, on a photograph and on the shapes.",
    ),
    "06-disc": Derive(
        truth="2 * gamma / R",
        variables={"gamma": (5, 50), "R": (10, 40), "h": (80, 200)},
        mistakes={
            "that is the level which remains above the ground; by how much does it sink?": "h - 2 * gamma / R",
            "the area holds with ½ · 2s = s, not with 2s: the ½ of ROF and the 2 of the square cancel.": "gamma / R",
            "the ½ in front of the squares is missing, or the edge is counted twice.": "4 * gamma / R",
            "that is the pull along the whole border. Share it among all pixels of the area.": "2 * pi * R * gamma",
            "π is in the circumference and in the area, so it cancels.": "2 * pi * gamma / R",
            "π is in the circumference and in the area: it cancels.": "2 * gamma / (pi * R)",
            "R over R² leaves 1/R.": "2 * gamma / R**2",
            "the border grows with R and the area with R², so a large disc sinks less.": "2 * gamma * R",
            "a large disc sinks less, not more.": "gamma * R / 2",
            "the derivative by s removes h: TV falls by 2πR for each grey level, however high the disc is.":
                "2 * gamma * h / R",
            "h is in TV, but not in its derivative by s.": "2 * gamma / (R * h)",
            "that is turned over: a larger γ sinks it more.": "R / (2 * gamma)",
            "the root does not belong here: s stands once in each term of the derivative.": "sqrt(2 * gamma / R)",
            "that is the weight itself. How much TV does the disc lose for each grey level, and over how many pixels "
            "is it shared?": "gamma",
            "it would be gone then; assumed is that it stays above the ground.": "h",
            "that is the most by which a single pixel can sink; a disc shares the pull among its area.":
                "(2 + sqrt(2)) * gamma",
            "γ is missing: it multiplies TV.": "2 / R",
            "a factor of 4 is missing: 2π is in the circumference, and it stands above the line.": "gamma / (2 * R)",
            "that is what remains, and with a factor missing: by how much does it sink, and what becomes of the ½?":
                "h - gamma / R",
            "that is the level which remains, h less the weight; by how much does it sink?": "h - gamma",
            "a circumference is 2πR, the area πR²: π cancels, and 2R over R² leaves 2/R.": "4 * pi * gamma / R",
            "the sign: by how much it sinks is a positive number.": "-2 * gamma / R",
        },
        praise="Height does not count, size does: that is why small things vanish first.",
    ),
}
