"""Sizes, margins and η, by pencil; what the pyramid promises for every size, tests/test_transfer.py tries."""

import numpy as np
import pytest

from nst_helpers.schedule import Level, canvas_of, canvas_size, cut_out, rate
from nst_helpers.settings import Settings


@pytest.mark.parametrize("height, width, edge", [(32, 64, 2), (96, 64, 3), (33, 65, 3), (1, 5, 1)])
def test_the_margin_is_a_thirty_second_of_the_longer_side_rounded_up(height, width, edge):
    assert canvas_size(Level(height, width, 1, 1.0)) == (height + 2 * edge, width + 2 * edge)


def test_a_canvas_is_the_picture_and_its_mirror_image_all_round(photograph):
    level = Level(64, 96, 1, 1.0)
    canvas = canvas_of(photograph, level)
    assert canvas.shape == (*canvas_size(level), 3) == (70, 102, 3)
    np.testing.assert_array_equal(cut_out(canvas, level), photograph)
    np.testing.assert_array_equal(canvas[2, 3:-3], photograph[1])
    np.testing.assert_array_equal(canvas[3:-3, 0], photograph[:, 3])


def test_the_cosine_falls_from_the_learning_rate_to_just_above_zero_at_the_last_step():
    settings = Settings(schedule="cosine", learning_rate=8.0)
    assert [rate(settings, number, 4) for number in range(4)] == pytest.approx([8, 4 + 2 * 2**1.5 / 2, 4, 4 - 2**1.5])
    assert {rate(Settings(learning_rate=8.0), number, 4) for number in range(4)} == {8.0}
