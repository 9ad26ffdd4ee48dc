"""Exercises of lesson 06: total variation."""

from functools import partial

import numpy as np

from nst_helpers.exercises import Derive, Exercise, Repair


def _parts(image):
    return image[1:, :-1] - image[:-1, :-1], image[:-1, 1:] - image[:-1, :-1]


def _planted(image):
    down, right = _parts(image)
    return np.sqrt(down**2 + right**2).sum()


def _of_file(image):
    return _planted(image.astype(float))


def _too_late(image):
    down, right = _parts(image)
    return np.sqrt(down.astype(float) ** 2 + right.astype(float) ** 2).sum()


def _absolute(image):
    down, right = _parts(image.astype(float))
    return (np.abs(down) + np.abs(right)).sum()


def _pairs(image):
    image = image.astype(float)
    return np.abs(image[1:] - image[:-1]).sum() + np.abs(image[:, 1:] - image[:, :-1]).sum()


def _squares(image):
    down, right = _parts(image.astype(float))
    return (down**2 + right**2).sum()


def _per_value(image):
    down, right = _parts(image.astype(float))
    return np.sqrt(down**2 + right**2).mean()


def _joint(image):
    down, right = _parts(image.astype(float))
    return np.sqrt((down**2 + right**2).sum(axis=2)).sum()


def _one_cast(image, which):
    """Only one of the two differences is taken of floats: the other one's square still wraps at 256."""
    squares = [part**2 for part in _parts(image)]
    squares[which] = _parts(image.astype(float))[which] ** 2
    return np.sqrt(squares[0] + squares[1]).sum()


def _small_differences(image):
    down, right = (part.astype(np.int8).astype(float) for part in _parts(image))
    return np.sqrt(down**2 + right**2).sum()


def _gray(image):
    return _of_file(image.astype(float).mean(axis=2))


def _quiet(change):
    """A wrong answer without NumPy's warnings, which a student sees once and a test would count."""
    def answer(image):
        with np.errstate(all="ignore"):
            return change(image)
    return answer


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
    "06-file": Repair(
        truth=_of_file,
        planted=_planted,
        symptom="Give it two rows that differ by more than 15 grey levels, and print each number on the way: the "
                "differences, their squares, the sum of the two.",
        inputs=lambda generator: [(np.array([[[9] * 3, [60] * 3], [[4] * 3, [7] * 3]], np.uint8),),
                                  (generator.integers(0, 256, (9, 8, 3)).astype(np.uint8),)],
        mistakes={
            "the differences are floats now, but they were taken before, and 4 − 9 was 251 by then.": _too_late,
            "int8 ends at 127, so bright pixels become negative.":
                _quiet(lambda image: _planted(image.astype(np.int8))),
            "int16 holds the differences, but not their squares: it ends at 32,767.":
                _quiet(lambda image: _planted(image.astype(np.int16))),
            "uint16 has no negative numbers either: 4 − 9 is 65,531.":
                _quiet(lambda image: _planted(image.astype(np.uint16))),
            "float16 ends at 65,504: the square of 255, added to another, goes beyond it. Take a wider type.":
                _quiet(lambda image: _planted(image.astype(np.float16))),
            "differences go from −255 to 255, and int8 from −128 to 127 only.": _small_differences,
            "down is right now, but right is still computed in 8 bits.": partial(_one_cast, which=0),
            "right is right now, but down is still computed in 8 bits.": partial(_one_cast, which=1),
            "that is the TV of the grey picture: here each colour has a sum of its own.": _gray,
            "the pixels went from 0–255 to 0–1, and TV with them. It is asked for in grey levels.":
                lambda image: _planted(image / 255),
            "the wrap-around is mended, but these are absolute values: the formula has the root of the squares.":
                _absolute,
            "that is TensorFlow's sum, of absolute values over all pairs. Keep the root.": _pairs,
            "the root is missing.": _squares,
            "that is the mean over all places: the formula is a sum.": _per_value,
            "one root for all three colours: here each colour has a sum of its own.": _joint,
        },
        praise="Floats first, then arithmetic: the same wrap-around hides in many a picture comparison.",
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
