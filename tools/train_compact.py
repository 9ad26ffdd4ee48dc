"""Train the compact network of the course: VGG-19 at a quarter of the width, on Tiny ImageNet.

    python tools/train_compact.py tiny-imagenet-200.zip --work scratch --output data/networks/compact.npz

The archive is the one its authors publish (http://cs231n.stanford.edu/tiny-imagenet-200.zip). Interrupt it
whenever you like: the same command carries on from the last checkpoint in the work folder. Checkpoints belong to
no machine: the training can run on one with a graphics card (`KERAS_BACKEND=jax`, which compiles the whole step
into one program), and the same command, given that work folder on one with TensorFlow, writes the weight file.

What is trained is a classifier: sixteen convolutions with batch normalization and ReLU, the mean over all
positions, one dense layer. What is kept are the convolutions, the normalization folded into them (compact_file.py).
A network for style transfer has one more duty than a classifier: its gradient is painted onto a picture. An
ordinary classifier's gradient looks like noise, because it hangs on patterns that no one sees; one that was trained
on pictures changed against it, each pixel by a few grey levels, has to hang on what is visible (Engstrom et al.,
"Adversarial Robustness as a Prior for Learned Representations", 2019; Nakano, "Adversarially Robust Neural Style
Transfer", distill.pub 2019). So each batch is changed by a step or more of the attack before it is learned from (Madry
et al., ICLR 2018; one step from a random start: Wong, Rice, Kolter, ICLR 2020). `--set pooling=binomial` takes an
antialiased pooling (Zhang, "Making Convolutional Networks Shift-Invariant Again", ICML 2019); what both came to stands
on the card, data/networks/compact.md.
"""

import argparse
import io
import json
import platform
import time
import zipfile
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import keras
import numpy as np
from keras import ops
from PIL import Image

from nst_helpers.architecture import CHANNELS, LAYER_NAMES

MEAN, SCALE = np.full(3, 117, np.float32), np.full(3, 58, np.float32)  # the input is (RGB − MEAN) / SCALE
SIDE = 64  # pixels of a picture in the archive
EPSILON = 1e-3  # of the batch normalization


@dataclass(frozen=True)
class Recipe:
    """Every number that decides what the training makes."""

    phases: tuple = ((24, 64), (4, 96))  # (epochs, pixels) one after the other
    width: float = 0.25
    pooling: str = "average"
    precision: str = "mixed_bfloat16"
    batch: int = 256
    learning_rate: float = 0.1
    warmup_steps: int = 400
    momentum: float = 0.9
    gradient_norm: float = 2.0
    weight_decay: float = 5e-3
    label_smoothing: float = 0.1
    attack: float = 2.0
    attack_steps: int = 1
    attack_step: float = 1.25
    crop: tuple = (0.5, 1.0)
    large_crop: tuple = (0.35, 1.0)
    brightness: float = 0.25
    channel_shift: float = 0.15
    seed: int = 0


SMOKE = Recipe(phases=((4, 32), (1, 48)), width=1 / 16, precision="float32", batch=16, warmup_steps=4, attack=1.0)

# What each number of a recipe is called on the card.
MEANINGS = {
    "phases": "epochs × pixels, one after the other",
    "width": "channels, as a share of VGG-19's",
    "pooling": "pooling",
    "precision": "arithmetic of the training",
    "batch": "pictures a step",
    "learning_rate": "highest learning rate",
    "warmup_steps": "steps of a linear rise to it; then a cosine down to zero over the rest",
    "momentum": "Nesterov momentum of stochastic gradient descent",
    "gradient_norm": "longest gradient; a longer one is shortened to this",
    "weight_decay": "decoupled weight decay of the kernels (behind this momentum: an L2 penalty of a tenth)",
    "label_smoothing": "label smoothing",
    "attack": "largest change of a pixel by the attack, in grey levels (0: ordinary training)",
    "attack_steps": "steps of the attack, from a random start",
    "attack_step": "length of all its steps together, over that largest change",
    "crop": "random crops up to 64 pixels: share of the picture's area; half of them mirrored",
    "large_crop": "random crops above that: share of the picture's area, enlarged",
    "brightness": "random brightness: 1 ± this",
    "channel_shift": "random shift of each channel: ± this, of the input's scale",
    "seed": "seed",
}


