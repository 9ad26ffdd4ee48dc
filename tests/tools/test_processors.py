"""The same numbers on other processors, within the digits that lessons print; and the tool that holds it.

`make processors` runs every lesson under every condition (an hour); here are a small one, a transfer, and the tool.
"""

import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest

TOOLS = Path(__file__).resolve().parents[2] / "tools"
ONE_CORE_HERE = pytest.mark.skipif(not hasattr(os, "sched_setaffinity"),
                                   reason="processes cannot be kept to one core on this system")


@pytest.fixture(scope="module")
def tool():
    """tools/check_processors.py, with its neighbours that it imports."""
    sys.path.insert(0, str(TOOLS))
    try:
        spec = importlib.util.spec_from_file_location("check_processors", TOOLS / "check_processors.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(TOOLS))
    return module


# The conditions

def test_a_condition_that_needs_what_this_processor_lacks_is_not_here(tool, monkeypatch):
    monkeypatch.setattr(tool, "__cpu_features__", {"SSE41": True, "AVX2": True, "AVX512_SKX": False})
    told = {name: tool.missing(condition) for name, condition in tool.CONDITIONS.items() if name not in
            ("numpy", "one-core")}
    assert [name for name, lacks in told.items() if lacks] == ["avx512", "skylakex"]
    assert told["avx512"] == "this processor has no AVX512_SKX"


@ONE_CORE_HERE
def test_one_core_is_one(tool):
    seen = subprocess.run([*tool.ON_ONE_CORE, sys.executable, "-c", "import os; print(len(os.sched_getaffinity(0)))"],
                          capture_output=True, text=True, check=True)
    assert seen.stdout == "1\n"


def test_numpy_starts_without_its_code_for_newer_processors(tool):
    """It refuses names that it does not know."""
    condition = tool.CONDITIONS["numpy"]
    if tool.missing(condition):
        pytest.skip(tool.missing(condition))
    kept = "import numpy._core._multiarray_umath as m; " \
           "print([name for name in m.__cpu_dispatch__ if m.__cpu_features__[name]])"
    seen = subprocess.run([sys.executable, "-W", "error", "-c", kept], env=os.environ | condition.variables,
                          capture_output=True, text=True, check=True)
    assert seen.stdout == "[]\n"


# What they must not change

CORES = """# %%
import os
print("a kernel on", len(os.sched_getaffinity(0)), "core")
"""


@ONE_CORE_HERE
def test_a_lesson_runs_on_one_core(tool, tmp_path, monkeypatch, capsys):
    """A small one, from the command line to its kernel; `make processors` does so with the real ones."""
    build = tool.failures.__globals__["target"].__globals__
    for place in (build, tool.lessons.__globals__):  # two, where another test file has loaded the module again
        monkeypatch.setitem(place, "NOTEBOOKS", tmp_path)
        monkeypatch.setitem(place, "SOURCES", tmp_path)
    (tmp_path / "solutions").mkdir()
    (tmp_path / "90_cores.py").write_text(CORES)
    for solved in (False, True):
        notebook = build["from_source"]("90_cores", solved)
        (cell,) = notebook.cells
        cell.execution_count = 1
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text="a kernel on 1 core\n")]
        nbformat.write(notebook, build["target"]("90_cores", solved))
    monkeypatch.setattr(tool, "fingerprint", lambda condition: "bits")
    assert tool.main(["90_cores", "--condition", "one-core", "--workers", "1"]) == 0
    assert "90_cores         ✓\n" in capsys.readouterr().out


TRANSFER = """
import json
from nst_helpers.images import noise_image
from nst_helpers.transfer import Settings, transfer
result = transfer(noise_image(48, 64, 1), noise_image(50, 40, 2), Settings(size=64, scales=2, iterations=8))
"""
PRINTED = "print(json.dumps([result.history, result.image.tolist()]))"


@pytest.mark.slow
def test_a_small_transfer_is_the_same_to_three_digits(tool):
    """Eight steps: rounding has not yet grown; over hundreds of them it does, so that no lesson prints many digits."""
    here, images = {}, []
    exec(TRANSFER, here)
    on_one_core = tool.CONDITIONS["no-onednn"]._replace(one_core=hasattr(os, "sched_setaffinity"))
    for condition in (tool.CONDITIONS["sse41"], on_one_core):
        if tool.missing(condition):
            pytest.skip(tool.missing(condition))
        run = subprocess.run([*tool._prefix(condition), sys.executable, "-c", TRANSFER + PRINTED],
                             env=os.environ | condition.variables, capture_output=True, text=True, check=True)
        history, image = json.loads(run.stdout)
        for name, values in history.items():
            np.testing.assert_allclose(values, here["result"].history[name], rtol=1e-3, err_msg=name)
        assert np.abs(image - here["result"].image).mean() < 0.1  # of 255 grey levels
        images.append(image)
    assert images[0] != images[1]  # to the last bit: the conditions do take effect


# The tool

