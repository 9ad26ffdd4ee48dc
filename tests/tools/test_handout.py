"""`make handout`: every lesson, none of its outputs, none of its solutions."""

import importlib
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def tool(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    return importlib.import_module("handout")


def test_every_lesson_is_given_without_what_was_computed(tool, tmp_path, capsys):
    assert tool.main([str(tmp_path / "class")]) == 0
    given = {path.name: nbformat.read(path, 4) for path in (tmp_path / "class").iterdir()}
    assert set(given) == {path.name for path in (ROOT / "notebooks").glob("*.ipynb")} and f"{len(given)} lessons" in \
        capsys.readouterr().out
    for name, notebook in given.items():
        stored = nbformat.read(ROOT / "notebooks" / name, 4)
        assert [cell.source for cell in notebook.cells] == [cell.source for cell in stored.cells]
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        assert not any(cell.outputs or cell.execution_count for cell in code)
        assert not any("solution" in cell.metadata.get("tags", []) for cell in notebook.cells)
        nbformat.validate(notebook)


def test_what_lies_in_a_folder_already_is_left_alone(tool, tmp_path, capsys):
    (tmp_path / "mine.ipynb").write_text("work")
    assert tool.main([str(tmp_path)]) == 2
    assert "is not empty" in capsys.readouterr().err and [path.name for path in tmp_path.iterdir()] == ["mine.ipynb"]
