"""One run for both editions of a lesson: every cell of both is in it, and what differs in either is found."""

import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import v4

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import run_lessons as tool

LESSONS = tool.lessons()


# The real lessons

@pytest.mark.parametrize("lesson", LESSONS)
def test_the_merged_lesson_has_every_cell_of_both_editions_in_order(lesson):
    cells = tool.merged(lesson).cells
    for edition in ("lesson", "solution"):
        ours = [cell for cell in cells if cell.metadata.place.startswith((edition, "both editions"))]
        original = nbformat.read(tool.target(lesson, edition == "solution"), as_version=4).cells
        sources = [cell.source for cell in original if cell.cell_type == "code"]
        assert [cell.source for cell in ours] == sources
        numbers = [int(cell.metadata.place.split(", cell ")[1]) for cell in ours]
        assert numbers == list(range(1, len(sources) + 1))


@pytest.mark.parametrize("lesson", LESSONS)
def test_only_an_exercise_and_its_check_run_twice(lesson):
    twice = [cell for cell in tool.merged(lesson).cells if cell.metadata.place.startswith("solution")]
    assert all("solution" in cell.metadata.get("tags", []) or "exercises.check(" in cell.source for cell in twice)


# A small lesson of one's own

SOURCE = '''# %%
import os

class exercises:
    def check(answer):
        print("not solved yet" if answer is ... else "right")

runs = []
print("the loss is 0.480", os.environ.get("OF_THE_TEST", "here"))

# %% tags=["exercise"]
answer = ...

# %% tags=["solution"]
answer = 42

# %%
exercises.check(answer)

# %%
runs.append(1)
print("run", len(runs), "times, took 3 s")
'''
FIRST, LAST = "the loss is 0.480 here\n", "run 1 times, took 3 s\n"
PRINTED = {False: [FIRST, "", "not solved yet\n", LAST], True: [FIRST, "", "right\n", LAST]}  # solved or not


@pytest.fixture
def write(tmp_path, monkeypatch):
    """A place for lessons; returns a function that writes one, with what its cells are said to print."""
    sources = tmp_path / "sources"
    for folder in (sources, tmp_path / "solutions"):
        folder.mkdir()
    for name, value in {"NOTEBOOKS": tmp_path, "SOURCES": sources}.items():
        monkeypatch.setitem(tool.target.__globals__, name, value)

    def write(name, source=SOURCE, printed=PRINTED):
        (sources / f"{name}.py").write_text(source)
        for solved, texts in printed.items():
            notebook = tool.target.__globals__["from_source"](name, solved)
            for number, (cell, text) in enumerate(zip(notebook.cells, texts, strict=True), 1):
                cell.execution_count = number
                cell.outputs = [v4.new_output("stream", name="stdout", text=text)] if text else []
            nbformat.write(notebook, tool.target(name, solved))
        return name
    return write


def with_text(solved, number, text):
    """What the cells print, with one text changed in one edition."""
    return PRINTED | {solved: [*PRINTED[solved][:number - 1], text, *PRINTED[solved][number:]]}


def test_a_difference_in_either_edition_is_found_and_named(write):
    told_otherwise = {False: [FIRST.replace("0.480", "0.580"), "", "solved\n", LAST],
                      True: [FIRST, "", "wrong\n", LAST]}
    names = [write("90_right"), write("91_wrong", printed=told_otherwise),
             write("92_broken", SOURCE.replace("runs = []", "1 / 0"))]
    found = tool.failures(names, workers=2)
    assert list(found) == names
    told = {name: [(one.edition, one.cell) for one in failures] for name, failures in found.items()}
    both = "both editions"
    assert told == {"90_right": [], "92_broken": [(both, "cell 1"), (both, "cell 4")],
                    "91_wrong": [(both, "cell 1"), ("lesson", "cell 3"), ("solution", "cell 3")]}
    common = found["91_wrong"][0]
    assert str(common).startswith("91_wrong, both editions, cell 1\n") and "\x1b" not in str(common)
    assert "0.580" in common.text and "0.480" in common.text
    assert "ZeroDivisionError" in found["92_broken"][0].text


