"""A photograph rebuilt from one layer's feature maps: what a layer knows of it (lesson 03).

Mahendran, Vedaldi, "Understanding Deep Image Representations by Inverting Them", CVPR 2015, whose help is the total
variation; the sheets are a picture's coarse parts as numbers of their own, so that a step can move whole areas.
"""

from collections.abc import Callable, Iterator

import numpy as np

from nst_helpers.backend import tf
from nst_helpers.images import noise_image
from nst_helpers.losses import content_loss, total_variation
from nst_helpers.networks import FeatureNetwork, shared_network
from nst_helpers.optimizers import Adam
from nst_helpers.schedule import cosine
from nst_helpers.shipped import Picture

HELPED, ALONE = "with help", "content loss alone"
STEPS = 200
SHEETS = {HELPED: 5, ALONE: 1}  # sheet k is a picture in blocks of 2ᵏ × 2ᵏ pixels
RATE = {HELPED: 6.0, ALONE: 20.0}
RANGE = {HELPED: (-510.0, 510.0), ALONE: (0.0, 255.0)}  # of the values on a sheet
SMOOTHNESS = {HELPED: 0.02, ALONE: 0.0}  # weight of the total variation, which fades
FADE, TV_EPSILON = 0.02, 10.0


def rebuild(photo: Picture, layer: str, how: str = HELPED, steps: int = STEPS, seed: int = 0, *,
            network: FeatureNetwork | None = None) -> Iterator[Picture]:
    """Change a noise picture until its feature maps are the photograph's.

    Args:
        photo: image (height, width, 3), 0–255. layer: as in "conv4_2". steps: of the optimizer. seed: of the noise.
        how: HELPED: the picture is a stack of sheets from fine to coarse, added up, and has to be smooth at
            first; ALONE: it is its pixels, and nothing but the content loss decides.
        network: whose layer it is; None takes the shipped "compact".

    Returns:
        An iterator of images: the noise, then one after each step.
    """
    network = network or shared_network("compact", "average", "float32")
    photo = np.asarray(photo, np.float32)
    start = np.zeros((SHEETS[how], *photo.shape), np.float32)
    start[0] = noise_image(*photo.shape[:2], seed=seed)
    stack, step = tf.constant(start), _stepper(network, photo, layer, how)
    state = Adam(1.0).init(stack)._replace(t=tf.constant(0.0))
    yield start[0]
    for number in range(steps):
        rate, smoothness = RATE[how] * cosine(number, steps), SMOOTHNESS[how] * FADE ** (number / steps)
        stack, state = step(stack, state, tf.constant(rate), tf.constant(smoothness))
        yield np.clip(add_up(stack).numpy(), 0, 255)


def add_up(stack: tf.Tensor) -> tf.Tensor:
    """The picture of a stack (sheets, height, width, 3): sheet k in blocks of 2ᵏ × 2ᵏ, enlarged; their sum."""
    image, *coarser = tf.unstack(stack)
    for k, sheet in enumerate(coarser, 1):
        blocks = tf.nn.avg_pool2d(sheet[None], 2**k, 2**k, "SAME")
        image = image + tf.image.resize(blocks, sheet.shape[:2], "bicubic")[0]
    return image


def _stepper(network: FeatureNetwork, photo: Picture, layer: str, how: str) -> Callable:
    """(stack, state, rate, smoothness) → (stack, state): one step, compiled."""
    pixels = photo.shape[0] * photo.shape[1]
    content_features = network(photo, layer)[layer]
    nothing = content_loss(tf.zeros_like(content_features), content_features)  # ½ Σ C²

    @tf.function
    def step(stack, state, rate, smoothness):
        with tf.GradientTape() as tape:
            tape.watch(stack)
            image = add_up(stack)
            loss = content_loss(network(image, layer)[layer], content_features) / nothing
            if SMOOTHNESS[how]:
                loss += smoothness * total_variation(image, TV_EPSILON) / pixels
        stack, state = Adam(rate).step(stack, tape.gradient(loss, stack), state)
        return tf.clip_by_value(stack, *RANGE[how]), state

    return step
