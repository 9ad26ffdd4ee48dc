"""What nbval compares: words as words, numbers as numbers. And on a copy of a lesson, that it bites."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat import v4
from nbval_numbers import Unusable, read, same, same_outputs, with_stored_wording

ROOT = Path(__file__).resolve().parents[2]
LESSON = ROOT / "notebooks" / "01_convolution.ipynb"


# Two texts

@pytest.mark.parametrize(("stored", "new"), [
    ("error 0.01143", "error 0.01144"), ("error 0.0114", "error 0.0116"), ("loss 1.93e-07", "loss 1.90e-07"),
    ("difference 3e-08", "difference 4e-08"), ("off by 0.000000", "off by 0.000001"),
    ("ends at 7e+84", "ends at 8e+84"),
    ("content 48 %", "content 47 %"), ("zero: 4.7%", "zero: 4.6%"), ("100 %", "98 %"),
    ("1.00 times", "0.997 times"), ("1 of the border", "0.98 of the border"),
    ("correlation -0.000", "correlation 0.000"), ("correlation -0.01", "correlation 0.00"), ("I = −0.48", "I = -0.48"),
    ("step 5:  9.9 levels", "step 5: 10.0 levels"), ("[0.5 -0.25]", "[ 0.5  -0.25]"), ("[4. 2.]", "[4.01 2.  ]"),
    ("off by ≈ 77 grey levels", "off by ≈ 65.3 grey levels"), ("height ≈ 3e-06", "height ≈ 2e-06"),
    ("     ≈   9.7%", "     ≈  11.2%"), ("≈ 1,000 steps", "≈ 890 steps"), ("≈ 9e-21", "≈ 1e-20"),
    ("four loops: 17.4 ms", "four loops: 9 ms"), ("took 3.1 s", "took 900 ms"), ("took 41 µs", "took 1.5e+03 ns"),
    ("took 1 minute", "took 12 minutes"), ("took 12.3s", "took 2 s"), ("for ≈ 3 s", "for ≈ 12 s"),
    ("TensorFlow: about 49 times as fast", "TensorFlow: about 3.5 times as fast"),
    ("前者约为后者的 12.9 倍", "前者约为后者的 2.3 倍"), ("速度约 50,996 倍", "速度约 44,358 倍"), ("", "")])
def test_what_says_the_same(stored, new):
    assert same(new, stored)


@pytest.mark.parametrize(("stored", "new"), [
    ("error 0.01143", "error 0.01257"), ("loss 1.93e-07", "loss 1.93e-08"), ("content 48 %", "content 46 %"),
    ("loss 0.0114", "loss 0.0118"), ("off by 0.000000", "off by 0.000002"), ("edges 0", "edges 5e-08"),
    ("correlation 0.01", "correlation -0.01"), ("weight −4", "weight 4"), ("level 4.0", "level -4.0"),
    ("5 places", "6 places"), ("3 steps", "4 steps"), ("1,792 weights", "1,793 weights"), ("[4. 2.]", "[4. 3.]"),
    ("(198, 298, 2)", "(198, 298, 3)"), ("224×224 × 64", "224×112 × 64"), ("VGG-19", "VGG-16"), ("is 40.", "is 41."),
    ("conv4_2 0.5", "conv4_1 0.5"), ("Keras 3.15.1", "Keras 3.15.2"), ("float32", "float16"),
    ("off by ≈ 77 grey levels", "off by ≈ 38.5 grey levels"), ("off by ≈ 77", "off by 77"), ("≈ 1e-20", "≈ 5e-21"),
    ("≈ 0.5 of the way", "≈ -0.5 of the way"), ("≈ 3 of 5", "≈ 3 of 6"), ("≈ 12 %", "≈ 12"),
    ("off by ≈ nan", "off by ≈ 3"),
    ("loss nan", "loss 3.0"), ("loss 3.0", "loss inf"), ("loss inf", "loss -inf"),
    ("took 3.1 s", "took long"), ("took 3.1 s", "took 3.1"), ("took 3 s", "took 3 minutes"), ("took 3 s", "took -3 s"),
    ("前者约为后者的 12.9 倍", "后者约为前者的 12.9 倍"), ("是它的 12.9 倍", "是它的 2.3 倍"), ("约 50 步", "约 60 步"),
    ("about 49 times as fast", "much as fast"), ("about 49 times as fast", "49 times as fast"),
    ("1.93 terabytes", "1.93 gigabytes"), ("red − blue 0.5", "red + blue 0.5"), ("a b", "ab"),
    ("one\ntwo", "one"), ("one", "one\ntwo"), ("one\n", "one\n\n")])
def test_what_does_not(stored, new):
    assert not same(new, stored)


def test_nan_equals_itself():
    assert same("loss nan, then inf", "loss nan, then inf")


@pytest.mark.parametrize(("share", "about", "new", "kept"), [
    (0, 0.1, "0.481 and ≈ 81", True), (0, 0.1, "0.482 and ≈ 81", False), (0, 0.1, "0.480 and ≈ 90", False),
    (0.1, 0.5, "0.52 and ≈ 110", True)])
def test_the_shares_can_be_chosen(share, about, new, kept):
    assert same(new, "0.480 and ≈ 77", share, about) == kept


# A cell's outputs

def printed(text):
    return v4.new_output("stream", name="stdout", text=text)


def figure(words):
    return v4.new_output("display_data", data={"image/png": "aGk=", "text/plain": words})


def test_only_what_differs_is_left_different():
    stored = [printed("3 ms\nloss 0.480\n"), figure("height ≈ 10"), figure("b")]
    new = [figure("height ≈ 11"), printed("5 ms\nloss 0.960\n"), figure("c")]
    told = with_stored_wording(new, stored)
    assert told == [figure("height ≈ 10"), printed("3 ms\nloss 0.960\n"), figure("c")]
    assert new[1].text == "5 ms\nloss 0.960\n"  # untouched
    assert not same_outputs(new, stored) and same_outputs([printed("2 ms")], [printed("3 ms")])
    assert not same_outputs([printed("a"), printed("b")], [printed("a")])


def folded(picture, words):
    html = f'<details><img src="data:image/png;base64,{picture}" alt="{words}"></details>'
    return v4.new_output("display_data", data={"text/html": html, "text/plain": words})


def test_a_picture_within_html_is_not_compared_and_the_words_about_it_are():
    assert same_outputs([folded("bmV3OTk=", "height ≈ 11")], [folded("b2xkMTI=", "height ≈ 10")])
    assert not same_outputs([folded("b2xkMTI=", "width ≈ 10")], [folded("b2xkMTI=", "height ≈ 10")])


# A notebook with which nothing can be compared

def notebook(*cells):
    return v4.new_notebook(cells=[v4.new_code_cell(source, execution_count=count, outputs=outputs)
                                  for source, count, outputs in cells])


@pytest.mark.parametrize(("content", "message"), [
    ("no JSON", "is no notebook"), ("[]", "is no notebook"), ("{}", "is no notebook"),
    ('{"cells": [{"cell_type": 3}], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "is no notebook"),
    (nbformat.writes(notebook(("1", None, []), ("print(2)", 2, [printed("2\n")]))), "1 of 2 cells were never run"),
    (nbformat.writes(notebook(("print(2)", 1, []))), "has nothing to compare with")])
def test_an_unusable_notebook_is_one_clear_line(content, message, tmp_path):
    path = tmp_path / "lesson.ipynb"
    path.write_text(content)
    with pytest.raises(Unusable, match=message) as error:
        read(path)
    assert "lesson.ipynb" in str(error.value) and "make notebooks" in str(error.value) and "\n" not in str(error.value)


# nbval bites

def nbval(folder):
    """Run nbval on a folder's notebooks as the lessons' run does; returns what it prints."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-rA", "--color=no", "--nbval", "-p", "nbval_numbers",
         "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder)],
        capture_output=True, text=True, cwd=folder, env=os.environ | {"PYTHONPATH": str(ROOT / "tests")}).stdout


