"""The lessons to give to a class: without outputs and without solutions, in a folder of their own.

    python tools/handout.py [FOLDER]      (make handout: build/handout)

What is handed in is checked by `python -m nst_helpers grade FOLDER`.
"""

import argparse
import sys
from pathlib import Path

import nbformat

ROOT = Path(__file__).resolve().parent.parent
LESSONS = ROOT / "notebooks"


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "build" / "handout")
    folder = parser.parse_args(arguments).folder
    if folder.exists() and any(folder.iterdir()):
        print(f"error: {folder} is not empty; name a new folder, or delete this one", file=sys.stderr)
        return 2
    folder.mkdir(parents=True, exist_ok=True)
    lessons = sorted(LESSONS.glob("*.ipynb"))
    for path in lessons:
        nbformat.write(emptied(nbformat.read(path, as_version=4)), folder / path.name)
    print(f"{len(lessons)} lessons without outputs and solutions: {folder}")
    return 0


def emptied(notebook):
    """The notebook as nobody has run it yet."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    notebook.metadata.pop("widgets", None)
    return notebook


if __name__ == "__main__":
    sys.exit(main())
