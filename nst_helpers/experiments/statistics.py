"""Textures from other statistics than the Gram matrix: what does each of them know of a style?

Of the features of a layer, at all positions, one may keep the means, the means and deviations (Li, Wang, Liu, Hou,
"Demystifying Neural Style Transfer", IJCAI 2017), the Gram matrix (Gatys, Ecker, Bethge 2015), the covariances or the
correlations. `texture_from` weaves a picture from noise until it agrees with a style in what was kept. Whatever that
is, all else is the same: noise, sizes, steps, and the value at which the loss of each layer begins.
"""

import numpy as np

from nst_helpers.arrays import Features, Image, Tensor
from nst_helpers.backend import tf
from nst_helpers.experiments.painting import painted, step_of
from nst_helpers.experiments.texture import texture_settings
from nst_helpers.images import noise_image, resize_image
from nst_helpers.losses import gram_distance, gram_matrix, total_variation
from nst_helpers.networks import FeatureNetwork, shared_network
from nst_helpers.objective import TV_EPSILON
from nst_helpers.optimizers import LBFGS
from nst_helpers.schedule import canvas_size, pyramid, style_size
from nst_helpers.settings import Settings

TINY = 1e-4  # added to variances before their root is taken: a channel may be zero everywhere


def means(features: Tensor) -> Tensor:
    """The mean of each channel: (height, width, channels) → (channels,)."""
    return tf.reduce_mean(features, axis=(0, 1))


def moments(features: Tensor) -> Tensor:
    """Mean and standard deviation of each channel: (height, width, channels) → (2, channels)."""
    return tf.stack([means(features), tf.sqrt(tf.math.reduce_variance(features, axis=(0, 1)) + TINY)])


def gram(features: Tensor) -> Tensor:
    """G / M: (height, width, channels) → (channels, channels)."""
    return gram_matrix(features, normalized=True)


def covariances(features: Tensor) -> Tensor:
    """G / M of features from which each channel's mean is subtracted: → (channels, channels)."""
    return gram(features - means(features))


def correlations(features: Tensor) -> Tensor:
    """G / M of z-scores, (F − mean) / deviation: 1 on the diagonal: → (channels, channels)."""
    mean, deviation = tf.unstack(moments(features))
    return gram((features - mean) / deviation)


STATISTICS = {"means": means, "moments": moments, "gram": gram, "covariances": covariances,
              "correlations": correlations}


def sliced_distance(first: Features, second: Features, directions: int = 24, most: int = 4000,
                    seed: int = 0) -> float:
    """How far two clouds of features are apart: the sliced Wasserstein distance (Rabin, Peyré, Delon, Bernot 2011).

    It compares the whole distributions: along each of some random directions, all quantiles of both clouds.

    Args:
        first, second: feature maps (height, width, channels), of any two sizes, with the same channels.
        directions: how many. most: at most how many positions count, drawn at random. seed: of both draws.

    Returns:
        A number ≥ 0, in units of the features: 0 for equal clouds.
    """
    generator = np.random.default_rng(seed)
    axes = generator.standard_normal((first.shape[-1], directions))
    axes /= np.linalg.norm(axes, axis=0)
    shares = (np.arange(200) + 0.5) / 200
    quantiles = []
    for features in (first, second):
        flat = np.reshape(features, (-1, features.shape[-1]))
        drawn = generator.choice(flat, min(most, len(flat)), replace=False)
        quantiles.append(np.quantile(drawn @ axes, shares, axis=0))
    return float(np.sqrt(np.mean((quantiles[0] - quantiles[1]) ** 2)))


def texture_from(statistic: str, style: Image, settings: Settings | None = None, *,
                 network: FeatureNetwork | None = None) -> tuple[Image, list[float]]:
    """A square picture, woven from noise until it agrees with the style in one statistic, in each style layer.

    Args:
        statistic: one of STATISTICS.
        style: an image (height, width, 3), 0–255.
        settings: as `texture_settings` makes them; its optimizer is L-BFGS whatever it says.
        network: a `FeatureNetwork`; None takes the one that the settings name.

    Returns:
        (image (size, size, 3), the style part of the loss after each step).

    Raises:
        KeyError: no such statistic.
    """
    settings = settings or texture_settings()
    network = network or shared_network(settings.network, settings.pooling, settings.precision)
    levels = pyramid(settings.size, settings.size, settings)
    canvas = noise_image(*canvas_size(levels[0]), settings.seed)
    losses = []
    for level in levels:
        canvas = resize_image(canvas, *canvas_size(level))
        reference = resize_image(style, *style_size(style, level, settings))
        objective = _objective(STATISTICS[statistic], reference, settings, network)
        memory, rates = LBFGS(1.0).init(canvas), [settings.learning_rate] * level.iterations
        for moment in painted(objective, canvas, step_of(LBFGS), memory, rates):
            losses.append(moment.loss)
            canvas = moment.image
    margin = (len(canvas) - settings.size) // 2
    return canvas[margin:-margin, margin:-margin], losses


def _objective(statistic, reference, settings, network):
    """Canvas → (Σ w_l L_l, gradient of what is lowered).

    Each L_l is scaled so that noise has the L_l which it has by Gram matrices.
    """
    layers = dict(settings.style_layers)
    noise = network(noise_image(*reference.shape[:2], seed=settings.seed), tuple(layers))
    style = network(reference, tuple(layers))
    targets = {layer: statistic(features) for layer, features in style.items()}
    scales = {layer: layers[layer] * gram_distance(gram(noise[layer]), gram(style[layer]))
              / _apart(statistic(noise[layer]), targets[layer]) for layer in layers}

    @tf.function
    def objective(canvas):
        with tf.GradientTape() as tape:
            tape.watch(canvas)
            features = network(canvas, tuple(layers))
            loss = tf.add_n([scales[layer] * _apart(statistic(features[layer]), targets[layer]) for layer in layers])
            roughness = total_variation(tf.pad(canvas, [[0, 1], [0, 1], [0, 0]], "SYMMETRIC"), TV_EPSILON)
            total = settings.style_weight * loss + settings.tv_weight * roughness / tf.cast(tf.size(canvas), tf.float32)
        return loss, tape.gradient(total, canvas)

    return objective


def _apart(first, second):
    return tf.reduce_mean(tf.square(first - second))
