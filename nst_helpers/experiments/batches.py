"""A loss that is a mean over examples, lowered with the gradients of all of them or of a few drawn at random.

Fitting 50 numbers to 2,000 examples by least squares: the smallest problem that has what the training of a network
has, gradients with noise in them. Its minimum is known, so what is left of the loss can be told exactly.
"""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np

from nst_helpers.arrays import Numbers
from nst_helpers.experiments.ladders import climb, lowest
from nst_helpers.schedule import cosine

EXAMPLES, NUMBERS = 2000, 50


class Fit(NamedTuple):
    """Least squares: the loss is ½ mean (X w − y)²."""

    inputs: Numbers  # X (EXAMPLES, NUMBERS)
    targets: Numbers  # y (EXAMPLES,)
    best: Numbers  # w at the minimum (NUMBERS,)


@cache
def fit(turned: bool = False) -> Fit:
    """Examples whose curvatures span a factor of about a hundred, with noise in their targets.

    Args:
        turned: whether the directions of these curvatures are no axes; otherwise nearly every number has its own.
    """
    generator = np.random.default_rng(0)
    inputs = generator.normal(size=(EXAMPLES, NUMBERS)) * np.logspace(0, -1, NUMBERS)
    targets = inputs @ generator.normal(0, 3, NUMBERS) + generator.normal(0, 0.5, EXAMPLES)
    if turned:
        inputs = inputs @ np.linalg.qr(generator.normal(size=(NUMBERS, NUMBERS)))[0]
    return Fit(inputs, targets, np.linalg.lstsq(inputs, targets)[0])


def loss(w: Numbers, problem: Fit) -> float:
    """½ mean (X w − y)² over all examples."""
    return float(0.5 * np.mean((problem.inputs @ w - problem.targets) ** 2))


def excess(optimizer: Callable, learning_rate: float, batch: int, steps: int = 200, seed: int = 1, *,
           turned: bool = False, one_batch: bool = False) -> float:
    """How far the loss is above its minimum after some steps from w = 0, over how far it was at the start.

    Args:
        optimizer: η → one of `nst_helpers.optimizers`.
        learning_rate: η at the start; it falls along half a cosine.
        batch: how many examples, drawn anew at each step, the gradient is a mean of; EXAMPLES takes each once.
        steps: how many.
        seed: which draws.
        turned: of `fit`.
        one_batch: L-BFGS only: it takes y from two gradients of one batch, which costs two gradients a step.

    Returns:
        0 at the minimum, 1 where nothing was gained; infinity where it flew off.
    """
    problem, generator = fit(turned), np.random.default_rng(seed)
    w, floor = np.zeros(NUMBERS), loss(problem.best, problem)
    state, rows, change = optimizer(1.0).init(w), np.arange(EXAMPLES), None
    with np.errstate(all="ignore"):
        for number in range(steps):
            if batch < EXAMPLES:
                rows = generator.integers(0, EXAMPLES, batch)
            gradient = _gradient(w, problem, rows)
            if change is not None:  # what the batch before says of the last step
                state = state._replace(gradient=gradient - change)
            w, state = optimizer(learning_rate * cosine(number, steps)).step(w, gradient, state)
            change = _gradient(w, problem, rows) - gradient if one_batch else None
        left = (loss(w, problem) - floor) / (loss(np.zeros(NUMBERS), problem) - floor)
    return left if np.isfinite(left) else np.inf


def _gradient(w, problem, rows):
    inputs = problem.inputs[rows]
    return inputs.T @ (inputs @ w - problem.targets[rows]) / len(rows)


def tuned(optimizer: Callable, batch: int, guess: float, steps: int = 200, **more: bool) -> tuple[float, float]:
    """(the best η, its `excess`): η is doubled and halved from a guess on until both neighbours are worse.

    Args:
        more: `turned` and `one_batch`, as of `excess`; all others as there.
    """
    tried = climb(lambda rate: excess(optimizer, rate, batch, steps, **more), guess)
    return lowest(tried), tried[lowest(tried)]
