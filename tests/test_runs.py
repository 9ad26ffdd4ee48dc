"""Runs that were computed before: made, kept, read back, and never out of date."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from nst_helpers import runs
from nst_helpers.images import ImageError
from nst_helpers.settings import Settings

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
import runs as tool

RECIPE = {"content": "cat", "style": {"woodcut": 1, "marbling": 2}, "preset": "classic",
          "settings": {"size": 48, "scales": 2, "iterations": 7}, "frames": 3}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of its own with one recipe, for both the tool and the package."""
    monkeypatch.setattr(tool, "FOLDER", tmp_path)
    monkeypatch.setattr(runs, "_folder", lambda: tmp_path)
    (tmp_path / "recipes.json").write_text(json.dumps({"small": RECIPE}))
    return tmp_path


def test_a_run_is_computed_once_and_read_back(folder, capsys):
    assert tool.main(["--check"]) and "out of date: small" in capsys.readouterr().out
    assert runs.run_names() == []
    assert tool.main([]) == 0 and not tool.main(["--check"])
    kept = runs.load_run("small")
    assert runs.run_names() == ["small"] and kept.image.shape == (32, 48, 3)
    assert kept.settings == Settings.classic(size=48, scales=2, iterations=7)
    assert kept.sizes[-1][:2] == (32, 48) and sum(size[2] for size in kept.sizes) == 7
    assert {name: len(values) for name, values in kept.history.items()} == dict.fromkeys(
        ("content", "style", "tv", "total"), 7)
    assert len(kept.frames) == 3 and kept.frames[-1].shape == (32, 48, 3) and kept.seconds > 0
    assert np.abs(kept.frames[-1] - kept.image).mean() < 20  # both are lossy
    capsys.readouterr()
    tool.main([])
    assert capsys.readouterr().out == ""  # nothing is left to do


def test_a_films_frames_are_as_large_as_the_recipe_asks(folder):
    (folder / "recipes.json").write_text(json.dumps({"small": {**RECIPE, "frames": 2, "frame_size": 40}}))
    assert tool.main([]) == 0
    assert [frame.shape for frame in runs.load_run("small").frames] == [(27, 40, 3)] * 2


@pytest.mark.parametrize("change", [{"frames": 0}, {"frame_size": 300}, {"preset": "paper"},
                                    {"settings": {"size": 48, "iterations": 8}}])
def test_another_recipe_is_out_of_date(folder, change):
    (folder / "small.json").write_text(json.dumps({"stamp": tool.stamp(RECIPE)}))
    (folder / "small.webp").write_bytes(b"")
    assert not tool.is_stale("small", RECIPE) and tool.is_stale("small", {**RECIPE, **change})
    (folder / "small.json").write_text("{")
    assert tool.is_stale("small", RECIPE)


def test_what_makes_no_sense_is_told_in_one_line(folder):
    with pytest.raises(ValueError, match=r"there is no run 'other'.*recipes\.json"):
        runs.load_run("other")
    with pytest.raises(SystemExit):
        tool.main(["other"])
    for change, words in (({"settings": {"size": 0}}, "recipe small: size = 0"),
                          ({"preset": "best"}, "recipe small: preset = 'best'"), ({"settings": {"sise": 9}}, "sise")):
        (folder / "recipes.json").write_text(json.dumps({"small": {**RECIPE, **change}}))
        with pytest.raises(SystemExit, match=words):
            tool.main([])
    (folder / "recipes.json").write_text(json.dumps({"small": {"content": "cat"}}))
    with pytest.raises(SystemExit, match="it needs content, frames"):
        tool.main([])


def test_a_damaged_picture_is_an_image_error(folder):
    told = {"losses": {}, "settings": {}, "sizes": [], "seconds": 1, "machine": ""}
    (folder / "small.json").write_text(json.dumps(told))
    (folder / "small.webp").write_bytes(b"RIFF")
    with pytest.raises(ImageError):
        runs.load_run("small")


def test_the_shipped_runs_are_as_their_recipes_ask():
    recipes = tool.read_recipes()
    assert recipes and [name for name in recipes if tool.is_stale(name, recipes[name])] == []
    assert set(runs.run_names()) == set(recipes)
    for name in recipes:
        kept = runs.load_run(name)
        assert len(kept.frames) == recipes[name]["frames"] and max(kept.image.shape[:2]) == kept.settings.size
        for frame in kept.frames:
            assert max(frame.shape[:2]) == recipes[name].get("frame_size", tool.FRAME_SIZE)
