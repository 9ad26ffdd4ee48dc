"""Train the compact network of the course: VGG-19 at a quarter of the width, on Tiny ImageNet.

    python tools/train_compact.py tiny-imagenet-200.zip --work scratch --output data/networks/compact.npz

The archive is the one its authors publish (http://cs231n.stanford.edu/tiny-imagenet-200.zip). What the
defaults make was compared with the network that the course ships: see data/networks/compact.md. Interrupt it
whenever you like: the same command carries on from the last checkpoint in the work folder, and ends at the same
weights.

What is trained is a classifier: sixteen convolutions with batch normalisation and ReLU, the mean over all
positions, one dense layer. What is kept are the convolutions, the normalisation folded into them. A network
for style transfer has one more duty than a classifier: its gradient is painted onto a picture. Where it
reacts to noise of single pixels, the picture collects such noise. So a part of the training pictures are
blurred, a part are noisy, and the last epochs enlarge small crops, so that things are large compared with
the 3×3 kernels.
"""

import argparse
import hashlib
import io
import json
import platform
import time
import zipfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image
from PIL import __version__ as pillow_version

from nst_helpers.backend import keras, tf
from nst_helpers.networks import (
    CHANNELS,
    CONVOLUTION_NAMES,
    LAYER_NAMES,
    FeatureNetwork,
    calibration_pictures,
    load_network,
)

MEAN, SCALE = np.full(3, 117, np.float32), np.full(3, 58, np.float32)  # the input is (RGB − MEAN) / SCALE
SIDE = 64  # pixels of a picture in the archive
EPSILON = 1e-3  # of the batch normalisation


@dataclass(frozen=True)
class Recipe:
    """Every number that decides what the training makes."""

    epochs: int = 11  # at 64 pixels
    large_epochs: int = 4  # at 96 pixels: small crops, enlarged
    width: float = 0.25
    batch: int = 128
    learning_rate: float = 0.05
    warmup_steps: int = 300
    momentum: float = 0.9
    weight_decay: float = 5e-3
    label_smoothing: float = 0.1
    crop: tuple = (0.6, 1.0)  # share of the picture's area
    large_side: int = 96
    large_crop: tuple = (0.35, 0.8)
    brightness: float = 0.3  # factor 1 ± 0.3
    channel_shift: float = 0.3  # in units of SCALE, each channel by itself
    smoothed_share: float = 0.5  # of the pictures, to a random degree
    noisy_share: float = 0.5
    noise: float = 0.6  # the strongest noise is uniform in ± 0.6 SCALE
    seed: int = 0


SMOKE = Recipe(epochs=5, large_epochs=1, width=1 / 16, batch=16, warmup_steps=4)  # for the test: seconds

# What each number of a recipe is called on the card.
MEANINGS = {
    "epochs": "epochs at 64 pixels",
    "large_epochs": "epochs at the larger size, which come last",
    "width": "channels, as a share of VGG-19's",
    "batch": "pictures a step",
    "learning_rate": "highest learning rate",
    "warmup_steps": "steps of a linear rise to it; then a cosine down to zero over the rest",
    "momentum": "Nesterov momentum of stochastic gradient descent",
    "weight_decay": "decoupled weight decay of the kernels (behind this momentum: an L2 penalty of a tenth)",
    "label_smoothing": "label smoothing",
    "crop": "random crops at 64 pixels: share of the picture's area; half of them mirrored",
    "large_side": "pixels of the larger size",
    "large_crop": "random crops at the larger size: share of the picture's area, enlarged",
    "brightness": "random brightness: 1 ± this",
    "channel_shift": "random shift of each channel: ± this, of the input's scale",
    "smoothed_share": "share of pictures mixed with a copy of half the resolution, to a random degree",
    "noisy_share": "share of pictures with uniform noise in every pixel and channel",
    "noise": "the strongest such noise: ± this, of the input's scale",
    "seed": "seed",
}


# --- the data ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Pictures:
    """Pictures (number, 64, 64, 3) uint8 and their classes (number,) int32."""

    pictures: np.ndarray
    labels: np.ndarray

    def __len__(self):
        return len(self.labels)

    def first(self, number):
        return Pictures(self.pictures[:number], self.labels[:number])


