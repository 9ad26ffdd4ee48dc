"""What a transfer lowers at one size: the weighted sum of its losses and its gradient, as one compiled graph."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from nst_helpers.backend import tf
from nst_helpers.losses import content_loss, gram_matrix, gram_style_loss, total_variation
from nst_helpers.networks import FeatureNetwork
from nst_helpers.settings import Settings

OPEN_IMAGE = tf.TensorSpec((None, None, 3), tf.float32)
NUMBER = tf.TensorSpec((), tf.float32)
TV_EPSILON = 40.0  # in gray levels

Styles = Sequence[tuple[float, npt.NDArray[np.float32]]]  # [(share, picture (height, width, 3), 0–255), …]


def weight_sum(settings: Settings) -> float:
    """What a loss of one in every term, every layer would sum to: α Σ w_l + β Σ w_l + γ."""
    return (settings.content_weight * sum(settings.content_layers.values())
            + settings.style_weight * sum(settings.style_layers.values()) + settings.tv_weight)


# Only the ratios of the weights may decide a picture, and not every optimizer forgets their common factor: Adam's ε and
# the length of a plain step are absolute. So what is lowered is the loss whose weights have the sum of the defaults.
WEIGHT_SUM = weight_sum(Settings())


def tensors(structure: Any) -> Any:
    """The same structure of numbers and arrays as tensors, so that another value does not compile the graph again."""
    return tf.nest.map_structure(lambda value: tf.convert_to_tensor(value, tf.float32), structure)


class Objective:
    """The loss of a picture at one size, for one content, some styles and their weights.

    Args:
        network: looks at the pictures.
        settings: the layers and the weights.
        target: the content to keep, (height, width, 3), 0–255, as large as the pictures that are judged.
        styles: [(share, picture), …], each at the size in which its strokes shall appear; shares that sum to one.
        lead: α's factor at this size.
    """

    def __init__(self, network: FeatureNetwork, settings: Settings, target: npt.NDArray[np.float32], styles: Styles,
                 lead: float) -> None:
        self._graph = graph(network, tuple(settings.content_layers), tuple(settings.style_layers))
        self._contents = network(target, settings.content_layers)
        self._grams = blended_grams(network, styles, settings.style_layers)
        self._weights = weight_tensors(settings, lead)

    def __call__(self, canvas: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """(gradient of the loss that is lowered, like the canvas; the losses of LOSSES, (4,))."""
        return self._graph(canvas, self._contents, self._grams, *self._weights)


def blended_grams(network: FeatureNetwork, styles: Styles, layers: Mapping[str, float] | Sequence[str]
                  ) -> dict[str, tf.Tensor]:
    """{layer: Σ share · S}. A weighted sum of losses, one a style, has its minimum where this one loss has it."""
    blended = {}
    for share, image in styles:
        for layer, features in network(image, layers).items():
            gram = gram_matrix(features, normalized=True)
            blended[layer] = gram if share == 1 else blended.get(layer, 0.0) + share * gram
    return blended


@lru_cache(maxsize=8)
def graph(network: FeatureNetwork, content_layers: tuple[str, ...], style_layers: tuple[str, ...]) -> Callable:
    """(canvas, contents, grams, weights, lead, unit) → gradient and losses; compiled once for all sizes and weights."""
    layers = tuple(dict.fromkeys((*content_layers, *style_layers)))

    # With shapes left open, the graph is the same whatever ran before: so are the bits of the result.
    @tf.function(input_signature=_signature(network, content_layers, style_layers))
    def objective(canvas, contents, grams, weights, lead, unit):
        with tf.GradientTape() as tape:
            tape.watch(canvas)
            features = network(canvas, layers)
            content = content_of(features, contents, weights)
            style = gram_style_loss(features, grams, weights["style_layers"])
            led, losses = together(content, style, canvas, weights, lead, unit)
        return tape.gradient(led, canvas), losses

    return objective


def content_of(features: Mapping[str, tf.Tensor], contents: Mapping[str, tf.Tensor], weights: Mapping) -> tf.Tensor:
    """Σ w_l L_content over its layers, each divided by its number of values."""
    return tf.add_n([weights["content_layers"][layer] * _per_value(
        content_loss(features[layer], contents[layer]), contents[layer]) for layer in contents])


def together(content: tf.Tensor, style: tf.Tensor, picture: tf.Tensor, weights: Mapping, lead: tf.Tensor,
             unit: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """(the loss that is lowered, the losses of LOSSES, (4,)) of a picture whose content and style loss are these."""
    # Continued by one row and one column, so that the last pixels have their neighbours too.
    tv = _per_value(total_variation(tf.pad(picture, [[0, 1], [0, 1], [0, 0]], "SYMMETRIC"), TV_EPSILON), picture)
    rest = weights["style_weight"] * style + weights["tv_weight"] * tv
    content_part = weights["content_weight"] * content
    return unit * (lead * content_part + rest), tf.stack([content, style, tv, content_part + rest])


def _signature(network, content_layers, style_layers):
    return [
        OPEN_IMAGE,
        open_maps(network, content_layers),
        {layer: tf.TensorSpec((network.channels(layer), network.channels(layer)), tf.float32)
         for layer in style_layers},
        *open_weights(content_layers, style_layers),
    ]


def open_maps(network: FeatureNetwork, layers: Sequence[str]) -> dict[str, tf.TensorSpec]:
    """What a graph says of feature maps of any size."""
    return {layer: tf.TensorSpec((None, None, network.channels(layer)), tf.float32) for layer in layers}


def open_weights(content_layers: Sequence[str], style_layers: Sequence[str]) -> list:
    """What a graph says of the weights, the lead and the unit."""
    return [{"content_weight": NUMBER, "style_weight": NUMBER, "tv_weight": NUMBER,
             "content_layers": dict.fromkeys(content_layers, NUMBER),
             "style_layers": dict.fromkeys(style_layers, NUMBER)}, NUMBER, NUMBER]


def weight_tensors(settings: Settings, lead: float) -> tuple[Any, tf.Tensor, tf.Tensor]:
    """(weights, lead, unit) as a graph takes them."""
    return tensors(_weights(settings)), tensors(lead), tensors(WEIGHT_SUM / weight_sum(settings))


def _weights(settings):
    names = ("content_weight", "style_weight", "tv_weight", "content_layers", "style_layers")
    weights = {name: getattr(settings, name) for name in names}
    # TensorFlow looks into plain dictionaries only.
    return {name: dict(value) if isinstance(value, dict) else value for name, value in weights.items()}


def _per_value(loss, array):
    return loss / tf.cast(tf.size(array), tf.float32)
