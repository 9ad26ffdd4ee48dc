"""Exercises of lesson 09: AdaGrad and RMSprop."""

import numpy as np

from nst_helpers.exercises import Exercise


def _rmsprop_with(scale_of=None, step_of=None):
    """RMSprop with one part replaced by a usual mistake."""
    scale_of = scale_of or (lambda scale, gradient, beta: beta * scale + (1 - beta) * gradient**2)
    step_of = step_of or (lambda gradient, scale, epsilon: gradient / (np.sqrt(scale) + epsilon))

    def step(w, gradient, scale, learning_rate, beta, epsilon):
        return w - learning_rate * step_of(gradient, scale_of(scale, gradient, beta), epsilon)

    return step


def _steps(generator):
    """Steps in the middle of a run, with an ε that can be seen."""
    return [(generator.normal(0, 5, 5), np.array([-4.0, 3.0, -0.2, 0.1, 1.5]), generator.uniform(1.5, 6, 5),
             0.5, beta, 0.25) for beta in (0.9, 0.7)]


EXERCISES = {
    "09-step-length": Exercise(
        truth=lambda t, learning_rate: learning_rate / t**0.5,
        inputs=lambda generator: [(1, 0.5), (4, 0.5), (100, 2.0), (37, 1.0)],
        mistakes={
            "s grows like t, but the step divides by its root.": lambda t, learning_rate: learning_rate / t,
            "that is the first step. s has grown since: by one g² each step.": lambda t, learning_rate: learning_rate,
            "s is the sum, not the mean: it grows, so the steps get shorter.":
                lambda t, learning_rate: learning_rate * t**0.5,
            "count from 1: in the first step s holds one gradient already.":
                lambda t, learning_rate: learning_rate / (t + 1) ** 0.5,
            "that is how far all steps together go, roughly. Only step t is asked for.":
                lambda t, learning_rate: 2 * learning_rate * t**0.5,
        },
        praise="After 10,000 steps AdaGrad's step is a hundredth of its first.",
    ),
    "09-rmsprop": Exercise(
        truth=_rmsprop_with(),
        inputs=_steps,
        mistakes={
            "that is AdaGrad: nothing is ever forgotten. Keep only the share β of s.":
                _rmsprop_with(lambda scale, gradient, beta: scale + gradient**2),
            "the new square counts with the share 1 − β.":
                _rmsprop_with(lambda scale, gradient, beta: beta * scale + gradient**2),
            "β and 1 − β are swapped: β is the share of the old s that is kept.":
                _rmsprop_with(lambda scale, gradient, beta: (1 - beta) * scale + beta * gradient**2),
            "the gradient is not squared in s.":
                _rmsprop_with(lambda scale, gradient, beta: beta * scale + (1 - beta) * np.abs(gradient)),
            "the step divides by the old s: update s first.": _rmsprop_with(lambda scale, gradient, beta: scale),
            "the root is missing: s is a mean of squares.":
                _rmsprop_with(step_of=lambda gradient, scale, epsilon: gradient / (scale + epsilon)),
            "here ε stands beside the root, not under it.":
                _rmsprop_with(step_of=lambda gradient, scale, epsilon: gradient / np.sqrt(scale + epsilon)),
            "ε is missing.": _rmsprop_with(step_of=lambda gradient, scale, epsilon: gradient / np.sqrt(scale)),
            "that goes uphill: subtract the step.":
                _rmsprop_with(step_of=lambda gradient, scale, epsilon: -gradient / (np.sqrt(scale) + epsilon)),
        },
        praise="Two lines, and every number has a step length of its own.",
    ),
    "09-epsilon": Exercise(
        truth=lambda epsilon, scale: (scale**0.5 + epsilon) ** 2 - scale,
        inputs=lambda generator: [(0.5, 4.0), (0.1, 9.0), (0.2, 0.25)],
        mistakes={
            "that is right where s is 0. Elsewhere a mixed term stays: square the whole sum √s + ε.":
                lambda epsilon, scale: epsilon**2,
            "the same ε is not the same step: one is added to √s, the other to s.": lambda epsilon, scale: epsilon,
            "turn it round: a number below 1 grows under a root, so inside a smaller one is enough.":
                lambda epsilon, scale: epsilon**0.5,
            "nearly: ε² is missing.": lambda epsilon, scale: 2 * epsilon * scale**0.5,
            "take s off at the end: only what is added to s is asked for.":
                lambda epsilon, scale: (scale**0.5 + epsilon) ** 2,
            "that is the way back, from inside to outside.":
                lambda epsilon, scale: (scale + epsilon) ** 0.5 - scale**0.5,
        },
        praise="There is no one ε for all: it depends on s, so the two forms are different rules.",
        tolerance=1e-6,
    ),
}
