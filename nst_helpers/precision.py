"""Whether convolutions in half the bits pay on this machine: measured, not guessed."""

import os
import statistics
import time
from functools import cache

from nst_helpers.backend import tf
from nst_helpers.errors import NetworkError

BFLOAT16_VARIABLE = "NST_BFLOAT16"  # "force": use it even where it is slower


@cache
def bfloat16_ratio(repeats: int = 3) -> float:
    """How long a convolution with its gradient takes in bfloat16 on this machine, over its time in float32.

    Measured once a process; medians of a few runs.
    """
    return _seconds_of_convolution(tf.bfloat16, repeats) / _seconds_of_convolution(tf.float32, repeats)


def _seconds_of_convolution(dtype, repeats, size=96, channels=64):
    features, kernel = tf.ones((1, size, size, channels), dtype), tf.ones((3, 3, channels, channels), dtype)
    times = []
    for _ in range(repeats + 1):  # the first one sets things up
        start = time.perf_counter()
        with tf.GradientTape() as tape:
            tape.watch(features)
            total = tf.reduce_sum(tf.nn.conv2d(features, kernel, 1, "SAME"))
        tf.convert_to_tensor(tape.gradient(total, features)).numpy()  # so that it is there when the clock is read
        times.append(time.perf_counter() - start)
    return statistics.median(times[1:])


def require_fast(precision: str) -> None:
    """Refuse bfloat16 where it costs time, unless the environment asks for it all the same.

    Raises:
        NetworkError: bfloat16 does not pay here.
    """
    if precision != "bfloat16" or os.environ.get(BFLOAT16_VARIABLE) == "force":
        return
    ratio = bfloat16_ratio()
    if not ratio < 1:
        raise NetworkError(
            f"precision 'bfloat16' does not pay here: a convolution takes {ratio:.1f} times as long as in float32, "
            "because this processor does not compute in it. Use float32; to use it all the same, set "
            f"{BFLOAT16_VARIABLE}=force")
