"""What a run will take, said before it begins."""

import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nst_helpers.commands.filming import Filming
    from nst_helpers.settings import Settings


def foretell(settings: "Settings", sizes: Sequence[tuple[int, int]], *, quiet: bool, styles: int = 0,
             filming: "Filming | None" = None, checkpoint: str | None = None) -> dict[str, float | int | None]:
    """Say on the standard error how much time and memory will be needed, and warn where that is very much.

    Args:
        sizes: (height, width) of the photographs. quiet: nothing is measured, and only too little memory is told.
        styles: of a run with masks, how many styles there are; 0 is one without masks.
        filming: what notes a film. checkpoint: the file that the run may go on from.

    Returns:
        The same for scripts: {"seconds", "memory_bytes"}; seconds are None where they were not measured.
    """
    from nst_helpers.checkpoint import iterations_kept
    from nst_helpers.estimate import forecast, told

    done = iterations_kept(Path(checkpoint)) if checkpoint else 0
    needed = forecast(settings, sizes, styles, done, timed=not quiet)
    if filming and not quiet:
        needed = told(needed.seconds + filming.seconds, needed.bytes + filming.bytes)
    if not quiet:
        print(_line(needed, len(sizes), styles, filming, done), file=sys.stderr)
    if needed.warning:
        print(f"warning: {needed.warning}", file=sys.stderr)
    return {"seconds": None if math.isnan(needed.seconds) else round(needed.seconds, 1), "memory_bytes": needed.bytes}


def _line(needed, pictures, styles, filming, done):
    memory = f"{needed.bytes / 1e9:.1f} GB"
    if math.isnan(needed.seconds):
        line = f"this will take about {memory} of memory, and so short a time that it is not measured before"
    elif needed.seconds >= 90:
        line = f"this will take about {needed.seconds / 60:.0f} minutes and {memory} of memory"
    else:
        line = f"this will take about {needed.seconds:.0f} s and {memory} of memory"
    extras = [f", for {pictures} photographs"] * (pictures > 1) + [", masks included"] * bool(styles)
    extras += [", the film included"] * bool(filming) + [f"; {done} iterations are done already"] * bool(done)
    return line + "".join(extras)
