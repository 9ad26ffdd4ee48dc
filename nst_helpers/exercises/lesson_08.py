"""Exercises of lesson 08: gradient descent and momentum."""

import io

import numpy as np

from nst_helpers.exercises import Choice, Derive, Exercise, Make, Option, Repair, Wish, ahead

# Exercise 1: the longest step that averaged momentum can afford


def _largest(matrix):
    return np.linalg.eigvalsh(matrix)[-1]


def _limit(matrix, beta):
    return 2 * (1 + beta) / ((1 - beta) * _largest(matrix))


def _valleys(generator):
    """Symmetric matrices that lie askew, and β."""
    cases = []
    for number, beta in ((2, 0.5), (4, 0.8)):
        axes, _ = np.linalg.qr(generator.standard_normal((number, number)))
        cases.append((axes @ np.diag(generator.uniform(1, 3, number) * 3.0 ** np.arange(number)) @ axes.T, beta))
    return cases


# Exercise 4: an optimizer that forgets when it runs uphill

BETA, GOAL, MOST = 0.99, 1e-3, 3000


def _valley(curvatures):
    """The matrix of a valley that lies askew, its lowest point, and a start 1 away along every eigenvector."""
    u = np.arange(1.0, len(curvatures) + 1)
    axes = np.eye(len(u)) - 2 * np.outer(u, u) / (u @ u)  # a reflection: symmetric, its columns perpendicular
    return axes @ np.diag(curvatures) @ axes, 3 * u, 3 * u + axes @ np.ones(len(u))


def _walk(step, matrix, lowest, start, rate, beta, steps):
    """The points of a walk down ½ (w − lowest)ᵀ A (w − lowest); the same checks for every answer."""
    w = np.asarray(start, float)
    velocity, points = 0 * w, [w]
    for _ in range(steps):
        made = step(w.copy(), matrix @ (w - lowest), velocity.copy(), rate, beta)
        if not isinstance(made, (tuple, list)) or len(made) != 2:
            raise ValueError("it must return two things, the new w and the new velocity")
        w, velocity = (np.asarray(part, float) for part in made)
        if w.shape != points[0].shape or velocity.shape != w.shape:
            raise ValueError(f"for w of shape {points[0].shape} it returns the shapes {w.shape} and {velocity.shape}")
        points.append(w)
    return np.array(points)


def _accumulated(w, gradient, velocity, learning_rate, beta):
    velocity = beta * velocity + gradient
    return w - learning_rate * velocity, velocity


def _downhill(step):
    """How far it is from momentum as long as each step leads downhill, in per cent of the way."""
    ours, theirs = (_walk(rule, *_valley([1.0, 0.5]), 0.001, 0.9, 12) for rule in (step, _accumulated))
    return round(100 * np.abs(ours - theirs).max() / np.abs(theirs[-1] - theirs[0]).max(), 3)


def _steps(curvatures):
    """step → how many steps until the distance stays below a thousandth, with β = 0.99."""
    valley = _valley(curvatures)

    def measure(step):
        with np.errstate(all="ignore"):
            path = _walk(step, *valley, 0.25 / max(curvatures), BETA, MOST) - valley[1]
        far = np.flatnonzero(~(np.linalg.norm(path, axis=1) <= GOAL * np.linalg.norm(path[0])))
        return 1 + far.max()

    return measure


def _race(step):
    """The walk in the ravine beside momentum's own, as a picture."""
    from PIL import Image

    from nst_helpers.diagrams.optimizers import walks_from_above
    from nst_helpers.experiments.landscapes import SURFACES
    from nst_helpers.plots import png

    ravine = SURFACES["ravine"]
    walks = {name: _walk(rule, np.diag([1.0, 20.0]), 0.0, ravine.start, 0.25 / 20, 0.95, 60)
             for name, rule in (("momentum, β = 0.95", _accumulated), ("your optimizer, β = 0.95", step))}
    with Image.open(io.BytesIO(png(walks_from_above(ravine, walks, "60 steps each")))) as picture:
        return np.asarray(picture.convert("RGB"), np.float32)


