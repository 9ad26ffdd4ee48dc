"""`check`: is this computer ready for class? Every line is something that was tried just now."""

import argparse
import platform
import shutil
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter

from nst_helpers.system import cores


def add(commands: argparse._SubParsersAction) -> None:
    """What can be typed behind `check`."""
    check = commands.add_parser("check", help="is this computer ready for class")
    check.add_argument("--brief", action="store_true", help="leave out what only the command line needs: bfloat16")
    check.set_defaults(command=run, parser=check)


def run(options: argparse.Namespace) -> int:
    """Is this computer ready for class? Every line is something that was tried just now."""
    print(f"Python {platform.python_version()} on {platform.system()} {platform.machine()}, {cores()} cores")
    from nst_helpers.backend import keras, tf

    gpus = len(tf.config.list_physical_devices("GPU"))
    print(f"TensorFlow {tf.__version__}, Keras {keras.__version__}, {gpus} GPUs")
    print(f"one iteration at 256×171 pixels: {1000 * _seconds_an_iteration():.0f} ms")
    if not options.brief:
        from nst_helpers.networks import bfloat16_ratio

        ratio = bfloat16_ratio()
        print(f"a convolution in bfloat16 takes {ratio:.2f} times the time of one in float32, so --precision bfloat16 "
              f"{'pays' if ratio < 0.8 else 'does not pay'} here")
    free = shutil.disk_usage(Path.cwd()).free
    print(f"free disk space here: {free / 1e9:.1f} GB")
    print("ready: this computer runs the course")
    return 0


def _seconds_an_iteration():
    """The median over a few iterations, after the first one, which compiles."""
    from nst_helpers.shipped import shipped_picture
    from nst_helpers.transfer import Settings, iterate

    content = shipped_picture("temple", 256)
    times = [perf_counter()]
    for _ in iterate(content, content, Settings(size=256, scales=1, iterations=12)):
        times.append(perf_counter())
    return median(after - before for before, after in pairwise(times[2:]))
