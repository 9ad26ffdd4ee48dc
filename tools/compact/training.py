"""A training from its first batch to its last, over as many interruptions as it takes."""

import json
import time
from dataclasses import asdict, replace

import keras
import numpy as np
from keras import ops

from .backends import Randomness, compiled, machine, value_and_gradient
from .classifier import attacked, build_classifier, cross_entropy, descended, learning_rate
from .pictures import augment, enlarged
from .recipe import MEAN, SCALE


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
