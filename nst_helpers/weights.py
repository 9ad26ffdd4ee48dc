"""Where the networks' weights come from: the files that are shipped, and VGG-19's from wherever it is to be had."""

import os
from pathlib import Path

import numpy as np

from nst_helpers.architecture import CONVOLUTION_NAMES
from nst_helpers.arrays import Numbers
from nst_helpers.backend import keras
from nst_helpers.errors import NetworkError, cause
from nst_helpers.vgg import Weights

VGG19_VARIABLE = "NST_VGG19_WEIGHTS"
VGG19_FILE = "vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"
VGG19_URL = f"https://storage.googleapis.com/tensorflow/keras-applications/vgg19/{VGG19_FILE}"
VGG19_MD5 = "253f8cb515780f3b799900260a226db6"


def read_compact(path: str | os.PathLike) -> tuple[Weights, Numbers, Numbers]:
    """(weights, mean, scale) from an .npz file with keys conv1_1/kernel, conv1_1/bias …, input/mean, input/scale.

    Raises:
        NetworkError: a file that is missing, damaged or of another network.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            weights = {layer: (file[f"{layer}/kernel"].astype(np.float32), file[f"{layer}/bias"].astype(np.float32))
                       for layer in CONVOLUTION_NAMES}
            mean, scale = file["input/mean"], file["input/scale"]
    except Exception as error:  # zipfile, zlib, numpy and the file system each have their own errors
        raise NetworkError(f"{path} is not a weight file of the compact network ({cause(error)}); the shipped one "
                           "is data/networks/compact.npz: restore it with git checkout data/networks") from error
    _require_shapes(weights, path)
    return weights, mean, scale


def read_vgg19(path: str | os.PathLike | None = None) -> Weights:
    """VGG-19's weights, for pictures in RGB, from the first place that has them: see `load_network`.

    Raises:
        NetworkError: no place has them; a file that is missing, damaged or of another network.
    """
    path = path or os.environ.get(VGG19_VARIABLE) or _fetch_vgg19()
    _require(Path(path).is_file(), f"there is no weight file {path}; {_four_ways()}")
    try:
        # The names of the layers are Keras's; the file itself is read and checked by Keras.
        model = keras.applications.VGG19(include_top=False, weights=None)  # pyright: ignore[reportArgumentType]: Keras's own default is a text
        model.load_weights(path)
    except Exception as error:  # h5py, zipfile and Keras each have their own errors
        raise NetworkError(f"{path} is not a weight file of VGG-19 without its top layers, or it is damaged "
                           f"({cause(error)}); {_four_ways()}") from error
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
                           f"({cause(error)}); {_four_ways()}") from error


def vgg19_cache() -> Path:
    """Where Keras keeps VGG-19's weights."""
    return Path(os.environ.get("KERAS_HOME", Path.home() / ".keras")) / "models" / VGG19_FILE


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


def _require(condition, message):
    if not condition:
        raise NetworkError(message)
