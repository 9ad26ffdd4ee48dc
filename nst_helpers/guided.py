"""What a transfer with masks lowers at one size: for each style the Gram matrix of its own region, as one graph.

A guidance T_r, one number a position with Σ T² = 1, multiplies the feature maps before the Gram matrix is made (Gatys,
Ecker, Bethge, Hertzmann, Shechtman, "Controlling Perceptual Factors in Neural Style Transfer", CVPR 2017, equations 3
to 5). Three things the paper leaves open, or decides otherwise:

- T² is the region's part m of a place over its sum, where the paper squares what is painted. So at a soft edge, where a
  style has 0.3 of a place and its neighbour 0.7, the two weigh one together, and no seam is left without a style.
- E of a region counts by its share of the picture. A mean over a small region pulls each of its pixels the harder, and
  with this share exactly as hard as in a picture of its own: β means the same for every size of the region.
- A layer's guidance is the mean of the parts over what each of its positions was pooled from. The stricter way, only
  positions whose whole receptive field lies inside, was tried on the temple with its sky at 256 pixels: conv5_1 had no
  position left in either region at any size, conv4_1 none at the coarser half, and the temple's edges went unpainted.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from nst_helpers.architecture import LAYER_NAMES
from nst_helpers.arrays import Map, Tensor
from nst_helpers.backend import tf
from nst_helpers.errors import ImageError
from nst_helpers.losses import gram_distance, gram_matrix
from nst_helpers.masks import Parts, parts_at
from nst_helpers.networks import FeatureNetwork
from nst_helpers.objective import (
    OPEN_IMAGE,
    Styles,
    content_of,
    open_maps,
    open_weights,
    together,
    weight_tensors,
)
from nst_helpers.settings import Settings


class GuidedObjective:
    """The loss of a picture at one size whose places belong to several styles, or to the photograph.

    What is judged is what will be seen: the canvas where it is painted, the photograph where that is kept. So the
    gradient is zero where the photograph has all of a place.

    Args:
        network, settings, target, lead: as of `nst_helpers.objective.Objective`.
        styles: [(share, picture), …]; the shares are in the parts already, and do not count.
        parts: who has what of each place of the target.

    Raises:
        ImageError: a style has less than one position of a layer; it names the layer.
    """

    def __init__(self, network: FeatureNetwork, settings: Settings, target: npt.NDArray[np.float32], styles: Styles,
                 lead: float, parts: Parts) -> None:
        layers = tuple(settings.style_layers)
        self._graph = graph(network, tuple(settings.content_layers), layers)
        self._given = (tf.constant(target, tf.float32), tf.constant(parts.photograph[..., np.newaxis], tf.float32),
                       network(target, settings.content_layers), *regions_of(network, styles, parts, layers))
        self._weights = weight_tensors(settings, lead)

    def __call__(self, canvas: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """(gradient of the loss that is lowered, like the canvas; the losses of LOSSES, (4,))."""
        return self._graph(canvas, *self._given, *self._weights)


class Regions(NamedTuple):
    """What the style loss of several regions needs to know."""

    grams: Mapping[str, Tensor]  # {layer: (regions, channels, channels)} of the styles
    guidance: Mapping[str, Tensor]  # {layer: T (regions, height, width)}
    areas: Tensor  # (regions,): the share of the picture


def regions_of(network: FeatureNetwork, styles: Styles, parts: Parts, layers: Sequence[str]) -> Regions:
    """The `Regions` of styles and their parts; errors as of `guidance`."""
    seen = [network(image, layers) for _, image in styles]
    grams = {layer: tf.stack([gram_matrix(features[layer], normalized=True) for features in seen]) for layer in layers}
    areas = tf.constant([part.mean() for part in parts.styles], tf.float32)
    return Regions(grams, guidance(parts.styles, layers), areas)


def regions_loss(features: Mapping[str, Tensor], regions: Regions, layer_weights: Mapping[str, Any]) -> tf.Tensor:
    """Σ_l w_l Σ_r area_r · 1/(4N²) Σ (G_r − S_r)²: the style loss of a picture with these feature maps."""
    found = []
    for layer, weight in layer_weights.items():
        grams = guided_grams(features[layer], regions.guidance[layer])
        found.append(weight * tf.reduce_sum(regions.areas * gram_distance(grams, regions.grams[layer])))
    return tf.add_n(found)


def guided_grams(features: Tensor, guidance: Tensor) -> tf.Tensor:
    """The Gram matrices of several regions of one picture: G_r = (T_r F)ᵀ (T_r F).

    Args:
        features: F, feature maps (height, width, channels).
        guidance: T, (regions, height, width), with Σ T_r² = 1 over the positions of each region.

    Returns:
        (regions, channels, channels). Where T is the same everywhere, the Gram matrix over the number of positions.

    >>> guided_grams([[[1.0, 2.0], [3.0, 4.0]]], [[[1.0, 0.0]], [[0.6, 0.8]]]).numpy().astype(float).round(2).tolist()
    [[[1.0, 2.0], [2.0, 4.0]], [[6.12, 8.4], [8.4, 11.68]]]
    """
    features = tf.convert_to_tensor(features)
    guided = tf.expand_dims(guidance, -1) * features
    flat = tf.reshape(guided, (tf.shape(guided)[0], -1, features.shape[-1]))  # (regions, positions, channels)
    return tf.matmul(flat, flat, transpose_a=True)


def guidance(parts: Sequence[Map], layers: Sequence[str]) -> dict[str, tf.Tensor]:
    """{layer: T (regions, height, width)} of the parts that the regions have of each pixel.

    Args:
        parts: one map (height, width) a region, 0–1. layers: their names.

    Raises:
        ImageError: a region is smaller than one position of a layer.
    """
    return {layer: tf.stack([_normalized(at_layer(part, layer), number, layer, part.shape)
                             for number, part in enumerate(parts, 1)]) for layer in layers}


def at_layer(part: Map, layer: str) -> Map:
    """A map at a layer's resolution: at each pooling the mean of two by two, as the network itself pools.

    >>> at_layer(np.array([[1, 1, 0], [0, 0, 0], [1, 1, 1]], np.float32), "conv2_1").tolist()
    [[0.5]]
    """
    for name in LAYER_NAMES[: LAYER_NAMES.index(layer)]:
        if name.startswith("pool"):
            height, width = (side // 2 for side in part.shape)
            part = part[: 2 * height, : 2 * width].reshape(height, 2, width, 2).mean(axis=(1, 3))
    return part


def require_regions(parts: Parts, kept: Map | None, layers: Sequence[str], margins: Sequence[tuple[int, int, int]]
                    ) -> None:
    """Refuse regions that a layer cannot see, before anything is computed.

    A style needs a position of each of its layers at each size. What is kept is the photograph to the last bit however
    small it is, so that it need be seen by one layer at one size: where it is less than a position of the first one at
    the finest size, nothing of it would be left.

    Args:
        parts, kept: at the finest size; what is kept as (height, width), 0–1, or None.
        layers: of the style loss. margins: (height, width, margin) of each size, from coarse to fine.

    Raises:
        ImageError: a region is smaller than one position of a layer; it names the layer.
    """
    for height, width, edge in margins:
        for number, part in enumerate(parts_at(parts, height, width, edge).styles, 1):
            for layer in layers:
                seen = at_layer(part, layer)
                if seen.size:  # a picture that is too small for the layer is another error
                    _require_position(seen, f"style {number}", layer, part.shape)
    if kept is not None:
        first = min(layers, key=LAYER_NAMES.index)
        _require_position(at_layer(kept, first), "what is kept", first, kept.shape)


def _normalized(part, number, layer, size):
    """T of a region: its squares sum to one."""
    total = _require_position(part, f"style {number}", layer, size)
    return np.sqrt(part / total).astype(np.float32)


def _require_position(part, whose, layer, size):
    """How many positions of a layer a region has, if that is one at least."""
    total = float(part.sum(dtype=np.float64))
    if total < 1:
        raise ImageError(
            f"{whose} has {total:.2f} of one position of {layer}, where a picture of {size[0]}×{size[1]} pixels "
            f"has {part.shape[0]}×{part.shape[1]}: give it a larger region, or take fewer scales, a larger size or "
            "shallower layers")
    return total


@lru_cache(maxsize=8)
def graph(network: FeatureNetwork, content_layers: tuple[str, ...], style_layers: tuple[str, ...]) -> Callable:
    """(canvas, photograph, kept, contents, grams, guidance, areas, weights, lead, unit) → gradient and losses.

    Compiled once for all sizes, weights, masks and numbers of styles.
    """
    layers = tuple(dict.fromkeys((*content_layers, *style_layers)))

    @tf.function(input_signature=_signature(network, content_layers, style_layers))
    def objective(canvas, photograph, kept, contents, grams, guidance, areas, weights, lead, unit):
        with tf.GradientTape() as tape:
            tape.watch(canvas)
            picture = kept * photograph + (1.0 - kept) * canvas
            features = network(picture, layers)
            content = content_of(features, contents, weights)
            style = regions_loss(features, Regions(grams, guidance, areas), weights["style_layers"])
            led, losses = together(content, style, picture, weights, lead, unit)
        return tape.gradient(led, canvas), losses

    return objective


def _signature(network, content_layers, style_layers) -> list[Mapping | tf.TensorSpec]:
    channels = {layer: network.channels(layer) for layer in style_layers}
    return [
        OPEN_IMAGE, OPEN_IMAGE, tf.TensorSpec((None, None, 1), tf.float32), open_maps(network, content_layers),
        {layer: tf.TensorSpec((None, count, count), tf.float32) for layer, count in channels.items()},
        dict.fromkeys(style_layers, tf.TensorSpec((None, None, None), tf.float32)),
        tf.TensorSpec((None,), tf.float32), *open_weights(content_layers, style_layers),
    ]
