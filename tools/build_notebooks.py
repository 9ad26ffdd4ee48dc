"""Build the lessons: notebooks/sources/*.py → notebooks/*.ipynb and notebooks/solutions/*.ipynb, executed.

    python tools/build_notebooks.py                   all lessons
    python tools/build_notebooks.py 01_convolution    one
    python tools/build_notebooks.py --check           nothing is run: does each notebook equal its source?
    python tools/build_notebooks.py --language zh_CN  the lessons in Chinese, in notebooks/zh (no worked ones)

In a source, an exercise is a code cell tagged `exercise` (the stub) and right after it one tagged
`solution`. The lesson keeps the stub; the worked lesson has the solution in its place. Text cells tagged
`solution` are in the worked lesson only. Cells tagged `check` (assertions) or `figure` (what only draws) are
folded: they run, and show their source to those who open it. So are predictions: their source holds the answer.

A rebuild without a change leaves the files as they are: cell ids come from the content, nothing holds a
date or a version, and where a new output says the same as the stored one (times aside, and pictures alike
but for rounding), the stored one stays.
"""

import argparse
import base64
import hashlib
import io
import sys
import time
from collections import Counter
from pathlib import Path

import jupytext
import nbformat
import numpy as np
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from PIL import Image
from scipy.ndimage import uniform_filter

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "tests")]
import nbval_numbers  # noqa: E402
from languages import FOLDERS, edition  # noqa: E402
from notebook_pictures import shrink  # noqa: E402

NOTEBOOKS = ROOT / "notebooks"
SOURCES = NOTEBOOKS / "sources"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"  # names a widget of a kernel that is gone
PICTURES = "image/png", "image/jpeg"  # that are compared with the eye; others count as equal where they are the same
FOLDED = {"check", "figure", "prediction"}  # tags of cells whose source stays out of sight until it is clicked
SECONDS_A_CELL = 120
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"file_extension": ".py", "mimetype": "text/x-python", "name": "python",
                      "nbconvert_exporter": "python", "pygments_lexer": "ipython3"},
}


class BuildError(RuntimeError):
    """A lesson that cannot be built: which cell, and why."""


def lessons():
    """The names of all lessons, in order: 00_start_here, 01_convolution …"""
    return sorted(path.stem for path in SOURCES.glob("[0-9][0-9]_*.py"))


def target(lesson, solved, language=None):
    return NOTEBOOKS / (FOLDERS[language] if language else "solutions" if solved else ".") / f"{lesson}.ipynb"


def from_source(lesson, solved, language=None, draft=False):
    """The notebook that a source stands for, not executed: the lesson, or with solutions in the stubs' place.

    A lesson in another language is made of the same source; as a draft, even if its translation is not complete.
    """
    cells = jupytext.read(SOURCES / f"{lesson}.py", fmt="py:percent").cells
    _require_pairs(lesson, cells)
    left_out = "exercise" if solved else "solution"
    cells = [cell for cell in cells if left_out not in _tags(cell)]
    seen = Counter()
    for cell in cells:
        content = f"{lesson}\n{cell.cell_type}\n{cell.source}"
        seen[content] += 1
        cell.id = hashlib.sha256(f"{content}\n{seen[content]}".encode()).hexdigest()[:12]
        cell.metadata = nbformat.from_dict(_metadata(_tags(cell)))
    if language:
        cells = edition.translated_cells(lesson, cells, language, edition.translator(lesson, language, draft))
    notebook = nbformat.v4.new_notebook(cells=cells, metadata=METADATA)
    notebook.nbformat_minor = 5
    return notebook


def difference(lesson, solved, language=None):
    """What a stored notebook has different from its source, in words; None if they agree."""
    path = target(lesson, solved, language)
    if not path.is_file():
        return f"{path} is missing"
    stored, expected = nbformat.read(path, as_version=4), from_source(lesson, solved, language)
    if stored.metadata != expected.metadata:
        return f"{path}: its metadata are not the builder's"
    if len(stored.cells) != len(expected.cells):
        return f"{path} has {len(stored.cells)} cells, its source {len(expected.cells)}"
    for number, (ours, theirs) in enumerate(zip(stored.cells, expected.cells, strict=True), 1):
        for part in ("cell_type", "source", "id", "metadata"):
            if ours[part] != theirs[part]:
                return f"{path}: cell {number} differs from the source in its {part}"
    return None


def build(lesson, solved, language=None, draft=False):
    """Execute a lesson and write it; returns whether the file changed."""
    notebook, path = from_source(lesson, solved, language, draft), target(lesson, solved, language)
    path.parent.mkdir(exist_ok=True)
    client = NotebookClient(notebook, timeout=SECONDS_A_CELL, kernel_name="python3", record_timing=False,
                            store_widget_state=False, extra_arguments=["--IPKernelApp.log_level=40"],
                            resources={"metadata": {"path": str(path.parent)}})
    try:
        client.execute()
    except CellExecutionError as error:
        raise BuildError(f"{lesson}: a cell failed\n{error}") from None
    for number, cell in enumerate(notebook.cells, 1):
        if cell.cell_type == "code":
            cell.outputs = _tidy(cell.outputs, f"{lesson}, cell {number}")
            cell.metadata.pop("execution", None)
    notebook.metadata = nbformat.from_dict(METADATA)
    unsolved = target(lesson, False)
    shown = nbformat.read(unsolved, as_version=4) if solved and unsolved.is_file() else None
    shrink(notebook, shown)
    _keep_equal_outputs(notebook, path)
    shrink(notebook, shown)  # what was stored may be older than this step
    nbformat.validate(notebook)
    text = nbformat.writes(notebook, version=4) + "\n"
    if path.is_file() and path.read_text(encoding="utf-8") == text:
        return False
    path.write_text(text, encoding="utf-8", newline="\n")
    return True


