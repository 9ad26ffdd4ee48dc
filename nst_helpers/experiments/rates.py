"""Optimizers raced on a picture from noise, each at its own learning rate; and the races that were run before.

`make runs` (tools/adaptive.py) computes data/adaptive: race.json, with every score, and a picture for each of PICTURES.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nst_helpers.arrays import Image, Numbers
from nst_helpers.experiments.adaptive import constant
from nst_helpers.experiments.painting import painted, painting_loss, step_of, with_gradient
from nst_helpers.images import load_image, noise_image
from nst_helpers.networks import data_folder
from nst_helpers.shipped import shipped_picture

TV_EPSILON = 10.0  # in grey levels
SMALL, LARGE, LARGE_STEPS = 96, 320, 100  # pixels along the longer side; steps of a large picture
SEEDS = 1, 2  # of the noises from which the race is run again
PICTURES = {  # {name: (rule, η)}; from 96 to 320 pixels the gradients shrink to an eleventh, so some η grow by eight
    "descent_16": ("gradient descent", 16.0), "inside_16": ("RMSprop, ε inside", 16.0), "outside_16": ("RMSprop", 16.0),
    "descent_best": ("gradient descent", 2.0**20), "momentum_best": ("momentum", 2.0**23),
    "inside_best": ("RMSprop, ε inside", 512.0), "outside_512": ("RMSprop", 512.0)}


def total_loss(network: Any, content: Image, style: Image, alpha: float, beta: float,
               gamma: float) -> Callable:
    """α content + β style + γ total variation, each a mean, as one compiled function of the picture.

    Args:
        network: a `FeatureNetwork`. content, style: images (height, width, 3), 0–255.
        alpha, beta, gamma: the weights; the layers are those of `painting_loss`.

    Returns:
        w (height, width, 3), as large as the content → (the loss, its gradient on the pixels).
    """
    loss = painting_loss(network, content, style, beta, alpha)
    return with_gradient(lambda w: loss(w, gamma, TV_EPSILON))


class Painted(NamedTuple):
    """A picture that was painted from a start, and what was seen on the way."""

    image: npt.NDArray[np.float32]  # (height, width, 3), 0–255
    losses: list[float]  # before each step
    moves: list[float]  # by how many grey levels a value moved in each step, on average
    gradients: list[npt.NDArray[np.float32]]  # of the steps that were asked for

    @property
    def score(self) -> float:
        """The mean loss of the last ten steps: one low step would be luck."""
        score = float(np.mean(self.losses[-10:]))
        return score if np.isfinite(score) else np.inf


def paint(look: Callable, start: Numbers, rule: Callable, learning_rate: float, schedule: Callable = constant,
          steps: int = 100, keep: Callable = lambda step: False) -> Painted:
    """Lower a loss of a picture by a rule.

    Args:
        look: w → (loss, gradient). start: the first picture. rule: η → optimizer, as in RULES.
        learning_rate: η. schedule: part of the run that is over → factor of η.
        steps: how many. keep: step → whether its gradient is kept.
    """
    image, losses, moves, gradients = np.asarray(start, np.float32), [], [], []
    rates = [learning_rate * schedule(step / steps) for step in range(steps)]
    for step, moment in enumerate(painted(look, image, step_of(rule), rule(1.0).init(image), rates)):
        losses.append(moment.loss)
        moves.append(float(np.abs(moment.image - image).mean()))
        gradients += [moment.gradient] if keep(step) else []
        image = moment.image
    return Painted(image, losses, moves, gradients)


# The race on the cat


def cat_race(network: Any, size: int = SMALL, seed: int = 0) -> tuple[Callable, npt.NDArray[np.float32]]:
    """(the total loss of a cat in the manner of an impasto, as of `total_loss`; the noise from which a race starts).

    Args:
        network: a `FeatureNetwork`. size: pixels of the longer side; the style has twice as many.
        seed: of the noise.
    """
    content = shipped_picture("cat", size)
    style = shipped_picture("autumn_impasto", 2 * size)
    look = total_loss(network, content, style, alpha=8.0, beta=50.0, gamma=0.3)
    return look, noise_image(*content.shape[:2], seed=seed)


def power(rate: float) -> str:
    """A learning rate of a grid of powers of two, with its exponent raised: 2²⁰ for 1,048,576, 2⁻⁴ for 0.0625."""
    return "2" + str(round(np.log2(rate))).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


class StoredRace(NamedTuple):
    """What is kept of the races, at SMALL pixels; scores are mean losses of the last ten steps."""

    told: dict[str, dict[str, Any]]  # {part: {"rule|schedule|η": score}}; the parts are those of `curve`

    @property
    def pictures(self) -> dict[str, dict[str, Any]]:
        """{name: {"rule", "rate", "loss"}} of the large pictures."""
        return self.told["pictures"]

    def curve(self, rule: str, schedule: str = "falling", part: str = "grid") -> dict[float, float]:
        """{η: loss} of a rule, from small to large η.

        Args:
            rule: of `adaptive.RULES`. schedule: of `adaptive.SCHEDULES`.
            part: "grid", 100 steps; and with each schedule at its best of the grid: "noise 1" and "noise 2", the same
                from another noise, and "control", 300 steps.
        """
        found = {}
        for key, loss in self.told[part].items():
            name, kind, rate = key.split("|")
            if (name, kind) == (rule, schedule):
                found[float(rate)] = loss
        return dict(sorted(found.items()))

    def best(self, rule: str, schedule: str = "falling", part: str = "grid") -> tuple[float, float]:
        """(η, loss) of a rule at its best learning rate."""
        curve = self.curve(rule, schedule, part)
        rate = min(curve, key=curve.__getitem__)
        return rate, curve[rate]

    def noises(self, rule: str, schedule: str = "falling") -> npt.NDArray[np.floating]:
        """The losses of a rule from every noise, at the η that is best for the first one with this schedule."""
        parts = ("grid", *(f"noise {seed}" for seed in SEEDS))
        return np.array([self.best(rule, schedule, part)[1] for part in parts])

    def image(self, name: str) -> npt.NDArray[np.float32]:
        """A large picture, (height, width, 3), 0–255."""
        return load_image(folder() / f"{name}.webp", None)


def load_race() -> StoredRace:
    """The races that were run before."""
    return StoredRace(json.loads((folder() / "race.json").read_text(encoding="utf-8")))


def folder() -> Path:
    """Where they are kept."""
    return data_folder() / "adaptive"