def read_archive(path, folder):
    """(training pictures, validation pictures, classes) of the archive, decoded once and kept in a folder."""
    with zipfile.ZipFile(path) as archive:
        list_of_classes = next(name for name in archive.namelist() if name.endswith("wnids.txt"))
        root = list_of_classes.removesuffix("wnids.txt")  # "tiny-imagenet-200/"
        classes = {wnid: number for number, wnid in enumerate(archive.read(list_of_classes).decode().split())}
        train = {name: classes[name.removeprefix(root).split("/")[1]] for name in archive.namelist()
                 if name.startswith(f"{root}train/") and name.endswith(".JPEG")}
        lines = archive.read(f"{root}val/val_annotations.txt").decode().splitlines()
        fields = [line.split("\t") for line in lines if line]
        validation = {f"{root}val/images/{name}": classes[wnid] for name, wnid, *_ in fields}
        return (_decoded(archive, train, folder / "train.npy"),
                _decoded(archive, validation, folder / "val.npy"), len(classes))


def _decoded(archive, labels, path):
    """The pictures {name in the archive: class} as arrays; the pixels are kept in a file beside."""
    if not path.is_file() or len(np.load(path, mmap_mode="r")) != len(labels):
        pixels = np.empty((len(labels), SIDE, SIDE, 3), np.uint8)
        for place, name in enumerate(labels):
            with Image.open(io.BytesIO(archive.read(name))) as image:
                pixels[place] = image.convert("RGB")  # some of them are grey
        partial = path.with_name("partial.npy")
        np.save(partial, pixels)
        partial.replace(path)
    return Pictures(np.load(path, mmap_mode="r"), np.array(list(labels.values()), np.int32))


# --- random changes to a batch of training pictures -------------------------------------------------------


class Randomness:
    """Uniform random numbers that depend on a seed and a step only, so that a resumed run draws the same."""

    def __init__(self, seed, step):
        self._seed, self._step, self._draws = seed, tf.cast(step, tf.int32), 0

    def __call__(self, shape, low=0.0, high=1.0):
        self._draws += 1
        seed = tf.stack([self._seed * 1000 + self._draws, self._step])
        return tf.random.stateless_uniform(shape, seed, low, high)


def augment(pictures, recipe, step, *, large):
    """Random versions of a batch, as the network takes them.

    (batch, 64, 64, 3) uint8 → (batch, side, side, 3) float32, where side is 64 or the recipe's large one.
    """
    random = Randomness(recipe.seed, step)
    shares, side = (recipe.large_crop, recipe.large_side) if large else (recipe.crop, SIDE)
    batch = random_crops(tf.cast(pictures, tf.float32), shares, side, random)
    batch = (batch - MEAN) / SCALE
    batch = random_light(batch, recipe, random)
    batch = random_smoothing(batch, recipe, random)
    return random_noise(batch, recipe, random)


def random_crops(batch, shares, side, random):
    """Crops with a random share of the picture's area, half of them mirrored, at side × side pixels."""
    number = tf.shape(batch)[0]
    area, aspect = random([number], *shares), tf.exp(random([number], -0.2, 0.2))
    height, width = tf.minimum(1.0, tf.sqrt(area * aspect)), tf.minimum(1.0, tf.sqrt(area / aspect))
    top, left = random([number]) * (1 - height), random([number]) * (1 - width)
    mirrored = random([number]) < 0.5
    start, end = tf.where(mirrored, left + width, left), tf.where(mirrored, left, left + width)
    boxes = tf.stack([top, start, top + height, end], axis=1)
    return tf.image.crop_and_resize(batch, boxes, tf.range(number), (side, side))


def random_light(batch, recipe, random):
    """Every picture brighter or darker, and its three channels shifted."""
    number = tf.shape(batch)[0]
    factor = random([number, 1, 1, 1], 1 - recipe.brightness, 1 + recipe.brightness)
    return batch * factor + random([number, 1, 1, 3], -recipe.channel_shift, recipe.channel_shift)