def _tags(cell):
    asked = cell.cell_type == "code" and cell.source.startswith("exercises.predict(")
    return [*cell.metadata.get("tags", []), *["prediction"] * asked]


def _metadata(tags):
    """A cell's metadata; JupyterLab folds the source of what is not the lesson's subject until it is clicked."""
    return {"tags": tags, **({"jupyter": {"source_hidden": True}} if FOLDED & {*tags} else {})} if tags else {}


def _require_pairs(lesson, cells):
    """Every exercise is followed by its solution, and no solution stands alone."""
    code = [_tags(cell) for cell in cells if cell.cell_type == "code"]
    for before, after in zip([[], *code], [*code, []], strict=True):
        if ("exercise" in before) != ("solution" in after):
            raise BuildError(f"{lesson}: a cell tagged `exercise` and one tagged `solution` belong together, in "
                             "this order, with no other code between them")


def _tidy(outputs, place):
    """Outputs as they are stored: printed pieces joined, no widget of a dead kernel, no noise."""
    tidy = []
    for output in outputs:
        if output.output_type == "stream" and output.name == "stderr":
            raise BuildError(f"{place} writes to stderr, which no lesson may:\n{output.text}")
        if output.output_type == "stream" and tidy and tidy[-1].output_type == "stream":
            tidy[-1].text += output.text
            continue
        if WIDGET_VIEW in output.get("data", {}):
            del output.data[WIDGET_VIEW]
            if not any(mime.startswith("image/") for mime in output.data):
                raise BuildError(f"{place}: a widget without a stored picture; make it a Panel")
        tidy.append(output)
    return tidy


def _keep_equal_outputs(notebook, path):
    """Take over the stored outputs that say the same as the new ones."""
    if not path.is_file():
        return
    stored = {cell.id: cell for cell in nbformat.read(path, as_version=4).cells}
    for cell in notebook.cells:
        old = stored.get(cell.id)
        if cell.cell_type != "code" or old is None:
            continue
        if "nbval-ignore-output" in _tags(cell) or _equal(cell.outputs, old.outputs):
            cell.outputs = old.outputs


def _equal(new, old):
    if len(new) != len(old):
        return False
    return all(_parts_equal(_parts(a), _parts(b)) for a, b in zip(new, old, strict=True))


def _parts(output):
    """{kind: content} of an output."""
    data = dict(output.get("data", {}))
    return data if data else {"text": output.get("text", "")}


def _parts_equal(new, old):
    if new.keys() != old.keys():
        return False
    return all(_alike(new[kind], old[kind]) if kind in PICTURES
               else _same_words(new[kind], old[kind]) for kind in new)


def _same_words(new, old):
    """As nbval compares them, but closer: numbers to a unit of the last digit, those behind "≈" to a tenth."""
    return nbval_numbers.same(new, old, share=0, about=0.1)


def _alike(new, old):
    """Two encoded pictures that nobody can tell apart: less than a grey level on the whole, and no line or word."""
    first, second = (np.asarray(Image.open(io.BytesIO(base64.b64decode(data))).convert("RGB"), float)
                     for data in (new, old))
    if first.shape != second.shape:
        return False
    difference = np.abs(first - second).mean(axis=2)
    return difference.mean() < 0.5 and uniform_filter(difference, 5).max() < 8


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Build the lessons from notebooks/sources.")
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="as in 01_convolution (default: all)")
    parser.add_argument("--check", action="store_true", help="run nothing; compare the notebooks with their sources")
    parser.add_argument("--language", choices=FOLDERS, help="build the lessons in this language, not the English ones")
    parser.add_argument("--draft", action="store_true", help="what is not translated stays English")
    options = parser.parse_args(arguments)
    unknown = set(options.lessons) - set(lessons())
    if unknown:
        parser.error(f"no lesson {', '.join(sorted(unknown))}; there are {', '.join(lessons())}")
    failed = False
    for lesson in options.lessons or lessons():
        for solved in (False,) if options.language else (False, True):
            path, start = target(lesson, solved, options.language).relative_to(ROOT), time.perf_counter()
            try:
                if options.check:
                    trouble = difference(lesson, solved, options.language)
                    failed |= trouble is not None
                    print(trouble or f"{path} equals its source")
                    continue
                changed = build(lesson, solved, options.language, options.draft)
            except (BuildError, edition.Incomplete) as error:
                print(f"error: {error}", file=sys.stderr)
                return 1
            print(f"{path}: {'built' if changed else 'unchanged'}, {time.perf_counter() - start:.0f} s", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
