"""Exercises of lesson 10: Adam."""

from functools import cache

import numpy as np

from nst_helpers.exercises import Choice, Derive, Make, Option, Repair, Wish

SIZE = 160  # pixels: longer side of the picture that is painted
LOWEST = 3.0  # the loss that it may have at most


def _adam_with(keep="", first=1, second=1, offset=1, power=0.5, above="mean", sign=-1, swapped=False):
    """Adam over a row of gradients, with one part replaced by a usual mistake.

    keep: the means that are stored corrected: "V", "s", "Vs". first, second: whether V and s are corrected.
    offset: of the exponent. power: of ŝ. above: what stands above the line. swapped: β₁ and β₂ in the corrections.
    """

    def walk(w, gradients, learning_rate, beta1, beta2):
        velocity = scale = 0.0 * w
        for t, gradient in enumerate(gradients):
            velocity = beta1 * velocity + (1 - beta1) * gradient
            scale = beta2 * scale + (1 - beta2) * gradient**2
            one, two = (beta2, beta1) if swapped else (beta1, beta2)
            fix1, fix2 = 1 - one ** (t + offset) if first else 1.0, 1 - two ** (t + offset) if second else 1.0
            velocity_hat, scale_hat = velocity / fix1, scale / fix2
            velocity = velocity_hat if "V" in keep else velocity
            scale = scale_hat if "s" in keep else scale
            over = gradient if above == "gradient" else velocity_hat
            w = w + sign * learning_rate * over / (scale_hat**power + 1e-8)
        return w

    return walk


def _first_only(w, gradients, learning_rate, beta1, beta2):
    """Corrects by 1 − β at every step, as if each were the first."""
    velocity = scale = 0.0 * w
    for gradient in gradients:
        velocity = beta1 * velocity + (1 - beta1) * gradient
        scale = beta2 * scale + (1 - beta2) * gradient**2
        w = w - learning_rate * velocity / (1 - beta1) / ((scale / (1 - beta2)) ** 0.5 + 1e-8)
    return w


def _after_the_loop(keep=""):
    """Both means over all gradients, then a single step; keep: the means that are stored corrected."""

    def walk(w, gradients, learning_rate, beta1, beta2):
        velocity = scale = velocity_hat = scale_hat = 0.0 * w
        for t, gradient in enumerate(gradients):
            velocity = beta1 * velocity + (1 - beta1) * gradient
            scale = beta2 * scale + (1 - beta2) * gradient**2
            velocity_hat, scale_hat = velocity / (1 - beta1 ** (t + 1)), scale / (1 - beta2 ** (t + 1))
            velocity = velocity_hat if "V" in keep else velocity
            scale = scale_hat if "s" in keep else scale
        return w - learning_rate * velocity_hat / (scale_hat**0.5 + 1e-8)

    return walk


def _one_step(w, gradients, learning_rate, beta1, beta2):
    return _adam_with()(w, gradients[:1], learning_rate, beta1, beta2)


def _walks(generator):
    """Gradients of two numbers over several steps; the first case is small enough for a pencil."""
    return [(np.array([0.0]), np.array([[4.0], [4.0]]), 1.0, 0.5, 15 / 16),
            (generator.normal(size=2), generator.normal(1, 2, (6, 2)), 0.5, 0.8, 0.95),
            (generator.normal(size=3), generator.normal(-1, 3, (9, 3)), 0.25, 0.9, 0.99)]


@cache
def _transfer():
    from nst_helpers.experiments.contest import one_transfer
    from nst_helpers.networks import load_network

    return one_transfer(load_network(), SIZE)


def _loss(image):
    image = np.asarray(image, np.float32)
    if image.shape != _transfer().noise.shape:
        raise ValueError(f"its shape is {image.shape}, not {_transfer().noise.shape}")
    return _transfer().look(image)[0]


