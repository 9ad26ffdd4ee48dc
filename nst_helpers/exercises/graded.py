"""Run one handed-in notebook and note what its checks say: `python -m nst_helpers.exercises.graded NOTEBOOK NOTE`.

`grading` starts this in a process of its own, with limits. It runs the cells in IPython itself, not in a Jupyter
kernel: a kernel talks over the network, and where the system can do it there is none.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

SIGNS = {"✓": "right", "✗": "wrong", "○": "open"}


def main(notebook: str, note: str) -> None:
    """Run every code cell, after an error too; write a line of JSON a check into the file `note`."""
    from IPython.core.interactiveshell import InteractiveShell

    from nst_helpers import exercises

    shell = InteractiveShell.instance()
    with Path(note).open("a", encoding="utf-8") as file:
        exercises.check = recorder(file)
        for source in code_cells(notebook):
            shell.run_cell(source, store_history=True)


def recorder(file: IO[str]) -> Callable[[str, Any], None]:
    """A `check` that writes each verdict into a file, at once: what comes later may never return."""
    from nst_helpers.exercises import verdict

    def check(name, answer):
        text = verdict(name, answer).text
        file.write(json.dumps({"exercise": name, "verdict": SIGNS[text[0]], "hint": text.partition(": ")[2]}) + "\n")
        file.flush()

    return check


def code_cells(notebook: str | Path) -> list[str]:
    """The sources of a notebook's code cells; ValueError where the file is none."""
    try:
        cells = json.loads(Path(notebook).read_text(encoding="utf-8"))["cells"]
        return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ValueError(f"{notebook}: no notebook can be read from it ({type(error).__name__})") from None


if __name__ == "__main__":
    main(*sys.argv[1:])
