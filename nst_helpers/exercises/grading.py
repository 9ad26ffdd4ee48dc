"""What a class has handed in, checked: a table of student, exercise, verdict and hint.

Each notebook runs in a process of its own, in an empty folder, with limits on time and memory, and without network and
in a process space of its own where Linux allows that (`unshare`). So a broken, endless or greedy notebook costs its own
rows only. It is no shelter from a student who means harm: what a notebook may read and write is what its teacher's
account may; and a notebook can claim what it likes of itself. nbgrader, which does more (assignments, feedback, manual
marks), needs cells of its own making and a database; the checks here are those that the students have seen.
"""

import csv
import html
import io
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from nst_helpers.errors import NSTError
from nst_helpers.exercises.graded import code_cells
from nst_helpers.extras import require

CHECKS = re.compile(r"""\bcheck\(\s*["']([^"']+)["']""")
ALONE = ("unshare", "--user", "--map-root-user", "--net", "--pid", "--fork", "--mount-proc", "--kill-child")


class GradingError(NSTError, ValueError):
    """Nothing can be graded: why, and what to do."""


class Row(NamedTuple):
    """One line of the table."""

    student: str
    exercise: str
    verdict: str  # "right", "wrong", "open"; "not reached"; "unreadable"
    hint: str


def grade(folder: str | Path, seconds: float = 300.0, megabytes: float = 4000.0,
          progress: Callable[[list], Iterable] = lambda names: names) -> list[Row]:
    """Check every notebook in a folder and below it.

    Args:
        folder: of the handed-in .ipynb files. A file at its top belongs to the student of its own name, one in a
            folder to the student of that folder's name.
        seconds, megabytes: limits for each notebook.
        progress: wraps the list of notebooks, as tqdm does.

    Returns:
        A list of `Row`s, in the order of students and of a notebook's checks.

    Raises:
        GradingError: no such folder, or no notebook in it.
    """
    require("lessons", "IPython")
    folder = Path(folder)
    notebooks = sorted(path for path in folder.rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts)
    if not notebooks:
        raise GradingError(f"{folder}: " + ("there is no notebook (.ipynb) in it" if folder.is_dir() else
                                            "there is no such folder; name the one that holds what was handed in"))
    return [row for path in progress(notebooks) for row in rows(path, folder, seconds, megabytes)]


def rows(notebook: Path, folder: Path, seconds: float, megabytes: float) -> list[Row]:
    """The rows of one notebook."""
    inside = notebook.relative_to(folder)
    student = inside.parts[0] if len(inside.parts) > 1 else inside.stem
    try:
        names = list(dict.fromkeys(name for cell in code_cells(notebook) for name in CHECKS.findall(cell)))
    except ValueError as error:
        return [Row(student, inside.name, "unreadable", str(error))]
    if not names:
        return [Row(student, inside.name, "unreadable", "there is no check of an exercise in it")]
    found, ended = run(notebook, seconds, megabytes)
    last = {entry["exercise"]: entry for entry in found}
    return [Row(student, name, *(last[name]["verdict"], last[name]["hint"]) if name in last else
                ("not reached", ended or "the cell of its check did not run to its end")) for name in names]


def run(notebook: Path, seconds: float, megabytes: float) -> tuple[list[dict[str, str]], str]:
    """Run a notebook within limits: ([{"exercise", "verdict", "hint"}, …], why it was ended or "")."""
    with (tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as place,
          tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as apart):
        shutil.copy(notebook, Path(place) / "handed_in.ipynb")
        note = Path(apart) / "verdicts.jsonl"
        command = [*_alone(), sys.executable, "-m", "nst_helpers.exercises.graded", "handed_in.ipynb", str(note)]
        paths = [str(Path(__file__).resolve().parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
        surroundings = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), "IPYTHONDIR": place, "MPLBACKEND": "agg"}
        process = subprocess.Popen(command, cwd=place, env=surroundings, stdin=subprocess.DEVNULL,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        try:
            ended = _wait(process, seconds, megabytes)
        finally:
            _end(process)
        return list(_read(note)), ended


@cache
def _alone():
    """The command that takes a process's network away, where this system has it and allows it."""
    if not shutil.which(ALONE[0]):
        return ()
    works = subprocess.run([*ALONE, "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    return ALONE if works.returncode == 0 else ()


def _wait(process, seconds, megabytes):
    """Wait for the end; why it was ended before, or ""."""
    end = time.monotonic() + seconds
    while process.poll() is None:
        if time.monotonic() > end:
            return f"it took longer than {seconds:g} seconds"
        if _memory(process.pid) > megabytes * 1e6:
            return f"it took more than {megabytes:g} MB of memory"
        time.sleep(0.1)
    return "" if process.returncode == 0 else "its process broke off"


def _memory(pid):
    """Bytes that a process and its children hold."""
    import psutil

    total = 0
    try:
        for process in [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]:
            total += process.memory_info().rss
    except psutil.Error:  # one ended while we counted
        pass
    return total


def _end(process):
    import psutil

    try:
        family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
    except psutil.Error:
        family = []
    for member in family:
        try:
            member.kill()
        except psutil.Error:
            continue
    process.wait()


def _read(note):
    """The lines that are whole; the last one may have been cut."""
    if not note.is_file():
        return
    for line in note.read_text(encoding="utf-8", errors="replace").splitlines():
        try:
            entry = json.loads(line)
            yield {key: str(entry[key]) for key in ("exercise", "verdict", "hint")}
        except (ValueError, TypeError, KeyError):
            continue


def as_csv(table: Sequence[Row]) -> str:
    """The rows as CSV. A cell that a spreadsheet would take for a formula gets a quotation mark in front."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(Row._fields)
    writer.writerows([f"'{cell}" if cell[:1] in ("=", "+", "-", "@") else cell for cell in row] for row in table)
    return file.getvalue()


def as_html(table: Sequence[Row]) -> str:
    """The rows as a page of their own: a line a student, a column an exercise; a hint shows under the pointer."""
    names = list(dict.fromkeys(row.exercise for row in table))
    students = list(dict.fromkeys(row.student for row in table))
    found = {(row.student, row.exercise): row for row in table}
    lines = [f"<tr><th>student</th>{''.join(f'<th>{html.escape(name)}</th>' for name in names)}<th>right</th></tr>"]
    for student in students:
        own = [found.get((student, name)) for name in names]
        cells = "".join(f'<td class="{row.verdict}" title="{html.escape(row.hint)}">{row.verdict}</td>' if row else
                        "<td></td>" for row in own)
        right = sum(bool(row) and row.verdict == "right" for row in own)
        lines.append(f"<tr><th>{html.escape(student)}</th>{cells}<td>{right}</td></tr>")
    style = ("body{font-family:sans-serif}td,th{border:1px solid #ccc;padding:.3em .6em;text-align:left}"
             "table{border-collapse:collapse}.right::before{content:'✓ '}.wrong{font-weight:bold}")
    return (f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Exercises</title><style>{style}</style>'
            f"<h1>Exercises</h1><table>{''.join(lines)}</table></html>\n")
