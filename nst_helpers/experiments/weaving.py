"""A texture woven while somebody waits: from noise to a style's Gram matrices, each layer with a weight.

Adam at half the size and then at the whole, in seconds; `texture` takes more sizes, and minutes.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from nst_helpers.arrays import Image
from nst_helpers.backend import tf
from nst_helpers.experiments.painting import STYLE_LAYERS, painted, step_of
from nst_helpers.images import noise_image, resize_image
from nst_helpers.losses import gram_matrix, gram_style_loss
from nst_helpers.networks import FeatureNetwork
from nst_helpers.optimizers import Adam
from nst_helpers.schedule import cosine

ITERATIONS = (70, 90)  # at half the size, at the whole
RATE = 6.0  # Adam's learning rate at the start of each size


@lru_cache(maxsize=2)
def pull(network: FeatureNetwork) -> Callable:
    """(picture, Gram matrices, weights) → (Σ w_l E_l, its gradient), for all of STYLE_LAYERS; compiled once."""
    number = tf.TensorSpec((), tf.float32)
    matrices = {layer: tf.TensorSpec((network.channels(layer),) * 2, tf.float32) for layer in STYLE_LAYERS}

    @tf.function(input_signature=[tf.TensorSpec((None, None, 3), tf.float32), matrices,
                                  dict.fromkeys(STYLE_LAYERS, number)])
    def look(picture, grams, weights):
        with tf.GradientTape() as tape:
            tape.watch(picture)
            loss = gram_style_loss(network(picture, STYLE_LAYERS), grams, weights)
        return loss, tape.gradient(loss, picture)

    return look


def weaving(network: FeatureNetwork, style: Image, weights: Mapping[str, float]) -> Iterator[tuple[float, Image]]:
    """All pictures on the way to a texture, at half the style's size and then at the whole: (share done, picture).

    Args:
        network: a `FeatureNetwork`. style: an image (height, width, 3), 0–255.
        weights: {layer: w_l}; a layer of STYLE_LAYERS that is not in it counts nothing.
    """
    height, width, done = *style.shape[:2], 0
    picture, look = noise_image(height // 2, width // 2, seed=0), pull(network)
    of_layer = {layer: tf.constant(weights.get(layer, 0.0), tf.float32) for layer in STYLE_LAYERS}
    for factor, iterations in zip((0.5, 1), ITERATIONS, strict=True):
        target = resize_image(style, round(height * factor), round(width * factor))
        grams = {layer: gram_matrix(maps, normalized=True) for layer, maps in network(target, STYLE_LAYERS).items()}
        start = resize_image(picture, *target.shape[:2])
        rates = [RATE * cosine(number, iterations) for number in range(iterations)]
        for moment in painted(lambda w, grams=grams: look(w, grams, of_layer), start, step_of(Adam),
                              Adam(RATE).init(start), rates):
            picture, done = moment.image, done + 1
            yield done / sum(ITERATIONS), picture


def weave(network: FeatureNetwork, style: Image, weights: Mapping[str, float]) -> Image:
    """A texture with the style's Gram matrices, from noise: (height, width, 3)."""
    *_, (_, picture) = weaving(network, style, weights)
    return picture
