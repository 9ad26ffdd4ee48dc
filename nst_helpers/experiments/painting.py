"""A picture painted step by step: the total loss as means, and the one loop in which every optimizer lowers a loss.

Each experiment asks something else of it, so `descents`, `rates`, `contest`, `statistics` and `weaving` keep what
they need of its moments. The transfer's own loop (`nst_helpers.descent`) is compiled, and can go on from any state.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nst_helpers.arrays import Image
from nst_helpers.backend import tf
from nst_helpers.losses import content_loss, gram_matrix, gram_style_loss, total_variation
from nst_helpers.networks import FeatureNetwork

CONTENT_LAYER = "conv4_2"
STYLE_LAYERS = ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1")


class Moment(NamedTuple):
    """One step of a painting."""

    image: Image  # behind the step, (height, width, 3) float32, 0–255
    loss: float  # before it
    gradient: npt.NDArray[np.float32]  # before it


def painting_loss(network: FeatureNetwork, content: Image, style: Image, style_weight: float,
                  content_weight: float = 1.0) -> Callable:
    """The total loss as a function of the picture, means throughout: w_l = 1/5.

    Args:
        network: sees the pictures. content, style: (height, width, 3), 0–255. style_weight: β. content_weight: α.

    Returns:
        (w, γ, ε) → L, a scalar tensor; w is as large as the content, and γ weighs the total variation (a mean over
        the values), whose root is smoothed by ε.
    """
    wanted = network(content, CONTENT_LAYER)[CONTENT_LAYER]
    grams = {layer: gram_matrix(maps, normalized=True) for layer, maps in network(style, STYLE_LAYERS).items()}
    count = tf.cast(tf.size(wanted), tf.float32)

    def loss(w, tv_weight, epsilon):
        maps = network(w, [*STYLE_LAYERS, CONTENT_LAYER])
        style_loss = gram_style_loss(maps, grams, dict.fromkeys(grams, 1.0)) / len(grams)
        kept = content_weight * content_loss(maps[CONTENT_LAYER], wanted) / count
        return kept + style_weight * style_loss + tv_weight * total_variation(w, epsilon=epsilon) / content.size

    return loss


def with_gradient(loss: Callable) -> Callable:
    """w → (loss, its gradient), tensors, compiled, of a loss w → scalar tensor."""
    @tf.function
    def look(w):
        with tf.GradientTape() as tape:
            tape.watch(w)
            value = loss(w)
        return value, tape.gradient(value, w)

    return look


def painted(look: Callable, start: npt.ArrayLike, step: Callable, memory: Any, rates: Iterable[float]
            ) -> Iterator[Moment]:
    """Lower a loss of a picture: a generator of one `Moment` a step; pixels stay from 0 to 255.

    Args:
        look: w, a tensor → (loss, gradient). start: the first picture, (height, width, 3).
        step: (w, gradient, memory, η) → (the next w, the next memory), in arrays. memory: before the first step.
        rates: η of each step. Where a step leads beyond all numbers, a pixel becomes 0 or 255.
    """
    w = np.asarray(start, np.float32)
    for rate in rates:
        loss, gradient = look(tf.constant(w))
        gradient = np.asarray(gradient)
        with np.errstate(all="ignore"):
            moved, memory = step(w, gradient, memory, rate)
            w = np.clip(np.nan_to_num(moved), 0, 255).astype(np.float32)
        yield Moment(w, float(loss), gradient)


def step_of(rule: Callable) -> Callable:
    """The step of `painted` of a rule, η → optimizer."""
    return lambda w, gradient, memory, rate: rule(rate).step(w, gradient, memory)
