"""The film of how a picture formed."""

import numpy as np
import pytest
from PIL import Image

from nst_helpers.animation import save_animation, small_frame


@pytest.mark.parametrize("name", ["a.gif", "a.webp"])
def test_the_animation_ends_at_the_picture(tmp_path, name):
    frames = [np.full((4, 6, 3), 10, np.uint8), np.full((8, 12, 3), 200, np.uint8)]
    save_animation(frames, tmp_path / name)
    with Image.open(tmp_path / name) as picture:
        assert picture.size == (12, 8) and picture.n_frames == 2
        picture.seek(1)
        assert abs(np.asarray(picture.convert("RGB"), float).mean() - 200) < 3


def test_a_frame_is_small_and_never_enlarged():
    wide = small_frame(np.full((10, 480, 3), 99.6))
    assert wide.shape == (5, 240, 3) and wide.dtype == np.uint8 and (wide == 100).all()
    assert small_frame(np.zeros((3, 4, 3))).shape == (3, 4, 3)
