"""One loss, lowered from several starts until it hardly falls: do the descents end in one minimum, or in several?

Three descents begin at the photograph and at two noises. Three more begin beside an end that was
reached, or half-way between two of them, and show whether it is the bottom of a valley. `make runs` keeps::

    minima.json        of each descent its totals, the losses and the force at its end; how far apart the pictures were
    minima_NAME.webp   the picture at the end of each, without loss
"""

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from nst_helpers.arrays import Image
from nst_helpers.backend import tf
from nst_helpers.descent import descend, fresh
from nst_helpers.experiments.grain import rms
from nst_helpers.images import load_image, noise_image
from nst_helpers.networks import data_folder, shared_network
from nst_helpers.objective import WEIGHT_SUM, Objective, weight_sum
from nst_helpers.result import LOSSES
from nst_helpers.settings import Settings

MARKS = (10, 30, 100, 300, 600, 1000)  # steps after which a total is kept, and the pictures compared


class End(NamedTuple):
    """Where a descent ended."""

    image: Image  # (height, width, 3) float32, 0–255
    losses: dict[str, float]  # {"content", "style", "tv", "total"} there
    force: float  # root mean square of the total's gradient there, in loss per gray level, over what is free to move
    totals: dict[int, float]  # {steps done: total}, for those of MARKS that were reached


def objective_of(content: Image, style: Image, settings: Settings) -> Objective:
    """What is lowered: the loss of a picture as large as the content, without a margin.

    Args:
        content, style: images (height, width, 3), 0–255; the style at the size in which its strokes shall appear.
        settings: the network, the layers and the weights.
    """
    network = shared_network(settings.network, settings.pooling, settings.precision)
    return Objective(network, settings, content, [(1.0, style)], 1.0)


def starts(content: Image) -> dict[str, Image]:
    """{name: picture as large as the content}: the photograph, two noises."""
    height, width = content.shape[:2]
    return {"photograph": content, "noise": noise_image(height, width, seed=0),
            "second_noise": noise_image(height, width, seed=1)}


def kicked(image: Image, strength: float, seed: int = 0) -> Image:
    """A picture with noise added, normally distributed, of so many gray levels; still within 0–255."""
    noise = np.random.default_rng(seed).normal(0, strength, np.shape(image))
    return np.clip(image + noise, 0, 255).astype(np.float32)


def lowered(start: Image, objective: Callable, iterations: int, settings: Settings,
            watch: Callable[[int, Image], object] | None = None) -> End:
    """Descend from a picture for so many steps of the settings' optimizer.

    Args:
        start: image (height, width, 3), 0–255. objective: of `objective_of`.
        watch: called with (steps done, picture) at each of MARKS.

    Returns:
        The `End`.
    """
    totals, canvas = {}, start
    for state, losses in descend(fresh(start, settings), objective, iterations, settings):
        canvas = state.canvas
        totals[state.done - 1] = losses["total"]  # they are those of the picture before the step
        if watch and state.done in MARKS:
            watch(state.done, canvas)
    gradient, losses = objective(tf.constant(canvas))
    numbers: dict[str, float] = dict(zip(LOSSES, map(float, losses.numpy()), strict=True))
    totals[iterations] = numbers["total"]
    left = force(canvas, gradient.numpy() * weight_sum(settings) / WEIGHT_SUM)
    return End(canvas, numbers, left, {mark: totals[mark] for mark in MARKS if mark in totals})


def force(image: Image, gradient: Image) -> float:
    """Root mean square of a gradient over the numbers that are free: neither 0 nor 255."""
    return rms(gradient[(image > 0) & (image < 255)])


def apart(first: Image, second: Image) -> float:
    """How far two pictures are apart: the root mean square of their difference, in gray levels."""
    return rms(np.asarray(first, float) - second)


def pairs(pictures: Mapping[str, Image]) -> dict[str, float]:
    """{"one, other": how far they are apart} of all pairs."""
    names = list(pictures)
    return {f"{one}, {other}": apart(pictures[one], pictures[other])
            for place, one in enumerate(names) for other in names[place + 1 :]}


def load_minima() -> tuple[Settings, dict[str, End], dict[int, dict[str, float]]]:
    """What `make runs` measured.

    Returns:
        (the settings, {name: End}, {steps done: {"one, other": how far apart in gray levels}} of the three starts).
    """
    folder = data_folder() / "runs"
    told = json.loads((folder / "minima.json").read_text(encoding="utf-8"))
    ends = {name: End(load_image(folder / f"minima_{name}.webp", None), end["losses"], end["force"],
                      {int(mark): total for mark, total in end["totals"].items()})
            for name, end in told["ends"].items()}
    return Settings(**told["settings"]), ends, {int(mark): apart for mark, apart in told["apart"].items()}


def between(first: Image, second: Image, steps: int = 10) -> list[tuple[float, Image]]:
    """[(share, picture), …] on the straight way from one picture (share 0) to another (1), both ends included."""
    return [(share, ((1 - share) * first + share * second).astype(np.float32))
            for share in np.linspace(0, 1, steps + 1).tolist()]
