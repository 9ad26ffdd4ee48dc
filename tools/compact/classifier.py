"""The classifier that is trained, and one step of its learning."""

import keras
import numpy as np
from keras import ops

from nst_helpers.architecture import CHANNELS, LAYER_NAMES

from .backends import value_and_gradient
from .recipe import SCALE

EPSILON = 1e-3  # of the batch normalization


class BinomialPooling(keras.layers.Layer):
    """Every second value in both directions, after a binomial filter (1, 3, 3, 1)/8; edges are repeated.

    The filter of `nst_helpers.networks`, written with slices, which a compiler fuses with what stands around.
    """

    def call(self, inputs):
        height, width = inputs.shape[1] // 2 * 2, inputs.shape[2] // 2 * 2
        x = ops.pad(inputs[:, :height, :width], ((0, 0), (1, 1), (1, 1), (0, 0)), mode="symmetric")
        x = (x[:, 0:-2:2] + 3 * x[:, 1:-1:2] + 3 * x[:, 2::2] + x[:, 3::2]) / 8
        return (x[:, :, 0:-2:2] + 3 * x[:, :, 1:-1:2] + 3 * x[:, :, 2::2] + x[:, :, 3::2]) / 8

    def compute_output_shape(self, shape):
        return (shape[0], *(side and side // 2 for side in shape[1:3]), shape[3])


def build_classifier(recipe, classes, side=None):
    """VGG-19's convolutions at a width, each with batch normalization, and a dense layer.

    The model takes (batch, side, side, 3), as `augment` makes it, and returns logits (batch, classes).
    """
    layers, precision = keras.layers, recipe.precision
    inputs = features = keras.Input((side, side, 3), name="pictures")
    for name in LAYER_NAMES[:-1]:  # instead of pool5: the mean over all positions
        if name.startswith("pool"):
            pool = BinomialPooling() if recipe.pooling == "binomial" else layers.AveragePooling2D(2)
            pool.dtype_policy = precision
            features = pool(features)
        else:
            channels = max(1, round(CHANNELS[int(name[4])] * recipe.width))
            convolution = layers.Conv2D(channels, 3, padding="same", use_bias=False,
                                        kernel_initializer="he_normal", name=name, dtype=precision)
            normalization = layers.BatchNormalization(momentum=0.9, epsilon=EPSILON, name=f"{name}_norm",
                                                      dtype=precision)
            features = layers.ReLU(name=f"{name}_relu", dtype=precision)(normalization(convolution(features)))
    features = layers.GlobalAveragePooling2D(dtype="float32")(features)
    return keras.Model(inputs, layers.Dense(classes, dtype="float32", name="classes")(features))


# Learning


def learning_rate(recipe, step, steps):
    """It rises in a straight line over the first steps, then falls to zero as half a cosine."""
    warmup = min(recipe.warmup_steps, steps // 2)
    step = ops.cast(step, "float32")
    fall = 0.5 * (1 + ops.cos(np.pi * (step - warmup) / max(1, steps - warmup)))
    return recipe.learning_rate * ops.where(step < warmup, step / max(1, warmup), fall)


def descended(weights, velocities, gradient, rate, recipe):
    """One step of stochastic gradient descent with Nesterov's momentum: the new weights and velocities.

    The weight decay is decoupled (each step takes rate · decay of a kernel away); behind a momentum of 0.9 an
    L2 penalty acts ten times as strongly as its number says, so that 5e-3 here does what 5e-4 does there. A pure
    function, as Keras's optimizers are on JAX only; a test holds that it takes the steps of Keras's SGD.
    """
    norm = ops.sqrt(sum(ops.sum(ops.square(g)) for g in gradient))
    gradient = [g * ops.minimum(1.0, recipe.gradient_norm / (norm + 1e-12)) for g in gradient]
    weights = [w * (1 - rate * recipe.weight_decay) if len(w.shape) > 1 else w for w in weights]
    velocities = [recipe.momentum * v - rate * g for v, g in zip(velocities, gradient, strict=True)]
    weights = [w + recipe.momentum * v - rate * g for w, v, g in zip(weights, velocities, gradient, strict=True)]
    return weights, velocities


def cross_entropy(logits, target):
    return ops.mean(ops.categorical_crossentropy(target, logits, from_logits=True))


def attacked(loss, pictures, recipe, random):
    """The pictures, each value changed by at most the recipe's grey levels, so that the loss rises.

    From a random start, in steps along the sign of the loss's gradient, back into the box after each.
    """
    reach = recipe.attack / SCALE
    change = random(ops.shape(pictures), -1.0, 1.0) * reach
    for _ in range(recipe.attack_steps):
        _, gradient = value_and_gradient(lambda batch: (loss(batch), None), 0, (pictures + change,))
        change = change + recipe.attack_step / recipe.attack_steps * reach * ops.sign(gradient)
        change = ops.clip(change, -reach, reach)
    return pictures + change
