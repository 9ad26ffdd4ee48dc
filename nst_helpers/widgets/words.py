"""What the studio says: of an estimate, of a run, of what is wrong with a picture."""

from nst_helpers.diagnose import diagnose
from nst_helpers.estimate import Estimate
from nst_helpers.plots import LINES
from nst_helpers.run import Snapshot
from nst_helpers.words import translated as translated  # the studio says everything by this module


def of_estimate(needed: Estimate) -> str:
    """How long a run will take, with how much memory, and why one may not want that."""
    warning = f". {needed.warning}" if needed.warning else ""
    return f"this will take about {needed.seconds:.0f} s and {needed.bytes / 1e9:.1f} GB of memory{warning}"


def of_error(error: BaseException) -> str:
    """What went wrong; some errors have no words, but a name."""
    return str(error) or type(error).__name__


def of_run(seen: Snapshot) -> str:
    """One line: where a run stands, and how the losses are."""
    last = seen.tracks[-1]
    if seen.error is not None:
        return of_error(seen.error)
    line = seen.status
    if last.history["total"]:
        losses = ", ".join(f"{name} {last.history[name][-1]:.3g}" for name in LINES)
        line += f": iteration {last.iteration} of {last.settings.iterations}, {losses}"
    if len(seen.tracks) > 1:
        changes = last.changes[-1]
        what = ", ".join(f"{name} = {value}" for name, value in changes.items() if name != "after")
        line += f". Left: left alone; right: after iteration {changes['after']} with {what}"
    for side, track in zip(("The left one", "The right one"), seen.tracks, strict=False):
        line += f". {side} failed: {of_error(track.error)}" if track.error else ""
    return line


def of_findings(seen: Snapshot) -> str:
    """What is wrong with the last course that has finished; a diagnosis that fails is told, and does no harm."""
    place = max(place for place, track in enumerate(seen.tracks) if track.finished)
    try:
        return "".join(f". {finding.name}: {finding.sign}; {finding.cure}" for finding in diagnose(seen.result(place)))
    except Exception as error:
        return f". What is wrong with it could not be measured: {of_error(error)}"
