"""Surfaces to descend: losses of two numbers, which can be drawn, and the optimizers' walks down them."""

from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nst_helpers.optimizers import AdaGrad, Adam, GradientDescent, Momentum, Optimizer, RMSprop

Floats = npt.NDArray[np.floating]


class Surface(NamedTuple):
    """A loss of two numbers x and y, seen from above."""

    value: Callable  # (x, y) → height; numbers or arrays
    gradient: Callable  # (x, y) → (∂/∂x, ∂/∂y)
    start: tuple  # (x, y)
    window: tuple  # ((lowest x, highest x), (lowest y, highest y))
    minimum: tuple  # (x, y)


def corners(ground: Surface) -> tuple[Floats, Floats]:
    """(lowest x, y), (highest x, y) of the window."""
    x0, x1, y0, y1 = np.ravel(ground.window)
    return np.array([x0, y0], float), np.array([x1, y1], float)


def bowl(steepness: float, start: tuple = (-4.0, 1.5), window: tuple = ((-5, 5), (-2, 2))) -> Surface:
    """f = ½ (x² + steepness · y²): a ravine along x, so many times as steep across."""
    return Surface(lambda x, y: 0.5 * (x**2 + steepness * y**2), lambda x, y: (x, steepness * y),
                   start, window, (0.0, 0.0))


def turned_points(points: npt.ArrayLike, degrees: float) -> Floats:
    """Points, (…, 2), turned about the origin, against the clock for y upward."""
    x, y = np.moveaxis(np.asarray(points, float), -1, 0)
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.stack([cos * x - sin * y, sin * x + cos * y], axis=-1)


def turned(surface: Surface, degrees: float) -> Surface:
    """The same surface, its start and its window too, turned about the origin: its axes no longer lie along x and y."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))

    def back(x, y):
        return cos * x + sin * y, cos * y - sin * x

    def value(x, y):
        return surface.value(*back(x, y))

    def gradient(x, y):
        across, up = surface.gradient(*back(x, y))
        return cos * across - sin * up, sin * across + cos * up

    def point(w):
        return cos * w[0] - sin * w[1], sin * w[0] + cos * w[1]

    low, high = corners(surface)
    middle, half = point((low + high) / 2), (high - low) / 2
    sizes = np.hypot(cos * half[0], sin * half[1]), np.hypot(sin * half[0], cos * half[1])
    window = tuple((m - size, m + size) for m, size in zip(middle, sizes, strict=True))
    return Surface(value, gradient, point(surface.start), window, point(surface.minimum))


SURFACES = {
    "ravine": bowl(20.0, (-4.0, 1.0)),
    "banana valley": Surface(lambda x, y: (1 - x) ** 2 + 10 * (y - x**2) ** 2,  # Rosenbrock 1960, less steep
                             lambda x, y: (-2 * (1 - x) - 40 * x * (y - x**2), 20 * (y - x**2)),
                             (-1.5, 1.5), ((-2, 2), (-1, 3)), (1.0, 1.0)),
    "saddle": Surface(lambda x, y: 0.5 * x**2 + 0.25 * y**4 - 0.5 * y**2, lambda x, y: (x, y**3 - y),
                      (-1.5, 0.01), ((-2, 2), (-1.6, 1.6)), (0.0, 1.0)),
    "badly scaled bowl": bowl(400.0, (-4.0, 0.4), ((-5, 5), (-0.6, 0.6))),
    "ravine askew": turned(bowl(20.0, (-4.0, 1.0), ((-4.6, 4.6), (-3, 3))), 45),
}


# The walk


def run(ground: Surface, optimizer: Optimizer, start: npt.ArrayLike, steps: int) -> Floats:
    """All points from the start on: (steps + 1, …, 2). With several learning rates (k, 1), k paths at once."""
    w = np.asarray(start, float)
    state, points = optimizer.init(w), [w]
    with np.errstate(all="ignore"):  # a rate that is too large may go to infinity: that is an answer
        for _ in range(steps):
            w, state = optimizer.step(w, slope(ground, w), state)
            points.append(w)
    return np.array(points)


def slope(ground: Surface, w: Floats) -> Floats:
    """The gradient at points (…, 2), of the same shape."""
    return np.stack(np.broadcast_arrays(*ground.gradient(w[..., 0], w[..., 1])), axis=-1)


def height(ground: Surface, w: Floats) -> Floats:
    """How high points (…, 2) lie above the lowest point of the window's surface."""
    with np.errstate(all="ignore"):
        return ground.value(w[..., 0], w[..., 1]) - floor(ground)


def floor(ground: Surface) -> float:
    """The height of the surface's minimum."""
    x, y = np.reshape(ground.minimum, (-1, 2))[0]  # of several, the first
    return float(ground.value(x, y))


