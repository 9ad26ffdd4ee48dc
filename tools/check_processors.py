"""Do the lessons print the same on other processors? Runs them under conditions that stand for others.

    python tools/check_processors.py                            every lesson, every condition (an hour on two cores)
    python tools/check_processors.py 04_gram_matrices           one lesson
    python tools/check_processors.py --condition sse41          one condition; several: say it several times
    python tools/check_processors.py --without-package          the lessons only, not the package's numerical tests

Sums of float32 numbers are rounded, and how depends on the order in which a processor's kernels add them up: how many
numbers an instruction takes, how many cores share the work. Each library can be told to take the kernels of another
processor. TensorFlow turns oneDNN's operations on by itself only where there is AVX512_VNNI, so a condition that is
about them turns them on. What is compared, and how closely, is as in `make test-notebooks`; the stored outputs come
from one processor. A condition under which a probe gives the same bits as under an earlier one is not run again.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from build_notebooks import ROOT, lessons
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__  # what numpy.show_runtime() prints
from run_lessons import LessonError, cases_in, failures


class Condition(NamedTuple):
    """What stands for another processor."""

    meaning: str
    variables: dict  # of the environment
    needs: str = ""  # a feature that this processor must have, as NumPy calls it
    one_core: bool = False


def _onednn(kernels=None):
    return {"TF_ENABLE_ONEDNN_OPTS": "1"} | ({"ONEDNN_MAX_CPU_ISA": kernels} if kernels else {})


# NumPy stops at a name that it does not know, or whose code it would not run here anyway.
_NUMPYS_OWN = [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]

CONDITIONS = {
    "plain": Condition("as it is", {}),
    "onednn": Condition("oneDNN's operations, with the best kernels for this processor", _onednn()),
    "sse41": Condition("oneDNN's operations, with kernels for SSE4.1", _onednn("SSE41"), "SSE41"),
    "avx2": Condition("oneDNN's operations, with kernels for AVX2", _onednn("AVX2"), "AVX2"),
    "avx512": Condition("oneDNN's operations, with kernels for AVX-512", _onednn("AVX512_CORE"), "AVX512_SKX"),
    "no-onednn": Condition("TensorFlow's own operations", {"TF_ENABLE_ONEDNN_OPTS": "0"}),
    "haswell": Condition("OpenBLAS with Haswell's kernels", {"OPENBLAS_CORETYPE": "Haswell"}, "AVX2"),
    "skylakex": Condition("OpenBLAS with SkylakeX's kernels", {"OPENBLAS_CORETYPE": "SkylakeX"}, "AVX512_SKX"),
    "zen": Condition("OpenBLAS with Zen's kernels", {"OPENBLAS_CORETYPE": "Zen"}, "AVX2"),
    "numpy": Condition("NumPy without its code for newer processors",
                       {"NPY_DISABLE_CPU_FEATURES": " ".join(_NUMPYS_OWN)}, *_NUMPYS_OWN[:1]),
    "one-core": Condition("one core", {}, one_core=True),
}
PACKAGE = "package"  # the row of the package's numerical tests, which run under two conditions that are everywhere
PACKAGE_CONDITIONS = ("sse41", "no-onednn")
PACKAGE_TESTS = [f"tests/test_{name}.py" for name in ("losses", "optimizers", "networks", "transfer", "colors")]
# Begins a command: what follows runs on one core, and so does all that it starts, a notebook's kernel too.
ON_ONE_CORE = (sys.executable, "-c", "import os, sys; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
               "os.execv(sys.argv[1], sys.argv[1:])")
SECONDS_A_CELL = 600  # several times what `make test` allows: one core is slow, and nothing is timed here

# The bits of a network's features and gradient, and of NumPy's products, exponentials and sums.
PROBE = """
import hashlib
import numpy as np
from nst_helpers.backend import tf
from nst_helpers.networks import load_network
numbers = np.random.default_rng(0).random((2, 96, 128, 3), np.float32)
image = tf.constant(255 * numbers[0])
with tf.GradientTape() as tape:
    tape.watch(image)
    features = load_network()(image, ["conv1_1", "conv5_1"])
    loss = tf.add_n([tf.reduce_sum(one * one) for one in features.values()])
matrix = numbers.reshape(128, -1)
results = [*features.values(), tape.gradient(loss, image), matrix @ matrix.T, np.exp(matrix), matrix.sum(),
           np.linalg.inv(matrix.astype(float) @ matrix.T.astype(float) + np.eye(128))]
