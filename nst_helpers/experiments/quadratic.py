"""Optimizers on a quadratic of many numbers, each at the best of one grid of learning rates, memories and schedules.

The minimum is at 0, so what is left of the loss can be told exactly; and there are more numbers than a method that
remembers a few steps can ever know the curvatures of.
"""

from collections.abc import Callable, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nst_helpers.arrays import Numbers
from nst_helpers.schedule import cosine

RATES = 2.0 ** np.arange(-12, 5)  # η
BETAS = (0.5, 0.7, 0.8, 0.9, 0.95, 0.98)  # β of momentum and RMSprop, β₁ of Adam
SCHEDULES = ("constant", "cosine")


class Quadratic(NamedTuple):
    """The loss ½ wᵀ A w, and where all begin."""

    matrix: Numbers  # A (numbers, numbers), symmetric: the gradient at w is A w
    start: Numbers  # (numbers,)


class Tuned(NamedTuple):
    """The best run of an optimizer."""

    left: Numbers  # the loss over that of the start, before each step and after the last: (steps + 1,)
    learning_rate: float  # η at the start
    beta: float
    schedule: str  # one of SCHEDULES


def quadratic(numbers: int = 200, condition: float = 1000.0, seed: int = 0) -> Quadratic:
    """A quadratic whose curvatures go from 1 to the condition number, evenly in their logarithm.

    Args:
        numbers: how many w has.
        condition: the largest curvature over the least.
        seed: of the directions that have these curvatures, of which none is an axis, and of the start.
    """
    generator = np.random.default_rng(seed)
    turn, _ = np.linalg.qr(generator.normal(size=(numbers, numbers)))
    matrix = turn * np.logspace(0, np.log10(condition), numbers) @ turn.T
    return Quadratic((matrix + matrix.T) / 2, generator.normal(size=numbers))


def tuned(problem: Quadratic, method: Callable, steps: int = 60, rates: npt.ArrayLike = RATES,
          betas: Sequence[float] = BETAS) -> Tuned:
    """The run that ends lowest, of all learning rates, all β and both schedules.

    Args:
        problem: the quadratic.
        method: (η, β) → one of `nst_helpers.optimizers`; where it has no β, one that it does not use.
        steps: how many, each with one gradient.
        rates: the η at the start. betas: the β.
    """
    pairs = np.array(list(product(np.ravel(rates), betas)))
    groups = [pairs] if method(1.0, 0.5).compiles else [pair[None] for pair in pairs[:: len(betas)]]
    found = []
    for schedule, group in product(SCHEDULES, groups):
        left = _walks(problem, method, group[:, :1], group[:, 1:], schedule, steps)
        best = int(left[-1].argmin())
        found.append(Tuned(left[:, best], float(group[best, 0]), float(group[best, 1]), schedule))
    return min(found, key=lambda run: run.left[-1])


def _walks(problem: Quadratic, method: Callable, rates: Any, betas: Any, schedule: str, steps: int) -> Numbers:
    """What is left of the loss, (steps + 1, k), of k walks; rates and betas are (k, 1). Infinite where one flew off."""
    w, losses = np.tile(problem.start, (len(rates), 1)), []
    state = method(1.0, 0.5).init(w)
    with np.errstate(all="ignore"):  # a rate that is too large may go to infinity: that is an answer
        for number in range(steps + 1):
            gradient = w @ problem.matrix
            losses.append(np.sum(w * gradient, axis=1) / 2)
            if number < steps:
                share = cosine(number, steps) if schedule == "cosine" else 1.0
                eta, beta = (rates * share, betas) if len(rates) > 1 else (rates.item() * share, betas.item())
                w, state = method(eta, beta).step(w, gradient, state)
    losses = np.array(losses)
    return np.nan_to_num(losses / losses[0], nan=np.inf, posinf=np.inf)
