"""tools/four_pairs.py: whether what lesson 02 shows of three sets of weights holds for other pairs and draws."""

import sys
from pathlib import Path

import numpy as np
import pytest

from nst_helpers.experiments.grids import best_run, read_grids

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import four_pairs

SMALL = {"pairs": [["cat", "woodcut"], ["temple", "marbling"]], "size": 48, "scales": 1, "iterations": 2,
         "subject": 0.5, "layers": {"equal": [1, 1, 1, 1, 1]}, "weights": [[2, 0.1], [30, 0.1]]}


def test_what_is_shipped_is_as_its_recipe_asks():
    assert four_pairs.main(["--check"]) == 0


def test_every_network_has_the_same_grid_on_every_pair():
    (recipe,), told = four_pairs.RECIPES.values(), read_grids("four_pairs")
    assert list(told["runs"]) == list(told["best"]) == [f"{content} × {style}" for content, style in recipe["pairs"]]
    points = sorted([layers, *weights] for layers in recipe["layers"] for weights in recipe["weights"])
    for pair, runs in told["runs"].items():
        assert list(runs) == list(four_pairs.NETWORKS)
        for which, each in runs.items():
            assert sorted([run["layers"], run["β"], run["γ"]] for run in each) == points
            assert told["best"][pair][which] == best_run(each, recipe["subject"])


def test_the_draws_of_random_weights_differ():
    first, second = (four_pairs.NETWORKS[f"random {seed}"]().weights["conv1_1"][0] for seed in (0, 1))
    assert np.abs(np.asarray(first) - second).max() > 0.1


def test_a_pair_has_a_noise_of_its_own_and_what_was_stopped_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(four_pairs, "NOTE", tmp_path / "four_pairs.json")
    monkeypatch.setattr(four_pairs, "NETWORKS", {"robust": four_pairs.NETWORKS["robust"]})
    painting, asked = four_pairs.three_weights.painting, []

    def stops(recipe, settings, network):
        asked.append((recipe["content"], settings.style_weight, settings.seed))
        if len(asked) == 3:
            raise KeyboardInterrupt
        return painting(recipe, settings, network)

    monkeypatch.setattr(four_pairs.three_weights, "painting", stops)
    with pytest.raises(KeyboardInterrupt):
        four_pairs.compute("small", SMALL)
    assert four_pairs.is_stale("small", SMALL)
    four_pairs.compute("small", SMALL)
    assert asked == [("cat", 2, 0), ("cat", 30, 0), ("temple", 2, 1), ("temple", 2, 1), ("temple", 30, 1)]
    assert not four_pairs.is_stale("small", SMALL)
    assert four_pairs.is_stale("small", SMALL | {"iterations": 3})
