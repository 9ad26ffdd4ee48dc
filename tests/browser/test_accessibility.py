"""axe-core over a running lesson: what a screen reader or a keyboard would stumble over in what this course adds."""

import json

from axe_playwright_python.sync_playwright import Axe
from conftest import ARTIFACTS
from pages import opened

# JupyterLab's own frame is JupyterLab's matter: only text, outputs and panels of the lesson are looked at. Nor does
# it pass on the alternative text that a notebook stores with a figure, so that rule is held by the site's tests.
OURS = {"include": [".jp-RenderedMarkdown", ".jp-OutputArea-output:not(.jp-RenderedImage)"]}


def test_a_running_lesson_has_no_serious_finding(lab):
    with opened(lab, "notebooks/01_convolution.ipynb") as notebook:
        notebook.run_all()
        panels = notebook.page.locator(".nst-panel")
        assert panels.count() == 2
        found = Axe().run(notebook.page, context=OURS, options={"resultTypes": ["violations"]}).response["violations"]
        (ARTIFACTS / "axe_lesson.json").write_text(json.dumps(found, indent=1))
        grave = {one["id"]: [node["html"][:200] for node in one["nodes"][:3]] for one in found
                 if one["impact"] in ("serious", "critical")}
        assert grave == {}
        labels = panels.locator("input, select, .noUi-handle").evaluate_all("all => all.map(one => one.ariaLabel)")
        assert {"kernel", "photograph", "row i", "column j", "K(0, 0)"} <= set(labels)
        words = panels.first.locator(":scope > .widget-html").inner_text()
        assert panels.first.locator("img").get_attribute("alt") == words != ""
