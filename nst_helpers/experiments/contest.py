"""One transfer for all optimizers: the same photograph, style and noise; and what `make runs` computed of it before.

`tools/race.py` writes
    data/race/race.json     every run: optimizer, η, schedule, size, memory, and the loss at each step
    data/race/NAME.webp     the pictures at 320 pixels
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from nst_helpers.arrays import Image, Numbers
from nst_helpers.backend import tf
from nst_helpers.experiments.painting import painted
from nst_helpers.images import load_image, noise_image
from nst_helpers.networks import FeatureNetwork, data_folder
from nst_helpers.objective import Objective
from nst_helpers.optimizers import LBFGS, LBFGSState
from nst_helpers.schedule import cosine
from nst_helpers.settings import Settings
from nst_helpers.shipped import shipped_picture

CONTENT, STYLE = "temple", "night_swirls"
_FAR = 1e6  # in grey levels: longer than any step of L-BFGS


class Transfer(NamedTuple):
    """A loss of pictures, and where all begin."""

    look: Callable  # picture → (loss, gradient): a number, and an array like the picture
    noise: Image  # (height, width, 3) float32, 0–255


class Painted(NamedTuple):
    """What an optimizer made."""

    image: Image  # (height, width, 3) float32, 0–255
    losses: Numbers  # before each step, and after the last: (steps + 1,)


class StoredRace(NamedTuple):
    """One run that was computed before."""

    optimizer: str
    learning_rate: float  # 0 where there is none
    schedule: str  # "constant" or "cosine"
    size: int  # longer side in pixels
    memory: int  # pairs that L-BFGS keeps
    losses: Numbers  # before each step, and after the last
    seed: int = 0  # of the noise

    @property
    def end(self) -> float:
        """The loss of the finished picture."""
        return float(self.losses[-1])

    @property
    def steps(self) -> int:
        return len(self.losses) - 1


def one_transfer(network: FeatureNetwork, size: int, seed: int = 0) -> Transfer:
    """The temple in the style of the night, with the default weights α, β, γ, at one size.

    Args:
        network: looks at the pictures.
        size: longer side of the picture in pixels.
        seed: of the noise.

    Returns:
        A `Transfer`; its loss is a mean over pixels and features, so a pixel's gradient falls with their number.
    """
    content = shipped_picture(CONTENT, size)
    style = shipped_picture(STYLE, 2 * size)
    objective = Objective(network, Settings(), content, [(1.0, style)], 1.0)

    def look(w):
        gradient, losses = objective(tf.constant(w, tf.float32))
        return float(losses[-1]), gradient.numpy()

    return Transfer(look, noise_image(*content.shape[:2], seed=seed))


def paint(transfer: Transfer, step: Callable, memory: Any, learning_rate: float, steps: int,
          schedule: str | Callable[[int, int], float] = "constant") -> Painted:
    """Lower a transfer's loss from its noise; pixels stay from 0 to 255.

    Args:
        transfer: the loss and the start.
        step: (w, gradient, memory, η) → (the next w, the next memory).
        memory: before the first step.
        learning_rate: η at the start.
        steps: how many; each evaluates the loss and its gradient once.
        schedule: "constant", or "cosine": η falls to zero along half a cosine; or (number of the step, steps) → the
            share of η that this step takes.
    """
    image, losses = transfer.noise, []
    share_of = schedule if callable(schedule) else cosine if schedule == "cosine" else lambda number, steps: 1.0
    rates = [learning_rate * share_of(number, steps) for number in range(steps)]
    for moment in painted(transfer.look, image, step, memory, rates):
        losses.append(moment.loss)
        image = moment.image
    return Painted(image, np.array([*losses, transfer.look(image)[0]]))


def barzilai_borwein(w: Image, gradient: Image, memory: tuple, learning_rate: float) -> tuple:
    """One step of a rule that measures its own length: dᵀy / yᵀy times the gradient (Barzilai, Borwein 1988).

    The same as L-BFGS with one pair, but without its directions, and capped in the same way.

    Args:
        w: the picture. gradient: at w.
        memory: (the last w, the gradient there, the last dᵀy / yᵀy); before the first step (w, 0 w, infinity).
        learning_rate: the most that a step may move a number (root mean square).

    Returns:
        (the next w, the next memory).
    """
    d, y, factor = w - memory[0], gradient - memory[1], memory[2]
    if np.vdot(d, y) > 0:
        factor = np.vdot(d, y) / np.vdot(y, y)
    size = np.sqrt(np.mean(gradient**2))
    return w - min(factor, learning_rate / size) * gradient, (w, gradient, factor)


def one_length(w: Image, gradient: Image, state: LBFGSState, learning_rate: float) -> tuple:
    """One step of L-BFGS with one pair, made as long as the learning rate says: its direction without its length.

    Args:
        w, gradient: the picture and the gradient there. state: of `LBFGS.init`, or of the step before.
        learning_rate: how far the step moves a number (root mean square).

    Returns:
        (the next w, the next state).
    """
    ahead, state = LBFGS(_FAR, memory=1).step(w, gradient, state)
    step = ahead - w
    size = np.sqrt(np.mean(step**2))
    return w + (learning_rate / size * step if size > 0 else step), state


def stored_races(**wanted: Any) -> list[StoredRace]:
    """The runs computed before that have these values, as in stored_races(optimizer="Adam", size=160); seed 0."""
    wanted = {"seed": 0, **wanted}
    races = [StoredRace(**{**told, "losses": np.array(told["losses"])}) for told in read()]
    return [race for race in races if all(getattr(race, key) == value for key, value in wanted.items())]


def best(**wanted: Any) -> StoredRace:
    """Of `stored_races`, the one whose picture has the lowest loss; ValueError where there is none."""
    return min(stored_races(**wanted), key=lambda race: race.end)


def from_other_noise(race: StoredRace) -> float:
    """The loss at the end of the same optimizer with the same η and schedule, from the second noise."""
    (other,) = stored_races(optimizer=race.optimizer, schedule=race.schedule, learning_rate=race.learning_rate, seed=1,
                            steps=race.steps)
    return other.end


def picture(name: str) -> Image:
    """A picture that was computed before, (height, width, 3) float32, 0–255; ImageError where there is none."""
    return load_image(folder() / f"{name}.webp", None)


def read() -> list[dict]:
    """What race.json tells, a dictionary a run."""
    path = folder() / "race.json"
    return json.loads(path.read_text(encoding="utf-8"))["runs"] if path.is_file() else []


def folder() -> Path:
    """Where the runs are kept."""
    return data_folder() / "race"
