"""Do the lessons print the same numbers whatever the computer has? Runs them under other conditions, with nbval.

    python tools/check_determinism.py                         every lesson, every condition (half an hour)
    python tools/check_determinism.py 04_gram_matrices        one lesson
    python tools/check_determinism.py --condition "one core"  one condition
    python tools/check_determinism.py --solved                the worked lessons too

The stored outputs come from a computer with several cores and Intel's oneDNN kernels. With one core, TensorFlow
cuts its sums into other pieces; without oneDNN it takes other kernels; either way sums round differently. Lessons
print few enough digits not to show it, and this holds them to that. What is compared, and what may differ, is as
in `make test-notebooks`.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from build_notebooks import ROOT, SANITIZE, lessons, target

# {name: (only one core, variables of the environment)}
CONDITIONS = {"one core": (True, {}), "without oneDNN": (False, {"TF_ENABLE_ONEDNN_OPTS": "0"})}
# Begins a command: what follows runs on one core, and so does all that it starts, the notebook's kernel too.
ON_ONE_CORE = (sys.executable, "-c", "import os, sys; os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}); "
               "os.execv(sys.argv[1], sys.argv[1:])")
SECONDS_A_CELL = 600  # several times what `make test` allows: one core is slow, and nothing is timed here
COLOURS = re.compile(r"(\x1b|#x1B)\[[0-9;]*m")  # as nbval prints them, and as pytest then writes them into XML


class Unsupported(RuntimeError):
    """This system cannot bring about a condition."""


def differences(notebook, condition):
    """What a notebook prints differently under a condition.

    Args:
        notebook: its path.
        condition: a name in CONDITIONS.

    Returns:
        A text for each cell that differs: which one, the stored and the new output; empty where all agree.

    Raises:
        Unsupported: this system has no way to do that.
    """
    one_core, variables = CONDITIONS[condition]
    if one_core and not hasattr(os, "sched_setaffinity"):
        raise Unsupported("processes cannot be kept to one core on this system")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [*(ON_ONE_CORE if one_core else ()), sys.executable, "-m", "pytest", "-vv", "--nbval",
                   "--nbval-sanitize-with", str(SANITIZE), f"--nbval-cell-timeout={SECONDS_A_CELL}",
                   "-p", "no:cacheprovider", f"--junitxml={report}", str(notebook)]
        run = subprocess.run(command, cwd=ROOT, env=os.environ | variables, capture_output=True, text=True)
        found = _failures(report) if report.is_file() else []
    if run.returncode and not found:  # nothing was compared
        return [f"nbval did not run: {run.stdout[-2000:]}{run.stderr[-2000:]}"]
    return found


def _failures(report):
    """The name and the message of each failed cell in a JUnit report."""
    failed = []
    for case in ElementTree.parse(report).iter("testcase"):
        for trouble in [*case.findall("failure"), *case.findall("error")]:
            failed.append(f"{case.get('name')}: {COLOURS.sub('', trouble.text or trouble.get('message', ''))}")
    return failed


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Run the lessons under other conditions; compare their outputs.")
    parser.add_argument("lessons", nargs="*", metavar="LESSON", help="as in 01_convolution (default: all)")
    parser.add_argument("--condition", action="append", choices=CONDITIONS, help="only this one (default: all)")
    parser.add_argument("--solved", action="store_true", help="the worked lessons too")
    options = parser.parse_args(arguments)
    unknown = set(options.lessons) - set(lessons())
    if unknown:
        parser.error(f"no lesson {', '.join(sorted(unknown))}; there are {', '.join(lessons())}")
    failed = False
    for lesson in options.lessons or lessons():
        for path in [target(lesson, solved) for solved in ((False, True) if options.solved else (False,))]:
            for condition in options.condition or CONDITIONS:
                failed |= _told(path, condition)
    return int(failed)


def _told(path, condition):
    """Print what came of one lesson under one condition; returns whether it failed."""
    name = f"{path.relative_to(ROOT)}, {condition}"
    try:
        found = differences(path, condition)
    except Unsupported as error:
        print(f"{name}: skipped, {error}", flush=True)
        return False
    print(f"{name}: {f'{len(found)} different' if found else 'the same'}", *found, sep="\n", flush=True)
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
