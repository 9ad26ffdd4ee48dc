"""Exercises of lesson 09: a step size for every number."""

from functools import cache

import numpy as np

from nst_helpers.exercises import Choice, Derive, Make, Option, Repair, Wish
from nst_helpers.optimizers import RMSprop

STEPS, GOAL, SMALLER = 100, 13.4, 1e-6  # of the race on the cat: Rprop ends at 14.4 at best, RMSprop at 13.7


def _descend(w, gradients, learning_rate, beta=0.9, optimizer=None, state=None):
    """w after one step of RMSprop for each row."""
    optimizer = optimizer or RMSprop(learning_rate, beta)
    state = state or optimizer.init(w)
    for gradient in gradients:
        w, state = optimizer.step(w, gradient, state)
    return w


def _forgetful(w, gradients, learning_rate, beta=0.9):
    for gradient in gradients:
        w, _ = RMSprop(learning_rate, beta).step(w, gradient, RMSprop(learning_rate).init(w))
    return w


def _from_first(w, gradients, learning_rate, beta=0.9):
    state = RMSprop(learning_rate, beta).init(w)._replace(scale=gradients[0] ** 2)
    return _descend(w, gradients, learning_rate, beta, state=state)


def _adagrad(w, gradients, learning_rate, beta=0.9):
    return w - learning_rate * (gradients / np.sqrt(np.cumsum(gradients**2, axis=0))).sum(axis=0)


def _corrected(w, gradients, learning_rate, beta=0.9):
    scale = 0 * w
    for t, gradient in enumerate(gradients, 1):
        scale = beta * scale + (1 - beta) * gradient**2
        w = w - learning_rate * gradient / np.sqrt(scale / (1 - beta**t))
    return w


def _frozen(w, gradients, learning_rate, beta=0.9):
    start, state = w, RMSprop(learning_rate, beta).init(w)
    for gradient in gradients:
        w, state = RMSprop(learning_rate, beta).step(start, gradient, state)
    return w


def _kept(w, gradients, learning_rate, beta=0.9):
    return w + 0 * gradients[0]


def _mean_of_all(w, gradients, learning_rate, beta=0.9):
    return w - learning_rate * (gradients / np.sqrt(np.mean(gradients**2, axis=0))).sum(axis=0)


def _one_scale(w, gradients, learning_rate, beta=0.9):
    scale = 0.0
    for gradient in gradients:
        scale = beta * scale + (1 - beta) * np.mean(gradient**2)
        w = w - learning_rate * gradient / np.sqrt(scale)
    return w


def _path(w, gradients, learning_rate, beta=0.9):
    return np.array([_descend(w, gradients[:k], learning_rate, beta) for k in range(1, len(gradients) + 1)])


@cache
def _race():
    from nst_helpers.experiments.rates import cat_race
    from nst_helpers.networks import shared_network

    return cat_race(shared_network())


@cache
def _painted(my_step, factor=1.0):
    """(the picture that a student's rule paints, the mean loss of its last ten steps), the loss times a factor."""
    from nst_helpers.backend import tf

    look, noise = _race()
    w, state, losses = noise, None, []
    for step in range(STEPS):
        loss, gradient = look(tf.constant(w))
        answer = my_step(w.copy(), np.float32(factor) * gradient.numpy(), state, step / STEPS)
        if not isinstance(answer, tuple | list) or len(answer) != 2:
            raise ValueError("my_step must return two things, the new w and the new state")
        new, state = answer
        new = np.asarray(new, np.float32)
        if new.shape != w.shape:
            raise ValueError(f"the new w has the shape {new.shape}, not {w.shape}")
        if not np.isfinite(new).all():
            raise ValueError(f"after step {step + 1} the picture holds nan or inf: is something divided by 0?")
        w = np.clip(new, 0, 255)
        losses.append(float(loss))
    return w, float(np.mean(losses[-10:]))


