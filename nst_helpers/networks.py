"""The networks that see: VGG-19 at a width, cut at the deepest layer asked for.

One architecture (Simonyan, Zisserman, "Very Deep Convolutional Networks for Large-Scale Image
Recognition", ICLR 2015, configuration E without its dense layers), three sets of weights:

- `compact`: a quarter of the width, trained by this project and shipped in data/networks;
- `plain`: the same size, trained in the ordinary way, shipped for comparison;
- `vgg19`: full width, the ImageNet weights that Keras distributes.

All are normalized in the manner of Gatys et al. (2016, section 2): the weights of each layer are rescaled
so that its mean activation over natural pictures is one. ReLU and average pooling pass a positive factor
through unchanged, so the network computes the same features, up to one factor a layer; and one set of
loss weights suits every layer of both networks.
"""

import os
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from nst_helpers.architecture import CHANNELS, CONVOLUTION_NAMES, LAYER_NAMES, NETWORK_NAMES, POOLINGS, PRECISIONS
from nst_helpers.arrays import Image, Numbers
from nst_helpers.backend import keras, tf
from nst_helpers.errors import ImageError, NetworkError
from nst_helpers.precision import BFLOAT16_VARIABLE, bfloat16_ratio, require_fast
from nst_helpers.shipped import data_folder, shipped_picture
from nst_helpers.vgg import BinomialPooling2D, Weights, build
from nst_helpers.weights import VGG19_MD5, VGG19_VARIABLE, read_compact, read_vgg19, vgg19_cache

__all__ = ["BFLOAT16_VARIABLE", "CALIBRATION_PICTURES", "CONVOLUTION_NAMES", "LAYER_NAMES", "RANDOM", "VGG19_MD5",
           "VGG19_VARIABLE", "BinomialPooling2D", "FeatureNetwork", "NetworkError", "bfloat16_ratio",
           "calibration_pictures", "data_folder", "load_network", "random_network", "shared_network", "vgg19_cache",
           "weight_file"]

# VGG's preprocessing: the mean of ImageNet, subtracted; the scale is that of 0–255 pixels.
VGG19_MEAN = np.array([123.68, 116.779, 103.939], np.float32)  # R, G, B

RANDOM = "random"  # as which `random_network` is shared

CALIBRATION_PICTURES = ("astronaut", "cat", "coffee", "raccoon", "rocket", "temple")


def load_network(name: str = "compact", *, pooling: str = "average", weights: str | os.PathLike | None = None,
                 precision: str = "float32") -> "FeatureNetwork":
    """A trained network, ready to look at pictures.

    Args:
        name: "compact" or "plain" (shipped, work offline) or "vgg19" (80 MB of weights). The weights of vgg19 are
            looked for in this order: `weights`, the environment variable NST_VGG19_WEIGHTS, Keras's own
            cache, Keras's download (checked by its hash).
        pooling: "average" (as Gatys et al. recommend), "binomial" (a smoother average, see `BinomialPooling2D`) or
            "max" (as VGG was trained).
        weights: a weight file: .npz for compact and plain; for vgg19 the .h5 without the top layers as Keras
            distributes it, or a .weights.h5 of `keras.applications.VGG19(include_top=False)`.
        precision: "float32", or "bfloat16" for convolutions in half the bits: about twice as fast where the processor
            has it, and several times slower where it has not, so that it is refused there, unless the environment
            variable NST_BFLOAT16 is "force". The feature maps come back as float32 either way.

    Returns:
        A `FeatureNetwork`.

    Raises:
        NetworkError: unknown name; a file that is missing, damaged or of another network; bfloat16 where it is slower.
    """
    _require(name in NETWORK_NAMES, f"unknown network {name!r}: choose one of {', '.join(NETWORK_NAMES)}")
    if name == "vgg19":
        parameters, mean, scale = read_vgg19(weights), VGG19_MEAN, np.ones(3, np.float32)
    else:
        parameters, mean, scale = read_compact(weights or weight_file(name))
    require_fast(precision)
    network = FeatureNetwork(name, parameters, mean, scale, pooling=pooling, precision=precision)
    if name == "vgg19" or pooling == "max":  # compact's file is normalized for average pooling
        network = network.normalized(calibration_pictures())
    return network


