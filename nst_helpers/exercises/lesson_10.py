"""Exercises of lesson 10: Adam."""

from functools import cache
from typing import Any, NamedTuple

import numpy as np

from nst_helpers.exercises import Choice, Derive, Make, Option, Repair, Wish

SIZE = 160  # pixels: longer side of the picture that is painted
STEPS = 40  # that a method may take
LOWEST = 2.45  # the loss that the picture may have at most
ARRAYS = 2  # as large as the picture, that may be kept from step to step


def _walk_with(count=lambda step, number, pictures: step + 1, first=1, second=1, power=0.5, above="mean", sign=-1,
               swapped=False, shared=False, steps=None, late=False):
    """Adam on several pictures, with one part replaced by a usual mistake.

    count: (number of the step, of the picture, how many pictures), from 0 → the exponent of the correction.
    first, second: whether V and s are corrected. power: of ŝ. above: what stands above the line. swapped: β₁ and β₂ in
    the corrections. shared: one V and one s for all pictures. steps: how many are taken. late: one step, at the end.
    """

    def walk(pictures, gradients, learning_rate, beta1, beta2):
        w = np.array(pictures, float)
        velocity, scale = 0 * w, 0 * w
        one, two = (beta2, beta1) if swapped else (beta1, beta2)
        for step, row in enumerate(gradients[:steps]):
            for number, gradient in enumerate(row):
                kept, t = 0 if shared else number, count(step, number, len(w))
                velocity[kept] = beta1 * velocity[kept] + (1 - beta1) * gradient
                scale[kept] = beta2 * scale[kept] + (1 - beta2) * gradient**2
                if late and step < len(gradients) - 1:
                    continue
                velocity_hat = velocity[kept] / (1 - one**t if first else 1)
                scale_hat = scale[kept] / (1 - two**t if second else 1)
                over = gradient if above == "gradient" else velocity_hat
                w[number] += sign * learning_rate * over / (scale_hat**power + 1e-8)
        return w

    return walk


def _in_a_row(step, number, pictures):
    """The planted bug: the counter goes on with every picture."""
    return step * pictures + number + 1


def _halved(w, gradients, learning_rate, beta1, beta2):
    """Two pictures are assumed: the counter goes on by ½, so the first picture is half a step behind."""
    return _walk_with(count=lambda step, number, pictures: (step * pictures + number + 1) / pictures)(
        w, gradients, learning_rate, beta1, beta2)


def _one_after_the_other(pictures, gradients, learning_rate, beta1, beta2):
    """All steps of one picture, then all of the next, and the counter is not put back."""
    steps = len(gradients)
    return _walk_with(count=lambda step, number, pictures: number * steps + step + 1)(
        pictures, gradients, learning_rate, beta1, beta2)


def _first_picture_only(pictures, gradients, learning_rate, beta1, beta2):
    w, moved = np.array(pictures, float), _walk_with()(pictures, gradients, learning_rate, beta1, beta2)
    w[0] = moved[0]
    return w


def _walks(generator):
    """Gradients of two pictures of a few numbers; the first case is small enough for a pencil."""
    return [(np.array([[0.0], [0.0]]), np.array([[[4.0], [4.0]]]), 1.0, 0.5, 15 / 16),
            (generator.normal(size=(2, 2)), generator.normal(1, 2, (6, 2, 2)), 0.5, 0.8, 0.95),
            (generator.normal(size=(3, 2)), generator.normal(-1, 3, (9, 3, 2)), 0.25, 0.9, 0.99)]


@cache
def _transfer():
    from nst_helpers.experiments.contest import one_transfer
    from nst_helpers.networks import shared_network

    return one_transfer(shared_network(), SIZE)


class _Painted(NamedTuple):
    """What a method made, and what it kept for that."""

    image: Any  # (height, width, 3), 0–255
    arrays: float  # the most numbers that a state held, over those of the picture


