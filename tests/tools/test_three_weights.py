"""tools/three_weights.py: how lesson 02 compares three sets of weights, each at its best."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest

from nst_helpers.experiments.grain import finest_share
from nst_helpers.images import load_image
from nst_helpers.settings import Settings

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import three_weights

SMALL = {"content": "cat", "style": "woodcut", "size": 48, "scales": 1, "iterations": 2, "subject": 0.5,
         "layers": {"equal": [1, 1, 1, 1, 1]}, "weights": [[2, 0.1], [30, 0.1]],
         "large": {"size": 72, "scales": 1, "iterations": 2}}


def run(beta, subject, histograms):
    return {"layers": "equal", "β": beta, "γ": 0.1, "subject": subject, "histograms": histograms}


def told():
    return {name: json.loads(three_weights.note(name).read_text("utf-8")) for name in three_weights.RECIPES}


def test_what_is_shipped_is_as_its_recipes_ask():
    assert three_weights.main(["--check"]) == 0


def test_the_best_is_nearest_to_the_style_of_those_that_keep_the_subject():
    runs = [run(2, 0.9, 0.5), run(8, 0.6, 0.3), run(30, 0.5, 0.2), run(120, 0.4, 0.1)]
    assert three_weights.best(runs, 0.5) == {"layers": "equal", "β": 30, "γ": 0.1}
    assert three_weights.best(runs, 0.55)["β"] == 8
    assert three_weights.best(runs, 0.95)["β"] == 2, "0.81 of it is what counts here, and only one keeps that"
    assert three_weights.best([run(2, 0.34, 0.7), run(30, 0.31, 0.3), run(120, 0.3, 0.2)], 0.5)["β"] == 30


@pytest.mark.parametrize("name", three_weights.RECIPES)
def test_every_network_has_the_same_grid_and_its_best_is_the_rules(name):
    recipe, shipped = three_weights.RECIPES[name], told()[name]
    for which in three_weights.NETWORKS:
        points = [[each["layers"], each["β"], each["γ"]] for each in shipped["runs"][which]]
        assert sorted(points) == sorted([layers, *weights] for layers in recipe["layers"]
                                        for weights in recipe["weights"])
        assert shipped["best"][which] == three_weights.best(shipped["runs"][which], recipe["subject"])


@pytest.mark.parametrize("name", three_weights.RECIPES)
def test_the_large_pictures_are_those_that_were_judged(name):
    recipe, shipped = three_weights.RECIPES[name], told()[name]
    for which, point in shipped["best"].items():
        image = load_image(three_weights.painted(which, recipe), None)
        settings = three_weights.settings_of(recipe, recipe["large"], point)
        measured = three_weights.judged(image, recipe, settings)
        assert max(image.shape) == settings.size
        for measure, value in shipped["large"][which].items():
            assert measured[measure] == pytest.approx(value, abs=2e-3)


def test_the_two_starts_differ_in_nothing_but_the_start():
    noise, photograph = three_weights.RECIPES["temple"], three_weights.RECIPES["temple_from_photograph"]
    assert {**photograph, "weights": noise["weights"]} == {**noise, "init": "content"}
    assert photograph["weights"][: len(noise["weights"])] == noise["weights"], "and a longer grid"
    point = {"layers": "equal", "β": 8, "γ": 0.1}
    starts = [three_weights.settings_of(recipe, recipe["large"], point).init for recipe in (noise, photograph)]
    assert starts == ["noise", "content"]
    assert three_weights.painted("plain", noise) != three_weights.painted("plain", photograph)
    assert three_weights.stamp(noise) != three_weights.stamp(photograph)


def test_the_layers_weights_share_one_sum_and_equal_ones_are_the_defaults():
    """So β means the same on both grids."""
    recipe = three_weights.RECIPES["temple"]
    equal, falling = (three_weights.settings_of(recipe, recipe, {"layers": layers, "β": 8, "γ": 0.1}).style_layers
                      for layers in three_weights.LAYERS)
    assert equal == pytest.approx(Settings().style_layers) and sum(falling.values()) == pytest.approx(1)
    assert falling["conv1_1"] == pytest.approx(81 * falling["conv5_1"])


def test_a_grid_that_was_stopped_goes_on(tmp_path, monkeypatch):
    monkeypatch.setattr(three_weights, "note", lambda name: tmp_path / f"{name}.json")
    monkeypatch.setattr(three_weights, "painted", lambda which, recipe: tmp_path / f"{which}.webp")
    monkeypatch.setattr(three_weights, "NETWORKS", {"robust": three_weights.NETWORKS["robust"]})
    painting, asked = three_weights.painting, []

    def stops(recipe, settings, network):
        asked.append((settings.size, settings.style_weight))
        if len(asked) == 2:
            raise KeyboardInterrupt
        return painting(recipe, settings, network)

    monkeypatch.setattr(three_weights, "painting", stops)
    with pytest.raises(KeyboardInterrupt):
        three_weights.compute("small", SMALL)
    assert three_weights.is_stale("small", SMALL)
    three_weights.compute("small", SMALL)
    assert asked == [(48, 2), (48, 30), (48, 30), (72, three_weights.read("small", SMALL)["best"]["robust"]["β"])]
    assert not three_weights.is_stale("small", SMALL)
    assert three_weights.is_stale("small", SMALL | {"iterations": 3})
    (tmp_path / "robust.webp").unlink()
    assert three_weights.is_stale("small", SMALL)


def test_the_finest_share_by_two_waves():
    rows = np.arange(48)[:, None, None] * np.ones((1, 48, 3))
    long, short = np.sin(2 * np.pi * rows / 12), np.sin(2 * np.pi * rows / 3)
    assert finest_share(100 + 30 * long) == pytest.approx(0, abs=1e-6)
    assert finest_share(100 + 30 * short) == pytest.approx(1, abs=1e-3)
    assert finest_share(100 + 30 * long + 10 * short) == pytest.approx(0.1, abs=1e-3)
