"""Run the lessons, each once for both its editions, and compare what they print with the stored outputs.

    python tools/run_lessons.py                     every lesson, two side by side
    python tools/run_lessons.py 01_convolution      one
    python tools/run_lessons.py --workers 1         one after the other
    python tools/run_lessons.py --language zh_CN    the Chinese lessons: tests compare their code and numbers with those
                                                    of the English ones, so `make test` runs these alone

A lesson and its worked notebook differ in the exercises only: a stub or its solution, and what the check behind it
says. So one notebook serves both: where they differ, the lesson's cells run first, then those of the worked one; all
others run once, and are compared with the outputs of both. nbval runs it, with tests/nbval_numbers.py. It lies in a
temporary folder, which is the kernel's working directory: a lesson cannot rely on another, as its editions lie in
different ones.
"""

import argparse
import copy
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import NamedTuple

import nbformat
from build_notebooks import FOLDERS, METADATA, ROOT, lessons, target
from nbval_numbers import Unusable, read, same_outputs

SECONDS_A_CELL = 600  # many times what a cell takes, as nothing is timed here; a busy computer is slow
# Measured; else one worker would wait while the other runs a long one at last.
LONGEST_FIRST = ("11_full_transfer", "02_feature_maps", "03_content_loss", "07_total_loss", "05_style_loss",
                 "06_total_variation", "10_adam", "08_gradient_descent", "00_start_here", "09_rmsprop",
                 "04_gram_matrices", "01_convolution")
COLORS = re.compile(r"(\x1b|#x1B)\[[0-9;]*m")  # as nbval prints them, and as pytest then writes them into XML


class LessonError(RuntimeError):
    """Nothing could be compared: why, and what to do, in one line."""


class Failure(NamedTuple):
    """A cell that failed, or printed something else."""

    lesson: str
    edition: str  # "lesson", "solution" or "both editions"
    cell: str  # "cell 12", the number that Jupyter shows beside it; "not run" where the lesson could not be
    text: str  # what nbval says

    def __str__(self):
        return f"{self.lesson}, {self.edition}, {self.cell}\n{self.text}"


def merged(lesson, language=None):
    """The notebook that stands for both editions of a lesson, each cell with its place in the metadata.

    In another language there is the lesson alone, and its worked notebook is the English one.

    Raises:
        LessonError: an edition is unreadable or has no outputs, or they have not the same cells but for exercises.
    """
    if language:
        cells = [_placed(cell, "lesson") for cell in _code(lesson, False, language)]
        return nbformat.v4.new_notebook(cells=cells, metadata=METADATA)
    ours, theirs = (_code(lesson, solved) for solved in (False, True))
    if len(ours) != len(theirs):
        raise LessonError(f"{lesson} has {len(ours)} code cells, its solution {len(theirs)}: run `make notebooks`")
    cells, stubs, solutions, unchecked = [], [], [], False
    for cell, solved in zip(ours, theirs, strict=True):
        stub = cell.id != solved.id
        if stub or (unchecked and not same_outputs(cell.outputs, solved.outputs)):
            stubs.append(_placed(cell, "lesson"))
            solutions.append(_placed(solved, "solution"))
            unchecked = "exercises.check(" not in cell.source  # behind the check the editions are alike again
        else:
            cells += [*stubs, *solutions, _placed(solved, "both editions", cell.outputs)]
            stubs, solutions, unchecked = [], [], False
    return nbformat.v4.new_notebook(cells=[*cells, *stubs, *solutions], metadata=METADATA)


def failures(names, environment=None, prefix=(), workers=1, seconds_a_cell=SECONDS_A_CELL):
    """Run lessons, and find what fails or differs.

    Args:
        names: of the lessons, as in "01_convolution".
        environment: {variable: value} to set for them.
        prefix: what stands before the command, as in ("nice",).
        workers: how many lessons run side by side.
        seconds_a_cell: after so long a cell is stopped, and has failed.

    Returns:
        {lesson: [Failure …]}; an empty list where all cells print what is stored. A lesson that is unreadable or has
        no outputs costs the others nothing: it has one failure, a line.

    Raises:
        LessonError: there is no such lesson; or nbval did not run.
    """
    _require_known(names)
    with tempfile.TemporaryDirectory() as folder:
        unusable = _written(folder, names)
        found = [Failure(name, "both editions", "not run", why) for name, why in unusable.items()]
        usable = [name for name in names if name not in unusable]
        if usable:
            command = [*prefix, *_command(folder, usable, workers, seconds_a_cell)]
            found += _found(command, _environment(environment or {}), Path(folder) / "report.xml", usable)
    return {name: [failure for failure in found if failure.lesson == name] for name in names}