def random_smoothing(batch, recipe, random):
    """A share of the pictures mixed, to a random degree, with a copy that lost half its resolution."""
    number, side = tf.shape(batch)[0], batch.shape[1]
    chosen = tf.cast(random([number, 1, 1, 1]) < recipe.smoothed_share, tf.float32)
    degree = chosen * random([number, 1, 1, 1])
    coarse = tf.image.resize(tf.nn.avg_pool2d(batch, 2, 2, "VALID"), (side, side))
    return batch + degree * (coarse - batch)


def random_noise(batch, recipe, random):
    """A share of the pictures with noise of a random strength, independent in each pixel and channel."""
    number = tf.shape(batch)[0]
    chosen = tf.cast(random([number, 1, 1, 1]) < recipe.noisy_share, tf.float32)
    strength = chosen * random([number, 1, 1, 1], 0, recipe.noise)
    return batch + strength * random(tf.shape(batch), -1, 1)


# --- the classifier ---------------------------------------------------------------------------------------


class BatchNormalization(keras.layers.BatchNormalization):
    """Keras's layer, computed by TensorFlow's fused operation: nearly twice the training speed in bfloat16.

    In training a channel is normalised by its mean and variance over the batch, whose running means are kept;
    afterwards by those.
    """

    def call(self, inputs, training=None, mask=None):
        kept = (None, None) if training else (self.moving_mean.value, self.moving_variance.value)
        outputs, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            inputs, self.gamma.value, self.beta.value, *kept, self.epsilon, is_training=bool(training))
        if training:
            keep = self.momentum
            self.moving_mean.assign(keep * self.moving_mean + (1 - keep) * mean)
            self.moving_variance.assign(keep * self.moving_variance + (1 - keep) * variance)
        return outputs


def build_classifier(width, classes, precision="mixed_bfloat16"):
    """VGG-19's convolutions at a width, each with batch normalisation, and a dense layer.

    The model takes (batch, height, width, 3), as `augment` makes it, and returns logits (batch, classes).
    """
    layers = keras.layers
    inputs = features = keras.Input((None, None, 3), name="pictures")
    for name in LAYER_NAMES[:-1]:  # instead of pool5: the mean over all positions
        if name.startswith("pool"):
            features = layers.AveragePooling2D(2, name=name, dtype=precision)(features)
        else:
            channels = max(1, round(CHANNELS[int(name[4])] * width))
            convolution = layers.Conv2D(channels, 3, padding="same", use_bias=False,
                                        kernel_initializer="he_normal", name=name, dtype=precision)
            normalization = BatchNormalization(momentum=0.9, epsilon=EPSILON, name=f"{name}_norm",
                                               dtype=precision)
            features = normalization(convolution(features))
            features = layers.ReLU(name=f"{name}_relu", dtype=precision)(features)
    features = layers.GlobalAveragePooling2D(dtype="float32")(features)
    return keras.Model(inputs, layers.Dense(classes, dtype="float32", name="classes")(features))