def test_the_environment_reaches_the_lesson_and_the_prefix_stands_before_the_command(write):
    name = write("90_small")
    prefix = [sys.executable, "-c", "import os, sys; os.environ['OF_THE_TEST'] += ' and everywhere'; "
                                    "os.execv(sys.argv[1], sys.argv[1:])"]
    (failure,) = tool.failures([name], {"OF_THE_TEST": "there"}, prefix)[name]
    assert failure.cell == "cell 1" and "the loss is 0.480 there and everywhere" in failure.text


def test_the_command_line(write, capfd):
    """Of two lessons one is right; the other stores what a cell would print if it ran twice."""
    write("90_small"), write("91_small", printed=with_text(True, 4, "run 2 times, took 3 s\n"))
    assert tool.main(["--workers", "1"]) == 1
    told = capfd.readouterr().out
    assert "91_small.ipynb: both editions, cell 4" in told and "1 failed, 11 passed" in told


# What cannot be run

def strip(path):
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.outputs, cell.execution_count = [], None
    nbformat.write(notebook, path)


def shorten(path):
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.pop()
    nbformat.write(notebook, path)


def age(path):
    notebook = nbformat.read(path, as_version=4)
    notebook.nbformat_minor = 4
    for cell in notebook.cells:
        del cell["id"]
    nbformat.write(notebook, path)


@pytest.mark.parametrize(("damage", "message"), [
    (age, "90_small.ipynb has cells without ids"), (lambda path: path.write_text("[" * 10**5), "is no notebook"),
    (strip, "90_small.ipynb has nothing to compare with"), (shorten, "4 code cells, its solution 3"),
    (lambda path: path.write_text("no JSON"), "90_small.ipynb is no notebook"),
    (lambda path: path.unlink(), "90_small.ipynb is no notebook")])
def test_bad_notebooks_are_one_clear_line(write, damage, message, capsys):
    damage(tool.target(write("90_small"), True))
    damage(tool.target(write("91_small"), True))
    assert tool.main([]) == 1
    first, second = capsys.readouterr().err.splitlines()
    assert message in first and message.replace("90", "91") in second
    assert all(line.startswith("error: ") and line.endswith("`make notebooks`") for line in (first, second))
    ((failure,),) = tool.failures(["90_small"]).values()
    assert message in failure.text and "\n" not in failure.text and failure.cell == "not run"


def test_a_bad_notebook_costs_the_others_nothing(write):
    (tool.target(write("90_small"), False)).write_text("no JSON")
    found = tool.failures(["90_small", write("91_small")])
    assert [one.cell for one in found["90_small"]] == ["not run"] and found["91_small"] == []


def test_an_unknown_lesson(capsys):
    assert tool.main(["12_none"]) == 1
    assert capsys.readouterr().err.startswith("error: no lesson 12_none; there are 00_start_here, ")


def test_where_nbval_does_not_run_that_is_said(write):
    prefix = [sys.executable, "-c", "import sys; sys.exit('no room')"]
    with pytest.raises(tool.LessonError, match="nbval did not run: no room"):
        tool.failures([write("90_small")], prefix=prefix)


def test_the_longest_lessons_start_first(tmp_path):
    """Each has its rank; a lesson without one would start before them."""
    assert sorted(tool.LONGEST_FIRST) == LESSONS
    command = tool._command(tmp_path, LESSONS[:3], 2, 600)
    order = [Path(word).stem for word in command if word.endswith(".ipynb")]
    assert order == ["02_feature_maps", "00_start_here", "01_convolution"]


def test_a_lesson_in_another_language_is_run_alone(write, capfd):
    write("90_small")
    folder = tool.target("90_small", False, "zh_CN").parent
    folder.mkdir()
    notebook = nbformat.read(tool.target("90_small", False), as_version=4)
    nbformat.write(notebook, folder / "90_small.ipynb")
    places = [cell.metadata.place for cell in tool.merged("90_small", "zh_CN").cells]
    assert places == [f"lesson, cell {number}" for number in range(1, 5)]
    assert tool.main(["90_small", "--workers", "1", "--language", "zh_CN"]) == 0
    assert "4 passed" in capfd.readouterr().out
