"""tools/judge_networks.py: what its measures say of pictures whose answer is known."""

import importlib
from pathlib import Path

import numpy as np
import pytest
from scipy import ndimage

from nst_helpers.networks import data_folder
from nst_helpers.shipped import shipped_picture

TOOLS = Path(__file__).resolve().parents[2] / "tools"


@pytest.fixture(scope="module")
def tool():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(TOOLS)
        return importlib.import_module("judge_networks")


@pytest.fixture(scope="module")
def photograph():
    return shipped_picture("astronaut", 128)


def test_all_of_a_subject_is_left_in_the_photograph_and_in_its_negative(tool, photograph):
    for image in (photograph, 255 - photograph, 0.5 * photograph + 20):
        assert tool.subject(image, photograph) == pytest.approx(1)
        assert tool.local_contrast(image, photograph) == pytest.approx(1)


def test_less_is_left_the_more_noise_there_is_and_nothing_in_noise_alone(tool, photograph):
    noise = np.random.default_rng(0).normal(0, 1, photograph.shape)
    left = [tool.subject(photograph + strength * noise, photograph) for strength in (0, 40, 160, 1e6)]
    assert left == sorted(left, reverse=True)
    assert abs(left[-1]) < 0.1
    assert abs(tool.local_contrast(noise, photograph)) < 0.35


def test_color_noise_is_the_energy_of_fine_color(tool):
    """Gray noise has none; noise of independent channels has; a blur takes it away."""
    gray = np.repeat(np.random.default_rng(0).uniform(0, 255, (64, 64, 1)), 3, axis=2)
    colored = np.random.default_rng(0).uniform(0, 255, (64, 64, 3))
    assert tool.color_noise(gray) == pytest.approx(0, abs=1e-9)
    assert tool.color_noise(ndimage.gaussian_filter(colored, (3, 3, 0))) < 0.01 * tool.color_noise(colored)


def test_a_pictures_statistics_are_its_own_and_not_another_ones(tool, photograph):
    other = shipped_picture("woodcut", 128)
    for distance in (tool.histogram_distance, tool.autocorrelation_distance):
        assert distance(photograph, photograph) == 0
        assert distance(photograph[:, ::-1], photograph) < distance(other, photograph)


def test_a_pooling_stands_behind_a_colon(tool):
    path = data_folder() / "networks" / "plain.npz"
    network, name = tool.network_of(f"{path}:binomial")
    assert network.pooling == "binomial" and name.endswith("-binomial")
    assert tool.network_of(str(path))[0].pooling == "average"