def curvatures(surface: Surface) -> tuple[float, float]:
    """The least and the largest curvature at the minimum: eigenvalues of the gradient's own slope there."""
    x, y = (float(value) for value in np.reshape(surface.minimum, (-1, 2))[0])
    d = 1e-5
    columns = [(np.array(surface.gradient(x + d * a, y + d * b), float)
                - np.array(surface.gradient(x - d * a, y - d * b), float)) / (2 * d) for a, b in ((1, 0), (0, 1))]
    matrix = np.stack(columns)
    least, largest = np.linalg.eigvalsh((matrix + matrix.T) / 2)
    return float(least), float(largest)


# The window


def place(ground: Surface, across: float, up: float) -> Floats:
    """A point of the window, given in %."""
    low, high = corners(ground)
    return low + (high - low) * np.array([across, up]) / 100


def start_share(ground: Surface) -> list[float]:
    """Where the surface's own start lies in its window, in %."""
    low, high = corners(ground)
    share = 100 * (np.asarray(ground.start, float) - low) / (high - low)
    return [round(float(value), 2) for value in share]  # two digits: a start beside a saddle's ridge stays beside it


# The race: each optimizer at its best rate


RULES = {
    "gradient descent": lambda learning_rate, beta1: GradientDescent(learning_rate),
    "momentum": lambda learning_rate, beta1: Momentum(learning_rate, beta1),
    "AdaGrad": lambda learning_rate, beta1: AdaGrad(learning_rate),
    "RMSprop": lambda learning_rate, beta1: RMSprop(learning_rate),
    "Adam": lambda learning_rate, beta1: Adam(learning_rate, beta1),
}
RATES = np.logspace(-4, 2, 49)  # what the sweep tries: eight in each tenfold
STEPS = 60
ARRIVED = 1e-12  # lower than this is no better


@cache
def best_rates(surface: str, steps: int = STEPS) -> dict[str, float]:
    """{optimizer: η}: the learning rate whose last ten steps stay lowest, of those that never leave the window.

    One low step would be luck: the highest of the last ten counts. From the surface's own start.
    """
    ground = SURFACES[surface]
    start = np.tile(np.asarray(ground.start, float), (len(RATES), 1))
    low, high = corners(ground)
    best = {}
    for name, rule in RULES.items():
        path = run(ground, rule(RATES[:, None], 0.9), start, steps)
        inside = np.all((path >= low) & (path <= high), axis=(0, 2))
        worst = np.where(inside, height(ground, path[-10:]).max(axis=0).clip(ARRIVED), np.inf)
        best[name] = float(RATES[np.argmin(worst)])
    return best


# A ravine, for every β and η


def measured_shrinkage(betas: npt.ArrayLike, steps: npt.ArrayLike, kappa: float) -> Floats:
    """What a step of accumulated momentum leaves of the distance in a ravine, found by walking.

    Args:
        betas: (b,), the values of β. steps: (s,), those of η λ_max. kappa: the curvatures are 1 and κ.

    Returns:
        (b, s): the mean factor of the steps 201 to 400 from (1, 1), above 1 where the walk flies off.
    """
    beta, rate = np.reshape(betas, (-1, 1, 1)), np.reshape(steps, (1, -1, 1)) / kappa
    w = np.ones((beta.size, rate.size, 2))
    velocity, lengths = 0 * w, {}
    with np.errstate(over="ignore"):
        for t in range(1, 401):
            velocity = beta * velocity + np.array([1, kappa]) * w
            w = w - rate * velocity
            if t in (200, 400):  # with the velocity: a swing that passes the minimum is not near it
                lengths[t] = np.hypot.reduce(np.hypot(w, rate * velocity), axis=-1)
        return (lengths[400] / lengths[200]) ** (1 / 200)


# What momentum remembers

PATTERNS = ("one impulse", "steady, with noise", "zigzag", "turns round")
IMPULSES = 60


def impulses(pattern: str, noise: float, seed: int = 0) -> Floats:
    """A row of IMPULSES gradients."""
    t = np.arange(IMPULSES)
    plain = {"one impulse": t == 5, "steady, with noise": np.full(IMPULSES, 0.5), "zigzag": (-1.0) ** t,
             "turns round": np.where(t < 30, 1.0, -1.0)}[pattern]
    return plain + noise * np.random.default_rng(seed).standard_normal(IMPULSES)


def velocities(gradients: npt.ArrayLike, beta: float) -> Floats:
    """V after each gradient, averaged: V ← βV + (1 − β)g."""
    optimizer, state, seen = Momentum(1.0, beta), Momentum(1.0).init(0.0), []
    for gradient in np.asarray(gradients):
        _, state = optimizer.step(0.0, gradient, state)
        seen.append(state.velocity)
    return np.array(seen)