def shared_network(name: str = "compact", pooling: str = "average", precision: str = "float32") -> "FeatureNetwork":
    """The network of these settings; loaded once, for all who mean the same weights, and so not to be changed.

    Arguments as of `load_network`; the name RANDOM is that of `random_network`, at its width and of its seed.
    """
    weights = os.environ.get(VGG19_VARIABLE) if name == "vgg19" else None
    return _loaded(name, pooling, precision, weights)


@lru_cache(maxsize=4)
def _loaded(name, pooling, precision, weights):
    if name == RANDOM:
        return random_network(pooling=pooling, precision=precision)
    return load_network(name, pooling=pooling, precision=precision, weights=weights)


def random_network(width: float = 0.25, seed: int = 0, *, pooling: str = "average", precision: str = "float32",
                   normalized: bool = True) -> "FeatureNetwork":
    """The same architecture with random weights (He et al. 2015), normalized; width 1 is VGG-19's size.

    Untrained networks serve as the comparison, and stand in for VGG-19 where only speed counts: then `normalized` may
    be False, which spares six pictures' way through the network (seconds at width 1).
    """
    generator = np.random.default_rng(seed)
    parameters, inputs = {}, 3
    for layer in CONVOLUTION_NAMES:
        outputs = max(1, round(CHANNELS[_block(layer)] * width))
        kernel = generator.standard_normal((3, 3, inputs, outputs), np.float32) * np.sqrt(2 / (9 * inputs))
        parameters[layer] = kernel.astype(np.float32), np.zeros(outputs, np.float32)
        inputs = outputs
    scale = np.full(3, 58, np.float32)
    network = FeatureNetwork("random", parameters, VGG19_MEAN, scale, pooling=pooling, precision=precision)
    return network.normalized(calibration_pictures()) if normalized else network


def calibration_pictures() -> list[Image]:
    """The shipped photographs at 256 pixels: the natural pictures over which networks are normalized."""
    return [shipped_picture(name, 256) for name in CALIBRATION_PICTURES]