print(hashlib.sha256(b"".join(np.asarray(result).tobytes() for result in results)).hexdigest())
"""


class CheckError(RuntimeError):
    """Nothing could be checked: why, in one line."""


def missing(condition):
    """What this machine lacks for a condition, in words; None where it has all."""
    if "NPY_DISABLE_CPU_FEATURES" in condition.variables and not condition.needs:
        return "NumPy has no other code for this processor"
    if condition.needs and not __cpu_features__.get(condition.needs):
        return f"this processor has no {condition.needs}"
    if condition.one_core and not hasattr(os, "sched_setaffinity"):
        return "processes cannot be kept to one core on this system"
    return None


def fingerprint(condition):
    """The bits that a probe computes under a condition, as a text; equal texts: the same kernels."""
    run = subprocess.run([*_prefix(condition), sys.executable, "-c", PROBE], cwd=ROOT,
                         env=os.environ | condition.variables, capture_output=True, text=True)
    if run.returncode:
        said = " ".join(run.stderr.split())[-500:] or f"it ended with {run.returncode}"  # as by an illegal instruction
        raise CheckError(f"the probe did not run: {said}")
    return run.stdout.strip()


def package_failures(condition):
    """The package's numerical tests that fail under a condition: a text each."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-p", "no:nbval",
                   f"--junitxml={report}", *PACKAGE_TESTS]
        run = subprocess.run([*_prefix(condition), *command], cwd=ROOT, env=os.environ | condition.variables,
                             capture_output=True, text=True)
        cases = cases_in(report)
    failed = [f"{case.get('classname')}::{case.get('name')}: {trouble.get('message')}"
              for case in cases for trouble in [*case.findall("failure"), *case.findall("error")]]
    if run.returncode and not failed:
        raise CheckError(f"the package's tests did not run: {' '.join((run.stdout + run.stderr).split())[-500:]}")
    return failed


def _prefix(condition):
    return ON_ONE_CORE if condition.one_core else ()


def check(names, conditions, package=True, workers=2):
    """Run lessons under conditions, and print a table: ✓, or how many cells (or tests) differ; then which.

    Args:
        names: of the lessons, as in "01_convolution".
        conditions: names in CONDITIONS.
        package: run the package's numerical tests too, under those of PACKAGE_CONDITIONS that are asked for.
        workers: how many lessons run side by side.

    Returns:
        Whether all agree. What could not be compared does not, and is said below the table; it stops no other.
    """
    found, notes, seen, broken = {}, [], {}, False
    for name in conditions:
        condition = CONDITIONS[name]
        rows = found[name] = {}
        lacks = missing(condition)
        if lacks:
            notes.append(f"{name}: not here, {lacks}")
            continue
        try:
            bits = fingerprint(condition), condition.one_core
            if bits in seen:
                notes.append(f"{name}: the same bits as {seen[bits]}, not run again")
            else:
                seen[bits] = name
                rows |= failures(names, condition.variables, _prefix(condition), workers, SECONDS_A_CELL)
            if package and name in PACKAGE_CONDITIONS:
                rows[PACKAGE] = package_failures(condition)
        except (CheckError, LessonError) as error:
            broken = True
            notes.append(f"{name}: not checked, {error}")
        print(f"{name}: {condition.meaning}: {sum(map(len, rows.values())) if rows else '–'}", flush=True)
    _tell(found, [*names, *[PACKAGE] * package], notes)
    return not broken and not any(failed for rows in found.values() for failed in rows.values())


def _tell(found, names, notes):
    """Print the table, what is not in it, and what differs."""
    width = max(map(len, names))
    print("\n" + " " * width, *found, sep="  ")
    for name in names:
        cells = [_cell(rows.get(name)).rjust(len(condition)) for condition, rows in found.items()]
        print(name.ljust(width), *cells, sep="  ")
    for note in notes:
        print(note)
    for condition, rows in found.items():
        for failure in [failure for failed in rows.values() for failure in failed]:
            print(f"\n{condition}: {failure}")


def _cell(failed):
    return "–" if failed is None else str(len(failed)) if failed else "✓"


def _require_known(names, known, kind):
    unknown = [name for name in names if name not in known]
    if unknown:
        raise CheckError(f"no {kind} {', '.join(map(repr, unknown))}; there are {', '.join(known)}")


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Run the lessons as other processors would; compare their outputs.")
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="as in 01_convolution (default: all)")
    parser.add_argument("--condition", action="append", help=f"only this one (default: all): {', '.join(CONDITIONS)}")
    parser.add_argument("--without-package", action="store_true", help="the lessons only")
    parser.add_argument("--workers", type=int, default=2, help="how many lessons side by side (default: 2)")
    options = parser.parse_args(arguments)
    try:
        _require_known(options.lessons, lessons(), "lesson")
        _require_known(options.condition or [], CONDITIONS, "condition")
        package = not options.lessons and not options.without_package
        agree = check(options.lessons or lessons(), options.condition or list(CONDITIONS), package, options.workers)
    except CheckError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
