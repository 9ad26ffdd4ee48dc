"""From a trained classifier to the weight file of the course: fold, rescale, round, measure, and tell on a card.

Called by tools/train_compact.py at the end of a training.
"""

import hashlib
from dataclasses import asdict, replace

import numpy as np

from nst_helpers.architecture import CONVOLUTION_NAMES
from nst_helpers.backend import tf
from nst_helpers.networks import FeatureNetwork, calibration_pictures, load_network

from .classifier import build_classifier
from .pictures import enlarged
from .recipe import MEAN, MEANINGS, SCALE, SIDE

MEASURED = 1000  # validation pictures for the accuracies after each stage


def folded(model):
    """{convolution: (kernel, bias)}: a trained classifier's convolutions with their normalization in them.

    Behind the convolution K∗x the normalization computes γ (K∗x − μ) / sqrt(σ² + ε) + β. That is a
    convolution again, with the kernel K·g and the bias β − μ·g; g = γ / sqrt(σ² + ε) is one factor a channel.
    """
    weights = {}
    for name in CONVOLUTION_NAMES:
        kernel, norm = model.get_layer(name).kernel.numpy(), model.get_layer(f"{name}_norm")
        gain = norm.gamma.numpy() / np.sqrt(norm.moving_variance.numpy() + norm.epsilon)
        weights[name] = kernel * gain, norm.beta.numpy() - norm.moving_mean.numpy() * gain
    return weights


def natural_pictures(validation, number=30):
    """Pictures to normalize the layers over: one fifth validation pictures, four fifths larger photographs."""
    photographs = calibration_pictures()
    small = list(validation.first(number).pictures.astype(np.float32))
    return photographs * (4 * number // len(photographs)) + small


def save_network(network, path):
    """Write the weights in float16, under the names that `load_network` reads."""
    arrays = {"input/mean": network.mean, "input/scale": network.scale}
    for layer, (kernel, bias) in network.weights.items():
        arrays[f"{layer}/kernel"] = kernel.astype(np.float16)
        arrays[f"{layer}/bias"] = bias.astype(np.float16)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"partial-{path.name}")
    np.savez_compressed(partial, **arrays)
    partial.replace(path)


def as_classifier(network, dense, factor):
    """A feature network with a dense layer (kernel, bias) behind it; inputs (batch, side, side, 3) → logits.

    The dense layer was trained on features that are `factor` times this network's.
    """
    last = CONVOLUTION_NAMES[-1]
    features, (kernel, bias) = network.cut([last]), dense
    return tf.function(lambda x: tf.reduce_mean(features(x)[last], axis=(1, 2)) * factor @ kernel + bias)


def in_float32(model, recipe):
    """A copy of a trained classifier that computes in float32, whatever it was trained in."""
    copy = build_classifier(replace(recipe, precision="float32"), model.output.shape[-1])
    copy.set_weights(model.get_weights())
    return copy


def export(training, path):
    """Fold, rescale, round and write a trained network; returns {(stage, pixels): top-1 accuracy}.

    The accuracies are those on the first 1,000 validation pictures, at 64 pixels and at the size of the last phase.
    """
    validation, recipe = training.validation, training.recipe
    model = in_float32(training.model, recipe)
    weights = folded(model)
    network = FeatureNetwork("compact", weights, MEAN, SCALE, pooling=recipe.pooling)
    network = network.normalized(natural_pictures(validation))
    save_network(network, path)
    last, dense = CONVOLUTION_NAMES[-1], [v.numpy() for v in model.get_layer("classes").weights]
    factor = np.abs(weights[last][1]).sum() / np.abs(network.weights[last][1]).sum()
    stages = {
        "as trained, in float32": tf.function(lambda x: model(x, training=False)),
        "folded, rescaled": as_classifier(network, dense, factor),
        "the file: rounded to float16": as_classifier(
            load_network(weights=path, pooling=recipe.pooling), dense, factor),
    }
    return {(stage, side): top1(classify, validation.first(MEASURED), side) for stage, classify in stages.items()
            for side in dict.fromkeys((SIDE, recipe.phases[-1][1]))}


