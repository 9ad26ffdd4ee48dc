"""What a run hands out: snapshots of its courses, which never change afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from nst_helpers.arrays import Image, Styles
from nst_helpers.masks import Masks
from nst_helpers.result import Result
from nst_helpers.schedule import pyramid
from nst_helpers.settings import Settings

Kind = TypeVar("Kind", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Track:
    """One course of a run as it was at one moment."""

    settings: Settings
    history: Mapping[str, tuple]  # {"content", "style", "tv", "total": one value an iteration}
    image: Image | None = None  # of this iteration: (height, width, 3) float32, 0–255, read-only
    iteration: int = 0
    frames: tuple = ()  # (height, width, 3) uint8, read-only
    changes: tuple = ()  # ({"after": iteration, setting: value, …}, …)
    finished: bool = False  # all iterations are done
    error: BaseException | None = None  # what made it fail; picture and losses are those of the last good iteration


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A run as it was at one moment: all courses after the same round."""

    status: str
    tracks: tuple[Track, ...]
    seconds: float
    content: Image
    style: Styles
    masks: Masks | None = None

    @property
    def error(self) -> BaseException | None:
        """What made the run fail; None while a course goes on, or where one has finished."""
        return self.tracks[-1].error if self.status == "failed" else None

    def result(self, track: int = -1) -> Result:
        """What a course had made, as a `Result`; its image is None before the first iteration."""
        course = self.tracks[track]
        height, width = self.content.shape[:2]
        sizes = tuple(level[:3] for level in pyramid(height, width, course.settings))
        history = {name: list(values) for name, values in course.history.items()}
        return Result(course.image, history, course.settings, self.seconds, sizes, not course.finished,  # type: ignore
                      self.content, self.style, self.masks)


def read_only(array: npt.NDArray[Kind]) -> npt.NDArray[Kind]:
    """The same array, for reading: the next step goes on from its numbers."""
    view = array.view()
    view.flags.writeable = False
    return view
