"""Optimizers that give every number a step size of its own, compared on small problems, each at its own best η.

Two of them are here and not in `nst_helpers.optimizers`, because a transfer does not offer them: Rprop, from which
RMSprop was made, and AdaDelta. Letters as there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from nst_helpers.experiments.landscapes import Surface, height, slope
from nst_helpers.optimizers import AdaGrad, GradientDescent, Momentum, RMSprop, ScaleState
from nst_helpers.schedule import cosine


class RpropState(NamedTuple):
    """What Rprop remembers."""

    size: Any  # Δ, like w: each number's step over η
    sign: Any  # of the last gradient, like w


@dataclass(frozen=True)
class Rprop:
    """Δ ← 1.2 Δ where the gradient keeps its sign, Δ ← Δ/2 where it turns; w ← w − η Δ sign(g).

    Riedmiller, Braun 1993, without the step back ("Rprop−" of Igel, Hüsken 2003). η is the first step's length.
    """

    learning_rate: float
    grow: float = 1.2
    shrink: float = 0.5
    compiles: ClassVar[bool] = True

    def init(self, w: Any) -> RpropState:
        return RpropState(0.0 * w + 1.0, 0.0 * w)

    def step(self, w: Any, gradient: Any, state: RpropState) -> tuple[Any, RpropState]:
        sign = np.sign(gradient)
        agree = sign * state.sign  # 1 the same sign, −1 another, 0 one of them is 0
        size = state.size * np.where(agree > 0, self.grow, np.where(agree < 0, self.shrink, 1.0))
        return w - self.learning_rate * size * sign, RpropState(size, sign)


class AdaDeltaState(NamedTuple):
    """What AdaDelta remembers."""

    scale: Any  # s, like w: running mean of g²
    moved: Any  # u, like w: running mean of the squared steps, in the units of w²


@dataclass(frozen=True)
class AdaDelta:
    """s ← βs + (1 − β)g², Δ = √(u + ε) / √(s + ε) · g, u ← βu + (1 − β)Δ², w ← w − ηΔ  (Zeiler 2012).

    Zeiler's form has η = 1. Keras multiplies by η, 0.001 unless told otherwise.
    """

    learning_rate: float = 1.0
    beta: float = 0.95
    epsilon: float = 1e-6
    compiles: ClassVar[bool] = True

    def init(self, w: Any) -> AdaDeltaState:
        return AdaDeltaState(0.0 * w, 0.0 * w)

    def step(self, w: Any, gradient: Any, state: AdaDeltaState) -> tuple[Any, AdaDeltaState]:
        scale = self.beta * state.scale + (1.0 - self.beta) * gradient**2
        delta = (state.moved + self.epsilon) ** 0.5 / (scale + self.epsilon) ** 0.5 * gradient
        moved = self.beta * state.moved + (1.0 - self.beta) * delta**2
        return w - self.learning_rate * delta, AdaDeltaState(scale, moved)


@dataclass(frozen=True)
class KerasAdaGrad(AdaGrad):
    """AdaGrad as Keras computes it unless told otherwise: ε under the root, and s from 0.1."""

    epsilon_inside: bool = True

    def init(self, w: Any) -> ScaleState:
        return ScaleState(scale=0.0 * w + 0.1)


RULES = {  # {name: η → optimizer}
    "gradient descent": GradientDescent,
    "momentum": Momentum,
    "Rprop": Rprop,
    "AdaGrad": AdaGrad,
    "RMSprop": RMSprop,
    "AdaDelta": lambda learning_rate: AdaDelta(learning_rate, epsilon=1e-14),
    "RMSprop, ε inside": lambda learning_rate: RMSprop(learning_rate, epsilon_inside=True),
    "AdaGrad, Keras": KerasAdaGrad,
}


# Schedules: part of the run that is over → factor of η


def constant(share: float) -> float:
    """η stays."""
    return 1.0


def falling(share: float) -> float:
    """η falls to 0 along half a cosine."""
    return cosine(share, 1)


SCHEDULES = {"constant": constant, "falling": falling}
GRID = 2.0 ** np.arange(-12, 31)  # what a sweep tries
ARRIVED = 1e-12  # lower than this is no better


# Small problems


def sweep_surface(ground: Surface, rule: Callable, schedule: Callable = constant, steps: int = 60,
                  rates: npt.ArrayLike = GRID) -> npt.NDArray[np.floating]:
    """For each learning rate, the highest of the last ten points above the minimum of a surface of one minimum.

    Args:
        ground: the surface; every walk starts at its start. rule: η → optimizer, as in RULES. schedule: of SCHEDULES.
        steps: how many. rates: the learning rates, (k,).

    Returns:
        (k,), at least ARRIVED; infinite for a walk that was ever farther from the minimum than its start.
    """
    rates = np.reshape(rates, (-1, 1))
    w = np.tile(np.asarray(ground.start, float), (len(rates), 1))
    away = w - ground.minimum
    far, state, highest = 1.01 * np.hypot(*away.T), rule(1.0).init(w), np.zeros(len(rates))
    with np.errstate(all="ignore"):
        for step in range(steps):
            w, state = rule(rates * schedule(step / steps)).step(w, slope(ground, w), state)
            highest = np.where(np.hypot(*(w - ground.minimum).T) <= far, highest, np.inf)  # nan is far, too
            if step >= steps - 10:
                highest = np.fmax(highest, height(ground, w))  # an infinity stays, a nan is passed over
    return np.maximum(highest, ARRIVED)


def sweep_words(rule: Callable, shares: Sequence[float], schedule: Callable = constant, steps: int = 2000,
                rates: npt.ArrayLike = GRID, seeds: int = 8) -> npt.NDArray[np.floating]:
    """Learn what each word of a text is worth, one text a step; words differ in how often they occur.

    A text holds word j with probability shares[j], and is worth the sum of its words, each +1 or −1, and some noise.
    The loss of a step is half the squared error on one text, so the gradient is 0 for each word that it lacks.

    Args:
        rule, schedule, steps, rates: as in `sweep_surface`. shares: of each word, 0–1. seeds: how many repetitions.

    Returns:
        (k,): at the end, the mean squared error of the words' values, from 1 (nothing learnt) to 0; each word counts
        alike. Infinite where a walk went astray.
    """
    rates = np.reshape(rates, (-1, 1, 1))
    generator = np.random.default_rng(0)
    values = generator.choice([-1.0, 1.0], (seeds, len(shares)))
    w = np.zeros((len(rates), seeds, len(shares)))
    state = rule(1.0).init(w)
    with np.errstate(all="ignore"):
        for step in range(steps):
            words = (generator.random((seeds, len(shares))) < shares).astype(float)
            worth = (words * values).sum(-1) + 0.3 * generator.standard_normal(seeds)
            gradient = ((w * words).sum(-1) - worth)[..., None] * words
            w, state = rule(rates * schedule(step / steps)).step(w, gradient, state)
        errors = ((w - values) ** 2).mean((-1, -2))
    return np.where(np.isfinite(errors), errors, np.inf)
