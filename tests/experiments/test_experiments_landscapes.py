"""The surfaces of lessons 08 to 10, and the walks down them: pencils, turns, and best rates."""

import numpy as np
import pytest

from nst_helpers import optimizers
from nst_helpers.experiments.landscapes import (
    RULES,
    STEPS,
    SURFACES,
    Surface,
    best_rates,
    corners,
    curvatures,
    height,
    run,
    slope,
    turned,
)


@pytest.mark.parametrize("surface", SURFACES)
def test_gradients_are_those_of_the_surface_and_zero_at_the_minimum(surface):
    ground, d = SURFACES[surface], 1e-6
    points = np.random.default_rng(0).uniform(*corners(ground), (50, 2))
    x, y = points.T
    across = (ground.value(x + d, y) - ground.value(x - d, y)) / (2 * d)
    up = (ground.value(x, y + d) - ground.value(x, y - d)) / (2 * d)
    np.testing.assert_allclose(slope(ground, points), np.stack([across, up], axis=1), rtol=1e-5, atol=1e-5)
    lowest = np.reshape(ground.minimum, (-1, 2)).astype(float)
    np.testing.assert_allclose(slope(ground, lowest), 0, atol=1e-9)
    assert (height(ground, points) >= 0).all()


def test_curvatures_by_pencil():
    assert curvatures(SURFACES["ravine"]) == pytest.approx((1, 20))
    assert curvatures(SURFACES["badly scaled bowl"]) == pytest.approx((1, 400))
    assert curvatures(SURFACES["ravine askew"]) == pytest.approx((1, 20))
    assert curvatures(SURFACES["saddle"]) == pytest.approx((1, 2))  # at its minima


def test_a_turned_surface_is_the_same_one_turned():
    ground = SURFACES["ravine"]
    quarter = turned(ground, 90)
    x, y = 1.5, -0.7
    assert quarter.value(-y, x) == pytest.approx(ground.value(x, y))  # (x, y) turned by 90° is (−y, x)
    np.testing.assert_allclose(quarter.start, (-ground.start[1], ground.start[0]), atol=1e-12)
    np.testing.assert_allclose(quarter.window, (ground.window[1], ground.window[0]), atol=1e-12)
    plain, again = (run(g, optimizers.GradientDescent(0.05), g.start, 20) for g in (ground, quarter))
    np.testing.assert_allclose(again, np.stack([-plain[:, 1], plain[:, 0]], axis=1), atol=1e-12)


def test_the_first_steps_of_the_race_by_pencil():
    ground = Surface(lambda x, y: x**2 / 2 + 2 * y**2, lambda x, y: (x, 4 * y), (1, 1),
                            ((-2, 2), (-2, 2)), (0, 0))
    first = {name: run(ground, rule(0.1, 0.9), (1, 1), 1)[1] for name, rule in RULES.items()}
    np.testing.assert_allclose(first["gradient descent"], [0.9, 0.6])
    np.testing.assert_allclose(first["momentum"], [0.99, 0.96])
    np.testing.assert_allclose(first["AdaGrad"], [0.9, 0.9], rtol=1e-5)
    np.testing.assert_allclose(first["RMSprop"], 2 * [1 - 0.1 / np.sqrt(0.1)], rtol=1e-5)
    np.testing.assert_allclose(first["Adam"], [0.9, 0.9], rtol=1e-5)


@pytest.mark.parametrize("surface", ["ravine", "banana valley", "saddle"])
def test_every_best_rate_goes_down_and_stays_on_the_map(surface):
    ground = SURFACES[surface]
    low, high = corners(ground)
    for name, rate in best_rates(surface).items():
        points = run(ground, RULES[name](rate, 0.9), ground.start, STEPS)
        assert ((points >= low) & (points <= high)).all()
        assert height(ground, points[-1]) < 0.5 * height(ground, points[0])
