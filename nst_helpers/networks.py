"""The networks that see: VGG-19 at a width, cut at the deepest layer asked for.

One architecture (Simonyan, Zisserman, "Very Deep Convolutional Networks for Large-Scale Image
Recognition", ICLR 2015, configuration E without its dense layers), three sets of weights:

- `compact`: a quarter of the width, trained by this project and shipped in data/networks;
- `plain`: the same size, trained in the ordinary way, shipped for comparison;
- `vgg19`: full width, the ImageNet weights that Keras distributes.

All are normalised in the manner of Gatys et al. (2016, section 2): the weights of each layer are rescaled
so that its mean activation over natural pictures is one. ReLU and average pooling pass a positive factor
through unchanged, so the network computes the same features, up to one factor a layer; and one set of
loss weights suits every layer of both networks.
"""

import os
import statistics
import time
from functools import cache, partial
from pathlib import Path

import numpy as np

from nst_helpers.architecture import (
    CHANNELS,
    CONVOLUTION_NAMES,
    LAYER_NAMES,
    NETWORK_NAMES,
    POOLINGS,
    PRECISIONS,
)
from nst_helpers.backend import keras, tf
from nst_helpers.errors import NSTError
from nst_helpers.images import ImageError, load_image

# VGG's preprocessing: the mean of ImageNet, subtracted; the scale is that of 0–255 pixels.
VGG19_MEAN = np.array([123.68, 116.779, 103.939], np.float32)  # R, G, B
VGG19_VARIABLE = "NST_VGG19_WEIGHTS"
VGG19_FILE = "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"
VGG19_URL = f"https://storage.googleapis.com/tensorflow/keras-applications/vgg19/{VGG19_FILE}"
VGG19_MD5 = "253f8cb515780f3b799900260a226db6"

BFLOAT16_VARIABLE = "NST_BFLOAT16"  # "force": use it even where it is slower

CALIBRATION_PICTURES = ("astronaut", "cat", "coffee", "raccoon", "rocket", "temple")


class NetworkError(NSTError, RuntimeError):
    """A network that cannot be had or used: its name, its weight file or a layer's name is wrong."""


def data_folder() -> Path:
    """The folder of pictures and networks that this project ships: in the package, or in a checkout beside it.

    Raises:
        NetworkError: it is at neither place.
    """
    package = Path(__file__).resolve().parent
    places = package / "data", package.parent / "data"  # the wheel's first: beside it may lie anybody's data
    for folder in places:
        if (folder / "networks" / "compact.npz").is_file():
            return folder
    raise NetworkError(f"the course's data/ is neither at {places[0]} nor at {places[1]}: install the package from a "
                       "whole checkout, with pip install .")


def load_network(name="compact", *, pooling="average", weights=None, precision="float32"):
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
        parameters, mean, scale = _read_vgg19(weights), VGG19_MEAN, np.ones(3, np.float32)
    else:
        parameters, mean, scale = _read_compact(weights or weight_file(name))
    _require_fast(precision)
    network = FeatureNetwork(name, parameters, mean, scale, pooling=pooling, precision=precision)
    if name == "vgg19" or pooling == "max":  # compact's file is normalised for average pooling
        network = network.normalised(calibration_pictures())
    return network


@cache
def bfloat16_ratio(repeats=3):
    """How long a convolution with its gradient takes in bfloat16 on this machine, over its time in float32.

    Measured once a process; medians of a few runs.
    """
    return _seconds_of_convolution(tf.bfloat16, repeats) / _seconds_of_convolution(tf.float32, repeats)


def _seconds_of_convolution(dtype, repeats, size=96, channels=64):
    features, kernel = tf.ones((1, size, size, channels), dtype), tf.ones((3, 3, channels, channels), dtype)
    times = []
    for _ in range(repeats + 1):  # the first one sets things up
        start = time.perf_counter()
        with tf.GradientTape() as tape:
            tape.watch(features)
            total = tf.reduce_sum(tf.nn.conv2d(features, kernel, 1, "SAME"))
        tape.gradient(total, features).numpy()
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def _require_fast(precision):
    """Refuse bfloat16 where it costs time, unless the environment asks for it all the same."""
    if precision == "bfloat16" and os.environ.get(BFLOAT16_VARIABLE) != "force":
        ratio = bfloat16_ratio()
        _require(ratio < 1, f"precision 'bfloat16' does not pay here: a convolution takes {ratio:.1f} times as long as "
                 f"in float32, because this processor does not compute in it. Use float32; to use it all the same, set "
                 f"{BFLOAT16_VARIABLE}=force")


