"""Nesterov's method for lesson 08's third exercise, and how it is usually got wrong.

Each is a walk: the matrix (n, n) of a valley ½ wᵀ A w, a start w (n,), the learning rate of each step, β → the last w.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Gradient = Callable[[Numbers], Numbers]
Stepped = tuple[Numbers, Numbers]
Walk = Callable[[Numbers, Numbers, Sequence[float], float], Numbers]


def walk(step: Callable[..., Stepped]) -> Walk:
    """The walk of a rule, (gradient at a point, w, velocity, rate, β) → (new w, new velocity), from velocity 0."""
    def walked(matrix, w, rates, beta):
        velocity = 0 * w
        for rate in rates:
            w, velocity = step(matrix.__matmul__, w, velocity, rate, beta)
        return w

    return walked


def nesterov(matrix: Numbers, w: Numbers, rates: Sequence[float], beta: float, reach: float = 1.0, fresh: float = 1.0
             ) -> Numbers:
    """w after all steps, (n,). reach: how far ahead, in β; fresh: the share of a gradient that enters V."""
    def step(gradient, w, velocity, rate, beta):
        velocity = beta * velocity + fresh * gradient(w - reach * rate * beta * velocity)
        return w - rate * velocity, velocity

    return walk(step)(matrix, w, rates, beta)


@walk
def steps_twice(gradient: Gradient, w: Numbers, velocity: Numbers, rate: float, beta: float) -> Stepped:
    """The planted fault: the way ahead is walked, and then again with the step."""
    w = w - rate * beta * velocity
    velocity = beta * velocity + gradient(w)
    return w - rate * velocity, velocity


@walk
def gradient_at_home(gradient: Gradient, w: Numbers, velocity: Numbers, rate: float, beta: float) -> Stepped:
    """The gradient of w itself, and the way ahead walked twice."""
    ahead, velocity = w - rate * beta * velocity, beta * velocity + gradient(w)
    return ahead - rate * velocity, velocity


@walk
def without_memory(gradient: Gradient, w: Numbers, velocity: Numbers, rate: float, beta: float) -> Stepped:
    """The velocity forgets: it is the last gradient."""
    velocity = gradient(w - rate * beta * velocity)
    return w - rate * velocity, velocity


@walk
def gradient_only(gradient: Gradient, w: Numbers, velocity: Numbers, rate: float, beta: float) -> Stepped:
    """The step is the gradient's alone."""
    found = gradient(w - rate * beta * velocity)
    return w - rate * found, beta * velocity + found


@walk
def as_in_keras(gradient: Gradient, w: Numbers, moved: Numbers, rate: float, beta: float) -> Stepped:
    """The learning rates of old steps live on in the velocity."""
    moved = beta * moved + rate * gradient(w - beta * moved)
    return w - moved, moved


def ends_ahead(matrix: Numbers, w: Numbers, rates: Sequence[float], beta: float) -> Numbers:
    """The point ahead of the last w: βV further, of a velocity of which the last step was η times."""
    last, before = (nesterov(matrix, w, rates[:count], beta) for count in (len(rates), len(rates) - 1))
    return last + beta * (last - before)


def one_rate_late(matrix: Numbers, w: Numbers, rates: Sequence[float], beta: float) -> Numbers:
    """Looks ahead with the learning rate of the step before."""
    late = iter([rates[0], *rates])

    def step(gradient, w, velocity, rate, beta):
        velocity = beta * velocity + gradient(w - next(late) * beta * velocity)
        return w - rate * velocity, velocity

    return walk(step)(matrix, w, rates, beta)


def points(matrix: Numbers, w: Numbers, rates: Sequence[float], beta: float) -> Numbers:
    """w after each step, (steps, n)."""
    return np.array([nesterov(matrix, w, rates[:count], beta) for count in range(1, len(rates) + 1)])