# --- the two backends -------------------------------------------------------------------------------------
# Keras has no common name for these three. Everything else is written once.


def compiled(function):
    """A function of arrays as one program, which is given its state and returns the new one."""
    if keras.backend.backend() == "jax":
        import jax

        return jax.jit(function)
    import tensorflow as tf

    return tf.function(function)


def value_and_gradient(function, place, arguments):
    """((value, more), gradient) of a function that returns (value, more), in its argument at a place."""
    if keras.backend.backend() == "jax":
        import jax

        return jax.value_and_grad(function, place, has_aux=True)(*arguments)
    import tensorflow as tf

    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(arguments[place])
        value, more = function(*arguments)
    return (value, more), tape.gradient(value, arguments[place])


class Randomness:
    """Uniform random numbers that depend on a seed and a step only, so that a resumed run draws the same."""

    def __init__(self, seed, step):
        self._seed, self._step, self._draws = seed, step, 0

    def __call__(self, shape, low=0.0, high=1.0):
        self._draws += 1
        number = self._seed * 1000 + self._draws
        if keras.backend.backend() == "jax":
            import jax

            key = jax.random.fold_in(jax.random.key(number), self._step)
            return jax.random.uniform(key, shape, minval=low, maxval=high)
        import tensorflow as tf

        return tf.random.stateless_uniform(shape, tf.stack([number, tf.cast(self._step, tf.int32)]), low, high)


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
        _decode(archive, train, folder / "train.npz")
        _decode(archive, validation, folder / "val.npz")
    return read_pictures(folder)


def read_pictures(folder):
    """(training pictures, validation pictures, classes) as an earlier `read_archive` left them in a folder."""
    train, validation = (Pictures(**np.load(folder / name)) for name in ("train.npz", "val.npz"))
    return train, validation, int(train.labels.max()) + 1


def _decode(archive, labels, path):
    """Write the pictures {name in the archive: class} as arrays, unless an earlier run has."""
    if path.is_file() and len(np.load(path)["labels"]) == len(labels):
        return
    pixels = np.empty((len(labels), SIDE, SIDE, 3), np.uint8)
    for place, name in enumerate(labels):
        with Image.open(io.BytesIO(archive.read(name))) as image:
            pixels[place] = image.convert("RGB")  # some of them are grey
    partial = path.with_name("partial.npz")
    np.savez(partial, pictures=pixels, labels=np.array(list(labels.values()), np.int32))
    partial.replace(path)


# --- random changes to a batch of training pictures -------------------------------------------------------


def augment(pictures, recipe, random, side):
    """Random versions of a batch (batch, 64, 64, 3), 0–255, as the network takes them: (batch, side, side, 3)."""
    shares = recipe.large_crop if side > SIDE else recipe.crop
    batch = random_crops(ops.cast(pictures, "float32"), shares, side, random)
    return random_light((batch - MEAN) / SCALE, recipe, random)


def random_crops(batch, shares, side, random):
    """Crops with a random share of the picture's area, half of them mirrored, at side × side pixels."""
    number = len(batch)
    area, aspect = random((number,), *shares), ops.exp(random((number,), -0.2, 0.2))
    height, width = ops.minimum(1.0, ops.sqrt(area * aspect)), ops.minimum(1.0, ops.sqrt(area / aspect))
    top, left = random((number,)) * (1 - height), random((number,)) * (1 - width)
    mirrored = random((number,)) < 0.5
    rows = _interpolation(top, top + height, side)
    columns = _interpolation(ops.where(mirrored, left + width, left), ops.where(mirrored, left, left + width), side)
    batch = ops.einsum("bih,bhwc->biwc", rows, batch)
    return ops.einsum("bjw,biwc->bijc", columns, batch)


