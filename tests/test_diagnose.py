"""Pictures that were spoilt on purpose, one way each, and pictures that are as they should be."""

from dataclasses import replace

import numpy as np
import pytest

from nst_helpers.diagnose import diagnose, signs
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder
from nst_helpers.settings import Settings
from nst_helpers.transfer import transfer

BASE = Settings(size=160)


@pytest.fixture(scope="module")
def content():
    return load_image(data_folder() / "content" / "temple.jpg", 160)


@pytest.fixture(scope="module")
def style():
    return load_image(data_folder() / "style" / "night_swirls.jpg", 320)


@pytest.fixture(scope="module")
def good(content, style):
    return transfer(content, style, BASE)


def names(result):
    return [finding.name for finding in diagnose(result)]


def test_a_good_picture_has_no_finding(good):
    assert diagnose(good) == []
    found = signs(good)
    assert found["style"] < 0.15 and found["subject"] > 0.45


@pytest.mark.parametrize("name", ["stained_glass", "woodcut", "great_waves", "pointillist"])
def test_other_styles_have_none_either(content, name):
    style = load_image(data_folder() / "style" / f"{name}.jpg", 320)
    assert diagnose(transfer(content, style, BASE)) == []


@pytest.mark.parametrize("colors", ["matched", "brightness"])
def test_nor_have_pictures_in_the_contents_colours(content, style, colors):
    assert diagnose(transfer(content, style, replace(BASE, colors=colors))) == []


@pytest.mark.parametrize("expected, change", [
    ("grey haze", {"tv_weight": 1000}),
    ("washed out", {"tv_weight": 100}),
    ("subject lost", {"content_weight": 0}),
    ("subject lost", {"style_weight": 6000}),
    ("style missing", {"style_weight": 0}),
    ("not converged", {"iterations": 4}),
    ("not converged", {"learning_rate": 0.1}),
])
def test_a_spoilt_picture_is_recognised(content, style, expected, change):
    result = transfer(content, style, replace(BASE, **change))
    assert names(result) == [expected], signs(result)


def test_coloured_noise(content, style):
    result = transfer(content, style, replace(BASE, tv_weight=0, scales=1))
    assert names(result) == ["coloured noise"], signs(result)


def test_a_forgotten_preprocessing_is_black(good, compact):
    finding, = diagnose(replace(good, image=np.clip((good.image - compact.mean) / compact.scale, 0, 255)))
    assert finding.name == "black" and "0.0" in finding.sign and "preprocessing" in finding.cure


def test_a_photograph_as_its_own_result_misses_the_style_only(good, content):
    result = replace(good, image=content)
    assert names(result) == ["style missing"]
    found = signs(result)
    assert found["subject"] == pytest.approx(1) and found["style"] == pytest.approx(1)


def test_each_finding_says_what_was_measured_and_what_to_change(content, style):
    finding, = diagnose(transfer(content, style, replace(BASE, content_weight=0)))
    assert any(character.isdigit() for character in finding.sign)
    assert "content_weight (now 0)" in finding.cure


def test_each_cure_cures(content, style, good):
    """What the findings ask for is what the good picture's settings have."""
    for change in ({"tv_weight": 100}, {"content_weight": 0}, {"iterations": 4}):
        finding, = diagnose(transfer(content, style, replace(BASE, **change)))
        assert next(iter(change)) in finding.cure and not diagnose(good)


@pytest.mark.parametrize("grey", [0.0, 128.0, 255.0])
def test_flat_pictures_do_no_harm(good, grey):
    flat = replace(good, image=np.full_like(good.image, grey))
    assert names(flat) == ["black" if grey == 0 else "grey haze"]
    of_flat = replace(good, content=np.full_like(good.content, grey), style=np.full((64, 64, 3), grey))
    assert all(np.isfinite(value) for value in signs(of_flat).values())
