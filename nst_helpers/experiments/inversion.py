"""Feature inversion: a picture found again from the feature maps of one layer, with each help by itself.

Mahendran, Vedaldi, "Understanding Deep Image Representations by Inverting Them", CVPR 2015: minimize the content loss
over the picture, with a regularizer that prefers natural pictures. The pyramid (Burt, Adelson, "The Laplacian Pyramid
as a Compact Image Code", 1983) is a multi-scale parametrization, as in Olah, Mordvintsev, Schubert, "Feature
Visualization", Distill 2017.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from nst_helpers.arrays import Image, Tensor
from nst_helpers.backend import tf
from nst_helpers.images import load_image, noise_image
from nst_helpers.losses import content_loss, total_variation
from nst_helpers.networks import FeatureNetwork, data_folder
from nst_helpers.optimizers import Adam
from nst_helpers.schedule import cosine
from nst_helpers.shipped import shipped_picture

FADE, TV_EPSILON = 0.02, 10.0  # the weight of the smoothness falls to this part of itself; ε of the total variation
STEPS = 120
GRAY = 117.0  # the mean of the network's preprocessing


class Help(NamedTuple):
    """What an inversion gets beside the content loss.

    Attributes:
        sheets: 1: each pixel is a variable of its own; n: the picture is the sum of n levels, level k enlarged by 2ᵏ.
        smoothness: weight of the mean total variation at the start; 0: none.
        rate: Adam's learning rate at the start, in grey levels; it falls to 0 on a half cosine.
    """

    sheets: int = 1
    smoothness: float = 0.0
    rate: float = 10.0


# From noise at conv4_2 of the shipped network, each at its best (tools/inversions.py)
NONE, BOTH = Help(1, 0.0, 30.0), Help(5, 0.02, 30.0)


def sum_of_levels(levels: Sequence[Tensor]) -> Tensor:
    """The picture of a pyramid: level k, (⌈height/2ᵏ⌉, ⌈width/2ᵏ⌉, 3), is enlarged to level 0's size; their sum."""
    size = levels[0].shape[:2]
    return tf.add_n([levels[0], *(tf.image.resize(level, size, "bicubic") for level in levels[1:])])


