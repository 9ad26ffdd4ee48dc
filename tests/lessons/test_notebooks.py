"""The notebooks: built from their sources, executed, readable without running."""

import importlib.util
import re
import sys
from functools import lru_cache
from pathlib import Path

import nbformat
import pytest

from nst_helpers import exercises

ROOT = Path(__file__).resolve().parents[2]
MOST_BYTES, LEAST_EXERCISES = 3_000_000, 3
WORDS = 2_000, 4_000  # of running prose
# The short lesson of the course: total variation is one small term. It has half of the words that it once had.
WORDS_OF = {"06_total_variation": (1_000, 1_350)}


def load_tool():
    spec = importlib.util.spec_from_file_location("build_notebooks", ROOT / "tools" / "build_notebooks.py")
    module = sys.modules["build_notebooks"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = load_tool()
LESSONS = tool.lessons()
NOTEBOOKS = [pytest.param(lesson, solved, id=f"{lesson}{'-solved' if solved else ''}")
             for lesson in LESSONS for solved in (False, True)]
every_notebook = pytest.mark.parametrize(("lesson", "solved"), NOTEBOOKS)


def read(lesson, solved):
    """A notebook, which the tests leave as it is: each file is parsed once."""
    path = tool.target(lesson, solved)
    return parsed(path, path.stat().st_mtime_ns)


@lru_cache
def parsed(path, changed):
    return nbformat.read(path, as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def outputs(notebook):
    return [output for cell in code(notebook) for output in cell.outputs]


def prose(notebook):
    return "\n\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def words(text):
    """How many there are to read in one go: formulas in a line count as one, those displayed, tables, the list of
    sources and the appendices, in which one looks things up, not at all."""
    looked_up = r"^## (?:Sources and further reading|Appendix)[\s\S]*?(?=^## (?!Appendix)|\Z)|^\|.*$|\$\$[\s\S]*?\$\$"
    running = re.sub(looked_up, "", text, flags=re.MULTILINE)
    return len(re.sub(r"\$[^$]*\$|`[^`]*`", "x", running).split())


# Every lesson

@every_notebook
def test_the_notebook_equals_its_source(lesson, solved):
    assert tool.difference(lesson, solved) is None, "run `make notebooks`"


def test_no_notebook_is_without_a_source():
    for folder in (tool.NOTEBOOKS, tool.NOTEBOOKS / "solutions"):
        assert sorted(path.stem for path in folder.glob("*.ipynb")) == LESSONS


@every_notebook
def test_every_code_cell_was_executed_in_order(lesson, solved):
    """nbval compares nothing where there is no execution count."""
    counts = [cell.execution_count for cell in code(read(lesson, solved))]
    assert counts == list(range(1, len(counts) + 1))


@every_notebook
def test_no_errors_no_noise_and_nothing_that_only_one_computer_knows(lesson, solved):
    notebook = read(lesson, solved)
    for output in outputs(notebook):
        assert output.output_type != "error" and output.get("name") != "stderr"
        assert tool.WIDGET_VIEW not in output.get("data", {})
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    assert "version" not in notebook.metadata.language_info
    for cell in notebook.cells:
        hidden = {"check", "figure", "prediction"} & {*cell.metadata.get("tags", [])}
        folded = {"jupyter": {"source_hidden": True}} if hidden else {}
        assert {key: value for key, value in cell.metadata.items() if key != "tags"} == folded
        assert folded or "exercises.predict(" not in cell.source or cell.cell_type != "code"  # it holds the answer
    text = re.sub(r'"image/(png|jpeg)": "[^"]*"', "", tool.target(lesson, solved).read_text(encoding="utf-8"))
    assert not re.search(r"/home/|/Users/|/root/|/work/|/tmp/|site-packages", text)


@every_notebook
def test_every_picture_has_words_for_those_who_cannot_see_it(lesson, solved):
    notebook = read(lesson, solved)
    for output in outputs(notebook):
        for mime in {"image/png", "image/jpeg"} & set(output.get("data", {})):
            alt = output.metadata.get(mime, {}).get("alt", "")
            assert len(alt) >= 10 and output.data["text/plain"] == alt
    assert not re.findall(r"!\[\s*\]\(|<img(?![^>]*\balt=)[^>]*>", prose(notebook))


@every_notebook
def test_small_enough_to_open_and_short_enough_to_read(lesson, solved):
    assert tool.target(lesson, solved).stat().st_size < MOST_BYTES
    for number, cell in enumerate(read(lesson, solved).cells, 1):
        folded, lines = "jupyter" in cell.metadata, len(cell.source.splitlines())
        most = 60 if folded else 14 if cell.cell_type == "code" else 40
        assert lines <= most, f"cell {number}: {cell.source[:60]!r}"


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_is_an_argument_with_pictures_and_sources(lesson):
    notebook = read(lesson, solved=False)
    text = prose(notebook)
    for part in ("**Needs**", "**Time**", "**Course’s paper**", "## What we found", "## Where this is used", "## Next"):
        assert part in text, part
    assert "What it shows" not in text and "*Predict" not in text
    least, most = WORDS_OF.get(lesson, WORDS)
    assert least <= words(text) <= most
    sources = text.split("## Sources and further reading")[1].split("\n## ")[0]
    assert 3 <= len(re.findall(r"^- .*\b(?:19|20)\d\d\b", sources, re.M)) <= 9
    assert sum("exercises.predict(" in cell.source for cell in code(notebook)) <= 4
    assert len(re.findall(r"^### Exercise \d+: ", text, re.M)) >= 3


@pytest.mark.parametrize("lesson", LESSONS)
def test_checks_are_folded_and_figures_have_captions(lesson):
    for cell in code(read(lesson, solved=False)):
        tags = {*cell.metadata.get("tags", [])}
        if re.search(r"^ *assert |assert_allclose", cell.source, re.M):
            assert "check" in tags, cell.source[:80]
        if re.search(r"plots\.show(?!_lines)", cell.source):  # lines are text, no figure
            assert "nst-caption" in "".join(output.get("data", {}).get("text/html", "") for output in cell.outputs), (
                cell.source[:80])


@pytest.mark.parametrize("lesson", LESSONS)
def test_the_exercises(lesson):
    """Stubs run unsolved; solutions pass their checks."""
    stubs, solved = read(lesson, solved=False), read(lesson, solved=True)
    number = sum("exercise" in cell.metadata.get("tags", []) for cell in code(stubs))
    assert number >= LEAST_EXERCISES
    assert number == len(re.findall(r"^### Exercise \d+: ", prose(stubs), re.M))
    for notebook, sign in ((stubs, "○"), (solved, "✓")):
        checks = [cell for cell in code(notebook) if "exercises.check(" in cell.source]
        assert len(checks) == number
        assert all(cell.outputs[0].text.startswith(sign) for cell in checks)
    names = re.findall(r'exercises\.check\("([^"]+)"', "\n".join(cell.source for cell in code(stubs)))
    assert all(exercises.find(name) for name in names) and len(set(names)) == number


def test_links_between_lessons_lead_somewhere():
    for lesson in LESSONS:
        for link in re.findall(r"\]\(([^)#:]+\.ipynb)\)", prose(read(lesson, False))):
            assert (tool.NOTEBOOKS / link).is_file(), f"{lesson} links to {link}"


# The builder

SOURCE = '''# %% [markdown]
# # 90 A small lesson

# %%
import time
print("the time is", f"{time.perf_counter() % 1:.3f} s")

# %% tags=["exercise"]
answer = ...

# %% tags=["solution"]
answer = 42

# %%
print(answer)
'''


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A place with one small lesson of its own."""
    monkeypatch.setattr(tool, "NOTEBOOKS", tmp_path)
    monkeypatch.setattr(tool, "SOURCES", tmp_path / "sources")
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "90_small.py").write_text(SOURCE)
    return tmp_path


def test_a_rebuild_without_a_change_changes_no_byte(folder, capsys):
    assert tool.main([]) == 0
    before = {path: path.read_bytes() for path in folder.rglob("*.ipynb")}
    assert len(before) == 2
    assert tool.main(["90_small"]) == 0
    assert {path: path.read_bytes() for path in folder.rglob("*.ipynb")} == before
    assert capsys.readouterr().out.count("unchanged") == 2
    assert tool.main(["--check"]) == 0


@pytest.mark.parametrize(("stored", "new", "kept"), [
    ("off by ≈ 77", "off by ≈ 77.0", True), ("off by ≈ 77", "off by ≈ 81", True), ("off by ≈ 77", "off by ≈ 90", False),
    ("off by ≈ 77", "off by ≈ nan", False), ("off by ≈ 77", "off by 77", False), ("took 3 s", "took 12 s", True),
    ("loss 0.480", "loss 0.481", True), ("loss 0.480", "loss 0.482", False), ("3 steps", "4 steps", False)])
def test_a_rebuild_keeps_what_differs_by_rounding_only(stored, new, kept):
    """Closer than nbval, so that what is stored does not drift."""
    assert tool._same_words(new, stored) == kept


def test_a_rebuild_makes_stored_pictures_small_too(folder, monkeypatch):
    """They look like the new ones, and are kept; what was stored large had stayed so for ever."""
    cell = ("\n# %%\nfrom IPython.display import display\nfrom PIL import Image\n"
            "display(Image.radial_gradient('L').convert('RGB'))\n")
    (folder / "sources" / "90_small.py").write_text(SOURCE + cell)
    with monkeypatch.context() as before:
        before.setattr(tool, "shrink", lambda notebook, lesson=None: None)
        tool.main([])
    large = len(outputs(read("90_small", False))[-1].data["image/png"])
    tool.main([])
    sizes = [len(outputs(read("90_small", solved))[-1].data["image/png"]) for solved in (False, True)]
    assert sizes[1] < sizes[0] < 0.9 * large


def test_stub_and_solution(folder):
    tool.main([])
    lesson, solved = read("90_small", False), read("90_small", True)
    assert [cell.source for cell in code(lesson)][1:] == ["answer = ...", "print(answer)"]
    assert [cell.source for cell in code(solved)][1:] == ["answer = 42", "print(answer)"]
    assert outputs(lesson)[-1].text == "Ellipsis\n" and outputs(solved)[-1].text == "42\n"
    assert [cell.id for cell in lesson.cells][:2] == [cell.id for cell in solved.cells][:2]


def test_a_changed_source_is_noticed_and_other_cells_keep_their_ids(folder, capsys):
    tool.main([])
    before = [cell.id for cell in read("90_small", False).cells]
    source = folder / "sources" / "90_small.py"
    source.write_text(source.read_text().replace("answer = ...", "answer = None"))
    assert tool.main(["--check"]) == 1
    assert "cell 3 differs from the source in its source" in capsys.readouterr().out
    tool.main([])
    after = [cell.id for cell in read("90_small", False).cells]
    assert [a == b for a, b in zip(before, after, strict=True)] == [True, True, False, True]


def test_equal_cells_have_different_ids(folder):
    source = folder / "sources" / "90_small.py"
    source.write_text("# %%\nx = 1\n\n# %%\nx = 1\n")
    first, second = tool.from_source("90_small", False).cells
    assert first.id != second.id


@pytest.mark.parametrize(("cell", "message"), [
    ('import sys\nprint("noise", file=sys.stderr)', "writes to stderr"),
    ("1 / 0", "ZeroDivisionError"),
    ("import ipywidgets\nipywidgets.IntSlider()", "a widget without a stored picture"),
])
def test_what_no_lesson_may_do(folder, cell, message, capsys):
    (folder / "sources" / "90_small.py").write_text(f"# %%\n{cell}\n")
    assert tool.main([]) == 1
    assert message in capsys.readouterr().err
    assert not tool.target("90_small", False).exists()


@pytest.mark.parametrize("tags", [["exercise"], ["solution"], ["solution", "exercise"], ["exercise", "exercise"]])
def test_an_exercise_has_one_solution_right_behind_it(folder, tags, capsys):
    text = "\n".join(f'# %% tags=["{tag}"]\nx = {number}\n' for number, tag in enumerate(tags))
    (folder / "sources" / "90_small.py").write_text(text)
    with pytest.raises(tool.BuildError, match="belong together"):
        tool.from_source("90_small", False)
    assert tool.main([]) == 1 and "belong together" in capsys.readouterr().err