def random_network(width=0.25, seed=0, *, pooling="average", precision="float32"):
    """The same architecture with random weights (He et al. 2015), normalised; width 1 is VGG-19's size.

    Untrained networks serve as the comparison in lesson 02, and stand in for VGG-19 where only speed counts.
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
    return network.normalised(calibration_pictures())


def calibration_pictures():
    """The shipped photographs at 256 pixels: the natural pictures over which networks are normalised."""
    return [load_image(data_folder() / "content" / f"{name}.jpg", 256) for name in CALIBRATION_PICTURES]


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

    def __init__(self, name, weights, mean, scale, *, pooling="average", precision="float32"):
        _require(pooling in POOLINGS, f"unknown pooling {pooling!r}: choose one of {', '.join(POOLINGS)}")
        _require(precision in PRECISIONS, f"unknown precision {precision!r}: choose one of {', '.join(PRECISIONS)}")
        self.name, self.weights, self.mean, self.scale = name, weights, mean, scale
        self.pooling, self.precision = pooling, precision
        self._full = _build(weights, pooling, precision)
        self._cut = {}  # layers asked for: the network cut behind the deepest of them

    def __call__(self, image, layers):
        layers = self._known(layers)
        image = tf.cast(tf.convert_to_tensor(image), tf.float32)
        self._require_picture(image, layers)
        batch = ((image - self.mean) / self.scale)[tf.newaxis]  # (1, height, width, 3)
        features = self.cut(layers)(batch)
        return {layer: tf.cast(features[layer][0], tf.float32) for layer in layers}

    def cut(self, layers):
        """The Keras model that ends at the deepest of these layers; {layer: features} of a batch."""
        layers = self._known(layers)
        if layers not in self._cut:
            outputs = {layer: self._full.get_layer(layer).output for layer in layers}
            self._cut[layers] = keras.Model(self._full.input, outputs)
        return self._cut[layers]

    @property
    def parameters(self):
        return sum(kernel.size + bias.size for kernel, bias in self.weights.values())

    def channels(self, layer):
        """N_l, the number of feature maps of a layer."""
        (layer,) = self._known([layer])
        return self.weights[f"conv{_block(layer)}_1"][1].size

    def receptive_field(self, layer):
        """How many pixels across one value of this layer can see: r ← r + (k − 1)·j for a window k.

        j, the distance in pixels between neighbouring values, doubles at each pooling
        (Dumoulin, Visin 2016, section 5.1; measured in lesson 02).

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

    def smallest_size(self, layers):
        """The shortest side, in pixels, of a picture that leaves these layers at least one value."""
        return max(2 ** sum(name.startswith("pool") for name in LAYER_NAMES[: LAYER_NAMES.index(layer) + 1])
                   for layer in self._known(layers))

    def normalised(self, images):
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


