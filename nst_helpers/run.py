"""A transfer in a thread of its own: it can be paused, changed on the way, compared with itself, and stopped.

    idle → running ⇄ paused → finished | stopped | failed

Whatever changes a run does so under one lock, and what has ended stays ended. The run's thread alone computes and
shows, outside the lock, and what it has computed counts for all courses at once. What the run hands out are
snapshots: they never change afterwards. Showing takes a small share of the time, however long it takes.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from types import MappingProxyType

from nst_helpers.animation import small_frame
from nst_helpers.arrays import Image, Styles
from nst_helpers.errors import SettingsError
from nst_helpers.masks import Given
from nst_helpers.settings import Settings
from nst_helpers.tracks import Snapshot, Track, read_only
from nst_helpers.transfer import LOSSES, Result, Step, iterate, masks_for

SHARE = 15  # between two showings lies so many times what a showing took: about 6 % of the time
SELDOM = 0.25  # seconds: never more often
FRAMES = 80  # of the animation; beyond, every second one is dropped
ENDED = ("finished", "stopped", "failed")
FIXED = ("size", "scales", "iterations", "coarse_iterations", "init", "seed", "style_scale", "colors")


class _Course:
    """One way from the start to the end. The run's thread alone changes it: `advance` outside the lock, the rest under.

    Whatever goes wrong in it is its own: other courses go on, and it keeps what it had.
    """

    def __init__(self, settings, steps):
        self.settings, self.state = settings, None
        self.steps: Iterator[Step] | None = steps  # None: it has ended
        self.history = {name: [] for name in LOSSES}
        self.image: Image | None = None
        self.error: BaseException | None = None
        self.iteration, self.finished = 0, False
        self.frames, self.changes = [], []
        self._every, self._shown, self.framed = 1, 0, 0

    @property
    def going(self):
        return not self.finished and self.error is None

    def advance(self):
        """One iteration: what came out, None at the end, or what was raised; `take` makes it count."""
        try:
            step = next(self.steps or iter(()), None)
            return step and (read_only(step.image), step.state, step.iteration, [step.losses[name] for name in LOSSES])
        except BaseException as error:  # too little memory …: whatever it is, it is told
            return error

    def take(self, outcome):
        if isinstance(outcome, BaseException):
            self.error = outcome
        elif outcome is not None:
            self.image, self.state, self.iteration, losses = outcome
            for name, value in zip(LOSSES, losses, strict=True):
                self.history[name].append(value)
        self.finished = outcome is None or (self.error is None and self.iteration >= self.settings.iterations)

    def branch(self, content, style, settings, masks=None):
        """The same course up to here, and from here on under other settings."""
        changed = {name: getattr(settings, name) for name in settings.__dataclass_fields__
                   if getattr(settings, name) != getattr(self.settings, name)}
        other = _Course(settings, iterate(content, style, settings, self.state, masks=masks))
        other.history = {name: list(values) for name, values in self.history.items()}
        other.image, other.state, other.iteration = self.image, self.state, self.iteration
        other.frames = list(self.frames)
        other.changes = [*self.changes, MappingProxyType({"after": self.iteration, **changed})]
        other._every, other._shown, other.framed = self._every, self._shown, self.framed
        return other

    def keep(self, frame):
        """Note a frame for the animation: evenly over the run, and never more than FRAMES."""
        if self._shown % self._every == 0:
            self.frames.append(frame)
        self._shown, self.framed = self._shown + 1, self.iteration
        if len(self.frames) > FRAMES:
            self.frames, self._every = self.frames[::2], 2 * self._every

    def track(self):
        history = MappingProxyType({name: tuple(values) for name, values in self.history.items()})
        return Track(self.settings, history, self.image, self.iteration, tuple(self.frames), tuple(self.changes),
                     self.finished, self.error)


class Run:
    """A transfer under way.

    A course that fails ends alone: the other goes on. When none goes on, the run is "finished" if one of them has
    finished, and "failed" if none has. What a pause or a stop finds under way is still computed, and counts.

    Args:
        content, style, settings, masks: as in `nst_helpers.transfer.transfer`.
        show: called with a `Snapshot`, from the run's thread: now and then, when a pause has taken hold, and at the
            end. What it raises is logged once, and ends nothing.

    Attributes:
        status: "idle", "running", "paused", "finished", "stopped" or "failed".
        tracks: a `Track` for the course left alone; after a change on the way, one for the changed course behind it.
        error: what made the run fail, or None. seconds: of computing so far.
    """

    def __init__(self, content: Image, style: Styles, settings: Settings | None = None,
                 show: Callable[[Snapshot], object] = lambda snapshot: None, *, masks: Given = None):
        settings = settings or Settings()
        self.content, self.style, self.masks, self.show = content, style, masks_for(style, masks), show
        steps = iterate(content, style, settings, masks=self.masks)
        self._lock = threading.Condition()
        self._status, self._seconds, self._courses = "idle", 0.0, [_Course(settings, steps)]
        self._asked = None  # settings for a changed course; the thread opens it between two rounds
        self._held = False  # a pause has taken hold: nothing is computed, and it has been shown
        self._thread, self._due, self._complained = None, 0.0, False

    @property
    def status(self) -> str:
        """As above."""
        return self._status

    @property
    def tracks(self) -> tuple[Track, ...]:
        """As above."""
        return self.snapshot().tracks

    @property
    def error(self) -> BaseException | None:
        """As above."""
        return self.snapshot().error

    @property
    def seconds(self) -> float:
        """As above."""
        return self._seconds

    def snapshot(self) -> Snapshot:
        """All there is now."""
        with self._lock:
            return Snapshot(self._status, tuple(course.track() for course in self._courses), self._seconds,
                            self.content, self.style, self.masks)

    def result(self, track: int = -1) -> Result:
        """What a course has made so far, as a `Result`."""
        return self.snapshot().result(track)

    def start(self) -> None:
        """Begin, or go on after a pause."""
        with self._lock:
            if self._status == "idle":
                self._thread = threading.Thread(target=self._work, daemon=True)  # it ends with the notebook
                self._thread.start()  # it waits for the lock
            if self._status in ("idle", "paused"):
                self._turn("running")

    def pause(self) -> None:
        """Hold after the iteration under way; if that was the last one, the run has finished."""
        with self._lock:
            if self._status == "running":
                self._turn("paused")

    def resume(self, settings: Settings | None = None) -> None:
        """Go on after a pause; with other settings, a changed course beside the one left alone.

        The changed course leaves the last one that still goes on, in place of an earlier changed one.

        Raises:
            ValueError: a change of what cannot be changed on the way (FIXED); the run stays paused.
        """
        with self._lock:
            if self._status != "paused":
                return
            if settings is not None:
                fixed = [name for name in FIXED if getattr(settings, name) != getattr(self._courses[0].settings, name)]
                if fixed:
                    raise SettingsError(f"{', '.join(fixed)} cannot be changed on the way: stop, and start anew")
                self._asked = settings
            self._turn("running")

    def stop(self) -> None:
        """End after the iteration under way; what there is stays."""
        with self._lock:
            if self._status not in ENDED:
                self._turn("stopped")

    def wait(self, seconds: float | None = None) -> None:
        """Until it has ended and has been shown; at once if it was never started."""
        if self._thread is not None:
            self._thread.join(seconds)

    def wait_paused(self, seconds: float = 60) -> bool:
        """Until a pause has taken hold, or the run has ended; whether it holds now."""
        with self._lock:
            self._lock.wait_for(lambda: self._held or self._status in ENDED, seconds)
            return self._held

    def _turn(self, status):
        self._status, self._held = status, False
        self._lock.notify_all()

    # The thread

    def _work(self):
        self._due = time.perf_counter() + SELDOM
        while (going := self._next_round()) is not None:
            if going:
                self._round(going)
            if not going or time.perf_counter() >= self._due:
                self._showing()
            if not going:
                self._hold()
        self._showing()

    def _next_round(self):
        """Wait while a pause holds. What to advance; nothing where a new pause is to be shown; None at the end."""
        with self._lock:
            self._lock.wait_for(lambda: not self._held)
            if self._status in ENDED:
                for course in self._courses:
                    course.steps = course.state = None  # they hold much memory
                return None
            if self._status == "paused":
                return []
            self._open()
            return [course for course in self._courses if course.going]

    def _open(self):
        """The changed course that was asked for, unless one has these settings already."""
        settings, self._asked = self._asked, None
        base = [course for course in self._courses if course.going][-1]
        if settings not in (None, base.settings, self._courses[-1].settings):
            self._courses = [self._courses[0], base.branch(self.content, self.style, settings, self.masks)]

    def _round(self, going):
        begun = time.perf_counter()
        outcomes = [course.advance() for course in going]
        with self._lock:
            self._seconds += time.perf_counter() - begun
            for course, outcome in zip(going, outcomes, strict=True):
                course.take(outcome)
            if self._status not in ENDED and not any(course.going for course in self._courses):
                self._turn("finished" if any(course.finished for course in self._courses) else "failed")

    def _hold(self):
        with self._lock:
            self._held = self._status == "paused"
            self._lock.notify_all()

    def _showing(self):
        begun = time.perf_counter()
        try:
            new = [course for course in self._courses if course.iteration > course.framed]
            frames = [(course, small_frame(course.image)) for course in new if course.image is not None]
            with self._lock:
                for course, frame in frames:
                    course.keep(read_only(frame))
            self.show(self.snapshot())
        except Exception:  # a picture that cannot be shown is no reason to end the run
            if not self._complained:
                logging.getLogger(__name__).exception("a run could not be shown; it goes on")
            self._complained = True
        ended = time.perf_counter()
        self._due = ended + max(SELDOM, SHARE * (ended - begun))