EXERCISES = {
    "09-recover": Derive(
        truth="log(3 / (c**2 - 1)) / log(beta)",
        variables={"beta": (0.5, 0.99), "c": (3, 100)},
        mistakes={
            "that forgets the new gradients: they add 1 − βᵏ to s, which tends to 1.": "log(4 / c**2) / log(beta)",
            "the new squares are all 1, and their part of s is 1 − βᵏ, not 1.": "log(3 / c**2) / log(beta)",
            "half of η means √s = 2, so s = 4.": "log(1 / (c**2 - 1)) / log(beta)",
            "s is a mean of squares: the cliff counts with c², not c.": "log(3 / (c - 1)) / log(beta)",
            "the sign: both logarithms are negative, and k is positive.": "log((c**2 - 1) / 3) / log(beta)",
            "the fraction is upside down: βᵏ = …, so k = log(…) / log(β).": "log(beta) / log(3 / (c**2 - 1))",
            "that is βᵏ itself; solve for k.": "3 / (c**2 - 1)",
            "that is the memory 1/(1 − β), in which a weight falls to a third, not to what is asked for.":
                "1 / (1 - beta)",
            "the root came in twice: √s = 2 is s = 4, not √2.": "log((sqrt(2) - 1) / (c**2 - 1)) / log(beta)",
            "β is raised to k, not multiplied k times: take logarithms.": "3 / ((c**2 - 1) * beta)",
            "the cliff's part of s is (c² − 1)βᵏ, if 1 is taken off first.": "log(3 / (c**2 + 1)) / log(beta)",
            "each step keeps β of s, not 1 − β.": "log(3 / (c**2 - 1)) / log(1 - beta)",
            "that is where the step is a quarter of η: s = 16.": "log(15 / (c**2 - 1)) / log(beta)",
            "at s = 1 the step is a whole η, and there the new squares are left out.": "log(1 / c**2) / log(beta)",
            "that is √s = 1 and c in place of c²: the step is 1/√s, and s begins at c².": "log(1 / c) / log(beta)",
            "you followed √s, which does not fade like βᵏ: s does, and it tends to 1.": "log(2 / c) / log(beta)",
            "a step of a half is √s = 2, not s = 1/4.": "log(1 / 4) / log(beta)",
            "the same, and the cliff is missing: s begins at c².": "log(1 / 2) / log(beta)",
            "one step too many: the first step on the plain already has βc² + 1 − β, which is k = 1.":
                "log(3 / (c**2 - 1)) / log(beta) + 1",
            "one step too few: the first step on the plain already has βc² + 1 − β, which is k = 1.":
                "log(3 / (c**2 - 1)) / log(beta) - 1",
            "the logarithm is taken of one side only: divide by log(β).": "log(3 / (c**2 - 1))",
            "that is the result for c = 100 and β = 0.9; an expression in both is asked for.": "77",
            "(c − 1)² is not c² − 1: what fades is the difference of the squares.": "log(3 / (c - 1)**2) / log(beta)",
        },
        praise="For c = 100 and β = 0.9 that is 77 steps: the height of a cliff counts only by its logarithm.",
    ),
    "09-remember": Repair(
        truth=lambda w, gradients, learning_rate, beta=0.9: _descend(w, gradients, learning_rate, beta),
        planted=_forgetful,
        symptom="Print the state before each step: what is in it?",
        inputs=lambda generator: [(generator.normal(0, 5, 3), generator.normal(0, 2, (count, 3)), 0.5, beta)
                                  for count, beta in ((4, 0.9), (7, 0.8))],
        mistakes={
            "only the first gradient is used: `return` stands inside the loop.":
                lambda w, gradients, learning_rate, beta=0.9: _descend(w, gradients[:1], learning_rate, beta),
            "only the last gradient is used.":
                lambda w, gradients, learning_rate, beta=0.9: _descend(w, gradients[-1:], learning_rate, beta),
            "that is AdaGrad: it forgets nothing at all.": _adagrad,
            "β is left at 0.9: hand it on to RMSprop.":
                lambda w, gradients, learning_rate, beta=0.9: _descend(w, gradients, learning_rate),
            "the learning rate is not handed on.":
                lambda w, gradients, learning_rate, beta=0.9: _descend(w, gradients, 1.0, beta),
            "s begins at the first gradient's square: the method begins at 0, as `init` does.": _from_first,
            "the bias at the start is corrected: a good idea (lesson 10), but RMSprop does not do it.": _corrected,
            "each step starts from the first w: hand on the new one.": _frozen,
            "all points are returned; only the last one is asked for.": _path,
            "that goes uphill.": lambda w, gradients, learning_rate, beta=0.9: _descend(w, gradients, -learning_rate,
                                                                                        beta),
            "β and 1 − β are swapped.":
                lambda w, gradients, learning_rate, beta=0.9: _descend(w, gradients, learning_rate, 1 - beta),
            "w is what it was: `step` returns the new w and the new state, and both have to be kept.": _kept,
            "all squares count alike, even those that come later: s is a running mean.": _mean_of_all,
            "one s for all numbers: each has its own.": _one_scale,
            "β is 0: the last square alone counts, and that is the method of signs.":
                lambda w, gradients, learning_rate, beta=0.9: _descend(w, gradients, learning_rate, 0.0),
        },
        praise="The same bug is made with every library: an optimizer that is created anew for each step or batch.",
    ),
    "09-remedies": Choice(
        options={
            "a": Option("multiply the loss by 100,000", True,
                        "a: gradients of 0.1 lie far above √ε = 0.0003, so ε no longer matters."),
            "b": Option("multiply η by 300", False,
                        "The steps get long enough, but all numbers are still divided by the same √ε: it is plain "
                        "descent with another learning rate, and a number with twice the gradient steps twice as far."),
            "c": Option("epsilon=1e-16", True, "c: under the root it acts like 1e-8, a hundredth of the gradients."),
            "d": Option("rho=0.99", False,
                        "A longer memory makes s steadier, not larger: it stays near 1e-12, far below ε."),
            "e": Option("epsilon=1e-9", False,
                        "Under the root 1e-9 acts like its root, 0.00003, which is still thirty times the gradients."),
            "f": Option("divide the loss by 0.1", False,
                        "That makes the gradients ten times as large, 1e-5, and √ε is 0.0003."),
        },
        praise="The rule of thumb: compare ε with the square of your gradients.",
    ),
    "09-own-rule": Make(
        wishes=(
            Wish("loss at the end (mean of ten steps; if it is too high: does η fall, and is there a velocity?)",
                 lambda step: round(_painted(step)[1], 1), most=GOAL),
            Wish("the same, with the loss divided by a million (if it is higher: what is added to g or s, such as ε?)",
                 lambda step: round(_painted(step, SMALLER)[1], 1), most=GOAL),
        ),
        picture=lambda step: _painted(step)[0],
        praise="Its η is a length in grey levels now, whatever the loss is measured in.",
    ),
}