def first_levels(start: Image, number: int) -> list[Image]:
    """A pyramid whose picture is `start` (height, width, 3): on the finest level; the coarser ones are zero."""
    height, width = start.shape[:2]
    empty = [np.zeros((-(-height // 2**k), -(-width // 2**k), 3), np.float32) for k in range(1, number)]
    return [np.asarray(start, np.float32), *empty]


def split_into_levels(image: Image, number: int = 5) -> list[Image]:
    """The levels of an image, coarse ones first taken: each the mean over its blocks of what the coarser ones left.

    Args:
        image: (height, width, 3). number: of levels.

    Returns:
        A list as of `first_levels`, whose `sum_of_levels` is the image: any picture is such a sum.
    """
    levels, left = [], tf.cast(image, tf.float32)
    for empty in reversed(first_levels(image, number)):
        levels.insert(0, tf.image.resize(left, empty.shape[:2], "area"))
        left = left - tf.image.resize(levels[0], image.shape[:2], "bicubic")
    return [level.numpy() for level in levels]


def start_image(height: int, width: int, start: str = "noise", seed: int = 0) -> Image:
    """Where an inversion begins: "noise", every value drawn by itself from 0–255, or an even "grey"."""
    return noise_image(height, width, seed) if start == "noise" else np.full((height, width, 3), GRAY, np.float32)


def invert(network: FeatureNetwork, photo: Image, layer: str, help_given: Help = NONE, start: str = "noise",
           steps: int = STEPS, seed: int = 0) -> Iterator[tuple[Image, float]]:
    """Change a picture until its feature maps at a layer are the photograph's.

    Args:
        network: a `FeatureNetwork`. photo: image (height, width, 3), 0–255. layer: as in "conv4_2".
        help_given: a `Help`. start: "noise" or "grey". steps: of Adam. seed: of the noise.

    Returns:
        An iterator of (image, share): the picture, 0–255, and its content loss over ½ Σ C²; at the start, and after
        each step.
    """
    share = share_of(network, photo, layer)
    levels = [tf.constant(level) for level in
              first_levels(start_image(*photo.shape[:2], start=start, seed=seed), help_given.sheets)]
    states = [Adam(1.0).init(level)._replace(t=tf.constant(0.0)) for level in levels]
    step = _stepper(share, help_given)
    for number in range(steps):
        done = number / steps
        rate = help_given.rate * cosine(number, steps)
        image, value, levels, states = step(levels, states, tf.constant(rate),
                                            tf.constant(help_given.smoothness * FADE**done))
        yield image.numpy(), float(value)
    image = tf.clip_by_value(sum_of_levels(levels), 0.0, 255.0)
    yield image.numpy(), float(share(image))


def share_of(network: FeatureNetwork, photo: Image, layer: str) -> Callable[[Tensor], Tensor]:
    """The function image → content loss at a layer, over ½ Σ C² (the loss of feature maps that are 0 everywhere)."""
    content_features = network(photo, layer)[layer]
    nothing = content_loss(tf.zeros_like(content_features), content_features)
    return lambda image: content_loss(network(image, layer)[layer], content_features) / nothing


def _stepper(share, help_given):
    """(levels, states, rate, smoothness) → (image, share, levels, states), compiled."""

    @tf.function
    def step(levels, states, rate, smoothness):
        with tf.GradientTape() as tape:
            tape.watch(levels)
            image = sum_of_levels(levels)
            loss = value = share(image)
            if help_given.smoothness:
                pixels = tf.cast(tf.size(image) / 3, tf.float32)
                loss += smoothness * total_variation(image, TV_EPSILON) / pixels
        gradients = tape.gradient(loss, levels)
        moved = [Adam(rate).step(*triple) for triple in zip(levels, gradients, states, strict=True)]
        levels, states = [level for level, _ in moved], [state for _, state in moved]
        if len(levels) == 1:
            levels = [tf.clip_by_value(levels[0], 0.0, 255.0)]
        return tf.clip_by_value(image, 0.0, 255.0), value, levels, states

    return step


class Likeness(NamedTuple):
    """How like a picture is to another: the mean error in grey levels, and three correlations from −1 to 1."""

    error: float
    brightness: float  # the mean of R, G and B
    red_blue: float  # R − B
    red_green: float  # R − G


def likeness(image: Image, photo: Image) -> Likeness:
    """The `Likeness` of two images (height, width, 3), 0–255."""
    parts = (lambda i: i.mean(axis=2), lambda i: i[..., 0] - i[..., 2], lambda i: i[..., 0] - i[..., 1])
    correlations = [float(np.corrcoef(part(image).ravel(), part(photo).ravel())[0, 1]) for part in parts]
    return Likeness(float(np.abs(image - photo).mean()), *correlations)


# What was computed before (tools/inversions.py), too large for a lesson


class StoredInversion(NamedTuple):
    """What is kept of an inversion."""

    image: Image  # (height, width, 3) float32, 0–255
    frames: dict  # {step: image}: on the way, where it was kept, and at the end
    share: float  # content loss at the end, over ½ Σ C²
    likeness: Likeness  # to the photograph
    help_given: Help


def cat_window(height: int = 208, width: int = 320) -> Image:
    """The course's cat, around its face: an image (height, width, 3), 0–255, cut to a share of 3/4 of the picture."""
    whole = shipped_picture("cat", round(width * 4 / 3))
    top, left = round(width * 0.11), round(width / 6)
    return whole[top : top + height, left : left + width].copy()


def load_inversion(name: str) -> StoredInversion:
    """The `StoredInversion` of this name; KeyError with the names that there are."""
    told = measured()["runs"]
    if name not in told:
        raise KeyError(f"there is no inversion {name!r}: choose one of {', '.join(told)}")
    run = told[name]
    suffix = ".webp" if run["help"]["smoothness"] else ".jpg"  # grain needs a JPEG in full colour resolution
    image, *rest = (load_image(_folder() / f"{stem}{suffix}", None)
                    for stem in (name, *(f"{name}.{step}" for step in run["frames"])))
    frames = dict(zip(run["frames"], rest, strict=True))
    return StoredInversion(image, {**frames, run["steps"]: image}, run["share"], Likeness(**run["likeness"]),
                           Help(**run["help"]))


def measured() -> dict[str, Any]:
    """What tools/inversions.py measured: {"grid": [one row a small run], "runs": {name: what is told of it}}."""
    return json.loads((_folder() / "measured.json").read_text(encoding="utf-8"))


def _folder():
    return data_folder() / "inversions"
