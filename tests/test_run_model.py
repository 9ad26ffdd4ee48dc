"""Every call of a run in every state, against a model that has no threads."""

from dataclasses import dataclass, replace

import pytest
from run_script import CHANGED, FAILURE, LEFT_ALONE, PATIENCE, PICTURE, Script, frozen, held, tell

from nst_helpers import run as module
from nst_helpers.run import ENDED, Run


@dataclass(frozen=True)
class Model:
    """What a run should be."""

    status: str = "idle"
    under_way: bool = False
    asked: tuple | None = None
    tracks: tuple = (("left alone", 0, False, None),)

    def going(self):
        return [place for place, (_, _, finished, error) in enumerate(self.tracks) if not finished and not error]

    def after(self, call):
        """The model after a call; None for what cannot happen now."""
        if call in ROUNDS:
            return self._round(call)._settled() if self.under_way else None
        if self.status not in {"start": ("idle", "paused"), "pause": ("running",), "stop": ("idle", "running", "paused")
                               }.get(call, ("paused",)):
            return self
        asked = {"change": "changed", "change back": "left alone"}.get(call, self.asked)
        status = {"pause": "paused", "stop": "stopped"}.get(call, "running")
        return replace(self, status=status, asked=asked)._settled()

    def _round(self, call):
        tracks, going = list(self.tracks), self.going()
        for place in going:
            settings, iteration, _, _ = tracks[place]
            fails = place == {"first fails": going[0], "last fails": going[-1]}.get(call)
            tracks[place] = ((settings, iteration, False, FAILURE) if fails else
                             (settings, iteration + 1, iteration + 1 == LEFT_ALONE.iterations, None))
        now = replace(self, tracks=tuple(tracks), under_way=False)
        if now.going() or self.status == "stopped":
            return now
        return replace(now, status="finished" if any(finished for _, _, finished, _ in tracks) else "failed")

    def _settled(self):
        """The thread has gone as far as it can by itself."""
        if self.status != "running" or self.under_way:
            return self
        base, tracks = self.tracks[self.going()[-1]], self.tracks
        if self.asked not in (None, base[0], tracks[-1][0]):
            tracks = (tracks[0], (self.asked, *base[1:]))
        return replace(self, under_way=True, asked=None, tracks=tracks)


ROUNDS = ("step", "first fails", "last fails")
CALLS = ("start", "pause", "resume", "change", "change back", "stop", *ROUNDS)
NAMED = {"left alone": LEFT_ALONE, "changed": CHANGED}


def paths(longest=8):
    """The shortest way to every state, and each call behind it."""
    ways, reached = {Model(): ()}, [Model()]
    for model in reached:
        for call in CALLS:
            then = model.after(call)
            if then is None:
                continue
            yield (*ways[model], call)
            if then not in ways and len(ways[model]) < longest:
                ways[then] = (*ways[model], call)
                reached.append(then)


def do(call, run, model, script):
    """The call, or the round under way ends; the model afterwards, when the run's thread has gone as far as it can."""
    then = model.after(call)
    if call in ROUNDS:
        going = len(model.going())
        for place in range(going):
            if place:
                script.under_way()
            script.end(FAILURE if place == {"first fails": 0, "last fails": going - 1}.get(call) else None)
    elif call in ("change", "change back"):
        run.resume(NAMED["changed" if call == "change" else "left alone"])
    else:
        getattr(run, call)()
    if then.under_way and (call in ROUNDS or not model.under_way):
        script.under_way()
    elif then.status == "paused" and not then.under_way:
        held(run)
    elif then.status in ENDED and not then.under_way:
        run.wait(PATIENCE)
    return then


PATHS = list(paths())


@pytest.mark.parametrize("part", range(4))
def test_every_call_in_every_state(part, monkeypatch):
    assert len(PATHS) > 1500
    for path in PATHS[part::4]:
        script, model, earlier = Script(), Model(), []
        monkeypatch.setattr(module, "iterate", script.iterate)
        run = Run(PICTURE, PICTURE, LEFT_ALONE)
        for call in path:
            model = do(call, run, model, script)
            wanted = model.status, tuple((NAMED[name], *rest) for name, *rest in model.tracks)
            assert tell(run) == wanted, path
            assert not (model.under_way and run.wait_paused(0)), path
            alive = run._thread is not None and run._thread.is_alive()
            assert alive == (model.under_way or model.status == "paused"), path
            earlier.append((seen := run.snapshot(), frozen(seen)))
        assert all(frozen(seen) == told for seen, told in earlier), path
        run.stop()
        for _ in range(2):
            script.end()
        run.wait(PATIENCE)
