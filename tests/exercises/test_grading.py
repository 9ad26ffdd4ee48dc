"""`grade`: what a class hands in, with everything that thirty students hand in."""

import json

import pytest

from nst_helpers.__main__ import main
from nst_helpers.exercises.grading import GradingError, Row, as_csv, as_html, grade

NEGATIVE = "from nst_helpers import exercises\ndef negative(image):\n    return {}"
CHECK = 'exercises.check("00-negative", negative)'


def hand_in(path, *cells):
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"cells": [{"cell_type": "code", "source": cell.splitlines(keepends=True)} for cell in
                                          cells], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}))


@pytest.mark.parametrize(("cells", "verdict", "hint"), [
    ([NEGATIVE.format("255 - image"), CHECK], "right", "right. Black became white"),
    ([NEGATIVE.format("1 - image"), CHECK], "wrong", "pixels go from 0 to 255"),
    ([NEGATIVE.format("..."), CHECK], "open", "not solved yet"),
    (["1 / 0", NEGATIVE.format("255 - image"), CHECK], "right", ""),  # an error before costs nothing
    ([NEGATIVE.format("255 - image"), CHECK, "import os\nos._exit(0)"], "right", ""),
    (["import os\nos._exit(3)", NEGATIVE.format("255 - image"), CHECK], "not reached", "its process broke off"),
    (["raise SystemExit", NEGATIVE.format("255 - image"), CHECK], "right", ""),
    (["def negative(image: return", CHECK], "not reached", "did not run to its end"),
    (["while True:\n    pass", CHECK], "not reached", "longer than 4 seconds"),
    (["import numpy as np\nx = np.ones(10**8)\nwhile True:\n    pass", CHECK], "not reached", "more than 500 MB"),
    (["import shutil, pathlib\nshutil.rmtree(pathlib.Path.cwd())", CHECK], "not reached", ""),
])
def test_one_notebook(tmp_path, cells, verdict, hint):
    hand_in(tmp_path / "anna.ipynb", *cells)
    (row,) = grade(tmp_path, seconds=4 if "longer" in hint else 60, megabytes=500)
    assert row[:3] == ("anna", "00-negative", verdict) and hint in row.hint
    assert (tmp_path / "anna.ipynb").is_file()


def test_a_whole_class_and_one_broken_notebook_costs_its_own_row_only(tmp_path, capsys):
    hand_in(tmp_path / "in" / "anna.ipynb", NEGATIVE.format("255 - image"), CHECK)
    (tmp_path / "in" / "bo").mkdir()
    hand_in(tmp_path / "in" / "bo" / "lesson.ipynb")
    (tmp_path / "in" / "=cara.ipynb").write_text("no notebook")
    assert main(["grade", str(tmp_path / "in"), "--output", str(tmp_path / "grades")]) == 0
    assert "1 of 3 exercises right" in capsys.readouterr().out
    lines = (tmp_path / "grades.csv").read_text(encoding="utf-8").splitlines()
    assert lines[0] == "student,exercise,verdict,hint"
    assert lines[1].startswith("'=cara,'=cara.ipynb,unreadable,")
    assert lines[2].startswith("anna,00-negative,right,")
    assert lines[3].startswith("bo,lesson.ipynb,unreadable,there is no check")
    assert '<td class="right"' in (tmp_path / "grades.html").read_text(encoding="utf-8")


def test_there_is_no_network_where_the_system_can_do_that(tmp_path):
    from nst_helpers.exercises import grading

    if not grading._alone():
        pytest.skip("unshare is not allowed here")
    cell = ("import socket\nfrom nst_helpers import exercises\ndef negative(image):\n"
            "    return 255 - image if socket.if_nameindex() == [(1, 'lo')] else image")
    hand_in(tmp_path / "anna.ipynb", cell, CHECK)
    assert grade(tmp_path)[0].verdict == "right"


@pytest.mark.parametrize(("folder", "words"), [("nowhere", "there is no such folder"), (".", "there is no notebook")])
def test_nothing_to_grade_is_one_line(tmp_path, folder, words, capsys):
    with pytest.raises(GradingError, match=words):
        grade(tmp_path / folder)
    assert main(["grade", str(tmp_path / folder)]) == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_what_a_student_wrote_is_text_on_the_page_and_in_the_table():
    table = [Row("<b>", "01-x", "wrong", '"<script>'), Row("=1+1", "01-x", "right", "@")]
    assert "<b>" not in as_html(table).split("<table>")[1] and "<script>" not in as_html(table)
    assert as_csv(table).splitlines()[2] == "'=1+1,01-x,right,'@"