def _found(command, environment, report, names):
    """Run nbval, and read its report: the failures."""
    run = subprocess.run([*command, f"--junitxml={report}"], env=environment, capture_output=True, text=True)
    found = _failures(report)
    lost = [failure.text for failure in found if failure.lesson not in names]
    if lost or (run.returncode and not found):
        said = lost[0] if lost else run.stdout + run.stderr
        raise LessonError(f"nbval did not run: {' '.join(said.split())[-500:]}")
    return found


def _code(lesson, solved, language=None):
    path = target(lesson, solved, language)
    try:
        cells = [cell for cell in read(path).cells if cell.cell_type == "code"]
    except Unusable as error:
        raise LessonError(str(error)) from None
    if any("id" not in cell for cell in cells):
        raise LessonError(f"{path.name} has cells without ids, as an older Jupyter saves them: get it from git again, "
                          "or `make notebooks`")
    return cells


def _placed(cell, edition, other_outputs=None):
    """A cell of the merged notebook; nbval_numbers.py reads its metadata."""
    cell = copy.deepcopy(cell)
    cell.id = f"{cell.id}-{edition[0]}"  # a check is there twice
    cell.metadata.place = f"{edition}, cell {cell.execution_count}"
    if other_outputs is not None and other_outputs != cell.outputs:
        cell.metadata.other_outputs = other_outputs
    return cell


def _require_known(names):
    unknown = set(names) - set(lessons())
    if unknown:
        raise LessonError(f"no lesson {', '.join(sorted(unknown))}; there are {', '.join(lessons())}")


def _written(folder, names, language=None):
    """Write merged lessons into a folder; {name: why not} of those that cannot be run."""
    (Path(folder) / "pytest.ini").write_text("[pytest]\n")  # else the options of a folder above would count
    unusable = {}
    for name in names:
        try:
            nbformat.write(merged(name, language), Path(folder) / f"{name}.ipynb")
        except LessonError as error:
            unusable[name] = str(error)
    return unusable


def _command(folder, names, workers, seconds_a_cell):
    """The call of pytest for merged lessons in a folder."""
    folder = Path(folder)
    order = sorted(names, key=lambda name: LONGEST_FIRST.index(name) if name in LONGEST_FIRST else -1)
    beside = [f"--numprocesses={workers}", "--dist=loadfile", "--no-loadscope-reorder"] if workers > 1 else []
    return [sys.executable, "-m", "pytest", "--nbval", "-p", "nbval_numbers", "-p", "no:cacheprovider", *beside,
            f"--nbval-cell-timeout={seconds_a_cell}", f"--rootdir={folder}",
            *(str(folder / f"{name}.ipynb") for name in order)]


def _environment(variables):
    paths = [str(ROOT / "tests"), os.environ.get("PYTHONPATH")]
    return os.environ | variables | {"PYTHONPATH": os.pathsep.join(filter(None, paths))}


def cases_in(report):
    """The test cases in a JUnit report; none where pytest broke off before, or while, it was written."""
    try:
        return list(ElementTree.parse(report).iter("testcase"))
    except (OSError, ElementTree.ParseError):
        return []


def _failures(report):
    """The failures in a JUnit report."""
    failed = []
    for case in cases_in(report):
        lesson = (case.get("classname") or case.get("name")).removesuffix(".ipynb")
        edition, _, cell = case.get("name").partition(", ")
        for trouble in [*case.findall("failure"), *case.findall("error")]:
            text = COLORS.sub("", trouble.text or trouble.get("message", ""))
            failed.append(Failure(lesson, edition, cell, text))
    return failed


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Run the lessons, and compare what they print with what is stored.")
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="as in 01_convolution (default: all)")
    parser.add_argument("--workers", type=int, default=2, help="how many side by side (default: 2)")
    parser.add_argument("--language", choices=FOLDERS, help="the lessons in this language (default: English)")
    options = parser.parse_args(arguments)
    names = options.lessons or lessons()
    with tempfile.TemporaryDirectory() as folder:
        try:
            _require_known(names)
            errors = list(_written(folder, names, options.language).values())
        except LessonError as error:
            errors = [error]
        for error in errors:
            print(f"error: {error}", file=sys.stderr)
        return 1 if errors else subprocess.run(_command(folder, names, options.workers, SECONDS_A_CELL),
                                               env=_environment({})).returncode


if __name__ == "__main__":
    sys.exit(main())
