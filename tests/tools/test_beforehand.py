"""The tools that compute beforehand what lessons show: all of it is fresh, and what makes it stale is noticed."""

import importlib
import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from nst_helpers.experiments import contest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import beforehand
import stamps

TOOLS = Path(beforehand.__file__).parent


def test_all_that_is_shipped_is_fresh(capsys):
    assert beforehand.main(["--check"]) == 0, capsys.readouterr().out
    assert capsys.readouterr().out.count("as the recipes ask") == len(beforehand.TOOLS)


def test_what_was_computed_from_something_else_is_stale_whatever_the_tool(capsys, monkeypatch):
    monkeypatch.setattr(stamps, "digest", lambda parts, files=(): "of another network")
    assert beforehand.main(["--check"]) == 1
    assert capsys.readouterr().out.count("out of date") == len(beforehand.TOOLS)


def test_every_tool_that_stamps_is_in_the_list_and_has_the_same_functions():
    stamping = {path.stem for path in TOOLS.glob("*.py") if re.search("^import stamps$", path.read_text("utf-8"), re.M)}
    assert stamping == set(beforehand.TOOLS)
    for name in stamping:
        tool = importlib.import_module(name)
        assert all(callable(getattr(tool, wanted)) for wanted in ("main", "read_recipes", "is_stale", "compute")), name
        assert tool.read_recipes()


@pytest.fixture
def computed():
    return []


def call(arguments, computed, stale=("b",)):
    return stamps.main(arguments, "What it is.", {"a": 1, "b": 2}, lambda name, recipe: name in stale,
                       lambda name, recipe: computed.append((name, recipe)) or "done", "letters")


def test_a_tool_computes_what_is_stale_or_what_is_named(computed, capsys):
    assert call([], computed) == 0 and computed == [("b", 2)]
    assert call(["a"], computed) == 0 and computed == [("b", 2), ("a", 1)]
    assert capsys.readouterr().out == "b: done\na: done\n"


def test_to_check_computes_nothing(computed, capsys):
    assert call(["--check"], computed) == 1 and call(["--check"], computed, stale=()) == 0
    assert computed == []
    assert capsys.readouterr().out == "letters: out of date: b; call `make runs`\nletters: as the recipes ask\n"


def test_an_unknown_name_is_refused(computed, capsys):
    with pytest.raises(SystemExit):
        call(["c"], computed)
    assert "no recipe c: choose from a, b" in capsys.readouterr().err and computed == []


@pytest.mark.parametrize("told, stale", [('{"stamp": "x"}', False), ('{"stamp": "y"}', True), ("{}", True),
                                         ("[]", True), ("{", True), (None, True)])
def test_a_note_is_stale_unless_it_has_the_stamp(tmp_path, told, stale):
    note = tmp_path / "note.json"
    if told is not None:
        note.write_text(told)
    assert stamps.is_stale(note, "x")  # its picture is missing
    note.with_suffix(".webp").write_bytes(b"")
    assert stamps.is_stale(note, "x") == stale
    assert stamps.is_stale(note, "x", [tmp_path / "other.webp"])
    assert stamps.is_stale(note, "x", []) == stale


def test_a_digest_follows_texts_and_contents_and_their_order(tmp_path):
    file = tmp_path / "file"
    missing = stamps.digest(["a", "b"], [file])
    file.write_bytes(b"1")
    there = stamps.digest(["a", "b"], [file])
    file.write_bytes(b"2")
    digests = {missing, there, stamps.digest(["a", "b"], [file]), stamps.digest(["b", "a"], [file]),
               stamps.digest(["a", "b"])}
    assert len(digests) == 5 and all(re.fullmatch("[0-9a-f]{16}", digest) for digest in digests)
    assert stamps.text({"b": 1, "a": 2}) == stamps.text({"a": 2, "b": 1})


def test_what_is_kept_is_as_it_was(tmp_path):
    picture = tmp_path / "a.webp"
    assert stamps.keep_picture(picture, np.full((4, 6, 3), 300.0), 90) == picture.stat().st_size > 0
    stamps.keep_note(tmp_path / "a.json", {"stamp": "ε"}, indent=1)
    assert stamps.kept(tmp_path / "a.json") == "ε" and (tmp_path / "a.json").read_bytes().endswith(b"}\n")
    assert stamps.digits(np.float32(1234.567)) == 1235 and stamps.digits(0.0123456, 2) == 0.012


def test_a_race_on_another_network_begins_anew(tmp_path, monkeypatch):
    tool = importlib.import_module("race")
    monkeypatch.setattr(contest, "folder", lambda: tmp_path)
    for name in ("climb", "run", "paint_large", "from_another_noise"):
        monkeypatch.setattr(tool, name, lambda *arguments, **options: None)
    (recipe,) = tool.read_recipes().values()
    tool.keep([{"optimizer": "Adam"}], "of another network")
    tool.compute("race", recipe)
    assert json.loads((tmp_path / "race.json").read_text()) == {"stamp": tool.stamp(recipe), "runs": []}
    tool.keep([{"optimizer": "Adam"}], tool.stamp(recipe))
    tool.compute("race", recipe)
    assert contest.read() == [{"optimizer": "Adam"}]  # under the same stamp it goes on


def test_the_healthy_pictures_are_the_gallerys():
    tool = importlib.import_module("healthy")
    assert set(json.loads(tool.MEASURED.read_text())) == set(tool.read_recipes()["healthy"])
