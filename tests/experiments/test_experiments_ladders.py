"""The ladder of learning rates."""

import numpy as np
import pytest

from nst_helpers.experiments.ladders import climb, lowest


@pytest.mark.parametrize("best", [1.0, 2.0, 64.0, 1 / 32])
def test_the_best_has_a_worse_neighbor_on_either_side(best):
    asked = []

    def value(rate):
        asked.append(rate)
        return abs(np.log2(rate / best))

    tried = climb(value, 1.0)
    assert lowest(tried) == best and {best / 2, 2 * best} <= set(tried)
    assert asked == list(tried), "each is asked for once"


def test_another_factor_and_what_is_no_number():
    tried = climb(lambda rate: np.nan if rate > 10 else 1 / rate, 1.0, 4.0)
    assert tried == {0.25: 4.0, 1.0: 1.0, 4.0: 0.25, 16.0: np.inf}
    assert lowest({2.0: 1.0, 1.0: 1.0, 4.0: 3.0}) == 2.0