def put(old, new):
    """A damage: other words in what is stored, in a printed text or a figure's words."""
    def damage(cell):
        for output in cell.outputs:
            place, key = (output, "text") if output.output_type == "stream" else (output.data, "text/plain")
            if old in place[key]:
                place[key] = place[key].replace(old, new)
                return
        raise AssertionError(f"{old!r} is not in {cell.outputs}")
    return damage


def forget_the_outputs(cell):
    cell.outputs = []


def raise_an_exception(cell):
    cell.source = "1 / 0\n" + cell.source


# (what stands in the cell's source, what is done to it), in the lesson's order
DAMAGES = {
    "an output is removed": ("silent = 3", forget_the_outputs),
    "a word is changed": ("level halves", put("halves", "doubles")),
    "a number is changed by 10 %": ("exp(", put("0.368", "0.405")),
    "a sign is flipped": ("minus", put("-4.0", "4.0")),
    "a line is removed": ("two lines", put("second line\n", "")),
    "a line is added": ("one line", put("one line\n", "one line\nand so on\n")),
    "a time is replaced by a word": ("time", put("12.3 ms", "long")),
    "an exception": ("nothing wrong", raise_an_exception),
    "a number behind ≈ is halved": ("loss", put("≈ 26", "≈ 13")),
}
HARMLESS = {
    "a last digit": ("sqrt", put("1.41", "1.42")),
    "a number behind ≈": ("height", put("≈ 26", "≈ 23")),
    "another time": ("seconds", put("12.3 s", "45.6 s")),
}
CELLS = [  # (source, what it prints)
    ('silent = 3\nprint("3 numbers")', "3 numbers\n"), ('print("the level halves")', "the level halves\n"),
    ('import math\nprint(f"{math.exp(-1):.3f}")', "0.368\n"), ('print("minus", -4.0)', "minus -4.0\n"),
    ('print("two lines\\nsecond line")', "two lines\nsecond line\n"), ('print("one line")', "one line\n"),
    ('print("a time: 12.3 ms")', "a time: 12.3 ms\n"), ('print("nothing wrong")', "nothing wrong\n"),
    ('print("the loss is ≈ 26")', "the loss is ≈ 26\n"), ('print(f"{math.sqrt(2):.2f}")', "1.41\n"),
    ('print("the height is ≈ 26")', "the height is ≈ 26\n"), ('print("seconds: 12.3 s")', "seconds: 12.3 s\n"),
    ('print("as it was")', "as it was\n"),
]


