"""A run whose iterations the test lets end one at a time, so that it can force every order of calls."""

import queue
from dataclasses import replace

import numpy as np

from nst_helpers.settings import Settings
from nst_helpers.transfer import LOSSES, Diverged, Step

PATIENCE = 30  # seconds until what never comes is taken as a fault
PICTURE = np.full((32, 48, 3), 100.0, np.float32)
LEFT_ALONE = Settings(size=64, scales=2, iterations=4)
CHANGED = replace(LEFT_ALONE, style_weight=50)
FAILURE = Diverged("the style is not finite", None, 3)


class Script:
    """Stands for `iterate`: each iteration of each course begins, and waits until the test says how it ends."""

    def __init__(self):
        self.begun, self.outcomes, self.opened = queue.Queue(), queue.Queue(), []

    def iterate(self, content, style, settings, state=None, masks=None):
        self.opened.append(settings)
        number = state or 0
        while True:
            self.begun.put(settings)
            outcome = self.outcomes.get(timeout=PATIENCE)
            if outcome is not None:
                raise outcome
            number += 1
            level = number + settings.style_weight
            yield Step(number, np.full((8, 8, 3), level, np.float32), dict.fromkeys(LOSSES, level), number)

    def under_way(self):
        """Wait until the next iteration has begun; the settings of its course."""
        return self.begun.get(timeout=PATIENCE)

    def end(self, outcome=None):
        """The iteration under way ends: with a step, or with what it raises (StopIteration: with nothing)."""
        self.outcomes.put(outcome)

    def rounds(self, *outcomes):
        """Whole iterations, of one course after the other."""
        for outcome in outcomes:
            self.under_way()
            self.end(outcome)


def ended(run):
    """How it ended, once its thread is gone."""
    run.wait(PATIENCE)
    assert not run._thread.is_alive()
    return run.status


def held(run):
    assert run.wait_paused(PATIENCE) and run.status == "paused"
    return run


def tell(run):
    """What the model says too; and that it fits together."""
    seen = run.snapshot()
    for track in seen.tracks:
        assert {len(values) for values in track.history.values()} == {track.iteration}
        assert (track.image is None) == (track.iteration == 0)
        assert track.image is None or track.image[0, 0, 0] == track.history["total"][-1]
    return seen.status, tuple((track.settings, track.iteration, track.finished, track.error) for track in seen.tracks)


def frozen(seen):
    """A copy of all that a snapshot tells."""
    return seen.status, seen.seconds, [
        (track.settings.style_weight, track.iteration, track.finished, track.error, len(track.frames),
         [dict(change) for change in track.changes],
         {name: list(values) for name, values in track.history.items()},
         None if track.image is None else track.image.tobytes()) for track in seen.tracks]
