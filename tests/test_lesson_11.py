"""Lesson 11: what it asks for in its exercises is what the package does; and the gallery is as it should be."""

import json

import numpy as np
import pytest
from lesson_code import SOURCES, lesson_functions

from nst_helpers import descent, plots
from nst_helpers.colors import with_brightness
from nst_helpers.diagnose import diagnose
from nst_helpers.images import load_image
from nst_helpers.losses import gram_matrix
from nst_helpers.networks import data_folder, load_network
from nst_helpers.objective import blended_grams
from nst_helpers.settings import Settings
from nst_helpers.transfer import Level, Result, descend

GALLERY = data_folder() / "gallery"
RECIPES = json.loads((GALLERY / "gallery.json").read_text(encoding="utf-8"))


def test_the_learning_rate_is_the_packages(compact, photograph, monkeypatch):
    (rate,) = lesson_functions("11_full_transfer", "rate")
    seen = []
    monkeypatch.setattr(descent, "stepper", lambda name: lambda canvas, gradient, memory, eta: (
        seen.append(eta), (canvas, memory))[1])
    list(descend(photograph, photograph, photograph, Level(64, 96, 9, 1.0), compact, Settings.classic(learning_rate=5)))
    np.testing.assert_allclose(seen, [rate(step, 9, 5) for step in range(9)], rtol=1e-12)


def test_the_blend_is_the_packages(compact, photograph):
    (blend,) = lesson_functions("11_full_transfer", "blend")
    pictures = [photograph, photograph[::-1, :80]]
    grams = [gram_matrix(compact(picture, "conv2_1")["conv2_1"], normalized=True) for picture in pictures]
    shares = [(0.25, pictures[0]), (0.75, pictures[1])]
    np.testing.assert_allclose(blended_grams(compact, shares, ["conv2_1"])["conv2_1"], blend(grams, (2, 6)),
                               rtol=1e-4, atol=1e-5)


def test_the_repainted_picture_is_the_packages(photograph):
    (repaint,) = lesson_functions("11_full_transfer", "repaint")
    light = photograph[::-1].mean(axis=2)
    expected = np.clip(repaint(photograph, light), 0, 255)
    np.testing.assert_allclose(with_brightness(photograph, light), expected, atol=1e-3)


@pytest.mark.parametrize("weights", ["here", "not here"])
def test_the_cell_for_vgg19_runs_with_its_weights_and_without(weights, vgg19_weights, monkeypatch, tmp_path, capsys):
    """With random numbers in the layout of the real file, and with no file at all."""
    monkeypatch.delenv("NST_VGG19_WEIGHTS", raising=False)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    if weights == "here":
        monkeypatch.setenv("NST_VGG19_WEIGHTS", str(vgg19_weights))
    source = (SOURCES / "11_full_transfer.py").read_text(encoding="utf-8")
    cells = source.split("# %%\n")
    imports, (cell,) = cells[1], [cell for cell in cells if "vgg19_cache()" in cell and "import" not in cell]
    shown = []
    monkeypatch.setattr(plots, "show_images", lambda images, *words, **options: shown.append(images))
    pictures = {name: load_image(data_folder() / path, 64) for name, path in
                (("content", "content/temple.jpg"), ("style", "style/woodcut.jpg"))}
    exec(imports, space := {})
    space |= pictures | {"network": load_network(), "small": Settings(size=64, scales=1)}
    exec(cell.split("# %%")[0].replace("size=128, iterations=40", "size=48, iterations=2"), space)
    printed = capsys.readouterr().out
    assert "20,024,384 parameters, 16.0 times as many" in printed
    assert [len(images) for images in shown] == ([2] if weights == "here" else [])
    assert ("python -m nst_helpers networks --fetch" in printed) == (weights == "not here")


def test_the_gallery_is_large_enough_complete_and_light():
    assert len(RECIPES) >= 12
    paths = [*GALLERY.glob("*.jpg"), *(GALLERY / "shown").glob("*.jpg")]
    assert sum(path.stat().st_size for path in paths) < 12e6
    for folder, side in ((GALLERY, 1024), (GALLERY / "shown", 720)):
        assert {path.stem for path in folder.glob("*.jpg")} - {"contact_sheet"} == {*RECIPES}
        for name in RECIPES:
            assert max(load_image(folder / f"{name}.jpg", None).shape) == side


@pytest.mark.parametrize("name", RECIPES)
def test_no_picture_of_the_gallery_has_a_finding(name):
    recipe = RECIPES[name]
    styles = [(weight, load_image(data_folder() / "style" / f"{style}.jpg", None))
              for style, weight in recipe["style"].items()]
    content = load_image(data_folder() / "content" / f"{recipe['content']}.jpg")
    image = load_image(GALLERY / f"{name}.jpg", 512)  # half its size, as the shipped style pictures are half theirs
    assert diagnose(Result(image, {}, Settings(**recipe["settings"]), 0.0, (), content=content, style=styles)) == []
