"""One transfer in stages: does it help that the picture grows, or that the content counts more at first?

The package's coarse-to-fine run changes two things from stage to stage, the size of the picture and α's factor, and it
restarts the optimizer. Here each can be switched off by itself. `make runs` tunes η for every arm, and keeps::

    stages.json        what was measured of each run, and of the best η of the growing ones with twice the
                       iterations, which is about the work of the others
    stages_ARM.webp    the best picture of each arm
"""

import json
from typing import Any, NamedTuple

import numpy as np

from nst_helpers.arrays import Image
from nst_helpers.backend import tf
from nst_helpers.descent import descend, fresh
from nst_helpers.images import load_image, noise_image, resize_image
from nst_helpers.networks import data_folder, shared_network
from nst_helpers.objective import Objective
from nst_helpers.result import LOSSES
from nst_helpers.schedule import canvas_of, canvas_size, cut_out, pyramid, style_size
from nst_helpers.settings import Settings


class Arm(NamedTuple):
    """What one arm of the comparison does."""

    stages: int  # how many; the optimizer begins anew at each
    grows: bool  # whether the stages are sizes, each √2 times the one before; else all have the final size
    leads: bool  # whether α counts 8, 4, 2, 1 times as much in four stages
    optimizer: str
    schedule: str


ARMS = {
    "neither": Arm(4, False, False, "adam", "cosine"),
    "lead": Arm(4, False, True, "adam", "cosine"),
    "sizes": Arm(4, True, False, "adam", "cosine"),
    "both": Arm(4, True, True, "adam", "cosine"),
    "lbfgs": Arm(4, True, True, "lbfgs", "constant"),
}


class Staged(NamedTuple):
    """What comes out."""

    image: Image  # (height, width, 3) float32, 0–255
    losses: dict[str, float]  # {"content", "style", "tv", "total"} of it at the final size, without a lead
    pixels: int  # painted: those of the canvas, summed over all iterations
    stages: list[Image]  # the picture at the end of each stage, at that stage's size


def staged(content: Image, style: Image, arm: Arm, learning_rate: float, **changes: Any) -> Staged:
    """A transfer from noise, in the stages of an arm, each with as many iterations.

    Args:
        content, style: images (height, width, 3), 0–255.
        arm: one of ARMS, or another. learning_rate: η at the start of each stage.
        changes: to the other `Settings`: size, iterations, weights, seed, …

    Returns:
        A `Staged`.
    """
    settings = Settings(scales=arm.stages, coarse_iterations=1.0, optimizer=arm.optimizer, schedule=arm.schedule,
                        learning_rate=learning_rate, **changes)
    levels = pyramid(*content.shape[:2], settings=settings)
    if not arm.grows:
        levels = [level._replace(height=levels[-1].height, width=levels[-1].width) for level in levels]
    if not arm.leads:
        levels = [level._replace(lead=1.0) for level in levels]
    canvas, pixels, ends = noise_image(*canvas_size(levels[0]), settings.seed), 0, []
    for level in levels:
        canvas = resize_image(canvas, *canvas_size(level))
        for state, _ in descend(fresh(canvas, settings), _objective(content, style, level, settings),
                                level.iterations, settings):
            canvas = state.canvas
            pixels += canvas.shape[0] * canvas.shape[1]
        ends.append(cut_out(canvas, level))
    last = _objective(content, style, levels[-1]._replace(lead=1.0), settings)
    losses = last(tf.constant(canvas))[1].numpy()
    return Staged(ends[-1], dict(zip(LOSSES, map(float, losses), strict=True)), pixels, ends)


def _objective(content, style, level, settings):
    network = shared_network(settings.network, settings.pooling, settings.precision)
    return Objective(network, settings, canvas_of(content, level),
                     [(1.0, resize_image(style, *style_size(style, level, settings)))], level.lead)


def load_stages() -> tuple[dict[str, dict[float, dict]], dict[str, dict], dict[str, Image]]:
    """What `make runs` measured.

    Returns:
        ({arm: {η: measures}}, {growing arm: measures of its best η with twice the steps}, {arm: its best picture});
        measures are {"content", "style", "tv", "total", "pixels", "contrast", "noise", "subject"}, and of the best η
        "subjects", a list: the subject at the end of each stage, at that stage's size.
    """
    folder = data_folder() / "runs"
    told = json.loads((folder / "stages.json").read_text(encoding="utf-8"))
    tried = {name: {float(rate): measures for rate, measures in runs.items()} for name, runs in told["tried"].items()}
    pictures = {name: load_image(folder / f"stages_{name}.webp", None) for name in tried}
    return tried, told["long"], pictures


def best_rate(runs: dict[float, dict]) -> float:
    """The η with the smallest total loss; nan never wins."""
    return min(runs, key=lambda rate: np.nan_to_num(runs[rate]["total"], nan=np.inf))