EXERCISES = {
    "10-too-long": Derive(
        truth="(1 - beta1**n) / (1 - beta2**n)**0.5",
        variables={"n": (2, 30), "beta1": (0.5, 0.95), "beta2": (0.9, 0.999)},
        mistakes={
            "that is the other way round: how much longer the correction makes a step. It makes these shorter.":
                "(1 - beta2**n)**0.5 / (1 - beta1**n)",
            "the root is missing: a step divides by √s, not by s.": "(1 - beta1**n) / (1 - beta2**n)",
            "β₁ and β₂ are swapped: β₁ belongs to V, which stands above the line.":
                "(1 - beta2**n) / (1 - beta1**n)**0.5",
            "that holds for the first step only: after n steps βⁿ is left of the start.":
                "(1 - beta1) / (1 - beta2)**0.5",
            "the root belongs to s only, not to V.": "((1 - beta1**n) / (1 - beta2**n))**0.5",
            "that is V’s share alone: √s is too small as well.": "1 - beta1**n",
            "that is √s’s share alone: V is too small as well.": "1 / (1 - beta2**n)**0.5",
            "βⁿ is what is left of the start; the share of the gradients is 1 minus that.":
                "beta1**n / (beta2**n)**0.5",
            "the first step has n = 1 here, so one of the gradients is in it: the exponent is n.":
                "(1 - beta1**(n - 1)) / (1 - beta2**(n - 1))**0.5",
            "in the n-th step n gradients are in the means: the exponent is n, not n + 1.":
                "(1 - beta1**(n + 1)) / (1 - beta2**(n + 1))**0.5",
            "(1 − β)ⁿ is not 1 − βⁿ: the power belongs to β alone.": "(1 - beta1)**n / ((1 - beta2)**n)**0.5",
            "√s stands below the line, so what it lacks makes the step longer: divide by its share.":
                "(1 - beta1**n) * (1 - beta2**n)**0.5",
            "V stands above the line, so what it lacks makes the step shorter: multiply by its share.":
                "1 / ((1 - beta1**n) * (1 - beta2**n)**0.5)",
            "that is V’s share upside down, and √s is too small as well.": "1 / (1 - beta1**n)",
            "that is the first step at the usual β₁ and β₂: a formula of n, beta1 and beta2 is asked for.": "3.16",
        },
        praise="With the usual β₁ and β₂ it is 3.16 in the first step, and largest, 6.57, in the twelfth.",
    ),
    "10-means": Repair(
        truth=_adam_with(),
        planted=_adam_with(keep="Vs"),
        symptom="Its first step is right, and the second is not.",
        inputs=_walks,
        mistakes={
            "V is mended. s is still stored corrected, and corrected once more in the next step.": _adam_with(keep="s"),
            "s is mended. V is still stored corrected, and corrected once more in the next step.": _adam_with(keep="V"),
            "now there is one step only, after the loop: each gradient needs a step of its own.": _after_the_loop(),
            "one step only, after the loop, and the means are still stored corrected.": _after_the_loop(keep="Vs"),
            "now nothing is corrected: the first steps are too long.": _adam_with(first=0, second=0),
            "s is not corrected any more.": _adam_with(second=0),
            "V is not corrected any more.": _adam_with(first=0),
            "the correction of the first step is used in all steps: the exponent must grow.": _first_only,
            "β₁ belongs to V and β₂ to s, also in the correction.": _adam_with(swapped=True),
            "t counts from 0 here, so the first correction needs the exponent t + 1.": _adam_with(offset=0),
            "the exponent is one too large: the first step would be divided by 1 − β².": _adam_with(offset=2),
            "the root got lost: divide by √ŝ, not by ŝ.": _adam_with(power=1),
            "above the line stands V̂, not the gradient: this is RMSprop.": _adam_with(above="gradient"),
            "this walks uphill: subtract the step.": _adam_with(sign=1),
            "only the first of the gradients is used: does it return inside of the loop?": _one_step,
        },
        praise="What is remembered stays uncorrected; the correction is made anew from it for each step.",
    ),
    "10-longest": Derive(
        truth="(1 - beta1) / ((1 - beta2) * (1 - beta1**2 / beta2))**0.5",
        variables={"beta1": (0.5, 0.9), "beta2": (0.9, 0.999)},
        mistakes={
            "that is the bound of Kingma and Ba: one gradient after a long silence. Gradients before it can add to V.":
                "(1 - beta1) / (1 - beta2)**0.5",
            "that is the square of it: take the root.": "(1 - beta1)**2 / ((1 - beta2) * (1 - beta1**2 / beta2))",
            "that is the length for a gradient that never changes.": "1",
            "√s is a root of a sum of squares: the ratio of the series is β₁²/β₂, not β₁/β₂.":
                "(1 - beta1) / ((1 - beta2) * (1 - beta1 / beta2))**0.5",
            "the geometric series is missing its β₂: the ratio of its terms is β₁²/β₂.":
                "(1 - beta1) / ((1 - beta2) * (1 - beta1**2))**0.5",
            "that is the sum without its factor (1 − β₁)/√(1 − β₂).": "1 / (1 - beta1**2 / beta2)**0.5",
            "the root goes over (1 − β₂) too.": "(1 - beta1) / ((1 - beta2) * (1 - beta1**2 / beta2)**0.5)",
            "the inverse: V stands above the line.": "((1 - beta2) * (1 - beta1**2 / beta2))**0.5 / (1 - beta1)",
            "that is the root mean square for noise alone, not the longest step.": "((1 - beta1) / (1 + beta1))**0.5",
            "a number holds for one pair of β₁ and β₂ only: a formula of beta1 and beta2 is asked for.": "7.27",
            "that is the root of the ratio of the series, without its sum.": "beta1 / beta2**0.5",
            "β₁ and β₂ are swapped.": "(1 - beta2) / ((1 - beta1) * (1 - beta1**2 / beta2))**0.5",
        },
        praise="7.27 with the usual β₁ and β₂, reached where gradients grow by β₂/β₁ = 1.11 a step.",
    ),
    "10-picture": Make(
        wishes=(
            Wish("total loss of the picture, for this lesson’s transfer at 160 pixels", _loss, most=LOWEST),
            Wish("the lowest value of a pixel", lambda image: np.min(image), least=0),
            Wish("the highest value of a pixel", lambda image: np.max(image), most=255),
        ),
        picture=lambda image: np.asarray(image, np.float32),
        praise="How many looks did it take, and how many would η = 6 need?",
    ),
    "10-which": Choice(options={
        "a": Option("With β₁ = β₂ = 0.9 the first step of the uncorrected rule has the length η, since both means lack "
                    "the same share.",
                    False, "V is a tenth of the gradient, but √s the root of a tenth: the step is 0.1/√0.1 = 0.32 η."),
        "b": Option("For pixels from −1 to 1 the course’s paper’s η = 6 becomes 0.047.",
                    True, "b: Adam’s η is a length, and 6 · 2/255 = 0.047."),
        "c": Option("If the gradients of a pixel alternate between 1 and −1, Adam moves it in the long run by about "
                    "0.23 η a step.",
                    False, "0.23 is for independent noise. Here V swings by (1 − β₁)/(1 + β₁), so a step is 0.05 η."),
        "d": Option("With pictures of twice the width and height, plain descent on this loss can afford "
                    "four times the η.",
                    True, "d: the loss is a mean, so each of four times as many pixels has a quarter of the gradient."),
        "e": Option("Where signal and noise are equal, μ = σ, twice the noise halves Adam’s mean move.",
                    False, "The mean move is μ/√(μ² + σ²): it falls from 1/√2 = 0.71 to 1/√5 = 0.45."),
        "f": Option("With pictures of twice the width and height, the ten pairs of L-BFGS take four times the memory, "
                    "and so would the matrix A.",
                    False, "The pairs do. A has a row and a column for every number, so it takes sixteen times."),
    }, praise="Where the units come from decides what a learning rate means."),
}