class FeatureNetwork:
    """VGG-19 at some width: a picture in, the feature maps of the layers asked for out.

    network(image, layers) takes one RGB picture (height, width, 3), 0–255, and returns
    {layer: feature maps (height, width, channels) float32, after ReLU}. It is differentiable with
    respect to the picture, and computes no layer deeper than the deepest one asked for.

    Attributes:
        name: "compact", "vgg19" or "random".
        layer_names: conv1_1 … conv5_4 and pool1 … pool5, from shallow to deep.
        parameters: how many weights and biases the network has.
        weights: {convolution: (kernel (3, 3, channels in, channels out), bias (channels out))}.
        mean, scale: the preprocessing of each colour, (I − mean) / scale.
        pooling, precision: as in `load_network`.
    """

    layer_names = LAYER_NAMES

    def __init__(self, name: str, weights: Weights, mean: Numbers, scale: Numbers, *,
                 pooling: str = "average", precision: str = "float32") -> None:
        _require(pooling in POOLINGS, f"unknown pooling {pooling!r}: choose one of {', '.join(POOLINGS)}")
        _require(precision in PRECISIONS, f"unknown precision {precision!r}: choose one of {', '.join(PRECISIONS)}")
        self.name, self.weights, self.mean, self.scale = name, weights, mean, scale
        self.pooling, self.precision = pooling, precision
        self._full = build(weights, pooling, precision)
        self._cut = {}  # layers asked for: the network cut behind the deepest of them

    def __call__(self, image: npt.ArrayLike, layers: str | Iterable[str]) -> dict[str, tf.Tensor]:
        layers = self._known(layers)
        image = tf.cast(tf.convert_to_tensor(image), tf.float32)  # pyright: ignore[reportArgumentType]
        self._require_picture(image, layers)
        batch = ((image - self.mean) / self.scale)[tf.newaxis]  # (1, height, width, 3)
        features = self.cut(layers)(batch)
        return {layer: tf.cast(features[layer][0], tf.float32) for layer in layers}

    def cut(self, layers: str | Iterable[str]) -> keras.Model:
        """The Keras model that ends at the deepest of these layers; {layer: features} of a batch."""
        layers = self._known(layers)
        if layers not in self._cut:
            outputs = {layer: self._full.get_layer(layer).output for layer in layers}
            self._cut[layers] = keras.Model(self._full.input, outputs)
        return self._cut[layers]

    @property
    def parameters(self) -> int:
        """How many weights and biases the network has."""
        return sum(kernel.size + bias.size for kernel, bias in self.weights.values())

    def channels(self, layer: str) -> int:
        """N_l, the number of feature maps of a layer."""
        (layer,) = self._known([layer])
        return self.weights[f"conv{_block(layer)}_1"][1].size

    def receptive_field(self, layer: str) -> int:
        """How many pixels across one value of this layer can see: r ← r + (k − 1)·j for a window k.

        j, the distance in pixels between neighbouring values, doubles at each pooling
        (Dumoulin, Visin 2016, section 5.1).

        >>> load_network().receptive_field("conv1_2")  # two 3×3 windows
        5
        """
        (layer,) = self._known([layer])
        field, jump = 1, 1
        for name in LAYER_NAMES[: LAYER_NAMES.index(layer) + 1]:
            window = 3 if name.startswith("conv") else 4 if self.pooling == "binomial" else 2
            field += (window - 1) * jump
            jump *= 1 if name.startswith("conv") else 2
        return field

    def smallest_size(self, layers: str | Iterable[str]) -> int:
        """The shortest side, in pixels, of a picture that leaves these layers at least one value."""
        return max(2 ** sum(name.startswith("pool") for name in LAYER_NAMES[: LAYER_NAMES.index(layer) + 1])
                   for layer in self._known(layers))

    def normalized(self, images: Sequence[Image]) -> "FeatureNetwork":
        """This network with each layer's weights rescaled to a mean activation of one over these pictures.

        If m_l is the mean activation of layer l, its kernel takes the factor m_(l−1)/m_l, its bias 1/m_l.
        """
        float32 = self if self.precision == "float32" else self._with(self.weights, precision="float32")
        means = np.zeros(len(CONVOLUTION_NAMES))
        for image in images:
            features = float32(image, CONVOLUTION_NAMES)
            means += [float(tf.reduce_mean(features[layer])) / len(images) for layer in CONVOLUTION_NAMES]
        _require(np.all(np.isfinite(means)) and np.all(means > 0),
                 f"the weights of {self.name} give dead or infinite feature maps, so the file they come from "
                 "is damaged or belongs to another network; fetch it again")
        rescaled, before = {}, 1.0
        for layer, mean in zip(CONVOLUTION_NAMES, means, strict=True):
            kernel, bias = self.weights[layer]
            rescaled[layer] = (kernel * before / mean).astype(np.float32), (bias / mean).astype(np.float32)
            before = mean
        return self._with(rescaled, precision=self.precision)

    def _with(self, weights, precision):
        return FeatureNetwork(self.name, weights, self.mean, self.scale, pooling=self.pooling, precision=precision)

    def _known(self, layers):
        layers = (layers,) if isinstance(layers, str) else tuple(layers)
        _require(layers, "no layer was asked for")
        for layer in layers:
            _require(layer in LAYER_NAMES, f"unknown layer {layer!r}: choose from {', '.join(LAYER_NAMES)}")
        return layers

    def _require_picture(self, image, layers):
        if image.shape.rank != 3 or image.shape[-1] != 3:
            raise ImageError(f"a picture has the shape (height, width, 3), this one has {tuple(image.shape)}")
        smallest = self.smallest_size(layers)
        if any(side is not None and side < smallest for side in image.shape[:2]):
            raise ImageError(f"a picture of {image.shape[0]}×{image.shape[1]} pixels is too small for the layers "
                             f"{', '.join(layers)}: its shorter side must be at least {smallest} pixels")


def weight_file(name: str) -> Path:
    """The file in which a network's weights are, or would be: "compact", "plain" or "vgg19"."""
    if name == "vgg19":
        return Path(os.environ.get(VGG19_VARIABLE) or vgg19_cache())
    return data_folder() / "networks" / f"{name}.npz"


def _block(layer):
    return int(layer.removeprefix("conv").removeprefix("pool")[0])


def _require(condition, message):
    if not condition:
        raise NetworkError(message)
