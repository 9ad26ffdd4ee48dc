"""What a command says: lines for people; or one JSON object for scripts, and the lines beside it on stderr."""

import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nst_helpers.commands import DONE, STOPPED

if TYPE_CHECKING:
    from nst_helpers.result import Result


class Report:
    """Where lines go, and the object that is printed at the end.

    Args:
        as_json: whether a script reads it.
    """

    def __init__(self, as_json: bool):
        self.as_json = as_json

    def say(self, line: str) -> None:
        """A line of what was asked for."""
        print(line, file=sys.stderr if self.as_json else sys.stdout)

    def finish(self, code: int, told: Mapping[str, Any]) -> int:
        """The exit code, after the object was printed for a script."""
        if self.as_json:
            print(json.dumps({**told, "exit_code": code}, ensure_ascii=False))
        return code

    def fail(self, code: int, error: BaseException | str, **told: Any) -> int:
        """The exit code, after a line on stderr said what is wrong, and the object did."""
        print(error if isinstance(error, str) else f"error: {error}", file=sys.stderr)
        kind = "KeyboardInterrupt" if isinstance(error, str) else type(error).__name__
        return self.finish(code, {"error": str(error).strip(), "kind": kind, **told})


def as_told(result: "Result", output: Path) -> dict[str, Any]:
    """A result for scripts: what it is, and what made it."""
    height, width = result.image.shape[:2]
    done = len(result.history["total"])
    return {"output": str(output), "width": width, "height": height, "iterations": done,
            "losses": {name: values[-1] for name, values in result.history.items() if values},
            "seconds": round(result.seconds, 3), "interrupted": result.interrupted,
            "sizes": [list(size) for size in result.sizes], "settings": asdict(result.settings)}


def say_result(report: Report, result: "Result", output: Path) -> tuple[int, list[dict[str, str]]]:
    """Say what came out, and what may be wrong with it: the exit code, and the findings."""
    height, width = result.image.shape[:2]
    done, whole = len(result.history["total"]), result.settings.iterations
    if result.interrupted:
        report.say(f"stopped after step {done} of {whole}: {output} is what there is, {width}×{height} pixels")
        return STOPPED, []
    report.say(f"{output}: {width}×{height} pixels, {done} iterations in {result.seconds:.0f} s")
    findings = _findings(result)
    for finding in findings:
        report.say(f"{finding.name}: {finding.sign}. To mend it: {finding.cure}")
    return DONE, [finding._asdict() for finding in findings]


def _findings(result):
    """What `diagnose` finds. The picture is there: that nothing can be said of it is no failure of the command."""
    from nst_helpers.diagnose import diagnose

    try:
        return diagnose(result)
    except Exception as error:
        print(f"no diagnosis: {type(error).__name__}: {error}", file=sys.stderr)
        return []
