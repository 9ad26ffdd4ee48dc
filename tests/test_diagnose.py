"""Pictures that were spoilt on purpose, one way each, and pictures that are as they should be."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from nst_helpers.diagnose import diagnose, signs
from nst_helpers.images import noise_image
from nst_helpers.masks import Masks
from nst_helpers.networks import VGG19_VARIABLE
from nst_helpers.settings import Settings
from nst_helpers.shipped import shipped_picture
from nst_helpers.transfer import transfer

BASE = Settings(size=160)


@pytest.fixture(scope="module")
def content():
    return shipped_picture("temple", 160)


@pytest.fixture(scope="module")
def style():
    return shipped_picture("night_swirls", 320)


@pytest.fixture(scope="module")
def good(content, style):
    return transfer(content, style, BASE)


@pytest.fixture(scope="module")
def painted(content, style):
    """settings → the result; each is painted once."""
    return cache(lambda settings: transfer(content, style, settings))


def names(result):
    return [finding.name for finding in diagnose(result)]


def test_a_good_picture_has_no_finding(good):
    assert diagnose(good) == []
    found = signs(good)
    assert found["style"] < 0.15 and found["subject"] > 0.45


@pytest.mark.slow
@pytest.mark.parametrize("name", ["stained_glass", "woodcut", "great_waves", "pointillist"])
def test_other_styles_have_none_either(content, name):
    style = shipped_picture(name, 320)
    assert diagnose(transfer(content, style, BASE)) == []


@pytest.mark.parametrize("colors", ["matched", "brightness"])
def test_nor_have_pictures_in_the_contents_colors(content, style, colors):
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
def test_a_spoiled_picture_is_recognized(painted, expected, change):
    result = painted(replace(BASE, **change))
    assert names(result) == [expected], signs(result)


def test_colored_noise(content, style):
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


def test_what_is_measured_already_is_not_measured_again(good):
    assert [finding.name for finding in diagnose(good, {**signs(good), "noise": 9.0})] == ["coloured noise"]


def test_each_finding_says_what_was_measured_and_what_to_change(painted):
    finding, = diagnose(painted(replace(BASE, content_weight=0)))
    assert any(character.isdigit() for character in finding.sign)
    assert "content_weight (now 0)" in finding.cure


@pytest.mark.slow
@pytest.mark.parametrize("change, cured", [
    ({"tv_weight": 0, "scales": 1}, {"tv_weight": 0.4}),  # coloured noise: raise tv_weight
    ({"tv_weight": 1000}, {"tv_weight": 10}),  # grey haze: lower tv_weight
    ({"tv_weight": 100}, {"tv_weight": 10}),  # washed out: lower tv_weight
    ({"content_weight": 0}, {"content_weight": 1}),  # subject lost: raise content_weight …
    ({"style_weight": 6000}, {"style_weight": 60}),  # … or lower style_weight
    ({"style_weight": 6000}, {"init": "content", "scales": 1}),  # … or take init='content' with scales=1
    ({"style_weight": 0}, {"style_weight": 8}),  # style missing: raise style_weight
    ({"iterations": 4}, {"iterations": 40}),  # not converged: more iterations …
    ({"learning_rate": 0.1}, {"learning_rate": 2}),  # … or another learning_rate, from 2 to 10
])
def test_each_cure_cures(painted, change, cured):
    """The picture that a finding is about, made once more with what the finding asks for, has no finding."""
    spoiled = replace(BASE, **change)
    (finding,) = diagnose(painted(spoiled))
    assert next(iter(cured)) in finding.cure
    assert diagnose(painted(replace(spoiled, **cured))) == []


SHALLOW = {"content_layers": "conv2_1", "style_layers": "conv1_1", "scales": 1}


@pytest.mark.parametrize("height, left", [(2, {"style"}), (7, {"style"}), (8, {"style", "subject"})])
def test_a_picture_too_narrow_for_conv4_2_has_no_subject(height, left):
    narrow = noise_image(height, 60, 0)
    result = transfer(narrow, 0.4 * noise_image(height, 60, 1), Settings(iterations=3, **SHALLOW))
    found = signs(result)
    assert left == {"style", "subject"} & set(found) and all(np.isfinite(value) for value in found.values())
    diagnose(result)  # whatever it says


def test_a_narrow_picture_is_still_told_what_can_be_seen(good):
    def strip(image):
        return image[:4]

    result = replace(good, image=strip(good.image) * 0.1, content=strip(good.content), settings=replace(
        BASE, **SHALLOW))
    assert names(result) == ["black"]
    assert set(signs(replace(result, settings=BASE))) == {"brightness", "contrast", "color", "noise"}


def test_a_narrow_photograph_as_its_own_result_misses_the_style(content, style):
    strip = content[40:44]
    result = transfer(strip, style, Settings(iterations=1, size=160, **SHALLOW))
    assert names(replace(result, image=strip)) == ["style missing"]


def test_a_network_that_is_gone_leaves_what_can_be_seen_without(good, monkeypatch, tmp_path):
    monkeypatch.setenv(VGG19_VARIABLE, str(tmp_path / "gone.h5"))
    gone = replace(good, settings=replace(BASE, network="vgg19"))
    assert diagnose(gone) == [] and "subject" not in signs(gone)


@pytest.mark.parametrize("colors", ["style", "matched", "brightness"])
def test_lists_and_bytes_are_pictures_too(content, style, colors):
    settings = Settings(size=48, scales=1, iterations=2, colors=colors)
    small, other = content[:32, :48], style[:40, :40]
    expected = signs(transfer(small, other, settings))
    result = transfer(small.astype(int).tolist(), other.astype(np.uint8), settings)
    assert signs(result) == pytest.approx(expected)


@pytest.mark.parametrize("gray", [0.0, 128.0, 255.0])
def test_flat_pictures_do_no_harm(good, gray):
    flat = replace(good, image=np.full_like(good.image, gray))
    assert names(flat) == ["black" if gray == 0 else "grey haze"]
    of_flat = replace(good, content=np.full_like(good.content, gray), style=np.full((64, 64, 3), gray))
    assert all(np.isfinite(value) for value in signs(of_flat).values())


def test_a_picture_in_its_own_style_has_no_style_that_it_could_miss(good, content):
    """Compared with a style loss of nothing, any is too much: 657972820801 times as much was once told."""
    result = replace(good, image=noise_image(*content.shape[:2], 0), content=content, style=content)
    for masks in (None, Masks([[[255, 255]]])):
        result = replace(result, masks=masks)
        assert "style" not in signs(result) and "style missing" not in names(result)
    assert signs(replace(good, style=np.clip(0.9 * content + 0.1 * 128, 0, 255)))["style"] > 0  # alike is not the same


@pytest.mark.parametrize("level", [0, 1, 128])
def test_black_from_black_and_flat_from_flat_is_as_it_should_be(good, content, level):
    flat = np.full_like(content, level)
    assert diagnose(replace(good, image=flat, content=flat, style=flat)) == []
    found = signs(replace(good, image=flat, content=flat, style=flat))
    assert ("brightness" in found) == (level == 128) and "contrast" not in found and "subject" not in found
