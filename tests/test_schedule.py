"""Sizes, margins and η, by pencil; what the pyramid promises for every size, tests/test_transfer.py tries."""

import numpy as np
import pytest

from nst_helpers.schedule import (
    Level,
    canvas_of,
    canvas_size,
    cut_out,
    no_larger,
    pyramid,
    rate,
    reduced,
    style_limit,
    style_size,
)
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


def test_a_style_picture_follows_the_size_and_is_never_enlarged():
    level, style = Level(64, 96, 1, 1.0), np.zeros((300, 200, 3), np.float32)
    assert style_size(style, level, Settings(style_scale=1.0)) == (96, 64)
    assert style_size(style, level, Settings(style_scale=2.0)) == (192, 128)
    assert style_size(style, level, Settings(style_scale=4.0)) == (300, 200)
    assert style_size(np.zeros((900, 1, 3)), level, Settings(style_scale=1.0)) == (96, 1)  # not 0


def test_the_content_leads_by_its_power_at_each_coarser_size():
    levels = pyramid(200, 300, Settings(size=300, scales=3, iterations=9, content_lead=3.0))
    assert [level.lead for level in levels] == [9, 3, 1]


def test_what_no_size_needs_is_taken_off_once_and_the_rest_stays_as_it_is():
    settings = Settings(size=2048, style_scale=0.5)
    small, large = (np.zeros((side, 4, 3), np.float32) for side in (1000, 3000))
    content, styles = reduced(large, [(0.25, small), (0.75, large)], 2048, settings)
    assert content.shape[0] == 2048 and [share for share, _ in styles] == [0.25, 0.75]
    assert styles[0][1] is small and styles[1][1].shape[0] == 1024
    assert reduced(small, [], 64, settings)[0] is small  # up to 1,024 pixels a picture costs little
    assert style_limit(settings) == 1024 and style_limit(Settings(size=2048, style_scale=1.5)) == 3072
    assert no_larger(small, 1000) is small and no_larger(large, 1).shape == (1, 1, 3)
