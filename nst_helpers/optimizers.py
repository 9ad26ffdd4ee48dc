"""Five optimizers in plain arithmetic, the same lines for NumPy arrays and TensorFlow tensors; and L-BFGS.

What an optimizer is, `Optimizer` says: a pair of pure functions. So a run can be paused, stored, resumed or handed to
another optimizer at any point.

Letters: w parameters, g gradient ∇w, V velocity (mean of the gradients), s scale (mean of their
squares), η learning_rate, β beta, β₁ beta1, β₂ beta2, ε epsilon, t number of steps taken. All operations
are elementwise. Where each is derived by hand, docs/formulas.md tells; the tests compare each with Keras.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import numpy as np


@runtime_checkable
class Optimizer(Protocol):
    """What every optimizer here is, and what a transfer asks of one: a class called with η that makes two functions.

    Attributes:
        learning_rate: η > 0, in the units of w; it is only read. With it alone, every optimizer can be made.
        compiles: whether `step` is plain arithmetic of tensors on a state of fixed structure, whose parts are like w or
            numbers, so that `tf.function` can compile it for all η at once. One that says False takes tensors too.
    """

    compiles: ClassVar[bool]

    @property
    def learning_rate(self) -> float: ...

    def init(self, w: Any) -> NamedTuple:
        """The state before the first step from w, an array or a tensor of any shape: a named tuple.

        It need not be of w's own kind: its parts are arrays, tensors or numbers, perhaps nested in tuples.
        """
        ...

    def step(self, w: Any, gradient: Any, state: Any) -> tuple[Any, Any]:
        """(the next w, the next state), like w and what `init` made; nothing is changed in place.

        Args:
            w: the parameters.
            gradient: ∇L at w, like w.
            state: of `init`, or of the step before; NumPy arrays in it may have become tensors, and the reverse.
        """
        ...


class GradientDescentState(NamedTuple):
    """Plain descent remembers nothing."""


class MomentumState(NamedTuple):
    """What momentum remembers."""

    velocity: Any  # V, like w


class ScaleState(NamedTuple):
    """What AdaGrad and RMSprop remember."""

    scale: Any  # s, like w


class AdamState(NamedTuple):
    """What Adam remembers."""

    t: float  # steps taken
    velocity: Any  # V, like w
    scale: Any  # s, like w


class LBFGSState(NamedTuple):
    """What L-BFGS remembers: the last point and its gradient, and how both moved in the steps before."""

    w: Any
    gradient: Any  # zero before the first step
    pairs: tuple  # ((s, y), …) from old to new: s how w moved, y how the gradient changed with it


@dataclass(frozen=True)
class GradientDescent:
    """w ← w − η g  (Cauchy 1847)."""

    learning_rate: float
    compiles: ClassVar[bool] = True

    def init(self, w: Any) -> GradientDescentState:
        return GradientDescentState()

    def step(self, w: Any, gradient: Any, state: GradientDescentState) -> tuple[Any, GradientDescentState]:
        return w - self.learning_rate * gradient, state


@dataclass(frozen=True)
class Momentum:
    """V ← βV + (1 − β)g, w ← w − ηV  (Polyak 1964).

    That is the weighted average, `average=True`. With `average=False` gradients accumulate,
    V ← βV + g, as in Keras's SGD: the same path at a learning rate smaller by the factor 1 − β.
    """

    learning_rate: float
    beta: float = 0.9
    average: bool = True
    compiles: ClassVar[bool] = True

    def init(self, w: Any) -> MomentumState:
        return MomentumState(velocity=0.0 * w)

    def step(self, w: Any, gradient: Any, state: MomentumState) -> tuple[Any, MomentumState]:
        share = 1.0 - self.beta if self.average else 1.0
        velocity = self.beta * state.velocity + share * gradient
        return w - self.learning_rate * velocity, MomentumState(velocity)


@dataclass(frozen=True)
class AdaGrad:
    """s ← s + g², w ← w − η g / (√s + ε)  (Duchi, Hazan, Singer 2011, JMLR 12).

    Keras puts ε under the root, g / √(s + ε): `epsilon_inside=True`; and it starts s at 0.1 unless told
    otherwise, where this and the publication start at 0.
    """

    learning_rate: float
    epsilon: float = 1e-7
    epsilon_inside: bool = False
    compiles: ClassVar[bool] = True

    def init(self, w: Any) -> ScaleState:
        return ScaleState(scale=0.0 * w)

    def step(self, w: Any, gradient: Any, state: ScaleState) -> tuple[Any, ScaleState]:
        scale = state.scale + gradient**2
        return w - self.learning_rate * gradient / _root(scale, self), ScaleState(scale)


@dataclass(frozen=True)
class RMSprop:
    """s ← βs + (1 − β)g², w ← w − η g / (√s + ε)  (Hinton 2012, lecture 6e).

    Keras computes g / √(s + ε), whatever its documentation suggests: `epsilon_inside=True`.
    """

    learning_rate: float
    beta: float = 0.9
    epsilon: float = 1e-7
    epsilon_inside: bool = False
    compiles: ClassVar[bool] = True

    def init(self, w: Any) -> ScaleState:
        return ScaleState(scale=0.0 * w)

    def step(self, w: Any, gradient: Any, state: ScaleState) -> tuple[Any, ScaleState]:
        scale = self.beta * state.scale + (1.0 - self.beta) * gradient**2
        return w - self.learning_rate * gradient / _root(scale, self), ScaleState(scale)


@dataclass(frozen=True)
class Adam:
    """Momentum over RMSprop, both freed of their start at zero (Kingma, Ba 2015, algorithm 1).

        V ← β₁V + (1 − β₁)g        V̂ = V / (1 − β₁ᵗ)
        s ← β₂s + (1 − β₂)g²       ŝ = s / (1 − β₂ᵗ)        w ← w − η V̂ / (√ŝ + ε)

    `bias_correction=False` leaves the hats out. `epsilon_hat=True` adds ε to √s before the correction,
    η √(1 − β₂ᵗ)/(1 − β₁ᵗ) · V / (√s + ε), the faster form at the end of the paper's section 2, which is
    what Keras computes; the two differ noticeably only where ε is not far below √s.
    """

    learning_rate: float
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    bias_correction: bool = True
    epsilon_hat: bool = False
    compiles: ClassVar[bool] = True

    def init(self, w: Any) -> AdamState:
        return AdamState(t=0.0, velocity=0.0 * w, scale=0.0 * w)

    def step(self, w: Any, gradient: Any, state: AdamState) -> tuple[Any, AdamState]:
        t = state.t + 1.0
        velocity = self.beta1 * state.velocity + (1.0 - self.beta1) * gradient
        scale = self.beta2 * state.scale + (1.0 - self.beta2) * gradient**2
        correction1 = 1.0 - self.beta1**t if self.bias_correction else 1.0
        root2 = (1.0 - self.beta2**t) ** 0.5 if self.bias_correction else 1.0
        epsilon = self.epsilon if self.epsilon_hat else self.epsilon * root2
        # V̂ / (√ŝ + ε) with both corrections drawn out of the arrays, where they cost nothing.
        update = (self.learning_rate * root2 / correction1) * velocity / (scale**0.5 + epsilon)
        return w - update, AdamState(t, velocity, scale)


@dataclass(frozen=True)
class LBFGS:
    """w ← w − H g, where H estimates the inverse Hessian from the last few steps.

    Liu, Nocedal 1989; Nocedal, Wright, "Numerical Optimization", 2006, algorithm 7.4; what Gatys et al. used.
    There is no line search, which would ask for the loss several times a step. Instead η bounds the step: its root
    mean square is at most η, and exactly η as long as nothing is known of the curvature. NumPy only; tensors
    are taken as arrays.
    """

    learning_rate: float
    memory: int = 10
    compiles: ClassVar[bool] = False  # what it remembers grows, and NumPy computes it

    def init(self, w: Any) -> LBFGSState:
        w = np.asarray(w)
        return LBFGSState(w, 0.0 * w, ())

    def step(self, w: Any, gradient: Any, state: LBFGSState) -> tuple[Any, LBFGSState]:
        w, gradient = np.asarray(w), np.asarray(gradient)
        pairs = (*state.pairs, (w - state.w, gradient - state.gradient))
        if not _curves_upwards(*pairs[-1]):  # the first step too, whose s is zero
            pairs = pairs[:-1]
        pairs = pairs[max(0, len(pairs) - self.memory) :]  # not [-memory:]: of 0 that keeps all
        direction = _inverse_hessian_times(gradient, pairs)
        length = np.sqrt(np.mean(direction**2))
        if length > self.learning_rate or (not pairs and length > 0):
            direction = direction * (self.learning_rate / length)
        return w - direction, LBFGSState(w, gradient, pairs)


def _curves_upwards(s, y):
    """Whether a step saw positive curvature: only then may it enter the estimate."""
    return np.vdot(s, y) > 1e-10 * np.vdot(y, y) and np.vdot(s, y) > 0


def _inverse_hessian_times(gradient, pairs):
    """H g by the two loops: each pair corrects the estimate so that it maps y to s."""
    direction, shares = gradient, []
    for s, y in reversed(pairs):
        shares.append(np.vdot(s, direction) / np.vdot(s, y))
        direction = direction - shares[-1] * y
    if pairs:
        s, y = pairs[-1]
        direction = direction * (np.vdot(s, y) / np.vdot(y, y))
    for (s, y), share in zip(pairs, reversed(shares), strict=True):
        direction = direction + (share - np.vdot(y, direction) / np.vdot(s, y)) * s
    return direction


def _root(scale, optimizer):
    """√s + ε, or √(s + ε) where the optimizer wants ε inside."""
    if optimizer.epsilon_inside:
        return (scale + optimizer.epsilon) ** 0.5
    return scale**0.5 + optimizer.epsilon
