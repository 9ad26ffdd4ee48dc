"""Every lesson in a real JupyterLab: it opens, and each of its panels answers mouse and keyboard.

Only the cells that its panels need are run here: nbval has run them all, and one lesson is run from end to end in
test_whole_lesson_in_jupyterlab.
"""

import csv

import nbformat
import pytest
from conftest import ARTIFACTS, ROOT
from pages import by_keyboard, by_mouse, opened, seen_to_change
from playwright.sync_api import expect
from website.slices import before

LESSONS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))


def with_panels(cells):
    """The places of the code cells that end in a panel or a studio: what is left of one in a file is a picture."""
    return [place for place, cell in enumerate(cells) for output in cell.outputs
            if output.output_type == "execute_result" and any(kind.startswith("image/") for kind in output.data)]


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_opens_and_its_panels_answer(lab, lesson):
    notebook = nbformat.read(ROOT / "notebooks" / f"{lesson}.ipynb", 4)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    shown = with_panels(cells)
    assert shown, "a lesson without a panel"
    with opened(lab, f"notebooks/{lesson}.ipynb") as notebook:
        expect(notebook.code).to_have_count(len(cells))
        notebook.run_places(before([cell.source for cell in cells], shown))
        assert notebook.errors() == [] and notebook.noise() == []
        expect(notebook.page.locator(".nst-panel, .nst-studio")).to_have_count(len(shown))
        notebook.until_pictures_are_there()
        answers = [(lesson, place, *_try(panel, f"{lesson}_{place}"))
                   for place, panel in enumerate(notebook.page.locator(".nst-panel").all())]
        for place, live in enumerate(notebook.page.locator(".nst-live").all()):
            _compute(live, f"{lesson}_live_{place}")
        _note(answers)


def _try(panel, name):
    """Milliseconds that the panel takes to answer a key and the mouse; a screenshot of it at first and at last."""
    panel.scroll_into_view_if_needed()
    panel.screenshot(path=ARTIFACTS / f"{name}.png")
    picture = panel.locator("img").first
    taken = [seen_to_change(picture, lambda way=way: way(panel)) for way in (by_keyboard, by_mouse)]
    panel.screenshot(path=ARTIFACTS / f"{name}_moved.png")
    return taken


def _compute(live, name):
    """What is computed on a press shows up while it is computed, can be stopped, and can be begun again."""
    start, stop = live.locator(":scope > .widget-hbox button").all()
    live.scroll_into_view_if_needed()
    seen_to_change(live.locator("img").first, start.click, pixels=False)
    stop.click(force=True)  # it may have come to its end meanwhile
    expect(start).to_be_enabled()
    expect(stop).to_be_disabled()
    live.screenshot(path=ARTIFACTS / f"{name}.png")


def _note(answers):
    with (ARTIFACTS / "answers.csv").open("a", newline="") as file:
        csv.writer(file).writerows([(*answer[:2], *(f"{ms:.0f}" for ms in answer[2:])) for answer in answers])
