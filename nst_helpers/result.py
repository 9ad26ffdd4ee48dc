"""What comes out of a transfer: a `Step` after each iteration, a `Result` at the end, or `Diverged`."""

import csv
import io
import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import numpy.typing as npt
import PIL.Image

from nst_helpers.arrays import History, Image, Losses, Styles
from nst_helpers.errors import NSTError
from nst_helpers.images import ImageError, save_image, to_uint8
from nst_helpers.masks import Masks
from nst_helpers.settings import Settings
from nst_helpers.system import at_home, write_whole

LOSSES = ("content", "style", "tv", "total")
FILES = ("picture.png", "settings.json", "history.csv", "losses.png")  # that `Result.save` writes


class State(NamedTuple):
    """Everything that the next step needs to know of the steps before it."""

    level: int  # which size, 0 is the coarsest
    done: int  # steps done at this size
    canvas: Image  # (height, width, 3) float32, 0–255: the picture with its margin
    optimizer: str  # as in the settings
    memory: tuple | None  # what the optimizer remembers; None: it has not begun


class Step(NamedTuple):
    """What there is after one step of the optimizer."""

    iteration: int  # 1 … settings.iterations
    image: Image  # (height, width, 3) float32, 0–255
    losses: Losses  # {"content", "style", "tv", "total"} of the picture before this step; total = αc + βs + γtv
    state: State  # to go on from here


class Diverged(NSTError, RuntimeError):
    """A loss or the picture is no longer finite.

    Pixels are clipped to 0–255, so no settings lead there with the networks of this course, whose layers are
    normalized. A network of one's own does, if its feature maps are so large that their fourth powers, which the
    style loss adds up, leave the range of float32.

    Attributes:
        image: the last good picture (height, width, 3), or None where there was none.
        iteration: the step that went wrong, from 1.
    """

    def __init__(self, message: str, image: Image | None, iteration: int):
        super().__init__(message)
        self.image, self.iteration = image, iteration

    def __reduce__(self):
        return type(self), (str(self), self.image, self.iteration)  # a worker's error comes home whole


@dataclass(frozen=True, eq=False)  # two results are the same only if they are one: arrays have no one answer to ==
class Result:
    """A finished transfer, or what there was of it when it was stopped. As the last value of a cell it is its picture.
    """

    image: Image  # (height, width, 3) float32, 0–255
    history: History  # {"content", "style", "tv", "total": [one value an iteration]}
    settings: Settings
    seconds: float
    sizes: tuple[tuple[int, int, int], ...]  # ((height, width, iterations), …) from coarse to fine
    interrupted: bool = False
    content: Image | None = None  # the pictures it was made from, as they were given
    style: Styles | None = None
    masks: Masks | None = None  # where each style went

    def save(self, folder: str | Path, *, alpha: npt.ArrayLike | None = None) -> Path:
        """Write `FILES`: picture.png (with the settings inside), settings.json, history.csv and losses.png.

        Args:
            folder: made if need be. Each file is written whole or not at all.
            alpha: how opaque the picture is, as `nst_helpers.images.load_alpha` gives it for the content; None: all.

        Returns:
            The folder as a Path.

        Raises:
            ImageError: the folder will not do.
        """
        from nst_helpers.plots import loss_curves  # here, because matplotlib takes half a second to import

        folder = at_home(folder)
        picture, settings, history, losses = (folder / name for name in FILES)
        weights = {name: getattr(self.settings, f"{name}_weight") for name in ("content", "style", "tv")}
        save_image(to_uint8(self.image), picture, settings=asdict(self.settings), alpha=alpha)
        try:
            write_whole(settings, json.dumps(asdict(self.settings), indent=2).encode() + b"\n")
            write_whole(history, self._csv().encode())
            write_whole(losses, loss_curves(self.history, weights, self.sizes))
        except OSError as error:
            raise ImageError(f"{folder}: the picture is there, but not all of what goes with it could be written "
                             f"({error.strerror or error}). Check the folder and the free space.") from error
        return folder

    def _repr_png_(self):
        """What Jupyter shows: the bytes of a PNG."""
        file = io.BytesIO()
        PIL.Image.fromarray(to_uint8(self.image)).save(file, "PNG")
        return file.getvalue()

    def _csv(self):
        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(("iteration", *LOSSES))
        table.writerows(zip(range(1, len(self.history["total"]) + 1), *(self.history[n] for n in LOSSES), strict=True))
        return text.getvalue()
