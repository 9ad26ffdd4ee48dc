"""VGG-19 as a Keras model, at whatever width its weights have, and the poolings that it may have."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from nst_helpers.architecture import LAYER_NAMES
from nst_helpers.arrays import Numbers, Tensor
from nst_helpers.backend import keras, tf

Weights = Mapping[str, tuple[Numbers, Numbers]]  # {convolution: (kernel (3, 3, in, out), bias (out,))}


class BinomialPooling2D(keras.layers.Layer):
    """Average pooling over 4×4 values with the weights (1, 3, 3, 1)/8 in both directions, stride 2, edges repeated.

    A mean over 2×2 lets patterns through that are finer than the new grid can carry, and its gradient shows the grid
    (aliasing; Zhang, "Making Convolutional Networks Shift-Invariant Again", ICML 2019). A binomial filter does not.
    """

    KERNEL = np.outer([1, 3, 3, 1], [1, 3, 3, 1]).astype(np.float32) / 64

    def call(self, inputs: Tensor) -> Tensor:
        """(batch, height, width, channels) → half the height and width, rounded down."""
        channels = inputs.shape[-1]
        kernel = tf.cast(np.repeat(self.KERNEL[:, :, np.newaxis, np.newaxis], channels, axis=2), inputs.dtype)
        padded = tf.pad(inputs, [[0, 0], [1, 1], [1, 1], [0, 0]], "SYMMETRIC")
        return tf.nn.depthwise_conv2d(padded, kernel, [1, 2, 2, 1], "VALID")

    def compute_output_shape(self, shape: tuple) -> tuple:
        """The shape of what `call` returns; Keras asks for it before there are pictures."""
        return (shape[0], *(side and side // 2 for side in shape[1:3]), shape[3])


def build(weights: Weights, pooling: str, precision: str) -> keras.Model:
    """The whole network, its layers named as in the VGG paper; it takes preprocessed (batch, height, width, 3).

    Args:
        weights: of every convolution.
        pooling: one of POOLINGS.
        precision: "float32", or "bfloat16" for convolutions in half the bits.
    """
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
