"""Textures that were computed before: made, measured, kept, read back, and never out of date."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from nst_helpers.errors import SettingsError
from nst_helpers.experiments import woven
from nst_helpers.shipped import shipped_picture

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import woven as tool

RECIPE = {"style": "woodcut", "piece": [10, 20, 64], "network": "compact", "settings": {"iterations": 3}}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder of its own with one recipe."""
    monkeypatch.setattr(woven, "folder", lambda: tmp_path)
    (tmp_path / "recipes.json").write_text(json.dumps({"small": RECIPE}))
    return tmp_path


def test_a_texture_is_computed_once_and_read_back(folder, capsys):
    assert tool.main(["--check"]) and "out of date: small" in capsys.readouterr().out
    assert tool.main([]) == 0 and not tool.main(["--check"])
    kept = woven.load_texture("small")
    assert woven.texture_names() == ["small"] and kept.image.shape == kept.style.shape == (64, 64, 3)
    assert set(kept.losses) == {"compact", "plain", "random", "max"} and len(kept.losses["plain"]) == 9
    assert 0 < kept.left("conv1_1") == kept.losses["compact"]["conv1_1"] / kept.noise["compact"]["conv1_1"]
    capsys.readouterr()
    tool.main([])
    assert capsys.readouterr().out == ""  # nothing is left to do


def test_a_piece_is_cut_from_left_and_top():
    whole = shipped_picture("woodcut")
    np.testing.assert_array_equal(woven.piece("woodcut", (10, 20, 64)), whole[20:84, 10:74])


def test_a_layout_agrees_with_itself_and_not_with_its_mirror_image(folder):
    style = woven.piece("stained_glass", (0, 0, 320))
    assert tool.layout(style, style) == pytest.approx(1) and tool.layout(style, style[:, ::-1]) < 0.2
    assert tool.layout(255 - style, style) == pytest.approx(-1, abs=1e-2)


@pytest.mark.parametrize("change", [{"piece": [0, 0, 64]}, {"network": "plain"}, {"settings": {"iterations": 4}}])
def test_another_recipe_is_out_of_date(folder, change):
    (folder / "small.json").write_text(json.dumps({"stamp": tool.stamp(RECIPE)}))
    (folder / "small.webp").write_bytes(b"")
    assert not tool.is_stale("small", RECIPE) and tool.is_stale("small", {**RECIPE, **change})
    (folder / "small.json").write_text("{")
    assert tool.is_stale("small", RECIPE)


def test_what_makes_no_sense_is_told_in_one_line(folder):
    with pytest.raises(SettingsError, match=r"there is no texture 'other'.*recipes\.json"):
        woven.load_texture("other")
    (folder / "recipes.json").write_text(json.dumps({"small": {"style": "woodcut"}}))
    with pytest.raises(SystemExit, match="recipe small"):
        tool.main([])


def test_every_shipped_texture_is_as_its_recipe_asks_and_all_are_small():
    recipes = tool.read_recipes()
    assert sorted(recipes) == woven.texture_names()
    assert [name for name, recipe in recipes.items() if tool.is_stale(name, recipe)] == []
    assert sum(path.stat().st_size for path in woven.folder().iterdir()) < 1_500_000