def top1(classify, data, side, batch=200):
    """Top-1 accuracy of a function from network inputs (batch, side, side, 3) to logits."""
    right = 0
    for start in range(0, len(data), batch):
        pictures = enlarged(data.pictures[start: start + batch], side)
        best = tf.argmax(classify((pictures - MEAN) / SCALE), axis=-1)
        right += np.sum(best.numpy() == data.labels[start: start + batch])
    return float(right / len(data))


# --- the card ---------------------------------------------------------------------------------------------


def write_card(path, training, accuracies):
    """The card of a network, beside its file: what it is, what made it, and what was measured."""
    recipe, epochs = training.recipe, training.curve
    stages = list(dict.fromkeys(stage for stage, _ in accuracies))
    sides = list(dict.fromkeys(side for _, side in accuracies))
    text = CARD.format(
        file=path.name, size=path.stat().st_size / 1e6, parameters=load_network(weights=path).parameters,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(), width=recipe.width, pooling=recipe.pooling,
        measured=min(MEASURED, len(training.validation)),
        train=len(training.train), validation=len(training.validation), steps=training.steps,
        minutes=epochs[-1]["seconds"] / 60, machines="; ".join(training.machines),
        recipe=table(["", ""], [[MEANINGS[name], _words(value)] for name, value in asdict(recipe).items()]),
        curve=table(["epoch", "pixels", "loss", "top-1", "top-1, attacked", "minutes so far"],
                    [[line["epoch"], line["side"], f"{line['loss']:.3f}", *map(_percent, (line.get("accuracy"),
                      line.get("attacked"))), f"{line['seconds'] / 60:.1f}"] for line in epochs]),
        accuracies=table(["top-1 of the network", *(f"at {side} pixels" for side in sides)],
                         [[name, *(f"{accuracies[name, side]:.2%}" for side in sides)] for name in stages]))
    path.with_suffix(".md").write_text(text, encoding="utf-8")


CARD = """\
# {file}

VGG-19's sixteen convolutions at {width} of the width, trained by `tools/train_compact.py` as a classifier of small
photographs that stands small changes of every pixel. This page was written by the same run, from what it measured.

- **File**: `{file}`, {size:.1f} MB, {parameters:,} numbers in float16, no pickled objects; SHA-256
  `{digest}`. Keys `conv1_1/kernel` (3, 3, in, out) and `conv1_1/bias` (out) … `conv5_4/…`; `input/mean` and
  `input/scale`: the input is (RGB 0–255 − 117) / 58.
- **Network**: zero padding “same”, ReLU after every convolution, pooling ({pooling}) after blocks 1 to 4. It was
  trained with batch normalization, now folded into kernels and biases; then each layer was rescaled so that its
  mean activation is one over the course's six photographs at 256 pixels (four fifths of the weight) and 30
  validation pictures.
- **Data**: Tiny ImageNet (`tiny-imagenet-200.zip`): {train:,} pictures of 64×64 to learn from, {validation:,}
  to validate, 200 classes. It is a part of ImageNet, whose pictures belong to their owners and are given out
  for research and education that is not commercial. No picture of it is in this repository.
- **Good for**: features, Gram matrices and transfers in class. **Not for**: classifying pictures; its dense
  layer is not in the file, and it has seen 200 kinds of things at postage-stamp size, with the biases of
  that collection.

## Recipe

{steps:,} steps, {minutes:.0f} minutes. {machines}.

{recipe}

## Curve

The loss is the mean over the epoch's training pictures, changed and attacked as they are; the accuracies are those on
the first 2,000 validation pictures, as they are and attacked, measured at the end of each phase.

{curve}

## Accuracy before and after folding and rounding

On the first {measured:,} validation pictures.

{accuracies}
"""


def table(head, rows):
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def _words(value):
    """A recipe's value as people write it: phases as 24 × 64, ranges as 0.5 to 1.0."""
    if isinstance(value, tuple) and isinstance(value[0], tuple):
        return ", ".join(f"{epochs} × {side}" for epochs, side in value)
    return " to ".join(map(str, value)) if isinstance(value, tuple) else value


def _percent(share):
    return "" if share is None else f"{share:.1%}"
