"""Lesson 11: its exercises and the package agree, its stages are what it says, and the gallery is as it should be."""

import json
from dataclasses import replace

import numpy as np
import pytest
from lesson_code import lesson_functions

from nst_helpers.colors import with_brightness
from nst_helpers.diagnose import BOUNDS, diagnose
from nst_helpers.diagrams.transfer import finished, sign_chart, stage_plan
from nst_helpers.exercises import verdict
from nst_helpers.experiments.stages import ARMS, best_rate, load_stages, staged
from nst_helpers.images import load_image
from nst_helpers.masks import Masks
from nst_helpers.networks import data_folder
from nst_helpers.plots import png
from nst_helpers.runs import find_run, healthy_signs, load_result, load_run
from nst_helpers.schedule import pyramid
from nst_helpers.settings import Settings
from nst_helpers.shipped import shipped_mask, shipped_picture
from nst_helpers.transfer import Result, transfer
from nst_helpers.widgets.still import studio_still

GALLERY = data_folder() / "gallery"
RECIPES = {name: recipe for file in ("gallery", "masked")
           for name, recipe in json.loads((GALLERY / f"{file}.json").read_text(encoding="utf-8")).items()}


def test_the_repainted_picture_is_the_packages(photograph):
    (repaint,) = lesson_functions("11_full_transfer", "repaint")
    light = photograph[::-1].mean(axis=2)
    expected = np.clip(repaint(photograph, light), 0, 255)
    np.testing.assert_allclose(with_brightness(photograph, light), expected, atol=1e-3)


@pytest.mark.parametrize("answer", ["2*(1-2**-S)/S", "(2 - 2**(1 - S)) / S", "(1 - 0.5**S) / (S / 2)"])
def test_the_share_of_the_work_passes_in_any_notation(answer):
    assert verdict("11-work", answer).passed


def test_the_share_of_the_work_is_the_packages():
    levels = pyramid(1000, 1000, Settings(size=1000, scales=5, iterations=500, coarse_iterations=1.0))
    work = sum(level.height * level.width * level.iterations for level in levels)
    assert work / (1000 * 1000 * 500) == pytest.approx(2 * (1 - 2**-5) / 5, rel=0.01)


def test_a_picture_is_rounded_or_cut_but_never_wraps_around():
    assert verdict("11-saved", lambda seen, mean, scale: np.clip(seen * scale + mean, 0, 255).astype(np.uint8)).passed
    assert verdict("11-saved", lambda seen, mean, scale: np.clip(np.rint(seen * scale + mean), 0, 255)).passed


def test_a_budget_is_a_budget():
    """The default settings fail, and so does a picture of something else."""
    raccoon, wood = shipped_picture("raccoon", 192), shipped_picture("woodcut")
    few = Settings(size=192, iterations=2)
    made = transfer(raccoon, wood, few)
    passed, text = verdict("11-budget", made)
    assert not passed and "subject" in text and "style" in text and "millions" not in text
    assert "millions" in verdict("11-budget", replace(made, sizes=((144, 192, 60),))).text
    assert "raccoon" in verdict("11-budget", replace(made, content=wood)).text
    assert verdict("11-budget", ...).text.startswith("○")


@pytest.mark.parametrize("arm", ARMS)
def test_the_stages_are_what_their_arm_says(arm, photograph):
    arm = ARMS[arm]
    made = staged(photograph, photograph[::-1], arm, 8.0, size=64, iterations=4)
    assert made.image.shape[1] == 64 and set(made.losses) == {"content", "style", "tv", "total"}
    full = (made.image.shape[0] + 4) * 68 * 4  # with the margin of a thirty-second
    assert made.pixels < 0.75 * full if arm.grows else made.pixels == full
    widths = [image.shape[1] for image in made.stages]
    assert widths == (sorted({*widths}) if arm.grows else [64] * 4) and len(widths) == 4
    assert made.stages[-1] is made.image


def test_growing_and_leading_stages_are_the_packages_own_run(photograph):
    changes = {"size": 96, "iterations": 8, "scales": 4, "coarse_iterations": 1.0}
    settings = Settings.classic(**changes, learning_rate=9.0)
    expected = transfer(photograph, photograph[::-1], settings).image
    made = staged(photograph, photograph[::-1], ARMS["both"], 9.0, size=96, iterations=8)
    np.testing.assert_allclose(made.image, expected, atol=1e-3)


