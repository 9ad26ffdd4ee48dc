"""Textures from other statistics: what each statistic is, that a texture approaches it, and the shipped textures."""

import importlib
from pathlib import Path

import numpy as np
import pytest

from nst_helpers.experiments.statistics import STATISTICS, sliced_distance, texture_from
from nst_helpers.experiments.texture import texture_settings
from nst_helpers.shipped import shipped_picture

ROOT = Path(__file__).resolve().parents[2]
TEXTURES = ROOT / "data" / "textures"


@pytest.fixture(scope="module")
def features():
    return np.random.default_rng(0).random((6, 5, 3)).astype(np.float32)


def test_each_statistic_is_numpys(features):
    flat = features.reshape(-1, 3).astype(float)
    wanted = {"means": flat.mean(axis=0), "moments": [flat.mean(axis=0), flat.std(axis=0)],
              "gram": flat.T @ flat / len(flat), "covariances": np.cov(flat.T, bias=True),
              "correlations": np.corrcoef(flat.T)}
    for name, statistic in STATISTICS.items():
        np.testing.assert_allclose(statistic(features), wanted[name], atol=3e-3)


def test_positions_may_be_shuffled(features):
    shuffled = np.random.default_rng(1).permutation(features.reshape(-1, 3)).reshape(features.shape)
    for statistic in STATISTICS.values():
        np.testing.assert_allclose(statistic(shuffled), statistic(features), atol=1e-5)


def test_the_sliced_distance_of_a_shift_and_of_equal_clouds(features):
    assert sliced_distance(features, features[::-1, ::-1]) == pytest.approx(0, abs=1e-6)
    one = features[..., :1]  # on a line every direction is ±1
    assert sliced_distance(one, one + 2) == pytest.approx(2, rel=1e-5)
    assert sliced_distance(features, features + 1) == sliced_distance(features + 1, features) > 0.3


@pytest.mark.parametrize("statistic", ["moments", "covariances"])
def test_a_texture_approaches_its_statistic(statistic, compact):
    style = shipped_picture("marbling", 64)
    settings = texture_settings(64, iterations=8, style_layers={"conv1_1": 1, "conv2_1": 1})
    image, losses = texture_from(statistic, style, settings, network=compact)
    assert image.shape == (64, 64, 3) and image.min() >= 0 and image.max() <= 255
    assert len(losses) == 8 and losses[-1] < 0.2 * losses[0]


def test_every_shipped_texture_is_as_its_recipe_asks(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "tools")
    tool = importlib.import_module("textures")
    recipes = tool.read_recipes()
    assert {path.stem for path in TEXTURES.glob("*.webp")} == set(recipes)
    assert [name for name, recipe in recipes.items() if tool.is_stale(name, recipe)] == []
    monkeypatch.setattr(tool, "STATISTICS", {"means": None})
    with pytest.raises(SystemExit, match="no statistic"):
        tool.read_recipes()
    assert sum(path.stat().st_size for path in TEXTURES.iterdir()) < 1_000_000
