"""The same numbers on one core and on two, and without oneDNN's kernels, within the digits that lessons print.

`make determinism` runs every lesson that way (half an hour); here are two of them, a small transfer, and the tool.
"""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest

TOOLS = Path(__file__).resolve().parents[1] / "tools"


@pytest.fixture(scope="module")
def tool():
    """tools/check_determinism.py, with its neighbour that it imports."""
    sys.path.insert(0, str(TOOLS))
    try:
        spec = importlib.util.spec_from_file_location("check_determinism", TOOLS / "check_determinism.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(TOOLS))
    return module


CONDITIONS = ["one core", "without oneDNN"]


def differences(tool, notebook, condition):
    try:
        return tool.differences(notebook, condition)
    except tool.Unsupported as reason:
        pytest.skip(str(reason))


@pytest.mark.parametrize(("lesson", "condition"), [("01_convolution", "one core"),
                                                   ("04_gram_matrices", "without oneDNN")])
def test_a_lesson_prints_the_same(tool, lesson, condition):
    """The two that are done soonest; `make determinism` runs each under both conditions."""
    assert differences(tool, tool.target(lesson, False), condition) == []


def test_the_conditions_are_all_here(tool):
    assert list(tool.CONDITIONS) == CONDITIONS


SEEN = "import os\nprint(len(os.sched_getaffinity(0)) == 1, os.environ.get('TF_ENABLE_ONEDNN_OPTS'))"


@pytest.mark.parametrize(("condition", "printed"), [("one core", "True None\n"), ("without oneDNN", "* 0\n")])
@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="processes cannot be kept to one core on this system")
def test_the_condition_reaches_the_notebook_and_a_difference_is_found(tool, condition, printed, tmp_path, monkeypatch):
    """What the lesson's kernel sees is as expected, and a stored output that is another is told with its cell."""
    monkeypatch.delenv("TF_ENABLE_ONEDNN_OPTS", raising=False)
    here = f"{len(os.sched_getaffinity(0)) == 1}"
    cells = [nbformat.v4.new_code_cell(source, execution_count=count, outputs=[
        nbformat.v4.new_output("stream", name="stdout", text=text)])
        for count, (source, text) in enumerate([(SEEN, printed.replace("*", here)), ("print(0.74)", "0.73\n")], 1)]
    path = tmp_path / "lesson.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": {
        "name": "python3", "display_name": "Python 3", "language": "python"}}), path)
    (found,) = differences(tool, path, condition)
    assert found.startswith("Cell 1: ") and "0.73" in found and "0.74" in found
    assert "\x1b" not in found and "#x1B" not in found


@pytest.mark.skipif(not shutil.which("false"), reason="there is no program that only fails")
def test_where_nbval_does_not_run_nothing_agrees(tool, tmp_path, monkeypatch):
    monkeypatch.setattr(tool.sys, "executable", shutil.which("false"))
    (found,) = tool.differences(tmp_path / "lesson.ipynb", "without oneDNN")
    assert found.startswith("nbval did not run")


@pytest.mark.parametrize(("found", "code", "words"), [([], 0, "the same"),
                                                      (["Cell 3: 1 != 2"], 1, "1 different\nCell 3: 1 != 2")])
def test_one_line_a_lesson_and_condition(tool, found, code, words, monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(tool, "differences", lambda path, condition: asked.append((path.stem, condition)) or found)
    assert tool.main(["04_gram_matrices", "08_gradient_descent"]) == code
    assert asked == [(lesson, condition) for lesson in ("04_gram_matrices", "08_gradient_descent")
                     for condition in CONDITIONS]
    printed = capsys.readouterr().out
    assert all(f"04_gram_matrices.ipynb, {condition}: {words}\n" in printed for condition in CONDITIONS)


TRANSFER = """
import json
from nst_helpers.images import noise_image
from nst_helpers.transfer import Settings, transfer
result = transfer(noise_image(48, 64, 1), noise_image(50, 40, 2), Settings(size=64, scales=2, iterations=8))
"""
PRINTED = "print(json.dumps([result.history, result.image.tolist()]))"


def test_a_small_transfer_is_the_same_to_three_digits(tool):
    """Eight steps: rounding has not yet grown; over hundreds of them it does, so that no lesson prints many digits."""
    here = {}
    exec(TRANSFER, here)
    for one_core, variables in tool.CONDITIONS.values():
        if one_core and not hasattr(os, "sched_setaffinity"):
            continue
        command = [*(tool.ON_ONE_CORE if one_core else ()), sys.executable, "-c", TRANSFER + PRINTED]
        run = subprocess.run(command, env=os.environ | variables, capture_output=True, text=True, check=True)
        history, image = json.loads(run.stdout)
        for name, values in history.items():
            np.testing.assert_allclose(values, here["result"].history[name], rtol=1e-3, err_msg=name)
        assert np.abs(image - here["result"].image).mean() < 0.1  # of 255 grey levels