def _painted(method: Any) -> _Painted:
    """What is made in STEPS steps, from (step, state, η, schedule)."""
    from nst_helpers.experiments.contest import paint

    _require_parts(method)
    step, state, rate, schedule = method
    kept = [_numbers(state)]

    def counted(w, gradient, state, eta):
        new, state = step(w, gradient, state, eta)
        kept.append(_numbers(state))
        return new, state

    image = paint(_transfer(), counted, state, float(rate), STEPS, schedule).image
    return _Painted(image, round(max(kept) / image.size, 2))


def _require_parts(method):
    if not isinstance(method, (tuple, list)) or len(method) != 4:
        raise ValueError("four things are wanted, in brackets: (step, state, eta, schedule)")
    if not callable(method[0]):
        raise ValueError("the first of the four is a function: step(w, gradient, state, eta)")
    if not (callable(method[3]) or method[3] in ("constant", "cosine")):
        raise ValueError('the schedule is "constant", "cosine" or a function (number, steps) → share of η')


def _numbers(state):
    """How many numbers a state holds, in whatever it is nested."""
    if isinstance(state, dict):
        return sum(map(_numbers, state.values()))
    if isinstance(state, (tuple, list)):
        return sum(map(_numbers, state))
    return 0 if state is None else int(np.size(state))


def _loss(made):
    return _transfer().look(made.image)[0]


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
    "10-pictures": Repair(
        truth=_walk_with(),
        planted=_walk_with(count=_in_a_row),
        symptom="After the first step the first picture is where it should be, and the second is not.",
        inputs=_walks,
        mistakes={
            "t is 0 at the first correction now, and 1 − β⁰ = 0: count before you correct.":
                _walk_with(count=lambda step, number, pictures: step),
            "t is 0 at the very first correction now, and the pictures still do not share one t.":
                _walk_with(count=lambda step, number, pictures: step * pictures + number),
            "t is 1 at every step now, as if each were the first: where is it set to 0?":
                _walk_with(count=lambda step, number, pictures: 1),
            "t counts the pictures now, from 1 again in each step: the exponent must grow with the steps.":
                _walk_with(count=lambda step, number, pictures: number + 1),
            "t is one too large for every picture: it goes on before the first step, and once more in it.":
                _walk_with(count=lambda step, number, pictures: step + 2),
            "t goes on by as many as there are pictures: in the second step it must be 2.":
                _walk_with(count=lambda step, number, pictures: (step + 1) * pictures),
            "t goes on by a fraction with each picture, so the pictures still do not share one t.": _halved,
            "all steps of the first picture, then all of the next: t must begin again with each picture.":
                _one_after_the_other,
            "now nothing is corrected: the first steps are too long.": _walk_with(first=0, second=0),
            "s is not corrected any more.": _walk_with(second=0),
            "V is not corrected any more.": _walk_with(first=0),
            "now the pictures share one V and one s: each needs its own.": _walk_with(shared=True),
            "only the first row of gradients is used: does it return inside of the loop?": _walk_with(steps=1),
            "one step only, after the loop: each row of gradients needs a step of its own.": _walk_with(late=True),
            "only the first picture moves.": _first_picture_only,
            "β₁ belongs to V and β₂ to s, also in the correction.": _walk_with(swapped=True),
            "the root got lost: divide by √ŝ, not by ŝ.": _walk_with(power=1),
            "above the line stands V̂, not the gradient: this is RMSprop.": _walk_with(above="gradient"),
            "this walks uphill: subtract the step.": _walk_with(sign=1),
        },
        praise="t counts the steps, not the arrays. Keras does the same if apply is called once for each array.",
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
        made=_painted,
        wishes=(Wish(f"total loss of the picture after {STEPS} steps, for this lesson’s transfer at 160 pixels", _loss,
                     most=LOWEST),
                Wish("arrays as large as the picture, kept from step to step", lambda made: made.arrays, most=ARRAYS)),
        picture=lambda made: made.image,
        praise="How many steps would Adam at η = 6 need for that?",
    ),
    "10-which": Choice(options={
        "a": Option("With β₁ = β₂ = 0.9 the first step of the uncorrected method has the length η, since both means "
                    "lack the same share.",
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