def build_optimizer(recipe, steps):
    """Stochastic gradient descent with Nesterov's momentum; the rate rises, then falls as a cosine to zero.

    The weight decay is decoupled (each step takes rate · decay of a kernel away); behind a momentum of 0.9 an
    L2 penalty acts ten times as strongly as its number says, so that 5e-3 here does what 5e-4 does there.
    """
    warmup = min(recipe.warmup_steps, steps // 2)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0, max(1, steps - warmup), warmup_target=recipe.learning_rate, warmup_steps=warmup)
    optimizer = keras.optimizers.SGD(rate, recipe.momentum, nesterov=True, weight_decay=recipe.weight_decay)
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    return optimizer


# --- training ---------------------------------------------------------------------------------------------


class Training:
    """A training run that can be interrupted: its whole state lies in the checkpoints of a folder.

    Attributes:
        step: batches learned from so far.
        curve: one {"epoch", "side", "loss", "accuracy", "seconds", "step"} an epoch; the accuracy is that on
            the first 2,000 validation pictures, enlarged where the training pictures are.
    """

    def __init__(self, recipe, train, validation, classes, folder):
        self.recipe, self.train, self.validation, self.folder = recipe, train, validation, folder
        keras.utils.set_random_seed(recipe.seed)
        self.steps_per_epoch = len(train) // recipe.batch
        self.steps = self.steps_per_epoch * (recipe.epochs + recipe.large_epochs)
        self.model = build_classifier(recipe.width, classes)
        self.optimizer = build_optimizer(recipe, self.steps)
        self.optimizer.build(self.model.trainable_variables)
        self.loss_sum, self.seconds = tf.Variable(0.0, dtype=tf.float64), tf.Variable(0.0, dtype=tf.float64)
        self._record = tf.Variable("[]")  # the curve, in the checkpoint too
        state = tf.train.Checkpoint(model=self.model, optimizer=self.optimizer, loss_sum=self.loss_sum,
                                    seconds=self.seconds, record=self._record)
        self._checkpoints = tf.train.CheckpointManager(state, str(folder / "checkpoints"), max_to_keep=2)
        self._learn = {large: tf.function(lambda x, y, large=large: self._step(x, y, large))
                       for large in (False, True)}
        self._classify = tf.function(lambda pictures: self.model(pictures, training=False))

    @property
    def step(self):
        return int(self.optimizer.iterations)

    @property
    def curve(self):
        return json.loads(self._record.numpy())

    def resume(self):
        """Carry on from the last checkpoint, if there is one; it must be of the same recipe."""
        path, recipe = self.folder / "recipe.json", json.dumps(asdict(self.recipe), indent=1)
        if path.is_file() and path.read_text() != recipe:
            raise SystemExit(f"{self.folder} holds a training with another recipe: give another --work")
        path.write_text(recipe)
        if self._checkpoints.restore_or_initialize():
            print(f"carrying on at step {self.step} of {self.steps}", flush=True)

    def run(self, save_every=250):
        """Learn up to the last step; a checkpoint every so many steps and at the end of every epoch."""
        started = time.monotonic()
        while self.step < self.steps:
            pictures, labels = self._batch(self.step)
            self.loss_sum.assign_add(float(self._learn[self._is_large(self.step)](pictures, labels)))
            ends_epoch = self.step % self.steps_per_epoch == 0
            if ends_epoch or self.step % save_every == 0:
                self.seconds.assign_add(time.monotonic() - started)
                started = time.monotonic()
                self._report(ends_epoch)
                self._checkpoints.save()

    def _is_large(self, step):
        return step >= self.recipe.epochs * self.steps_per_epoch

    def _batch(self, step):
        """The pictures and labels of a step; each epoch goes through all pictures in an order of its own."""
        epoch, place = divmod(step, self.steps_per_epoch)
        order = np.random.default_rng((self.recipe.seed, epoch)).permutation(len(self.train))
        chosen = np.sort(order[place * self.recipe.batch: (place + 1) * self.recipe.batch])
        return self.train.pictures[chosen], self.train.labels[chosen]

    def _step(self, pictures, labels, large):
        """One step of learning from a batch; returns its loss before the step."""
        variables = self.model.trainable_variables
        batch = augment(pictures, self.recipe, self.optimizer.iterations.value, large=large)
        with tf.GradientTape() as tape:
            logits = self.model(batch, training=True)
            target = tf.one_hot(labels, logits.shape[-1])
            loss = tf.reduce_mean(keras.losses.categorical_crossentropy(
                target, logits, from_logits=True, label_smoothing=self.recipe.label_smoothing))
        self.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
        return loss

    def _report(self, ends_epoch):
        """Print where the run is; at the end of an epoch, measure the accuracy and lengthen the curve."""
        epoch, place = divmod(self.step - 1, self.steps_per_epoch)
        loss = float(self.loss_sum) / (place + 1)
        speed = self.step * self.recipe.batch / float(self.seconds)
        print(f"step {self.step}/{self.steps}  epoch {epoch + 1}  loss {loss:.3f}  {speed:.0f} pictures/s",
              flush=True)
        if ends_epoch:
            side = self.recipe.large_side if self._is_large(self.step - 1) else SIDE
            accuracy = self.accuracy(self.validation.first(2000), side)
            line = {"epoch": epoch + 1, "side": side, "loss": loss, "accuracy": accuracy,
                    "seconds": float(self.seconds), "step": self.step}
            self._record.assign(json.dumps([*self.curve, line]))
            self.loss_sum.assign(0.0)
            print(f"epoch {epoch + 1}: loss {loss:.3f}, validation accuracy {accuracy:.1%} at {side} pixels",
                  flush=True)

    def accuracy(self, data, side):
        """The share of pictures whose class is the most likely one, at a size in pixels."""
        return top1(self._classify, data, side)


def top1(classify, data, side, batch=200):
    """Top-1 accuracy of a function from network inputs (batch, side, side, 3) to logits."""
    right = 0
    for start in range(0, len(data), batch):
        pictures = tf.constant(data.pictures[start: start + batch], tf.float32)
        if side != SIDE:
            pictures = tf.image.resize(pictures, (side, side))
        best = tf.argmax(classify((pictures - MEAN) / SCALE), axis=-1)
        right += np.sum(best.numpy() == data.labels[start: start + batch])
    return float(right / len(data))


# --- from the classifier to the file ----------------------------------------------------------------------


def folded(model):
    """{convolution: (kernel, bias)}: a trained classifier's convolutions with their normalisation in them.

    Behind the convolution K∗x the normalisation computes γ (K∗x − μ) / sqrt(σ² + ε) + β. That is a
    convolution again, with the kernel K·g and the bias β − μ·g; g = γ / sqrt(σ² + ε) is one factor a channel.
    """
    weights = {}
    for name in CONVOLUTION_NAMES:
        kernel, norm = model.get_layer(name).kernel.numpy(), model.get_layer(f"{name}_norm")
        gain = norm.gamma.numpy() / np.sqrt(norm.moving_variance.numpy() + norm.epsilon)
        weights[name] = kernel * gain, norm.beta.numpy() - norm.moving_mean.numpy() * gain
    return weights


def natural_pictures(validation, number=30):
    """Pictures to normalise the layers over: one fifth validation pictures, four fifths larger photographs."""
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
    """A copy of a trained classifier that computes in float32."""
    copy = build_classifier(recipe.width, model.output.shape[-1], "float32")
    copy.set_weights(model.get_weights())
    return copy


def export(training, path):
    """Fold, normalise, round and write the trained network; returns {(stage, pixels): top-1 accuracy}."""
    model, validation, large = training.model, training.validation, training.recipe.large_side
    weights = folded(model)
    network = FeatureNetwork("compact", weights, MEAN, SCALE).normalised(natural_pictures(validation))
    save_network(network, path)
    last, dense = CONVOLUTION_NAMES[-1], [v.numpy() for v in model.get_layer("classes").weights]
    factor = np.abs(weights[last][1]).sum() / np.abs(network.weights[last][1]).sum()
    unfolded = in_float32(model, training.recipe)
    stages = {
        "as trained, bfloat16": tf.function(lambda x: model(x, training=False)),
        "as trained, float32": tf.function(lambda x: unfolded(x, training=False)),
        "folded, rescaled, float32": as_classifier(network, dense, factor),
        "the file: rounded to float16": as_classifier(load_network(weights=path), dense, factor),
    }
    return {(stage, side): top1(classify, validation, side) for stage, classify in stages.items()
            for side in (SIDE, large)}


def write_card(path, training, accuracies):
    """The card of a network, beside its file: what it is, what made it, and what was measured."""
    recipe, epochs = training.recipe, training.curve
    stages = list(dict.fromkeys(stage for stage, _ in accuracies))
    sides = list(dict.fromkeys(side for _, side in accuracies))
    text = CARD.format(
        file=path.name, size=path.stat().st_size / 1e6, parameters=load_network(weights=path).parameters,
        digest=hashlib.sha256(path.read_bytes()).hexdigest(), width=recipe.width,
        train=len(training.train), validation=len(training.validation), steps=training.steps,
        minutes=epochs[-1]["seconds"] / 60, versions=versions(),
        recipe=table(["", ""], [[MEANINGS[name], _words(value)] for name, value in asdict(recipe).items()]),
        curve=table(["epoch", "pixels", "loss", "top-1", "minutes so far"],
                    [[line["epoch"], line["side"], f"{line['loss']:.3f}", f"{line['accuracy']:.1%}",
                      f"{line['seconds'] / 60:.1f}"] for line in epochs]),
        accuracies=table(["top-1 of the network", *(f"at {side} pixels" for side in sides)],
                         [[name, *(f"{accuracies[name, side]:.2%}" for side in sides)] for name in stages]))
    path.with_suffix(".md").write_text(text, encoding="utf-8")


CARD = """\
# {file}

VGG-19's sixteen convolutions at {width} of the width, trained by `tools/train_compact.py` as a classifier of
small photographs. This page was written by the same run, from what it measured.

- **File**: `{file}`, {size:.1f} MB, {parameters:,} numbers in float16, no pickled objects; SHA-256
  `{digest}`. Keys `conv1_1/kernel` (3, 3, in, out) and `conv1_1/bias` (out) … `conv5_4/…`; `input/mean` and
  `input/scale`: the input is (RGB 0–255 − 117) / 58.
- **Network**: zero padding “same”, ReLU after every convolution, average pooling 2×2 after blocks 1 to 4.
  It was trained with batch normalisation, now folded into kernels and biases; then each layer was rescaled
  so that its mean activation is one over the course's six photographs at 256 pixels (four fifths of the
  weight) and 30 validation pictures (one fifth).
- **Data**: Tiny ImageNet (`tiny-imagenet-200.zip`): {train:,} pictures of 64×64 to learn from, {validation:,}
  to validate, 200 classes. It is a part of ImageNet, whose pictures belong to their owners and are given out
  for research and education that is not commercial. No picture of it is in this repository.
- **Good for**: features, Gram matrices and transfers in class. **Not for**: classifying pictures; its dense
  layer is not in the file, and it has seen 200 kinds of things at postage-stamp size, with the biases of
  that collection.

## Recipe

{steps:,} steps, {minutes:.0f} minutes. {versions}.

{recipe}

## Curve

The loss is the mean over the epoch's training pictures, changed as they are; the accuracy that on the first
2,000 validation pictures.

{curve}

## Accuracy before and after folding and rounding

On all {validation:,} validation pictures.

{accuracies}
"""


def table(head, rows):
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)


