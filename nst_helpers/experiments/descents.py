"""Plain descent and momentum on a picture, and the race of them that was computed before (lesson 08)."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nst_helpers.experiments.painting import painted, step_of
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder
from nst_helpers.optimizers import GradientDescent, Momentum

Picture = npt.NDArray[np.floating]


class Nesterov(NamedTuple):
    """Momentum that looks ahead, averaged, in the form that Keras computes; w is the point it looks ahead to."""

    learning_rate: float
    beta: float = 0.9

    def init(self, w: Any) -> Any:
        return 0.0 * w

    def step(self, w: Any, gradient: Any, velocity: Any) -> tuple[Any, Any]:
        velocity = self.beta * velocity + (1 - self.beta) * gradient
        return w - self.learning_rate * (self.beta * velocity + (1 - self.beta) * gradient), velocity


RULES = {"plain descent": GradientDescent, "momentum": Momentum, "Nesterov": Nesterov}  # with β = 0.9


def paint(look: Callable, photo: npt.ArrayLike, optimizer: Any, steps: int) -> tuple[Picture, list[float]]:
    """Descend from a photograph; pixels are held between 0 and 255.

    Args:
        look: w → (loss, gradient), tensors. photo: (height, width, 3), a tensor. optimizer: as of RULES. steps: number.

    Returns:
        (the picture, the loss before each step). A walk that has flown off, to twice its first loss, ends there.
    """
    image, losses = np.asarray(photo), []
    step = step_of(lambda rate: optimizer)  # its own η, throughout
    for moment in painted(look, image, step, optimizer.init(image), [1.0] * steps):
        losses.append(moment.loss)
        if losses[-1] > 2 * losses[0]:
            break
        image = moment.image
    return image, losses


def late(losses: list[float]) -> float:
    """The mean of the last five losses; infinite where the walk flew off."""
    return float(np.mean(losses[-5:])) if np.max(losses) <= 2 * losses[0] else float("inf")


class Descents(NamedTuple):
    """A race on one picture that was computed before by tools/descents.py."""

    settings: dict  # pictures, size, weights, steps; "limit": 2/λ_max at the photograph, without total variation
    losses: dict  # {rule: {η over the limit: [loss before each step]}}
    images: dict  # {rule: the picture at its best η}
    best: dict  # {rule: its best η, over the limit}


@cache
def load_descents() -> Descents:
    """The race that is shipped (data/runs/descents.json and its pictures)."""
    told = json.loads((folder() / "descents.json").read_text(encoding="utf-8"))
    losses = {rule: {float(share): row for share, row in rows.items()} for rule, rows in told["losses"].items()}
    best = {rule: min(rows, key=lambda share, rows=rows: late(rows[share])) for rule, rows in losses.items()}
    images = {rule: load_image(folder() / f"descents_{file_name(rule)}.webp", None) for rule in losses}
    return Descents(told["settings"], losses, images, best)


def file_name(rule: str) -> str:
    """"plain descent" → "plain_descent"."""
    return rule.lower().replace(" ", "_")


def folder() -> Path:
    """Where the race is kept."""
    return data_folder() / "runs"
