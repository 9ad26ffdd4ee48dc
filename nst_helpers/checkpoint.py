"""A file to go on from: a run that was ended by whatever it was ends with the very same picture.

    transfer(content, style, settings, checkpoint=Checkpoint("run.npz"))

writes its state now and then, whole or not at all; the same call, later, goes on behind the last state written.
Two processes that share a file do no harm: both compute the same, and each file is whole.
"""

import hashlib
import io
import json
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nst_helpers.backend import tf
from nst_helpers.origin import origin
from nst_helpers.settings import OPTIMIZERS
from nst_helpers.system import write_whole
from nst_helpers.transfer import LOSSES, State, checked_picture, weighted_styles


class CheckpointError(RuntimeError):
    """A checkpoint that cannot be read or written, or is of another run."""


class Kept(NamedTuple):
    """What a run needs to go on; all empty where it begins."""

    state: State | None = None
    losses: tuple = ()  # {"content", "style", "tv", "total"} of each iteration so far
    seconds: float = 0.0  # of computing so far
    image: np.ndarray | None = None  # (height, width, 3), 0–255


class Checkpoint:
    """Where a run keeps its state.

    Args:
        path: the file, .npz.
        every: so many iterations lie between two writes, and are at most lost; one write costs some milliseconds.
    """

    def __init__(self, path, every=25):
        self.path, self.every = Path(path), every
        self._run, self._pending = None, None

    def load(self, content, style, settings):
        """What is kept of this very run.

        Returns:
            A `Kept`, empty where there is no file yet.

        Raises:
            CheckpointError: the file is damaged, or of a run with other pictures or settings.
        """
        self._run = _run(content, style, settings)
        try:
            with self.path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                arrays = dict(stored)
            stored = dict(json.loads(str(arrays["run"])))
            kept = _kept(arrays)
        except FileNotFoundError:
            return Kept()
        except PermissionError as error:
            raise CheckpointError(f"{self.path} cannot be read ({error}): name a file that is yours") from error
        except Exception as error:  # zipfile, zlib, numpy and its parser of headers each have their own errors
            raise CheckpointError(f"{self.path} is no checkpoint, or is damaged ({error}): delete it, and the run "
                                  "begins anew") from error
        others = [name for name in {**stored, **self._run} if stored.get(name) != self._run.get(name)]
        if others:
            raise CheckpointError(f"{self.path} is of another run: {', '.join(others)} differ. Name another file, or "
                                  "delete this one")
        return kept

    def save(self, step, losses, seconds):
        """Take note of a step, and write every so often."""
        self._pending = step, losses, seconds
        if step.iteration % self.every == 0:
            self.flush()

    def flush(self):
        """Write what has not been written yet."""
        if self._pending is None:
            return
        (step, losses, seconds), self._pending = self._pending, None
        file = io.BytesIO()
        np.savez(file, run=json.dumps(self._run), **_arrays(step, losses, seconds))
        try:
            write_whole(self.path, file.getvalue())
        except OSError as error:
            raise CheckpointError(f"{self.path} cannot be written ({error}); the run itself can be repeated without "
                                  "it") from error


def _run(content, style, settings):
    """What makes a run this run and no other: {name: value or digest}."""
    pictures = {"the content picture": _digest(checked_picture(content, "content"))}
    for number, (share, image) in enumerate(weighted_styles(style), 1):
        pictures[f"style picture {number}"] = f"{share} {_digest(image)}"
    return {**pictures, **origin(settings), **json.loads(json.dumps(asdict(settings)))}


def _digest(image):
    return hashlib.sha256(repr(image.shape).encode() + image.tobytes()).hexdigest()


def _arrays(step, losses, seconds):
    state = step.state
    memory = {f"memory{place}": np.asarray(part) for place, part in enumerate(tf.nest.flatten(state.memory))}
    return {"place": np.array([state.level, state.done]), "canvas": state.canvas, "optimizer": state.optimizer,
            "image": step.image, "seconds": seconds,
            "losses": np.array([[values[name] for name in LOSSES] for values in losses]), **memory}


def _kept(arrays):
    """The opposite of `_arrays`."""
    name, canvas = str(arrays["optimizer"]), arrays["canvas"]
    parts = [arrays[f"memory{place}"] for place in range(sum(key.startswith("memory") for key in arrays))]
    memory = OPTIMIZERS[name](1.0).init(canvas)
    if hasattr(memory, "pairs"):  # of a number that grows
        memory = memory._replace(pairs=((canvas, canvas),) * ((len(parts) - 2) // 2))
    memory = tf.nest.pack_sequence_as(memory, parts)
    state = State(*map(int, arrays["place"]), canvas, name, memory)
    losses = tuple(dict(zip(LOSSES, map(float, row), strict=True)) for row in arrays["losses"])
    return Kept(state, losses, float(arrays["seconds"]), arrays["image"])
