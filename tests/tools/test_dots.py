"""tools/dots.py: its measures on pictures whose answer is known, and what the content loss does not charge for."""

import importlib
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from nst_helpers.networks import load_network
from nst_helpers.settings import Settings
from nst_helpers.shipped import shipped_picture
from nst_helpers.transfer import transfer

TOOLS = Path(__file__).resolve().parents[2] / "tools"
SIZE = 256  # pixels: at 192 the temple has few flat places


@pytest.fixture(scope="module")
def tool():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(TOOLS)
        return importlib.import_module("dots")


def wave(down, across, side=128, strength=20.0):
    """A grey wave of so many cycles in 32 pixels, (side, side, 3)."""
    rows, columns = np.mgrid[:side, :side]
    plane = 128 + strength * np.sin(2 * np.pi * (down * rows + across * columns) / 32 + 1)
    return np.repeat(plane[..., np.newaxis], 3, axis=2)


def test_the_variance_of_a_wave_is_found_in_its_ring(tool):
    image = wave(6.4, 2.8)  # of length 32/7
    found = tool.rings(image, tool.places(image))
    assert found.argmax() == 7
    assert found.sum() == pytest.approx(20**2 / 2, rel=0.05)


def test_dots_are_what_is_finer_than_strokes(tool):
    fine, strokes = wave(6.4, 2.8), wave(2, 1.5)
    where = tool.places(fine)
    assert tool.dots(fine, where) > 100
    assert tool.dots(strokes, where) < 0.01
    assert tool.dots((fine + strokes) / 2, where) == pytest.approx(1, rel=0.3)  # the window blurs rings


def test_flat_places_are_where_the_photograph_is_flat(tool):
    photograph = np.full((128, 192, 3), 40.0)
    photograph[:, 96:] += np.random.default_rng(0).normal(0, 20, (128, 96, 3))
    assert all(left + tool.BLOCK <= 96 for _, left in tool.flat_places(photograph))


def test_what_is_tied_to_the_grid_is_told_from_what_is_as_fine(tool):
    noise = np.random.default_rng(0).normal(0, 20, (128, 128, 3))
    for image in (noise, ndimage.gaussian_filter(noise, (1, 1, 0)), wave(6.4, 2.8)):
        assert tool.on_the_grid(image) < 3
    assert tool.on_the_grid(noise + wave(8, 8)) > 30  # every four pixels


# What the pictures' dots come from


@pytest.mark.parametrize("pooling", ["average", "binomial"])
def test_the_robust_networks_content_loss_has_dots_cheaper_than_strokes(tool, pooling):
    """With either pooling: a smoother one does not help. What conv1_2 sees has them dearer."""
    network = load_network(pooling=pooling)
    assert tool.price(network, "conv4_2", phases=2) < 0.85
    assert tool.price(network, "conv1_2", phases=2) > 3


def test_the_ordinary_networks_content_loss_has_them_dearer(tool):
    assert tool.price(load_network("plain"), "conv4_2", phases=2) > 1.3


@pytest.mark.slow
def test_there_are_fewer_dots_where_the_content_loss_sees_them_too(tool):
    """A transfer's dots, three times what its style has, come down to that; no less is left of the subject."""
    content, style = shipped_picture("temple", SIZE), shipped_picture("night_swirls", 2 * SIZE)
    before, after = (tool.measured(transfer(content, style, Settings(**{"size": SIZE} | tool.SETTINGS[what])).image,
                                   content, style) for what in ("default", "content: conv1_2 too, half of conv4_2"))
    natural = tool.dots(style, tool.places(style))
    assert before["dots"] > 2 * natural
    assert after["dots"] < 1.4 * natural
    assert after["subject"] > before["subject"] and after["local contrast"] > before["local contrast"]
    assert max(before["on the grid"], after["on the grid"]) < 3
