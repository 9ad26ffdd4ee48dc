"""--film: how the picture forms, noted while it does."""

import argparse
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from nst_helpers.animation import ENDINGS, Film
from nst_helpers.arrays import Image
from nst_helpers.commands.places import require_place
from nst_helpers.errors import SettingsError
from nst_helpers.schedule import fitted, pyramid
from nst_helpers.settings import Settings

if TYPE_CHECKING:
    from nst_helpers.result import Step

FRAMES = 60  # about as many, where nobody says how often


class Filming:
    """A film under way: the start, every so many steps, and the end; all at the finished picture's size.

    Args:
        path: the file. every: so many steps lie between two frames.
        content, settings: as in `nst_helpers.transfer.transfer`. first: the picture that it begins with.
    """

    def __init__(self, path: Path, every: int, content: Image, settings: Settings, first: Image):
        self.path, self.every = path, every
        self._iterations, self._size = settings.iterations, pyramid(*content.shape[:2], settings=settings)[-1][:2]
        self._film, self._content, self._missed, self._framed = Film(*self._size), content, None, None
        self._film.add(first)
        self.seconds, self.bytes = 0.0, 0  # what it will cost, once `plan` has tried

    def plan(self) -> str:
        """What the film will be and cost, by a sample: two frames of the photograph."""
        frames, (height, width) = 1 + -(-self._iterations // self.every), self._size
        sample, begun = Film(height, width), perf_counter()
        for image in (self._content, self._content[:, ::-1]):
            sample.add(fitted(image, height, width))
        size = len(sample.encoded(self.path.suffix.lower())) / 2
        seconds = (perf_counter() - begun) / 2
        held = sample.held / 2 + size + height * width * (self.path.suffix.lower() == ".gif")
        self.seconds, self.bytes = frames * seconds, round(frames * held)
        return (f"{self.path} will be a film of {frames} frames, {width}×{height} pixels, one every {self.every} "
                f"step{'s' * (self.every > 1)}: about {frames * size / 1e6:.0f} MB, which takes "
                f"{frames * seconds:.0f} s more and {frames * held / 1e6:.0f} MB of memory")

    def show(self, step: "Step") -> None:
        """Note a step, if its turn has come."""
        if self._missed is None:
            self._missed = step.iteration - 1
        if step.iteration % self.every == 0:
            self._film.add(step.image)
            self._framed = step.image

    def save(self, image: Image | None) -> str:
        """Write it, the last picture there is at its end, and say so. Ctrl-C may have come before that was shown."""
        if image is not None and image is not self._framed:
            self._film.add(image)
        self._film.save(self.path)
        missed = "the" if self._missed is None else f"the first {self._missed}"
        lacks = "" if self._missed == 0 else f"; it lacks {missed} steps, which were computed before"
        return f"{self.path}: how it formed, in {len(self._film)} frames{lacks}"


def film_asked(options: argparse.Namespace, settings: Settings) -> tuple[Path, int] | None:
    """(file, steps between two frames) of --film and --film-every; None where no film is asked for."""
    if options.film is None:
        if options.film_every is not None:
            raise SettingsError("--film-every says how often, and --film FILE where to: add it")
        return None
    every = max(1, round(settings.iterations / FRAMES)) if options.film_every is None else options.film_every
    if every < 1:
        raise SettingsError(f"--film-every {every}: a whole number from 1 is needed")
    require_place("--film", Path(options.film), ENDINGS)
    return Path(options.film), every
