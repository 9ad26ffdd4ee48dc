"""The curves of a run, as they follow it."""

import io

import numpy as np
from PIL import Image

from nst_helpers.run import Track
from nst_helpers.settings import Settings
from nst_helpers.transfer import LOSSES
from nst_helpers.widgets.curves import draw_curves

QUICK = Settings(size=64, scales=2, iterations=12)


def test_curves_are_where_the_losses_are():
    track = Track(QUICK, dict.fromkeys(LOSSES, (1.0, 10.0, 100.0)), iteration=3)
    picture = np.asarray(Image.open(io.BytesIO(draw_curves([track]))), float)
    blue = np.argwhere(np.abs(picture[:, 56:] - (0, 0x72, 0xB2)).sum(axis=2) < 30)
    drawn = blue[blue[:, 0] < 220]
    rising = drawn[np.argsort(drawn[:, 1])]
    assert rising[0, 0] > rising[-1, 0] and rising[:, 1].max() <= (860 - 12 - 56) * 3 / 12 + 2


def test_curves_without_a_positive_value_are_empty():
    track = Track(QUICK, dict.fromkeys(LOSSES, (0.0,)))
    assert Image.open(io.BytesIO(draw_curves([track]))).size == (860, 250)
