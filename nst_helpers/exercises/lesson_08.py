"""Exercises of lesson 08: gradient descent and momentum."""

import numpy as np

from nst_helpers.exercises import Exercise


def _momentum_step(w, gradient, velocity, learning_rate, beta):
    return w - learning_rate * (beta * velocity + (1 - beta) * gradient)


def _steps(generator):
    """Steps in the middle of a run."""
    return [(generator.normal(0, 5, 4), generator.normal(0, 3, 4), generator.normal(0, 2, 4), rate, beta)
            for rate, beta in ((0.5, 0.9), (0.3, 0.7))]


EXERCISES = {
    "08-limit": Exercise(
        truth=lambda curvatures: 2 / np.max(curvatures),
        inputs=lambda generator: [(np.array([1.0, 20.0, 3.0]),), (generator.uniform(1, 50, 8),)],
        mistakes={
            "the flat direction stands a longer step; the steepest one sets the limit.":
                lambda curvatures: 2 / np.min(curvatures),
            "that step lands on the floor of the steepest direction. The limit is where it lands just as high.":
                lambda curvatures: 1 / np.max(curvatures),
            "that is the best single η, a little below the limit.":
                lambda curvatures: 2 / (np.min(curvatures) + np.max(curvatures)),
            "the directions do not add up: each has its own limit, and the smallest of them counts.":
                lambda curvatures: 2 / np.sum(curvatures),
            "the mean does not help: one steep direction is enough to fly off.":
                lambda curvatures: 2 / np.mean(curvatures),
            "turn it round: the steeper, the shorter the step has to be.": lambda curvatures: np.max(curvatures) / 2,
            "that is one limit for each direction. All share one η: which of them counts?":
                lambda curvatures: 2 / np.asarray(curvatures),
        },
        praise="Below it, every direction shrinks; above it, the steepest one grows.",
    ),
    "08-step": Exercise(
        truth=_momentum_step,
        inputs=_steps,
        mistakes={
            "that is the accumulated form: the averaged one multiplies the gradient by 1 − β.":
                lambda w, gradient, velocity, learning_rate, beta:
                    w - learning_rate * (beta * velocity + gradient),
            "that goes uphill: subtract the step.":
                lambda w, gradient, velocity, learning_rate, beta:
                    w + learning_rate * (beta * velocity + (1 - beta) * gradient),
            "β and 1 − β are swapped: β is the share of the old velocity that is kept.":
                lambda w, gradient, velocity, learning_rate, beta:
                    w - learning_rate * ((1 - beta) * velocity + beta * gradient),
            "the step follows the old velocity: update V first, then move.":
                lambda w, gradient, velocity, learning_rate, beta: w - learning_rate * velocity,
            "that is plain descent: the velocity is not used.":
                lambda w, gradient, velocity, learning_rate, beta: w - learning_rate * gradient,
            "the old velocity is kept whole: it must fade by β.":
                lambda w, gradient, velocity, learning_rate, beta:
                    w - learning_rate * (velocity + (1 - beta) * gradient),
            "the learning rate is missing.":
                lambda w, gradient, velocity, learning_rate, beta: w - beta * velocity - (1 - beta) * gradient,
            "that is the velocity. Move w by it, and return the new w.":
                lambda w, gradient, velocity, learning_rate, beta: beta * velocity + (1 - beta) * gradient,
        },
        praise="The same line moves a toy valley's two numbers and a picture's millions.",
    ),
    "08-scale": Exercise(
        truth=lambda learning_rate, beta: learning_rate / (1 - beta),
        inputs=lambda generator: [(0.01, 0.9), (0.3, 0.75), (2.0, 0.6)],
        mistakes={
            "turn it round: Keras's V is larger, so Keras's η is the smaller one.":
                lambda learning_rate, beta: learning_rate * (1 - beta),
            "the two forms walk different paths at the same η.": lambda learning_rate, beta: learning_rate,
            "divide by the share of the new gradient, 1 − β, not by β.":
                lambda learning_rate, beta: learning_rate / beta,
            "β is what is kept; it is 1 − β that one form has and the other has not.":
                lambda learning_rate, beta: learning_rate * beta,
            "once is enough: V differs by one factor 1 − β.":
                lambda learning_rate, beta: learning_rate / (1 - beta) ** 2,
        },
        praise="Keras's 0.01 with momentum 0.9 is 0.1 here.",
    ),
}