def test_what_was_measured_of_the_stages_is_there():
    tried, longer, pictures = load_stages()
    assert set(tried) == set(pictures) == set(ARMS) and set(longer) == {name for name in ARMS if ARMS[name].grows}
    assert all(min(runs) < best_rate(runs) < max(runs) for runs in tried.values())
    best = [runs[best_rate(runs)] for runs in tried.values()]
    assert all(len(run["subjects"]) == 4 and run["subjects"][-1] == run["subject"] for run in best)


def test_the_diagrams_draw():
    picture = shipped_picture("temple", 96)
    figures = [finished(picture, picture, picture), stage_plan({"a": [(1, 1)], "b": [(0.5, 2), (1, 1)]}),
               sign_chart({"noise": {"healthy": {"x": 1.0}, "spoilt": {"y": 5.0}}}, {"noise": (3.0, "most")})]
    assert all(len(png(figure)) > 2_000 for figure in figures)
    assert figures[0].axes[0].get_window_extent().width > 900


def test_the_healthy_pictures_are_within_every_bound():
    for name, found in healthy_signs().items():
        for sign, (bound, kind) in BOUNDS.items():
            assert found[sign] >= bound if kind == "least" else found[sign] <= bound, (name, sign)


def test_a_stored_run_comes_with_its_pictures():
    made, kept = load_result("default_night"), load_run("default_night")
    assert np.array_equal(made.image, kept.image) and made.settings == kept.settings
    assert made.content.shape == made.image.shape and np.array_equal(made.content, shipped_picture("temple", 320))
    ((weight, style),) = made.style
    assert weight == 1 and np.array_equal(style, shipped_picture("night_swirls"))


def test_one_setting_tells_a_patient_from_its_cure():
    def changed(name, cure):
        ill, well = load_run(name).settings, load_run(cure).settings
        return {key for key in vars(ill) if getattr(ill, key) != getattr(well, key)}

    assert changed("ward_lost", "default_night") == {"content_weight"}
    assert changed("ladder_1", "ladder_4") == {"style_weight"}
    assert diagnose(load_result("ladder_4")) == []


def test_the_film_is_as_large_as_its_picture():
    formed = load_run("temple_night")
    assert {frame.shape for frame in formed.frames} == {formed.image.shape}


def test_the_still_of_the_studio_shows_a_run_where_there_is_one():
    picture = shipped_picture("temple", 96)
    alone, with_run = studio_still(picture, picture, None, "words"), studio_still(picture, picture, picture, "words")
    assert alone.width == with_run.width == 960 and with_run.height > alone.height
    assert find_run("temple", "night_swirls").settings.size == 512 and find_run("temple", "no such style") is None


def test_the_gallery_is_large_enough_complete_and_light():
    assert len(RECIPES) >= 12
    paths = [*GALLERY.glob("*.jpg"), *(GALLERY / "shown").glob("*.jpg")]
    assert sum(path.stat().st_size for path in paths) < 12e6
    for folder, side in ((GALLERY, 1024), (GALLERY / "shown", 720)):
        assert {path.stem for path in folder.glob("*.jpg")} - {"contact_sheet"} == {*RECIPES}
        for name in RECIPES:
            assert max(load_image(folder / f"{name}.jpg", None).shape) == side


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPES)
def test_no_picture_of_the_gallery_has_a_finding(name):
    recipe = RECIPES[name]
    styles = [(weight, shipped_picture(style))
              for style, weight in recipe["style"].items()]
    content = shipped_picture(recipe["content"])
    image = load_image(GALLERY / f"{name}.jpg", 512)  # half its size, as the shipped style pictures are half theirs
    named, keep = recipe.get("masks", [None] * len(styles)), recipe.get("keep")
    masks = Masks([name and shipped_mask(name) for name in named], keep and shipped_mask(keep))
    assert diagnose(Result(image, {}, Settings(**recipe["settings"]), 0.0, (), content=content, style=styles,
                           masks=masks)) == []
