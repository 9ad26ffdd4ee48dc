"""How a learning rate falls during a descent."""

import math


def cosine(number: int, steps: int) -> float:
    """The share of the learning rate that is left for a step: from 1 down along half a cosine, towards 0.

    Loshchilov, Hutter, "SGDR", ICLR 2017, equation 5, without restarts.

    Args:
        number: of the step, from 0. steps: how many there are.

    >>> [round(cosine(number, 4), 2) for number in range(4)]
    [1.0, 0.85, 0.5, 0.15]
    """
    return (1 + math.cos(math.pi * number / steps)) / 2
