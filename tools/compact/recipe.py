"""Every number that decides what a training makes."""

import json
from dataclasses import dataclass, replace

import numpy as np

MEAN, SCALE = np.full(3, 117, np.float32), np.full(3, 58, np.float32)  # the input is (RGB − MEAN) / SCALE
SIDE = 64  # pixels of a picture in the archive


@dataclass(frozen=True)
class Recipe:
    """Every number that decides what the training makes."""

    phases: tuple = ((24, 64), (4, 96))  # (epochs, pixels) one after the other
    width: float = 0.25
    pooling: str = "average"
    precision: str = "mixed_bfloat16"
    batch: int = 256
    learning_rate: float = 0.1
    warmup_steps: int = 400
    momentum: float = 0.9
    gradient_norm: float = 2.0
    weight_decay: float = 5e-3
    label_smoothing: float = 0.1
    attack: float = 2.0
    attack_steps: int = 1
    attack_step: float = 1.25
    crop: tuple = (0.5, 1.0)
    large_crop: tuple = (0.35, 1.0)
    brightness: float = 0.25
    channel_shift: float = 0.15
    seed: int = 0


SMOKE = Recipe(phases=((4, 32), (1, 48)), width=1 / 16, precision="float32", batch=16, warmup_steps=4, attack=1.0)

# What each number of a recipe is called on the card.
MEANINGS = {
    "phases": "epochs × pixels, one after the other",
    "width": "channels, as a share of VGG-19's",
    "pooling": "pooling",
    "precision": "arithmetic of the training",
    "batch": "pictures a step",
    "learning_rate": "highest learning rate",
    "warmup_steps": "steps of a linear rise to it; then a cosine down to zero over the rest",
    "momentum": "Nesterov momentum of stochastic gradient descent",
    "gradient_norm": "longest gradient; a longer one is shortened to this",
    "weight_decay": "decoupled weight decay of the kernels (behind this momentum: an L2 penalty of a tenth)",
    "label_smoothing": "label smoothing",
    "attack": "largest change of a pixel by the attack, in grey levels (0: ordinary training)",
    "attack_steps": "steps of the attack, from a random start",
    "attack_step": "length of all its steps together, over that largest change",
    "crop": "random crops up to 64 pixels: share of the picture's area; half of them mirrored",
    "large_crop": "random crops above that: share of the picture's area, enlarged",
    "brightness": "random brightness: 1 ± this",
    "channel_shift": "random shift of each channel: ± this, of the input's scale",
    "seed": "seed",
}


def changed(default, settings):
    """A recipe with changes, as in ["attack=4", "phases=[[10,48],[20,64]]"]; SystemExit where one cannot be made."""
    changes = dict(change.split("=", 1) for change in settings)
    unknown = set(changes) - set(MEANINGS)
    if unknown:
        raise SystemExit(f"--set: a recipe has no {', '.join(sorted(unknown))}; it has {', '.join(MEANINGS)}")
    for name, text in changes.items():
        value = text if isinstance(getattr(default, name), str) else json.loads(text)
        default = replace(default, **{name: _tuples(value)})
    return default


def _tuples(value):
    return tuple(map(_tuples, value)) if isinstance(value, list) else value
