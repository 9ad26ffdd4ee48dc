"""tools/make_styles.py: a painter paints the same picture every time, at the size asked for; and the shipped ones."""

import importlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nst_helpers.shipped import picture_names, shipped_picture

TOOLS = Path(__file__).resolve().parents[2] / "tools"
QUICK = ("cubist_planes", "great_waves", "marbling", "stained_glass", "woodcut")
# These lay as many strokes on a small picture as on a large one, and take seconds: they are painted once, not twice.
SLOW = ("autumn_impasto", "night_swirls", "pointillist")


@pytest.fixture(scope="module")
def tool():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(TOOLS)
        return importlib.import_module("make_styles")


def pixels(path):
    with Image.open(path) as picture:
        return np.asarray(picture, float)


def likeness(painted, name):
    """The correlation of a small painting's colors with those of the shipped picture at its size."""
    return np.corrcoef(painted.ravel(), shipped_picture(name, painted.shape[1]).ravel())[0, 1]


def test_each_shipped_style_has_its_painter(tool):
    assert sorted(tool.STYLES) == list(picture_names("style")) == sorted(QUICK + SLOW)
    assert tool.FOLDER.is_dir() and shipped_picture("woodcut").shape == (tool.SIZE, tool.SIZE, 3)


@pytest.mark.parametrize("name", QUICK)
def test_a_painting_is_the_same_every_time_and_is_the_shipped_one(tool, name, tmp_path):
    (tmp_path / "again").mkdir()
    first, again = tool.paint(name, tmp_path, 64), tool.paint(name, tmp_path / "again", 64)
    assert first.read_bytes() == again.read_bytes()
    assert pixels(first).shape == (64, 64, 3) and pixels(first).std() > 20
    assert likeness(pixels(first), name) > 0.6


@pytest.mark.slow
@pytest.mark.parametrize("name", SLOW)
def test_a_painting_of_many_strokes_is_the_shipped_one_at_another_size(tool, name, tmp_path):
    painted = pixels(tool.paint(name, tmp_path, 48))
    assert painted.shape == (48, 48, 3) and painted.std() > 20
    assert likeness(painted, name) > 0.6


def test_painters_of_strokes_paint_the_same_every_time(tool):
    """What the slow ones are made of: seeded strokes on a canvas."""
    strokes, canvas = (importlib.import_module(f"painters.{name}") for name in ("strokes", "canvas"))

    def painted(seed):
        rng = np.random.default_rng(seed)
        ground = strokes.primed(40, canvas.oklab("1b3a6b")[0])
        starts = strokes.scatter(rng, 0.2)
        paths = strokes.trace(lambda points: np.ones_like(points), starts, 0.3)
        strokes.paint(ground, paths, 0.1, np.tile(canvas.oklab("f5ebd0"), (len(starts), 1)), rng, strokes.Brush())
        return strokes.lit(ground)

    np.testing.assert_array_equal(painted(1), painted(1))
    assert np.abs(painted(1) - painted(2)).max() > 0.1 and np.isfinite(painted(1)).all()


def test_colors_go_to_oklab_and_back(tool):
    canvas = importlib.import_module("painters.canvas")
    there = canvas.oklab("ffffff", "000000", "1b3a6b")
    np.testing.assert_allclose(there[:2], [[1, 0, 0], [0, 0, 0]], atol=2e-3)  # white and black by definition
    back = 255 * canvas.srgb(canvas.oklab_to_linear(there))
    np.testing.assert_allclose(back, [[255, 255, 255], [0, 0, 0], [0x1B, 0x3A, 0x6B]], atol=0.5)


@pytest.mark.parametrize("arguments, said", [
    (["watercolor", "woodcut"], "no such picture: watercolor; choose from night_swirls, "),
    (["--size", "0"], "--size is 0: 16 to 4096 pixels are needed"),
    (["--size", "100000"], "--size is 100000: 16 to 4096 pixels are needed"),
    (["--size", "large"], "invalid int value: 'large'"),
    (["--folder", __file__], "cannot be written to (File exists): name another one"),
])
def test_what_cannot_be_painted_is_told_in_one_line(tool, arguments, said, capsys):
    with pytest.raises(SystemExit, match="2"):
        tool.main(arguments)
    *usage, line = capsys.readouterr().err.strip().splitlines()
    assert said in line and usage[0].startswith("usage:")
