"""Nesterov's method for lesson 08's third exercise, and how it is usually got wrong.

Each takes a matrix (n, n) of a valley ½ wᵀ A w, a start w (n,), the learning rate of each step, and β.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]


def nesterov(matrix: Numbers, w: Numbers, rates: Sequence[float], beta: float, reach: float = 1.0, fresh: float = 1.0
             ) -> Numbers:
    """w after all steps, (n,). reach: how far ahead, in β; fresh: the share of a gradient that enters V."""
    velocity = 0 * w
    for rate in rates:
        velocity = beta * velocity + fresh * matrix @ (w - reach * rate * beta * velocity)
        w = w - rate * velocity
    return w


def steps_twice(matrix: Numbers, w: Numbers, rates: Sequence[float], beta: float) -> Numbers:
    """The planted fault: the way ahead is walked, and then again with the step."""
    velocity = 0 * w
    for rate in rates:
        w = w - rate * beta * velocity
        velocity = beta * velocity + matrix @ w
        w = w - rate * velocity
    return w


def gradient_at_home(matrix: Numbers, w: Numbers, rates: Sequence[float], beta: float) -> Numbers:
    """The gradient of w itself, and the way ahead walked twice."""
    velocity = 0 * w
    for rate in rates:
        ahead, velocity = w - rate * beta * velocity, beta * velocity + matrix @ w
        w = ahead - rate * velocity
    return w


def without_memory(matrix: Numbers, w: Numbers, rates: Sequence[float], beta: float) -> Numbers:
    """The velocity forgets: it is the last gradient."""
    velocity = 0 * w
    for rate in rates:
        velocity = matrix @ (w - rate * beta * velocity)
        w = w - rate * velocity
    return w


def gradient_only(matrix: Numbers, w: Numbers, rates: Sequence[float], beta: float) -> Numbers:
    """The step is the gradient's alone."""
    velocity = 0 * w
    for rate in rates:
        gradient = matrix @ (w - rate * beta * velocity)
        velocity = beta * velocity + gradient
        w = w - rate * gradient
    return w


def as_in_keras(matrix: Numbers, w: Numbers, rates: Sequence[float], beta: float) -> Numbers:
    """The learning rates of old steps live on in the velocity."""
    moved = 0 * w
    for rate in rates:
        moved = beta * moved + rate * matrix @ (w - beta * moved)
        w = w - moved
    return w


def ends_ahead(matrix: Numbers, w: Numbers, rates: Sequence[float], beta: float) -> Numbers:
    """The point ahead of the last w."""
    velocity = 0 * w
    for rate in rates:
        velocity = beta * velocity + matrix @ (w - rate * beta * velocity)
        w = w - rate * velocity
    return w - rates[-1] * beta * velocity


def one_rate_late(matrix: Numbers, w: Numbers, rates: Sequence[float], beta: float) -> Numbers:
    """Looks ahead with the learning rate of the step before."""
    velocity, last = 0 * w, rates[0]
    for rate in rates:
        velocity = beta * velocity + matrix @ (w - last * beta * velocity)
        w, last = w - rate * velocity, rate
    return w


def points(matrix: Numbers, w: Numbers, rates: Sequence[float], beta: float) -> Numbers:
    """w after each step, (steps, n)."""
    return np.array([nesterov(matrix, w, rates[:count], beta) for count in range(1, len(rates) + 1)])
