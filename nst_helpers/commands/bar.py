"""What a run on the command line shows while it goes."""

import sys
import warnings
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from nst_helpers.result import Step


class Bar:
    """A progress bar with the three losses, and the size of the picture at present; and warnings, one line each.

    Args:
        iterations: of all that is to be done. quiet: no bar, but warnings.

    Attributes:
        label: what is under way, where that is one of many.
    """

    def __init__(self, iterations: int, quiet: bool) -> None:
        self._iterations, self._quiet, self._bar = iterations, quiet, None
        self._caught = warnings.catch_warnings()
        self.label = ""

    def __enter__(self):
        self._caught.__enter__()
        warnings.showwarning = self._warn
        return self

    def __exit__(self, *error):
        self._caught.__exit__(*error)
        if self._bar is not None:
            self._bar.close()

    def show(self, step: "Step") -> None:
        """Go on by one step."""
        if self._bar is None:  # made at the first step, so that an error before it has a line of its own
            self._bar = self._made(step.iteration - 1)
        height, width = step.image.shape[:2]
        losses = " ".join(f"{name} {step.losses[name]:.3g}" for name in ("content", "style", "tv"))
        self._bar.set_description(f"{self.label} {width}×{height}".lstrip(), refresh=False)
        self._bar.set_postfix_str(losses, refresh=False)
        self._bar.update()

    def jump(self, done: int) -> None:
        """So much is done, or will not be."""
        if self._bar is None:
            self._bar = self._made(0)
        self._bar.update(done - self._bar.n)

    def say(self, line: str, stream: TextIO) -> None:
        """A line that does not tear the bar."""
        from tqdm import tqdm

        tqdm.write(line, file=stream)

    def _made(self, done):
        """The bar of a run of which so many iterations were done before."""
        from tqdm import tqdm

        return tqdm(total=self._iterations, initial=done, unit="it", disable=self._quiet, dynamic_ncols=True)

    @staticmethod
    def _warn(message, *_, **__):
        from tqdm import tqdm

        tqdm.write(f"warning: {message}", file=sys.stderr)