def _interpolation(start, end, side):
    """(batch, side, 64): the matrices that read a line of 64 pixels linearly from a start to an end in 0–1."""
    places = (ops.arange(side, dtype="float32") + 0.5) / side  # the middles of the new pixels
    places = (start[:, None] + (end - start)[:, None] * places) * SIDE - 0.5
    places = ops.clip(places, 0.0, SIDE - 1.0)[:, :, None]
    return ops.relu(1.0 - ops.abs(places - ops.arange(SIDE, dtype="float32")))


def random_light(batch, recipe, random):
    """Every picture brighter or darker, and its three channels shifted."""
    number = len(batch)
    factor = random((number, 1, 1, 1), 1 - recipe.brightness, 1 + recipe.brightness)
    return batch * factor + random((number, 1, 1, 3), -recipe.channel_shift, recipe.channel_shift)


# --- the classifier ---------------------------------------------------------------------------------------


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


# --- learning ---------------------------------------------------------------------------------------------


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


class Training:
    """A training run that can be interrupted: its whole state lies in one file of a folder.

    Attributes:
        step: batches learned from so far.
        curve: one {"epoch", "side", "loss", "seconds", "step"} an epoch, and at the end of each phase "accuracy" and
            "attacked": those on the first 2,000 validation pictures, as they are and attacked, enlarged or made
            smaller as the training pictures are.
    """

    def __init__(self, recipe, train, validation, classes, folder):
        self.recipe, self.train, self.validation, self.folder = recipe, train, validation, folder
        keras.utils.set_random_seed(recipe.seed)
        self.steps_per_epoch = len(train) // recipe.batch
        self.sides = [side for epochs, side in recipe.phases for _ in range(epochs)]  # of each epoch
        self.steps = self.steps_per_epoch * len(self.sides)
        self.model = build_classifier(recipe, classes)
        self.step, self.curve, self.seconds, self.losses, self.machines = 0, [], 0.0, [], []
        self._models, self._programs = {}, {}
        weights, others = ([variable.value for variable in variables] for variables in self._variables())
        self._state = weights, others, [ops.zeros_like(weight) for weight in weights]  # the last are the velocities

    def _variables(self):
        """What changes in the model: weights, and the running means of the normalization."""
        return self.model.trainable_variables, self.model.non_trainable_variables

    # the state on disk

    def resume(self):
        """Carry on from the last checkpoint, if there is one; it must be of the same recipe."""
        path = self.folder / "checkpoint.npz"
        if not path.is_file():
            return
        with np.load(path) as file:
            kept, arrays = json.loads(str(file["record"])), [file[f"array{n}"] for n in range(len(file.files) - 1)]
        if kept["recipe"] != json.loads(json.dumps(asdict(self.recipe))):
            raise SystemExit(f"{self.folder} holds a training with another recipe: give another --work")
        self.step, self.curve, self.seconds = kept["step"], kept["curve"], kept["seconds"]
        self.losses, self.machines = kept["losses"], kept["machines"]
        flat = iter(arrays)
        self._state = tuple([ops.convert_to_tensor(next(flat)) for _ in values] for values in self._state)
        print(f"carrying on at step {self.step} of {self.steps}", flush=True)

    def save(self):
        """Write the whole state; what is on disk is always a whole one."""
        self.settle()
        record = {"recipe": asdict(self.recipe), "step": self.step, "curve": self.curve, "seconds": self.seconds,
                  "losses": self.losses, "machines": self.machines}
        arrays = [ops.convert_to_numpy(value) for values in self._state for value in values]
        partial = self.folder / "partial.npz"
        np.savez(partial, record=json.dumps(record), **{f"array{n}": array for n, array in enumerate(arrays)})
        partial.replace(self.folder / "checkpoint.npz")

    def settle(self):
        """Bring the model up to the state of the run."""
        for variables, values in zip(self._variables(), self._state[:2], strict=True):
            for variable, value in zip(variables, values, strict=True):
                variable.assign(value)

    # the run

    def run(self, save_every=1000):
        """Learn up to the last step; a checkpoint every so many steps and at the end of every epoch."""
        if self.step < self.steps and machine() not in self.machines:
            self.machines.append(machine())
        started = time.monotonic()
        while self.step < self.steps:
            side = self.sides[self.step // self.steps_per_epoch]
            pictures, labels = self._batch(self.step)
            *state, loss = self._program(side)(*self._state, pictures, labels, np.int32(self.step))
            self._state, self.step = tuple(state), self.step + 1
            self.losses.append(loss)
            ends_epoch = self.step % self.steps_per_epoch == 0
            if ends_epoch or self.step % save_every == 0:
                self.losses = [float(loss) for loss in self.losses]  # waits for the device
                self.seconds += time.monotonic() - started
                started = time.monotonic()
                if ends_epoch:
                    self._end_epoch(side)
                self.save()

    def _batch(self, step):
        """The pictures and labels of a step; each epoch goes through all pictures in an order of its own."""
        epoch, place = divmod(step, self.steps_per_epoch)
        order = np.random.default_rng((self.recipe.seed, epoch)).permutation(len(self.train))
        chosen = np.sort(order[place * self.recipe.batch: (place + 1) * self.recipe.batch])
        return self.train.pictures[chosen], self.train.labels[chosen]

    def _program(self, side):
        """The compiled step for pictures of a size; the model of each size has the same weights."""
        if side not in self._programs:
            model = build_classifier(self.recipe, self.model.output.shape[-1], side)
            self._programs[side] = compiled(lambda *arguments: self._step(model, side, *arguments))
        return self._programs[side]

    def _step(self, model, side, weights, others, velocities, pictures, labels, number):
        """One step of learning: the new weights, running means and velocities, and the loss before the step."""
        recipe, random = self.recipe, Randomness(self.recipe.seed, number)
        batch = augment(pictures, recipe, random, side)
        classes = model.output.shape[-1]
        target = ops.one_hot(labels, classes) * (1 - recipe.label_smoothing) + recipe.label_smoothing / classes

        def loss(weights, others, batch):
            logits, others = model.stateless_call(weights, others, batch, training=True)
            return cross_entropy(logits, target), others

        if recipe.attack:
            batch = attacked(lambda changed: loss(weights, others, changed)[0], batch, recipe, random)
        (value, others), gradient = value_and_gradient(loss, 0, (weights, others, batch))
        rate = learning_rate(recipe, number, self.steps)
        weights, velocities = descended(weights, velocities, gradient, rate, recipe)
        return weights, list(others), velocities, value

    def _end_epoch(self, side):
        """Lengthen the curve, measure the accuracies where a phase ends, and print the new line."""
        epoch = len(self.curve) + 1
        line = {"epoch": epoch, "side": side, "loss": float(np.mean(self.losses)),
                "seconds": self.seconds, "step": self.step}
        words = f"epoch {epoch}/{len(self.sides)} at {side} pixels: loss {line['loss']:.3f}, {self.seconds:.0f} s"
        if self.sides[epoch:epoch + 1] != [side]:
            some = self.validation.first(2000)
            line["accuracy"] = self.accuracy(some, side)
            line["attacked"] = self.accuracy(some, side, attack=True)
            words += f", top-1 {line['accuracy']:.1%}, attacked {line['attacked']:.1%}"
        self.curve, self.losses = [*self.curve, line], []
        print(words, flush=True)

    def accuracy(self, data, side, attack=False, batch=250):
        """The share of pictures whose class is the most likely one, at a size in pixels; whole batches only."""
        classify, right, number = self._classifier(side, attack), 0, len(data) // batch * batch or len(data)
        for start in range(0, number, batch):
            chosen = slice(start, min(start + batch, number))
            best = classify(*self._state[:2], data.pictures[chosen], data.labels[chosen])
            right += int(np.sum(ops.convert_to_numpy(best) == data.labels[chosen]))
        return right / number

    def _classifier(self, side, attack):
        """A compiled function (weights, others, pictures, labels) → the most likely classes."""
        if (side, attack) not in self._programs:
            model = build_classifier(self.recipe, self.model.output.shape[-1], side)

            def classify(weights, others, pictures, labels):
                batch = (enlarged(pictures, side) - MEAN) / SCALE
                target = ops.one_hot(labels, model.output.shape[-1])
                if attack:
                    batch = attacked(lambda changed: cross_entropy(
                        model.stateless_call(weights, others, changed, training=False)[0], target),
                        batch, replace(self.recipe, attack=self.recipe.attack or 3.0), Randomness(0, 0))
                return ops.argmax(model.stateless_call(weights, others, batch, training=False)[0], axis=-1)

            self._programs[side, attack] = compiled(classify)
        return self._programs[side, attack]


def enlarged(pictures, side):
    """A batch (batch, 64, 64, 3) of the archive's pictures at side × side pixels, float32, 0–255."""
    pictures = ops.cast(pictures, "float32")
    whole = _interpolation(ops.zeros(1), ops.ones(1), side)[0]
    return ops.einsum("ih,jw,bhwc->bijc", whole, whole, pictures)


def machine():
    """What a training runs on, for the card."""
    backend = keras.backend.backend()
    if backend == "jax":
        import jax

        return (f"{jax.devices()[0].device_kind}; Python {platform.python_version()}, Keras {keras.__version__} on "
                f"JAX {jax.__version__}")
    import tensorflow as tf

    return (f"{platform.machine()} processor; Python {platform.python_version()}, Keras {keras.__version__} on "
            f"TensorFlow {tf.__version__}")


# --- the command line -------------------------------------------------------------------------------------


def main(arguments=None):
    options = parse(arguments)
    options.work.mkdir(parents=True, exist_ok=True)
    data = read_archive(options.archive, options.work) if options.archive.is_file() else read_pictures(options.archive)
    training = Training(recipe_of(options), *data, options.work)
    training.resume()
    try:
        training.run()
    except KeyboardInterrupt:
        raise SystemExit("interrupted: the same command carries on from the last checkpoint") from None
    training.settle()
    if keras.backend.backend() != "tensorflow":
        print(f"trained; the same command, with TensorFlow as Keras's backend, writes {options.output}")
        return
    from compact_file import export, write_card  # needs the course's package, and that TensorFlow

    accuracies = export(training, options.output)
    write_card(options.output, training, accuracies)
    print(f"wrote {options.output} and its card {options.output.with_suffix('.md').name}")


def recipe_of(options):
    """The recipe that the options ask for: `--set attack=4 --set phases=[[10,48],[20,64]]` changes the default."""
    changes = dict(change.split("=", 1) for change in options.set)
    unknown = set(changes) - set(MEANINGS)
    if unknown:
        raise SystemExit(f"--set: a recipe has no {', '.join(sorted(unknown))}; it has {', '.join(MEANINGS)}")
    default = SMOKE if options.smoke else Recipe()
    for name, text in changes.items():
        value = text if isinstance(getattr(default, name), str) else json.loads(text)
        default = replace(default, **{name: _tuples(value)})
    return default


def _tuples(value):
    return tuple(map(_tuples, value)) if isinstance(value, list) else value


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("archive", type=Path, help="tiny-imagenet-200.zip, or a --work folder that has read it")
    parser.add_argument("--output", type=Path, default=Path("compact.npz"), help="the weight file to write")
    parser.add_argument("--work", type=Path, default=Path("compact-training"),
                        help="folder of the decoded pictures (1.4 GB) and the checkpoint")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE",
                        help=f"change a number of the recipe: {', '.join(MEANINGS)}")
    parser.add_argument("--smoke", action="store_true", help="a tiny network for a few steps, for the test")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
