"""A transfer in a thread of its own: it can be paused, changed on the way, compared with itself, and stopped.

Nothing here knows of widgets. Whoever wants to show the run is called now and then, so seldom that showing takes
a small share of the time.
"""

import io
import threading
import time
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from nst_helpers.images import resize_image
from nst_helpers.settings import Settings
from nst_helpers.system import write_whole
from nst_helpers.transfer import LOSSES, Diverged, Result, State, iterate, pyramid

SHARE = 15  # between two showings lies so many times what a showing took: about 6 % of the time
SELDOM = 0.25  # seconds: never more often
FRAMES = 80  # of the animation; beyond, every second one is dropped
FRAME_SIZE = 240  # pixels, longer side


@dataclass
class Track:
    """One course that the run takes; a change on the way opens a second one."""

    settings: Settings
    steps: object  # the generator
    history: dict = field(default_factory=lambda: {name: [] for name in LOSSES})
    image: np.ndarray | None = None
    state: State | None = None
    iteration: int = 0
    frames: list = field(default_factory=list)  # (height, width, 3) uint8
    changes: list = field(default_factory=list)  # [{"after": iteration, setting: value, …}]
    _every: int = 1
    _shown: int = 0

    def advance(self):
        """One iteration; False at the end."""
        step = next(self.steps, None)
        if step is None:
            return False
        self.image, self.state, self.iteration = step.image, step.state, step.iteration
        for name, values in self.history.items():
            values.append(step.losses[name])
        return True

    def keep_frame(self):
        """Note the picture for the animation: evenly over the run, and never more than FRAMES."""
        self._shown += 1
        if self._shown % self._every == 0:
            self.frames.append(small_frame(self.image))
        if len(self.frames) > FRAMES:
            self.frames, self._every = self.frames[::2], 2 * self._every

    def branch(self, content, style, settings):
        """The same course up to here, and from here on under other settings."""
        changed = {name: getattr(settings, name) for name in settings.__dataclass_fields__
                   if getattr(settings, name) != getattr(self.settings, name)}
        return Track(settings, iterate(content, style, settings, self.state),
                     {name: list(values) for name, values in self.history.items()}, self.image, self.state,
                     self.iteration, list(self.frames), [*self.changes, {"after": self.iteration, **changed}],
                     self._every, self._shown)


class Run:
    """A transfer under way.

    Args:
        content, style, settings: as in `nst_helpers.transfer.transfer`.
        show: called with the run, from its thread: now and then, and whenever its status changes.

    Attributes:
        status: "ready", "running", "paused", "stopped", "finished" or "failed".
        tracks: the course left alone first; after a change on the way, the changed one behind it.
        error: what made it fail. seconds: of computing so far.
    """

    def __init__(self, content, style, settings, show=lambda run: None):
        self.content, self.style, self.show = content, style, show
        self.tracks = [Track(settings, iterate(content, style, settings))]
        self.status, self.error, self.seconds = "ready", None, 0.0
        self._go, self._end, self._thread = threading.Event(), threading.Event(), None
        self._waiting = threading.Event()

    def start(self):
        """Begin, or go on."""
        if self.status not in ("ready", "paused"):
            return
        self.status = "running"
        self._waiting.clear()
        self._go.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, daemon=True)  # it ends with the notebook
            self._thread.start()

    def pause(self):
        """Hold after the iteration under way."""
        if self.status == "running":
            self.status = "paused"
            self._go.clear()

    def resume(self, settings=None):
        """Go on; with other settings, the changed course beside the one left alone.

        Raises:
            ValueError: a change of what cannot be changed on the way: size, scales, iterations, start, colours …
        """
        last = self.tracks[-1]
        if self.status == "paused" and settings is not None and settings != last.settings:
            fixed = [name for name in FIXED if getattr(settings, name) != getattr(last.settings, name)]
            if fixed:
                raise ValueError(f"{', '.join(fixed)} cannot be changed on the way: stop, and start anew")
            self._waiting.wait(60)  # until the iteration under way has ended
            self.tracks = [self.tracks[0], last.branch(self.content, self.style, settings)]
        self.start()

    def stop(self):
        """End after the iteration under way; what there is stays."""
        if self.status in ("ready", "running", "paused"):
            self.status = "stopped"
        self._end.set()
        self._go.set()

    def wait(self, seconds=None):
        """Until it has ended."""
        if self._thread is not None:
            self._thread.join(seconds)

    def wait_paused(self, seconds=60):
        """Until a pause has taken hold."""
        self._waiting.wait(seconds)

    def result(self, track=-1):
        """What a course has made so far, as a `Result`."""
        track = self.tracks[track]
        sizes = tuple(level[:3] for level in pyramid(*self.content.shape[:2], track.settings))
        return Result(track.image, track.history, track.settings, self.seconds, sizes, self.status != "finished",
                      self.content, self.style)

    def _work(self):
        pause_before_showing, shown = SELDOM, time.perf_counter()
        try:
            while not self._end.is_set():
                if not self._go.is_set():
                    self._showing()
                    self._waiting.set()
                    self._go.wait()
                    continue
                begun = time.perf_counter()
                going = [track.advance() for track in self.tracks]
                self.seconds += time.perf_counter() - begun
                if not any(going):
                    self.status = "finished"
                    break
                if time.perf_counter() - shown > pause_before_showing:
                    begun = time.perf_counter()
                    self._showing()
                    shown = time.perf_counter()
                    pause_before_showing = max(SELDOM, SHARE * (shown - begun))
        except Exception as error:  # Diverged, too little memory …: told, and the last good picture stays
            self.error, self.status = error, "failed"
            if isinstance(error, Diverged) and error.image is not None:
                self.tracks[-1].image = error.image
        self._waiting.set()
        self._showing()

    def _showing(self):
        for track in self.tracks:
            if track.image is not None:
                track.keep_frame()
        self.show(self)


FIXED = ("size", "scales", "iterations", "coarse_iterations", "init", "seed", "style_scale", "colors")


def save_animation(frames, path, seconds=6.0):
    """How a picture formed, as an animated .gif or .webp that ends with a pause; written whole or not at all.

    Args:
        frames: pictures (height, width, 3) uint8, of different size too; each is brought to the last one's.
        path: where. seconds: how long it takes.
    """
    height, width = frames[-1].shape[:2]
    same = [Image.fromarray(frame).resize((width, height), Image.Resampling.BICUBIC) for frame in frames]
    pace = max(20, round(1000 * seconds / len(same)))
    file = io.BytesIO()
    same[0].save(file, path.suffix.lstrip(".").upper(), save_all=True, append_images=same[1:], loop=0,
                 duration=[pace] * (len(same) - 1) + [2000])
    write_whole(path, file.getvalue())


def small_frame(image, size=FRAME_SIZE):
    """A picture (height, width, 3) as a film's frame: uint8, its longer side at most `size` pixels."""
    factor = min(1.0, size / max(image.shape[:2]))
    small = resize_image(image, max(1, round(image.shape[0] * factor)), max(1, round(image.shape[1] * factor)))
    return np.clip(np.rint(small), 0, 255).astype(np.uint8)
