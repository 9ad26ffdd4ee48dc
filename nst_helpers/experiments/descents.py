"""Plain descent and momentum on a picture, and the race of them that was computed before."""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nst_helpers.arrays import Numbers
from nst_helpers.experiments.painting import painted, step_of
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder
from nst_helpers.optimizers import GradientDescent, Momentum


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


def paint(look: Callable, photo: npt.ArrayLike, optimizer: Any, steps: int, patient: bool = False
          ) -> tuple[Numbers, list[float]]:
    """Descend from a photograph, or from noise; pixels are held between 0 and 255.

    Args:
        look: w → (loss, gradient), tensors. photo: (height, width, 3), a tensor. optimizer: as of RULES. steps: number.
        patient: whether a walk that has flown off goes on: held to 0 … 255, some come back.

    Returns:
        (the picture, the loss before each step). A walk that has flown off, to twice its first loss, ends there.
    """
    image, losses = np.asarray(photo), []
    step = step_of(lambda rate: optimizer)  # its own η, throughout
    for moment in painted(look, image, step, optimizer.init(image), [1.0] * steps):
        losses.append(moment.loss)
        if losses[-1] > 2 * losses[0] and not patient:
            break
        image = moment.image
    return image, losses


def late(losses: list[float]) -> float:
    """The mean of the last five losses; infinite where the walk flew off."""
    return float(np.mean(losses[-5:])) if np.max(losses) <= 2 * losses[0] else float("inf")


def curvature_ends(product: Callable, start: Numbers, rounds: int) -> tuple[float, float]:
    """The least and the largest curvature from products with the Hessian alone (Lanczos 1950).

    Args:
        product: d → A d, arrays as large as start. start: a random direction, not 0.
        rounds: how many products. The ends of the spectrum come first; of many alike, the outermost.

    Returns:
        The extreme eigenvalues of A as seen from the directions start, A start, A² start, …
    """
    directions, diagonal, beside = [start / np.linalg.norm(start)], [], []
    for _ in range(rounds):
        stretched = np.asarray(product(directions[-1].astype(start.dtype)), float)
        diagonal.append(np.sum(directions[-1] * stretched))
        for direction in directions:  # all of them: rounding lets the old ones in again
            stretched = stretched - np.sum(direction * stretched) * direction
        beside.append(np.linalg.norm(stretched))
        if beside[-1] <= 1e-9 * abs(diagonal[0]):  # nothing new is left: small matrices only
            break
        directions.append(stretched / beside[-1])
    beside = beside[: len(diagonal) - 1]
    seen = np.linalg.eigvalsh(np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1))
    return float(seen[0]), float(seen[-1])


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
    losses = {rule: _from_small_to_large(rows) for rule, rows in told["losses"].items()}
    best = {rule: min(rows, key=lambda share, rows=rows: late(rows[share])) for rule, rows in losses.items()}
    images = {rule: load_image(folder() / f"descents_{file_name(rule)}.webp", None) for rule in losses}
    return Descents(told["settings"], losses, images, best)


class Tuned(NamedTuple):
    """A race on the same picture, smaller, in which β was tuned too; computed before by tools/descents.py."""

    settings: dict  # as of `Descents`; "starts": the names of the pictures with which a run began
    losses: dict  # {(start, rule, β): {η over the limit: the mean of the last five losses}}

    def best(self, rule: str, start: str = "photograph") -> dict[float, tuple[float, float]]:
        """{β: (its best η over the limit, the loss)} of a rule from one of the starts."""
        found = {}
        for (begin, name, beta), rows in self.losses.items():
            if (begin, name) == (start, rule):
                share = min(rows, key=rows.__getitem__)
                found[beta] = share, rows[share]
        return found


@cache
def load_tuned() -> Tuned:
    """The race with several β that is shipped (data/runs/descents_beta.json)."""
    told = json.loads((folder() / "descents_beta.json").read_text(encoding="utf-8"))
    losses = {}
    for key, rows in told["losses"].items():
        start, rule, beta = key.split("|")
        losses[start, rule, float(beta)] = _from_small_to_large(rows)
    return Tuned(told["settings"], losses)


def _from_small_to_large(rows):
    return {float(share): rows[share] for share in sorted(rows, key=float)}


def file_name(rule: str) -> str:
    """"plain descent" → "plain_descent"."""
    return rule.lower().replace(" ", "_")


def folder() -> Path:
    """Where the race is kept."""
    return data_folder() / "runs"
