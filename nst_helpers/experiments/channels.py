"""What a channel responds to, found by optimization: a picture that is changed until the channel responds strongly.

Erhan and others, "Visualizing Higher-Layer Features of a Deep Network", 2009; Olah, Mordvintsev, Schubert, "Feature
Visualization", Distill, 2017. Two regularizers of the latter: the picture is moved by a few pixels before each step,
and the gradient's spectrum is divided by the frequency, so that coarse shapes come before fine grain.
"""

import numpy as np

from nst_helpers.arrays import Image, Numbers, Tensor
from nst_helpers.backend import tf
from nst_helpers.images import resize_image
from nst_helpers.networks import FeatureNetwork

RIM = 0.15  # share of a map left out on each side: its windows reach over the border


def smoothed(gradient: Numbers, power: float = 1.0) -> Numbers:
    """A gradient (height, width, 3) whose spectrum is divided by (frequency)^power; power 0 leaves it as it is."""
    rows, columns = gradient.shape[:2]
    frequency = np.hypot(np.fft.fftfreq(rows)[:, None], np.fft.rfftfreq(columns)[None])
    divisor = np.maximum(frequency, 1 / max(rows, columns)) ** power
    spectrum = np.fft.rfft2(gradient, axes=(0, 1)) / divisor[:, :, None]
    return np.fft.irfft2(spectrum, s=(rows, columns), axes=(0, 1))


def response(network: FeatureNetwork, image: Tensor, layer: str, channel: int) -> Tensor:
    """The mean of one feature map, its rim left out: a scalar tensor, differentiable in the image."""
    features = network(image, layer)[layer]
    height, width = np.shape(features)[:2]
    rim = int(RIM * height)
    return tf.reduce_mean(features[rim : height - rim, rim : width - rim, channel])


def ascend(network: FeatureNetwork, layer: str, channel: int, image: Image, steps: int = 60, rate: float = 12.0,
           power: float = 1.0, jitter: int = 8, seed: int = 0) -> Image:
    """Change a picture by gradient ascent until a channel responds strongly.

    Args:
        network: a `FeatureNetwork`. layer, channel: whose mean response grows.
        image: (height, width, 3), 0–255: where the ascent starts; a channel that is 0 everywhere on it has no gradient.
        steps: how many. rate: root mean square of the first step in grey levels; it falls to 0 on a line.
        power: of the frequency, see `smoothed`; 0 for none. jitter: by how many pixels, at most, the picture is moved.
        seed: of the moves.

    Returns:
        The picture, (height, width, 3) float32, 0–255.
    """
    generator, image = np.random.default_rng(seed), np.array(image, np.float32)
    for step in range(steps):
        move = generator.integers(-jitter, jitter + 1, 2)
        moved = tf.constant(np.roll(image, move, (0, 1)))
        with tf.GradientTape() as tape:
            tape.watch(moved)
            value = response(network, moved, layer, channel)
        gradient = tf.convert_to_tensor(tape.gradient(value, moved)).numpy()
        change = smoothed(np.roll(gradient, -move, (0, 1)), power)
        image += rate * (1 - step / steps) * change / max(float(change.std()), 1e-12)
        image = np.clip(image, 0, 255).astype(np.float32)
    return image


def grey_noise(size: int, seed: int = 0) -> Image:
    """A grey square (size, size, 3) with a little noise of 10 grey levels: where an ascent starts."""
    return (117 + 10 * np.random.default_rng(seed).standard_normal((size, size, 3))).astype(np.float32)


def channel_picture(network: FeatureNetwork, layer: str, channel: int, size: int = 320, power: float = 1.0,
                    jitter: int = 8, seed: int = 0) -> Image:
    """What a channel responds to, (size, size, 3): an ascent at half the size, enlarged, and one at the whole size."""
    coarse = ascend(network, layer, channel, grey_noise(size // 2, seed), 40, 14.0, power, jitter, seed)
    return ascend(network, layer, channel, resize_image(coarse, size, size), 20, 7.0, power, jitter, seed)