@pytest.fixture
def pretended(tool, monkeypatch):
    """Four conditions, of which one is not here and one gives the bits of another; records what is run."""
    asked = []
    conditions = {name: tool.Condition(f"as {name}", {"NAME": name}) for name in ("plain", "sse41", "twin")}
    monkeypatch.setattr(tool, "CONDITIONS", conditions | {"other": tool.Condition("as other", {}, "no such feature")})
    monkeypatch.setattr(tool, "fingerprint", lambda condition: condition.variables["NAME"].replace("twin", "plain"))

    def failures(names, variables, prefix, workers, seconds):
        asked.append((tuple(names), variables["NAME"]))
        return {name: ["lesson, cell 3: 1 is not 2"] * (variables["NAME"] == "sse41") for name in names}

    monkeypatch.setattr(tool, "failures", failures)
    monkeypatch.setattr(tool, "package_failures", lambda condition: [])
    return asked


def test_the_table(tool, pretended, capsys):
    assert tool.main(["04_gram_matrices", "08_gradient_descent"]) == 1
    both = ("04_gram_matrices", "08_gradient_descent")
    assert pretended == [(both, "plain"), (both, "sse41")]
    assert capsys.readouterr().out.split("\n\n", 1)[1] == """\
                     plain  sse41  twin  other
04_gram_matrices         ✓      1     –      –
08_gradient_descent      ✓      1     –      –
twin: the same bits as plain, not run again
other: not here, this processor has no no such feature

sse41: lesson, cell 3: 1 is not 2

sse41: lesson, cell 3: 1 is not 2
"""


def test_where_lessons_cannot_be_run_the_table_is_there_and_says_why(tool, pretended, monkeypatch, capsys):
    def failures(names, variables, *rest, real=tool.failures):
        if variables["NAME"] == "plain":
            raise tool.LessonError("nbval did not run: no room")
        return real(names, variables, *rest)

    monkeypatch.setattr(tool, "failures", failures)
    assert tool.main(["04_gram_matrices", "--condition", "plain", "--condition", "sse41"]) == 1
    told = capsys.readouterr().out
    assert "04_gram_matrices      –      1\nplain: not checked, nbval did not run: no room\n" in told


def test_a_probe_that_breaks_off_stops_no_other_condition(tool, pretended, monkeypatch, capsys):
    def fingerprint(condition, real=tool.fingerprint):
        if condition.variables["NAME"] == "sse41":
            raise tool.CheckError("the probe did not run: illegal instruction")
        return real(condition)

    monkeypatch.setattr(tool, "fingerprint", fingerprint)
    assert tool.main(["04_gram_matrices"]) == 1
    told = capsys.readouterr().out
    assert "04_gram_matrices      ✓      –     –      –\nsse41: not checked, the probe did not run: illegal" in told


def test_the_packages_tests_run_under_two_conditions_where_no_lesson_is_named(tool, pretended, capsys):
    tool.main(["--condition", "plain", "--condition", "sse41"])
    (row,) = [line.split() for line in capsys.readouterr().out.splitlines() if line.startswith("package")]
    assert row == ["package", "–", "✓"]
    tool.main(["--condition", "sse41", "--without-package"])
    assert "package" not in capsys.readouterr().out


@pytest.mark.parametrize(("arguments", "says"), [
    (["--condition", "pentium"], "error: no condition 'pentium'; there are plain, onednn, sse41, "),
    (["12_more"], "error: no lesson '12_more'; there are 00_start_here, 01_convolution, "),
])
def test_what_there_is_is_told_in_one_line(tool, arguments, says, capsys):
    assert tool.main(arguments) == 2
    told = capsys.readouterr().err
    assert told.startswith(says) and told.count("\n") == 1


def test_failing_tests_of_the_package_are_told_by_name(tool, tmp_path, monkeypatch):
    file = tmp_path / "test_sum.py"
    file.write_text("import os\n\ndef test_right():\n    assert os.environ['GIVEN'] == '1'\n\n"
                    "def test_wrong():\n    assert 1 + 1 == 3\n")
    monkeypatch.setattr(tool, "PACKAGE_TESTS", [str(file)])
    (told,) = tool.package_failures(tool.Condition("", {"GIVEN": "1"}))
    assert "test_wrong" in told and "test_right" not in told
    monkeypatch.setattr(tool, "PACKAGE_TESTS", [str(tmp_path / "nothing.py")])
    with pytest.raises(tool.CheckError, match="tests did not run"):
        tool.package_failures(tool.Condition("", {}))


def test_continuous_integration_names_a_condition_that_there_is(tool):
    (name,) = re.findall(r"CONDITION=(\S+)", (tool.ROOT / ".ci" / "run").read_text())
    assert name in tool.CONDITIONS


def test_the_packages_tests_are_there(tool):
    assert all((tool.ROOT / path).is_file() for path in tool.PACKAGE_TESTS)
    assert set(tool.PACKAGE_CONDITIONS) <= set(tool.CONDITIONS)
