"""Denoising by total variation: closed forms, and two ways to one minimum."""

import numpy as np
import pytest

from nst_helpers.experiments.denoising import denoising, differences, exact_minimum, psnr, with_noise
from nst_helpers.shipped import shipped_picture


def test_psnr_by_pencil():
    assert psnr(np.full((2, 2, 3), 25.5), np.zeros((2, 2, 3))) == pytest.approx(20)


def test_a_step_keeps_its_place_and_each_side_moves_by_weight_over_width():
    """½ Σ (I − N)² + γ TV for a step in rows without an end: a side of m columns moves by γ/m."""
    step = np.where(np.arange(20) < 8, 50.0, 150.0) * np.ones((30, 1))
    clean = exact_minimum(step, 24.0, steps=2000)
    expected = np.where(np.arange(20) < 8, 50 + 24 / 8, 150 - 24 / 12)
    np.testing.assert_allclose(clean[12], expected, atol=0.1)  # the last row is free, so look away from it


@pytest.mark.parametrize("diagonal", [True, False])
def test_no_other_picture_is_better_than_the_exact_one(diagonal):
    noisy = with_noise(shipped_picture("cat", 24).astype(float), 30)
    generator = np.random.default_rng(1)

    def loss(image):
        down, right = differences(image)
        tv = np.sqrt(down**2 + right**2) if diagonal else np.abs(down) + np.abs(right)
        return 0.5 * np.sum((image - noisy) ** 2) + 20 * tv.sum()

    best = exact_minimum(noisy, 20.0, diagonal, steps=2000)
    others = [best + size * generator.standard_normal(best.shape) for size in (0.01, 0.1, 1.0) for _ in range(20)]
    assert loss(best) < min(map(loss, others)) and loss(best) < loss(noisy)


def test_descent_comes_close_to_the_exact_minimum():
    truth = shipped_picture("coffee", 64)
    noisy = with_noise(truth, 30)
    *_, image = denoising(noisy, 24)
    assert np.sqrt(np.mean((image - exact_minimum(noisy, 24)) ** 2)) < 1
    assert psnr(image, truth) > psnr(noisy, truth) + 4
