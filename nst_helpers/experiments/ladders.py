"""The learning rate that is best for something, found on a ladder whose ends are never the best."""

from collections.abc import Callable

import numpy as np


def climb(value: Callable[[float], float], guess: float, factor: float = 2.0) -> dict[float, float]:
    """Try learning rates, each a factor beside the next, until the best has a worse one on either side.

    Args:
        value: η → what is to be low; what is no number counts as infinite. guess: the η to begin with.
        factor: between two rungs.

    Returns:
        {η: value} of all that were tried, in the order in which they were; `lowest` picks the best.
    """
    tried = {}
    ahead = [guess / factor, guess, guess * factor]
    while ahead:
        tried |= {rate: float(np.nan_to_num(value(rate), nan=np.inf, posinf=np.inf)) for rate in ahead}
        best = lowest(tried)
        ahead = [best / factor] if best == min(tried) else [best * factor] if best == max(tried) else []
    return tried


def lowest(tried: dict[float, float]) -> float:
    """The η of the lowest value; of several, the one that was tried first."""
    return min(tried, key=tried.__getitem__)
