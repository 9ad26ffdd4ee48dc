"""A lesson run from its first cell to its last: what a screen reader would stumble over, and an exercise answered."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import ARTIFACTS
from pages import opened

# JupyterLab's own frame is JupyterLab's matter: only text, outputs and panels of the lesson are looked at. Nor does
# it pass on the alternative text that a notebook stores with a figure, so that rule is held by the site's tests.
OURS = {"include": [".jp-RenderedMarkdown", ".jp-OutputArea-output:not(.jp-RenderedImage)"]}


@pytest.fixture(scope="module")
def lesson(lab):
    """Lesson 01, in which every cell has been run."""
    with opened(lab, "notebooks/01_convolution.ipynb") as notebook:
        notebook.run_all()
        assert notebook.errors() == [] and notebook.noise() == []
        yield notebook


def test_a_running_lesson_has_no_serious_finding(lesson):
    panels = lesson.page.locator(".nst-panel")
    assert panels.count() == 2
    found = Axe().run(lesson.page, context=OURS, options={"resultTypes": ["violations"]}).response["violations"]
    (ARTIFACTS / "axe_lesson.json").write_text(json.dumps(found, indent=1))
    grave = {one["id"]: [node["html"][:200] for node in one["nodes"][:3]] for one in found
             if one["impact"] in ("serious", "critical")}
    assert grave == {}
    labels = panels.locator("input, select, .noUi-handle").evaluate_all("all => all.map(one => one.ariaLabel)")
    assert {"kernel", "photograph", "row i", "column j", "K(0, 0)"} <= set(labels)
    words = panels.first.locator(":scope > .widget-html").inner_text()
    assert panels.first.locator("img").get_attribute("alt") == words != ""


def test_an_exercise_is_answered_wrong_and_right_in_the_page(lesson):
    stub, check = lesson.cell_with("to_the_right = ..."), lesson.cell_with('check("01-shift"')
    for answer, mark in (("[[0, 0, 0], [0, 0, 1], [0, 0, 0]]", "✗"), ("[[0, 0, 0], [1, 0, 0], [0, 0, 0]]", "✓")):
        lesson.write(stub, f"to_the_right = np.array({answer})")
        stub = lesson.cell_with("to_the_right = np.array")
        lesson.run(stub)
        lesson.run(check)
        check.locator(".jp-OutputArea-output", has_text=mark).wait_for()
    check.screenshot(path=ARTIFACTS / "exercise.png")
