"""Keeping the content's colours: statistics that are known beforehand."""

import numpy as np
import pytest

from nst_helpers.colors import brightness, gray, match_brightness, match_colors, with_brightness


@pytest.fixture
def muted():
    """A picture whose colours keep away from 0 and 255, so that nothing is cut off."""
    return np.random.default_rng(0).normal((120, 130, 110), (12, 8, 10), (40, 30, 3)).astype(np.float32)


@pytest.fixture
def other():
    generator = np.random.default_rng(1)
    mixed = generator.standard_normal((25, 50, 3)) @ np.array([[20, 4, 0], [0, 6, 9], [0, 0, 12]])
    return (mixed + np.array([140, 90, 100])).astype(np.float32)


def test_brightness_of_pure_colors():
    colors = np.array([[[255, 255, 255], [255, 0, 0], [0, 255, 0], [0, 0, 255]]])
    np.testing.assert_allclose(brightness(colors), [[255, 76.245, 149.685, 29.07]], rtol=1e-5)


def test_gray_keeps_the_brightness(muted):
    np.testing.assert_allclose(brightness(gray(muted)), brightness(muted), rtol=1e-5)
    assert np.ptp(gray(muted), axis=-1).max() == 0


def test_a_new_brightness_leaves_the_differences_of_the_colors(muted):
    light = brightness(muted)[::-1]
    image = with_brightness(muted, light)
    np.testing.assert_allclose(brightness(image), light, atol=1e-3)
    np.testing.assert_allclose(np.diff(image, axis=-1), np.diff(muted, axis=-1), atol=1e-3)


def test_matched_colors_have_the_means_and_the_covariance_of_the_content(muted, other):
    matched = match_colors(other, muted)
    assert matched.shape == other.shape and matched.dtype == np.float32
    np.testing.assert_allclose(matched.mean(axis=(0, 1)), muted.mean(axis=(0, 1)), rtol=1e-4)
    ours, theirs = (np.cov(image.reshape(-1, 3), rowvar=False, bias=True) for image in (matched, muted))
    np.testing.assert_allclose(ours, theirs, atol=2)  # a grey level of noise stands in both


def test_colors_that_fit_stay(muted):
    np.testing.assert_allclose(match_colors(muted, muted), muted, atol=1e-2)


@pytest.mark.parametrize("flat", [np.full((8, 8, 3), 77.0), np.zeros((1, 1, 3))])
def test_a_picture_of_one_color_does_no_harm(flat, muted):
    assert np.isfinite(match_colors(flat, muted)).all() and np.isfinite(match_colors(muted, flat)).all()
    assert np.isfinite(match_brightness(flat, muted)).all()


def test_matched_brightness_has_the_contents_mean_and_spread(muted, other):
    matched = match_brightness(other, muted)
    assert np.ptp(matched, axis=-1).max() < 1e-3
    ours, theirs = brightness(matched), brightness(muted)
    assert ours.mean() == pytest.approx(theirs.mean(), rel=1e-3) and ours.std() == pytest.approx(theirs.std(), rel=1e-2)