class BinomialPooling2D(keras.layers.Layer):
    """Average pooling over 4×4 values with the weights (1, 3, 3, 1)/8 in both directions, stride 2, edges repeated.

    A mean over 2×2 lets patterns through that are finer than the new grid can carry, and its gradient shows the grid
    (aliasing; Zhang, "Making Convolutional Networks Shift-Invariant Again", ICML 2019). A binomial filter does not.
    """

    KERNEL = np.outer([1, 3, 3, 1], [1, 3, 3, 1]).astype(np.float32) / 64

    def call(self, inputs):
        channels = inputs.shape[-1]
        kernel = tf.cast(np.repeat(self.KERNEL[:, :, np.newaxis, np.newaxis], channels, axis=2), inputs.dtype)
        padded = tf.pad(inputs, [[0, 0], [1, 1], [1, 1], [0, 0]], "SYMMETRIC")
        return tf.nn.depthwise_conv2d(padded, kernel, [1, 2, 2, 1], "VALID")

    def compute_output_shape(self, shape):
        return (shape[0], *(side and side // 2 for side in shape[1:3]), shape[3])


def _build(weights, pooling, precision):
    """The whole network as a Keras model, its layers named as in the VGG paper."""
    policy = "float32" if precision == "float32" else "mixed_bfloat16"
    pools = {"average": partial(keras.layers.AveragePooling2D, 2), "max": partial(keras.layers.MaxPooling2D, 2),
             "binomial": BinomialPooling2D}
    inputs = features = keras.Input((None, None, 3), name="image")
    for name in LAYER_NAMES:
        if name.startswith("pool"):
            features = pools[pooling](name=name, dtype=policy)(features)
        else:
            kernel, bias = weights[name]
            layer = keras.layers.Conv2D(bias.size, 3, padding="same", activation="relu", name=name, dtype=policy,
                                        trainable=False)
            features = layer(features)
            layer.set_weights([kernel, bias])
    return keras.Model(inputs, features)


def _read_compact(path):
    """(weights, mean, scale) from an .npz file with keys conv1_1/kernel, conv1_1/bias …, input/mean, input/scale."""
    try:
        with np.load(path, allow_pickle=False) as file:
            weights = {layer: (file[f"{layer}/kernel"].astype(np.float32), file[f"{layer}/bias"].astype(np.float32))
                       for layer in CONVOLUTION_NAMES}
            mean, scale = file["input/mean"], file["input/scale"]
    except Exception as error:  # zipfile, zlib, numpy and the file system each have their own errors
        raise NetworkError(f"{path} is not a weight file of the compact network ({_cause(error)}); the shipped one "
                           "is data/networks/compact.npz: restore it with git checkout data/networks") from error
    _require_shapes(weights, path)
    return weights, mean, scale


def _read_vgg19(path):
    """VGG-19's weights {layer: (kernel, bias)}, for pictures in RGB, from the first place that has them."""
    path = path or os.environ.get(VGG19_VARIABLE) or _fetch_vgg19()
    _require(Path(path).is_file(), f"there is no weight file {path}; {_four_ways()}")
    try:
        # The names of the layers are Keras's; the file itself is read and checked by Keras.
        model = keras.applications.VGG19(include_top=False, weights=None)
        model.load_weights(path)
    except Exception as error:  # h5py, zipfile and Keras each have their own errors
        raise NetworkError(f"{path} is not a weight file of VGG-19 without its top layers, or it is damaged "
                           f"({_cause(error)}); {_four_ways()}") from error
    layers = [layer for layer in model.layers if isinstance(layer, keras.layers.Conv2D)]
    weights = {name: tuple(layer.get_weights()) for name, layer in zip(CONVOLUTION_NAMES, layers, strict=True)}
    kernel, bias = weights["conv1_1"]
    weights["conv1_1"] = kernel[:, :, ::-1], bias  # the network was trained on BGR
    _require_shapes(weights, path)
    return weights


def _fetch_vgg19():
    """The path of VGG-19's weights in Keras's cache, downloaded there if need be; its hash is checked."""
    try:
        vgg19_cache().parent.mkdir(parents=True, exist_ok=True)  # or Keras turns to a temporary folder
        return keras.utils.get_file(VGG19_FILE, VGG19_URL, file_hash=VGG19_MD5, cache_dir=vgg19_cache().parents[1],
                                    cache_subdir="models")
    except Exception as error:  # Keras raises a bare Exception when a download fails
        raise NetworkError(f"the weights of VGG-19 are not on this computer, and could not be downloaded "
                           f"({_cause(error)}); {_four_ways()}") from error


def vgg19_cache():
    """Where Keras keeps VGG-19's weights."""
    return Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "models" / VGG19_FILE


def weight_file(name):
    """The file in which a network's weights are, or would be: "compact", "plain" or "vgg19"."""
    if name == "vgg19":
        return Path(os.environ.get(VGG19_VARIABLE) or vgg19_cache())
    return data_folder() / "networks" / f"{name}.npz"


def _four_ways():
    return ("there are four ways to have VGG-19: give the file as weights=…, set the environment variable "
            f"{VGG19_VARIABLE} to its path, put it at {vgg19_cache()}, or be online: then Keras downloads it (80 MB). "
            "The network 'compact' needs none of this")


def _require_shapes(weights, path):
    """Refuse weights whose shapes do not follow one another, or that hold a value no network has."""
    inputs = 3
    for layer, (kernel, bias) in weights.items():
        _require(kernel.shape == (3, 3, inputs, bias.size) and bias.ndim == 1,
                 f"{path} belongs to another network: its {layer} has a kernel of shape {kernel.shape} and a bias of "
                 f"shape {bias.shape}, not (3, 3, {inputs}, n) and (n,)")
        # No weight of a trained network comes near 1000; NaN fails the comparison too.
        _require(np.abs(kernel).max() < 1000 and np.abs(bias).max() < 1000,
                 f"{path} is damaged: {layer} holds a value that is not finite or far too large; fetch it again")
        inputs = bias.size


def _block(layer):
    return int(layer.removeprefix("conv").removeprefix("pool")[0])


def _cause(error):
    """The first line of an error, shortened, for the end of a sentence."""
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0][:200] if str(error).strip() else 'no details'}"


def _require(condition, message):
    if not condition:
        raise NetworkError(message)