@pytest.fixture(scope="module")
def beginning():
    """A lesson of a few cells, as stored after a run."""
    lesson = notebook(*((source, count, [printed(text)]) for count, (source, text) in enumerate(CELLS, 1)))
    return v4.new_notebook(cells=lesson.cells, metadata=read(LESSON).metadata)


def test_nbval_fails_each_damage_and_nothing_else(beginning, tmp_path):
    """All in one copy of the lesson, each in a cell of its own; no other cell may fail."""
    lesson, damaged = nbformat.from_dict(json.loads(json.dumps(beginning))), {}
    for name, (source, damage) in (DAMAGES | HARMLESS).items():
        (number,) = [number for number, cell in enumerate(lesson.cells) if source in cell.source]
        damage(lesson.cells[number])
        damaged[number] = name
    assert len(damaged) == len(DAMAGES | HARMLESS)
    nbformat.write(lesson, tmp_path / "lesson.ipynb")
    printed = nbval(tmp_path)
    failed = {int(number) for number in re.findall(r"^FAILED .*::Cell (\d+)", printed, re.M)}
    assert {damaged.get(number, number) for number in failed} == set(DAMAGES), printed
    assert len(re.findall(r"^PASSED ", printed, re.M)) == len(lesson.cells) - len(DAMAGES), printed


def test_nbval_says_in_one_line_what_it_cannot_compare(tmp_path):
    (tmp_path / "broken.ipynb").write_text("no JSON")
    nbformat.write(notebook(("print(1)", None, [])), tmp_path / "stripped.ipynb")
    printed = nbval(tmp_path)
    assert "broken.ipynb is no notebook" in printed and "stripped.ipynb has nothing to compare with" in printed
    assert "2 errors" in printed and "Traceback" not in printed and 'File "' not in printed


def test_a_lesson_in_its_place_is_compared_this_way_without_an_option():
    run = subprocess.run([sys.executable, "-m", "pytest", "--nbval", "--collect-only", "-p", "no:cacheprovider",
                          str(LESSON)], capture_output=True, text=True, cwd=ROOT)
    assert "<Lesson 01_convolution.ipynb>" in run.stdout and "<Cell Cell 0>" in run.stdout, run.stdout
