"""A file to go on from: a run that was ended by whatever it was ends with the very same picture.

    transfer(content, style, settings, checkpoint=Checkpoint("run.npz"))

writes its state now and then, whole or not at all; the same call, later, goes on behind the last state written.
Two processes that share a file do no harm: both compute the same, and each file is whole.

What a write costs follows from the pixels and from what the optimizer remembers. Measured on two cores, for a square
picture of 1024 pixels: with Adam 0.3 s and 55 MB, with L-BFGS, which remembers ten steps, 1.5 s and 340 MB, on the disk
and for that time in memory too. By default one comes every 25 iterations, which take minutes there; on a graphics card
they may take no longer than the write, and then a larger `every` pays.
"""

import hashlib
import io
import json
import os
import warnings
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

import numpy as np

from nst_helpers.arrays import Image, Losses, Styles
from nst_helpers.backend import tf
from nst_helpers.errors import NSTError, cause
from nst_helpers.images import checked_picture
from nst_helpers.masks import Given
from nst_helpers.origin import add_values, origin
from nst_helpers.result import LOSSES, State, Step
from nst_helpers.settings import OPTIMIZERS, Settings
from nst_helpers.system import at_home, require_writable, write_whole
from nst_helpers.transfer import masks_for, weighted_styles

FORMAT = 1  # of the file; another number wherever what is in it, or means, changes


class CheckpointError(NSTError, RuntimeError):
    """A checkpoint that cannot be read or written, or is of another run."""


class CheckpointWarning(UserWarning):
    """A checkpoint could not be written under way: the run goes on, and its picture is kept in memory."""


class Kept(NamedTuple):
    """What a run needs to go on; all empty where it begins."""

    state: State | None = None
    losses: tuple[Losses, ...] = ()  # {"content", "style", "tv", "total"} of each iteration so far
    seconds: float = 0.0  # of computing so far
    image: Image | None = None  # (height, width, 3), 0–255


