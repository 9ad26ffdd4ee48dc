"""Without an extra: what needs it says so in one line, and everything else works."""

import subprocess
import sys

import pytest

from nst_helpers.extras import MissingExtra, require

CASES = [
    ("ipywidgets", "lessons", "from nst_helpers.widgets.studio import Studio"),
    ("ipywidgets", "lessons", "import nst_helpers.widgets.base"),
    ("distributed", "sweep", "from nst_helpers.sweep import sweep"),
    ("IPython", "lessons", "from nst_helpers.plots import show_picture; show_picture(b'', 'image/png', 'words')"),
    ("IPython", "lessons", "from nst_helpers.exercises import predict; predict('a', 'b', {'c': '', 'd': ''}, 'c')"),
    ("IPython", "lessons", "from nst_helpers.exercises.grading import grade; grade('.')"),
]


def without(library, code):
    """Python's run of the code where a library is not installed."""
    return subprocess.run([sys.executable, "-c", f"import sys\nsys.modules[{library!r}] = None\n{code}"],
                          capture_output=True, text=True)


@pytest.mark.parametrize("library, extra, code", CASES)
def test_what_needs_an_extra_says_so_in_one_line(library, extra, code):
    done = without(library, code)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        f"nst_helpers.extras.MissingExtra: {library}: not installed, and needed here. Install what the extra [{extra}] "
        f'brings: pip install {library}, or in a checkout pip install -e ".[{extra}]"')


def test_the_package_itself_needs_no_extra():
    modules = "transfer, run, checkpoint, estimate, diagnose, runs, animation, plots, exercises, experiments.texture"
    absent = "sys.modules |= dict.fromkeys(['IPython', 'jupyterlab', 'dask', 'nbformat'])"
    done = without("ipywidgets", "\n".join([absent, *(f"import nst_helpers.{name}" for name in modules.split(", "))]))
    assert done.returncode == 0, done.stderr


def test_what_is_there_is_not_complained_about():
    assert require("lessons", "sys", "json") is None
    with pytest.raises(MissingExtra, match=r"no_such_a and no_such_b: .* pip install no_such_a no_such_b, "):
        require("lessons", "json", "no_such_a", "no_such_b")