def versions():
    """The libraries that a training ran on, for its card."""
    libraries = {"Python": platform.python_version(), "TensorFlow": tf.__version__,
                 "Keras": keras.__version__, "NumPy": np.__version__, "Pillow": pillow_version}
    return ", ".join(f"{name} {version}" for name, version in libraries.items())


def _words(value):
    return " to ".join(map(str, value)) if isinstance(value, tuple) else value


# --- the command line -------------------------------------------------------------------------------------


def main(arguments=None):
    options = parse(arguments)
    recipe = SMOKE if options.smoke else Recipe(epochs=options.epochs, large_epochs=options.large_epochs)
    options.work.mkdir(parents=True, exist_ok=True)
    train, validation, classes = read_archive(options.archive, options.work)
    training = Training(replace(recipe, seed=options.seed), train, validation, classes, options.work)
    training.resume()
    try:
        training.run()
    except KeyboardInterrupt:
        raise SystemExit("interrupted: the same command carries on from the last checkpoint") from None
    accuracies = export(training, options.output)
    write_card(options.output, training, accuracies)
    print(f"wrote {options.output} and its card {options.output.with_suffix('.md').name}")


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", type=Path, help="tiny-imagenet-200.zip")
    parser.add_argument("--output", type=Path, default=Path("compact.npz"), help="the weight file to write")
    parser.add_argument("--work", type=Path, default=Path("compact-training"),
                        help="folder of the decoded pictures (1.4 GB) and the checkpoints")
    parser.add_argument("--epochs", type=int, default=Recipe.epochs, help="epochs at 64 pixels")
    parser.add_argument("--large-epochs", type=int, default=Recipe.large_epochs, help="epochs at 96 pixels")
    parser.add_argument("--seed", type=int, default=Recipe.seed)
    parser.add_argument("--smoke", action="store_true", help="a tiny network for a few steps, for the test")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
