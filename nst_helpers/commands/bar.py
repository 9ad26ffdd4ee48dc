"""What a run on the command line shows while it goes."""

import sys
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nst_helpers.result import Step


class Bar:
    """A progress bar with the three losses, and the size of the picture at present; and warnings, one line each."""

    def __init__(self, iterations: int, quiet: bool) -> None:
        self._iterations, self._quiet, self._bar = iterations, quiet, None
        self._caught = warnings.catch_warnings()

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
        self._bar.set_description(f"{width}×{height}", refresh=False)
        self._bar.set_postfix_str(losses, refresh=False)
        self._bar.update()

    def _made(self, done):
        """The bar of a run of which so many iterations were done before."""
        from tqdm import tqdm

        return tqdm(total=self._iterations, initial=done, unit="it", disable=self._quiet, dynamic_ncols=True)

    @staticmethod
    def _warn(message, *_, **__):
        from tqdm import tqdm

        tqdm.write(f"warning: {message}", file=sys.stderr)