EXERCISES = {
    "08-limit": Exercise(
        truth=_limit,
        inputs=_valleys,
        mistakes={
            "0 is the step that stands still; the limit is the largest step that comes down.":
                lambda matrix, beta: 0.0,
            "that is plain descent's limit. With momentum another equation decides: put r = −1 into it.":
                lambda matrix, beta: 2 / _largest(matrix),
            "that is the limit of the accumulated form: here V is an average, smaller by 1 − β.":
                lambda matrix, beta: 2 * (1 + beta) / _largest(matrix),
            "the factor 1 − β is on the wrong side: the averaged form takes smaller steps, so it affords a larger η.":
                lambda matrix, beta: 2 * (1 + beta) * (1 - beta) / _largest(matrix),
            "that undoes the average only. In r² − (…) r + β = 0 the last β counts at r = −1 too.":
                lambda matrix, beta: 2 / ((1 - beta) * _largest(matrix)),
            "the direction of the least curvature affords more; the largest eigenvalue sets the limit.":
                lambda matrix, beta: 2 * (1 + beta) / ((1 - beta) * np.linalg.eigvalsh(matrix)[0]),
            "the factor 1 + β stands above the line and 1 − β below it: put r = −1 into the equation again.":
                lambda matrix, beta: 2 / ((1 + beta) * _largest(matrix)),
            "the factors 1 − β and 1 + β have changed places: memory lets the averaged form step farther.":
                lambda matrix, beta: 2 * (1 - beta) / ((1 + beta) * _largest(matrix)),
            "that puts 1 in the place of β in 1 + β: keep it as it is.":
                lambda matrix, beta: 4 / ((1 - beta) * _largest(matrix)),
            "that η converges fastest (Polyak, accumulated form); the limit is farther out.":
                lambda matrix, beta: 4 / (np.linalg.eigvalsh(matrix)[0] ** 0.5 + _largest(matrix) ** 0.5) ** 2,
            "the sum of the diagonal is the sum of all eigenvalues; only the largest counts.":
                lambda matrix, beta: 2 * (1 + beta) / ((1 - beta) * np.trace(matrix)),
            "the largest entry of the matrix, on its diagonal, is no eigenvalue when the valley lies askew.":
                lambda matrix, beta: 2 * (1 + beta) / ((1 - beta) * np.diag(matrix).max()),
            "that norm is the root of the sum of all squared eigenvalues; only the largest counts.":
                lambda matrix, beta: 2 * (1 + beta) / ((1 - beta) * np.linalg.norm(matrix)),
            "up to there the roots are complex. Beyond it they are real, but still above −1 for a while.":
                lambda matrix, beta: (1 + beta**0.5) ** 2 / ((1 - beta) * _largest(matrix)),
            "half of it: at r = 0 the walk would arrive at once; the limit is where r = −1.":
                lambda matrix, beta: (1 + beta) / ((1 - beta) * _largest(matrix)),
            "that is one limit for each eigenvalue. All share one η: which of them counts?":
                lambda matrix, beta: 2 * (1 + beta) / ((1 - beta) * np.linalg.eigvalsh(matrix)),
            "turn it round: the larger the curvature, the shorter the step.":
                lambda matrix, beta: (1 - beta) * _largest(matrix) / (2 * (1 + beta)),
        },
        praise="At β = 0 it is 2/λ_max, and at β = 0.9 it is 38/λ_max: the averaged form stands 19 times the step.",
    ),
    "08-scale": Derive(
        truth="learning_rate * (1 - dampening) / (1 - beta)",
        variables={"learning_rate": (0.01, 1.0), "dampening": (0.15, 0.45), "beta": (0.55, 0.95)},
        mistakes={
            "that is right without dampening; with it, each gradient enters PyTorch's V smaller.":
                "learning_rate / (1 - beta)",
            "turn it round: our V is smaller than an accumulated one, so our η must be larger.":
                "learning_rate * (1 - beta)",
            "the two factors have changed places.": "learning_rate * (1 - beta) / (1 - dampening)",
            "that makes the gradient as large as PyTorch's, but our V carries 1 − β as well.":
                "learning_rate * (1 - dampening)",
            "dampening makes PyTorch's steps smaller, so it must make our η smaller.":
                "learning_rate / ((1 - dampening) * (1 - beta))",
            "the share that enters PyTorch's V is 1 − dampening; it multiplies, it does not divide.":
                "learning_rate / (1 - dampening)",
            "dampening is a loss, so 1 − dampening, not 1 + dampening, is the share of a gradient that is left.":
                "learning_rate * (1 + dampening) / (1 - beta)",
            "β as a factor of V is the same in both forms; the forms differ in what a new gradient is multiplied by.":
                "learning_rate * beta * (1 - dampening)",
            "one 1 − β is enough, and dividing twice is one too many.":
                "learning_rate * (1 - dampening) / (1 - beta)**2",
            "both factors stand above now: 1 − β is ours, and has to be divided out.":
                "learning_rate * (1 - dampening) * (1 - beta)",
            "the share that enters is 1 − dampening, not dampening.": "learning_rate * dampening / (1 - beta)",
            "the share that enters our V is 1 − β, not β.": "learning_rate * (1 - dampening) / beta",
            "the learning rate itself got lost.": "(1 - dampening) / (1 - beta)",
            "the same η gives the same path only if both forms take in the same share of a gradient.": "learning_rate",
            "a bracket is missing: Python divides before it subtracts.": "learning_rate * (1 - dampening) / 1 - beta",
            "a factor is not subtracted: the ratio of 1 − dampening and 1 − β is wanted.":
                "learning_rate * (1 - dampening - beta)",
        },
        praise="With dampening = β both forms are one, and η stays as it is.",
    ),
    "08-ahead": Repair(
        truth=ahead.nesterov,
        planted=ahead.steps_twice,
        symptom="The first step is as it should be, the second is too long: with λ = 4, w = 1, η = 0.1 and β = ½, "
                "follow w through it by hand.",
        inputs=lambda generator: [(np.diag([1.0, 4.0]), generator.uniform(1, 2, 2), [0.3, 0.2, 0.15, 0.1], 0.9),
                                  (np.diag([2.0, 0.5, 1.0]), generator.uniform(1, 3, 3), [0.4, 0.3, 0.2], 0.6)],
        mistakes={
            "that is the heavy ball: the gradient is taken at w, and nothing looks ahead any more.":
                lambda matrix, w, rates, beta: ahead.nesterov(matrix, w, rates, beta, reach=0.0),
            "the look goes the wrong way: w moves along −V.":
                lambda matrix, w, rates, beta: ahead.nesterov(matrix, w, rates, beta, reach=-1.0),
            "it looks too far ahead: the velocity that is left at the next step is βV, not V.":
                lambda matrix, w, rates, beta: ahead.nesterov(matrix, w, rates, beta, reach=1 / beta),
            "that averages; the form of this section accumulates, and the fault is not there.":
                lambda matrix, w, rates, beta: ahead.nesterov(matrix, w, rates, beta, fresh=1 - beta),
            "the gradient is now taken at the old w, and the way ahead is still walked twice.": ahead.gradient_at_home,
            "V holds the last gradient only: βV got lost in its new value.": ahead.without_memory,
            "the step is made of the gradient alone; it should be made of the new V.": ahead.gradient_only,
            "the old learning rates live on in your velocity, as in Keras; keep η out of V.": ahead.as_in_keras,
            "that returns the point ahead of the last w; Keras keeps that one, but w itself is asked for.":
                ahead.ends_ahead,
            "the look ahead uses the learning rate of the step before; it belongs to the step that is made.":
                ahead.one_rate_late,
            "that is plain descent: β does nothing any more.":
                lambda matrix, w, rates, beta: ahead.nesterov(matrix, w, rates, 0.0),
            "every step uses the first learning rate.":
                lambda matrix, w, rates, beta: ahead.nesterov(matrix, w, [rates[0]] * len(rates), beta),
            "every step uses the last learning rate.":
                lambda matrix, w, rates, beta: ahead.nesterov(matrix, w, [rates[-1]] * len(rates), beta),
            "that is one step: does `return` stand inside the loop?":
                lambda matrix, w, rates, beta: ahead.nesterov(matrix, w, rates[:1], beta),
            "the last learning rate is left out.":
                lambda matrix, w, rates, beta: ahead.nesterov(matrix, w, rates[:-1], beta),
            "the first learning rate is left out.":
                lambda matrix, w, rates, beta: ahead.nesterov(matrix, w, rates[1:], beta),
            "all points are returned; only the last one is asked for.": ahead.points,
            "that returns the start.": lambda matrix, w, rates, beta: w,
        },
        praise="Whoever walks to the point ahead and steps from there may add the gradient only: βV is walked already.",
    ),
    "08-unchanged": Choice(
        options={
            "A": Option("multiply the loss by 2 and halve η", True,
                        "A: gradients and V double, η halves; every step is the same."),
            "B": Option("turn the coordinate system", True,
                        "B: gradient and V turn with it, since the update only adds vectors and multiplies them by "
                        "numbers."),
            "C": Option("measure pixels from 0 to 1 instead of 0 to 255, and divide η by 255", False,
                        "w shrinks by 255, but the gradient grows by 255 too: what has to become of η?"),
            "D": Option("stretch one coordinate and leave the others", False,
                        "That changes the curvature along one axis, and with it κ: one η no longer fits as before."),
            "E": Option("measure pixels from 0 to 1 instead of 0 to 255, and divide η by 255²", True,
                        "E: w shrinks by 255 and the gradient grows by 255, so η must shrink by both."),
            "F": Option("start V with the first gradient instead of zero, accumulated", False,
                        "Then the first step is longer by 1 + β, and every later one contains the surplus."),
        },
        praise="Lessons 09 and 10 meet optimizers for which A needs no new η, and B is no longer true.",
    ),
    "08-restart": Make(
        wishes=(
            Wish("while it runs downhill: off from momentum, in %", _downhill, most=0.1),
            Wish("steps to a thousandth, curvatures 1 and 100 (momentum: 1,340)", _steps([1.0, 100.0]), most=150),
            Wish("steps to a thousandth, curvatures 1, 7, 50 and 400 (momentum: 1,333)",
                 _steps([1.0, 7.0, 50.0, 400.0]), most=300),
        ),
        picture=_race,
        praise="O’Donoghue and Candès (2015) restart Nesterov’s method by this criterion.",
    ),
}