class Checkpoint:
    """Where a run keeps its state.

    Args:
        path: the file, .npz.
        every: so many iterations lie between two writes, and are at most lost. A write at 1024 pixels takes 0.3 s with
            Adam and 1.5 s with L-BFGS, see above.
    """

    def __init__(self, path: str | Path, every: int = 25):
        self.path, self.every = at_home(path), every
        self._run: dict = {}
        self._pending: tuple[Step, list[Losses], float] | None = None

    def load(self, content: Image, style: Styles, settings: Settings, start: Image | None = None,
             masks: Given = None) -> Kept:
        """What is kept of this very run; its arguments are those of `transfer`.

        Returns:
            A `Kept`, empty where there is no file yet.

        Raises:
            CheckpointError: the file cannot be read, is damaged, of another version of this program, or of a run
                with other pictures, masks or settings; or there is work left, and the file's place cannot be written.
                The file stays as it is.
        """
        self._run, self._pending = _run(content, style, settings, start, masks), None
        data = self._bytes()
        kept = Kept() if data is None else self._unpacked(data)
        if len(kept.losses) < settings.iterations:
            self._require_a_place()
        return kept

    def save(self, step: Step, losses: list[Losses], seconds: float) -> None:
        """Take note of a step, and write every so often.

        Args:
            step: a `Step`. losses: of every step so far, from the first; what is behind this step's does not count.
            seconds: of computing so far.
        """
        self._pending = step, losses, seconds
        if step.iteration % self.every == 0:
            self.flush()

    def flush(self) -> None:
        """Write what has not been written yet. Where that fails, a CheckpointWarning says so, and nothing is lost."""
        if self._pending is None:
            return
        step, losses, seconds = self._pending
        try:
            file = io.BytesIO()
            np.savez(file, format=FORMAT, run=json.dumps(self._run),
                     **_arrays(step, losses[: step.iteration], seconds))
            write_whole(self.path, file.getbuffer())
        except (OSError, MemoryError) as error:
            warnings.warn(f"{self.path} cannot be written ({cause(error)}): the run goes on without it, and its "
                          "picture is kept in memory", CheckpointWarning, stacklevel=2)
        else:
            self._pending = None

    def _bytes(self):
        """The file's contents, or None where there is no file."""
        try:
            if self.path.exists() and not self.path.is_file():  # to read a pipe could take for ever
                raise CheckpointError(f"{self.path} is a folder or a device: name a file, as in run.npz")
            return self.path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):  # why it cannot be made, if so, is told by who tries to
            return None
        except PermissionError as error:
            raise CheckpointError(f"{self.path} cannot be read ({cause(error)}): name a file that is yours") from error
        except OSError as error:
            raise CheckpointError(f"{self.path} could not be read ({cause(error)}). The file itself may be good: try "
                                  "again, or copy it to another disk") from error
        except MemoryError as error:
            raise self._too_large() from error

    def _unpacked(self, data):
        """The `Kept` in a file of this run."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as stored:
                self._require_format(stored)
                arrays = dict(stored)
            stored = dict(json.loads(str(arrays["run"])))
            kept = _kept(arrays)
        except CheckpointError:
            raise
        except MemoryError as error:
            if _is_sound(data):
                raise self._too_large() from error
            raise self._damaged("its sizes make no sense") from error
        except Exception as error:  # zipfile, zlib, numpy and its parser of headers each have their own errors
            raise self._damaged(cause(error)) from error
        others = [name for name in {**stored, **self._run} if stored.get(name) != self._run.get(name)]
        if others:
            raise CheckpointError(f"{self.path} is of another run: {', '.join(others)} differ. Name another file, or "
                                  "delete this one")
        return kept

    def _require_format(self, stored):
        if "run" not in stored:
            raise CheckpointError(f"{self.path} is a file of arrays, but no checkpoint: name another file")
        found = int(stored["format"]) if "format" in stored else 0
        if found != FORMAT:
            raise CheckpointError(f"{self.path} was written by another version of this program, in format {found}, and "
                                  f"this one reads format {FORMAT}: end the run with that version, or name another "
                                  "file, and the run begins anew")

    def _require_a_place(self):
        """Refuse a place that cannot be written, before there is anything to lose."""
        try:
            require_writable(Path(os.path.realpath(self.path)).parent)
        except OSError as error:
            raise CheckpointError(f"{self.path} cannot be written ({cause(error)}): name another place, or run "
                                  "without a checkpoint") from error

    def _damaged(self, reason):
        return CheckpointError(f"{self.path} is no checkpoint, or is damaged ({reason}): name another file, or delete "
                               "this one, and the run begins anew")

    def _too_large(self):
        return CheckpointError(f"there is not enough free memory to read {self.path}, which stays as it is: close "
                               "other programs, and try again")


def iterations_kept(path: Path) -> int:
    """How many iterations are in a file; 0 where it is none or cannot be read: who goes on from it tells that."""
    try:
        with np.load(path, allow_pickle=False) as stored:  # which reads no more of the file than this one array
            return len(stored["losses"])
    except Exception:
        return 0


def _is_sound(data):
    """Whether a file's checksums are right."""
    try:
        return zipfile.ZipFile(io.BytesIO(data)).testzip() is None
    except Exception:
        return False


def _run(content, style, settings, start, masks):
    """What makes a run this run and no other: {name: value or digest}."""
    pictures = {"the content picture": _digest(checked_picture(content, "content"))}
    for number, (share, image) in enumerate(weighted_styles(style), 1):
        pictures[f"style picture {number}"] = f"{share} {_digest(image)}"
    if start is not None:
        pictures["the start picture"] = _digest(checked_picture(start, "start"))
    masks = masks_for(style, masks)
    for name, mask in masks.named().items() if masks else ():
        pictures[name] = "none" if mask is None else _digest(mask)
    return {**pictures, **origin(settings), **json.loads(json.dumps(asdict(settings)))}


def _digest(image):
    digest = hashlib.sha256()
    add_values(digest, repr(image.shape), image)
    return digest.hexdigest()


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
    level, done = map(int, arrays["place"])
    state = State(level, done, canvas, name, memory)
    losses = tuple({name: float(value) for name, value in zip(LOSSES, row, strict=True)} for row in arrays["losses"])
    return Kept(state, losses, float(arrays["seconds"]), arrays["image"])
