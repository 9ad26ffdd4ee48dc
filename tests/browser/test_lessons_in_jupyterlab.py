"""Every lesson in a real JupyterLab: it runs, and each of its panels answers mouse and keyboard."""

import csv

import pytest
from conftest import ARTEFACTS, ROOT
from pages import LONG, by_keyboard, by_mouse, opened, seen_to_change
from playwright.sync_api import expect

LESSONS = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_runs_and_its_panels_answer(browser, lab, lesson):
    with opened(browser, lab, f"notebooks/{lesson}.ipynb") as notebook:
        notebook.run_all()
        assert notebook.errors() == [] and notebook.noise() == []
        missing = "all => all.filter(image => !image.naturalWidth).map(image => image.src)"
        assert notebook.page.locator(".jp-Notebook img").evaluate_all(missing) == []
        panels, studios = notebook.page.locator(".nst-panel"), notebook.page.locator(".nst-studio")
        assert panels.count() + studios.count() >= 1
        answers = [(lesson, place, *_try(panel, f"{lesson}_{place}"))
                   for place, panel in enumerate(panels.all())]
        for place, live in enumerate(notebook.page.locator(".nst-live").all()):
            _compute(live, f"{lesson}_live_{place}")
        _note(answers)


def _try(panel, name):
    """Milliseconds that the panel takes to answer a key and the mouse; a screenshot of it at first and at last."""
    panel.scroll_into_view_if_needed()
    panel.screenshot(path=ARTEFACTS / f"{name}.png")
    picture = panel.locator("img").first
    taken = []
    for way in (by_keyboard, by_mouse):
        changed = filter(None, (seen_to_change(picture, act, within=2500) for act in way(panel)))
        taken.append(next(changed, None))
        assert taken[-1] is not None, f"{name} does not answer {way.__name__}"
    panel.screenshot(path=ARTEFACTS / f"{name}_moved.png")
    return taken


def _compute(live, name):
    """What is computed on a press shows up while it is computed, can be stopped, and can be begun again."""
    start, stop = live.locator(":scope > .widget-hbox button").all()
    live.scroll_into_view_if_needed()
    assert seen_to_change(live.locator("img").first, start.click, within=60_000, pixels=False) is not None, name
    stop.click(force=True)  # it may have come to its end meanwhile
    expect(start).to_be_enabled(timeout=LONG)
    expect(stop).to_be_disabled()
    live.screenshot(path=ARTEFACTS / f"{name}.png")


def _note(answers):
    with (ARTEFACTS / "answers.csv").open("a", newline="") as file:
        csv.writer(file).writerows([(*answer[:2], *(f"{ms:.0f}" for ms in answer[2:])) for answer in answers])
