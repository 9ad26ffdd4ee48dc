"""What the figures were measured on."""

import platform
from pathlib import Path

from numpy._core._multiarray_umath import __cpu_features__  # what numpy.show_runtime() prints

from nst_helpers.system import cores


def description():
    """Processor, cores, and the instruction sets by which arithmetic is fast or slow, in one line."""
    sets = ", ".join(name for name, here in __cpu_features__.items() if here) or "none that NumPy knows"
    return f"{_processor()}, {cores()} cores, {platform.system()}; instruction sets: {sets}"


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()
