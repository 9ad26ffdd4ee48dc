"""A stored notebook → the notebook that the site is made of: the same cells, with their outputs as a page shows them.

What JupyterLab folds is folded; a figure and its caption become one; a prediction is asked without the code that holds
its answer; a panel becomes what `panels.js` brings to life; under an exercise stand its hints and how to run it.
"""

import base64
import copy
import io
import re
from html import escape, unescape

import nbformat
from PIL import Image

from website.aids import aids
from website.links import Links
from website.panels import EVERYWHERE, GRIDS, constructor, panel_of
from website.project import SiteError, shown
from website.speech import say

FOLDED = {"check": "The check", "figure": "How it is drawn"}  # by a cell's tag; JupyterLab folds these too
CAPTION = re.compile(r'<p class="nst-caption"[^>]*>(.*?)</p>\s*$', re.DOTALL)
EMBEDDED = re.compile(r'<img src="data:image/[a-z+]+;base64,([^"]+)" alt="([^"]*)">')  # in a folded figure
CHECK = re.compile(r'exercises\.check\("([^"]+)"')
PREDICTION = '<div role="group" aria-label='  # what it is called, in the language of the lesson
PICTURES = ("image/png", "image/jpeg", "image/webp")
ALIVE = "This is how it begins; with JavaScript it can be moved here, and in JupyterLab it can do everything."
STILL = "Here it stands still; in JupyterLab it can do everything."
ELSEWHERE = "This one needs Python behind it: run the lesson in JupyterLab. Here is how it looks."


class Lesson:
    """One notebook on its way into the site.

    Args:
        edition, page: as of `Links`. source: the stored notebook. pictures: `Pictures` of the site.
    """

    def __init__(self, edition, page, source, pictures):
        self.page, self.source, self.pictures = page, source, pictures
        self.language = edition.language
        self.solved, self.panels = page.startswith("solutions/"), 0
        self.links = Links(edition, page, source, pictures)
        self.large = _at_half_width(source.parent.parent / source.name) if self.solved else {}

    def staged(self):
        """The notebook for the site."""
        notebook = nbformat.read(self.source, as_version=4)
        self._require_title(notebook)
        cells = []
        for cell in notebook.cells:
            cells += [self._text(cell)] if cell.cell_type == "markdown" else self._code(cell)
            cells += self._after(cell)
        notebook.cells = cells
        if self.solved:
            self._say_that_it_is_solved(cells)
        return notebook

    def _require_title(self, notebook):
        if not notebook.cells or not re.match(r"# .+", notebook.cells[0].source):
            raise SiteError(f"{shown(self.source)} does not begin with a title, `# …`")

    def _say_that_it_is_solved(self, cells):
        title, _, rest = cells[0].source.partition("\n")
        lesson = self.links.to(self.source.stem, ".ipynb")
        cells[0].source = (f"{title}, solved\n\n*The exercises are solved here:* [*the lesson without the "
                           f"solutions*]({lesson})\n{rest}")

    def _text(self, cell):
        cell.source = self.links.rewritten(cell.source)
        return cell

    def _code(self, cell):
        tags = cell.metadata.get("tags", [])
        words = next((words for tag, words in FOLDED.items() if tag in tags), None)
        cell.outputs = list(self._outputs(cell))
        if "prediction" in tags:  # its source holds the answer
            cell.metadata["tags"] = [*tags, "remove-input"]
        if CHECK.search(cell.source):
            cell.metadata["tags"] = [*tags, "verdict"]  # what it prints is sentences
        if not words:
            return [cell]
        folded = copy.deepcopy(cell)
        folded.outputs, folded.metadata["tags"] = [], [*tags, "hide-input"]
        words = say(self.language, words)
        folded.metadata["mystnb"] = {"code_prompt_show": words, "code_prompt_hide": words}
        if not cell.outputs:
            return [folded]
        cell.metadata["tags"], folded.id = [*tags, "remove-input"], f"{cell.id}-source"  # the figure comes first
        return [cell, folded]

    def _outputs(self, cell):
        waiting = list(cell.outputs)
        while waiting:
            output = waiting.pop(0)
            data = output.get("data", {})
            kind = next((kind for kind in PICTURES if kind in data), None)
            if output.output_type == "stream" or ("text/plain" in data and not kind and "text/html" not in data):
                yield output
            elif kind:
                caption = CAPTION.match(waiting[0].get("data", {}).get("text/html", "")) if waiting else None
                if caption:
                    waiting.pop(0)
                yield self._html(self._picture(cell, output, kind, caption[1] if caption else ""))
            elif "text/html" in data:
                html = EMBEDDED.sub(lambda found: self._unpacked(cell, found), data["text/html"])
                if "prediction" in cell.metadata.get("tags", []):
                    html = html.replace(PREDICTION, PREDICTION.replace(" ", ' class="nst-prediction" ', 1))
                yield self._html(html)
            else:
                raise SiteError(f"{shown(self.source)}: an output that a page cannot show: {output.output_type}")

    def _picture(self, cell, output, kind, caption):
        alt = output.metadata.get(kind, {}).get("alt", "")
        data = self._as_large_as_stored(cell, base64.b64decode(output.data[kind]), alt)
        if output.output_type != "execute_result":  # figures are shown by a call; a panel is its cell's value
            return self.pictures.figure(data, self.page, alt, caption, shown(self.source))
        self.panels += 1
        name, moves = panel_of(self.source, cell.source, self.panels, first=not self.links.abroad)
        still = self.pictures.figure(data, self.page, alt, f"{escape(alt)}", shown(self.source))
        frames = f' data-frames="{self.links.to(f"panels/{name}", "")}"' if moves else ""
        there = self._moves_there(cell)
        told = say(self.language, ALIVE if moves else STILL if there else ELSEWHERE)
        return (f'<div class="nst-panel" id="panel-{self.panels}"{frames}>{still}<p class="nst-note">'
                f'<em>{told}</em>{there}</p></div>')

    def _moves_there(self, cell):
        """The way to a panel that moves in the first edition alone."""
        name = constructor(cell.source)
        if not self.links.abroad or name in EVERYWHERE or not GRIDS.get(name or ""):
            return ""
        address = f"{self.links.english_page(self.page)}#panel-{self.panels}"
        return f' <a href="{address}">{say(self.language, "On the English page it moves.")}</a>'

    def _unpacked(self, cell, found):
        data = self._as_large_as_stored(cell, base64.b64decode(found[1]), unescape(found[2]))
        return self.pictures.image(data, self.page, unescape(found[2]), shown(self.source))[0]

    def _as_large_as_stored(self, cell, data, alt):
        """A worked lesson stores at half the width what its lesson has large: the site has it once, and large."""
        return self.large.get((cell.id, alt, _size(data)), data)

    def _html(self, html):
        return nbformat.v4.new_output("display_data", {"text/html": html})

    def _after(self, cell):
        """Behind the check of an exercise: hints, how to run it, and where it is solved."""
        found = CHECK.search(cell.source) if cell.cell_type == "code" else None
        if not found or self.solved:
            return []
        return [nbformat.v4.new_markdown_cell(aids(found[1], self.links, self.source.stem))]


def _at_half_width(lesson):
    """{(cell's id, alternative text, size at half the width): the picture's bytes} of a stored lesson."""
    cells = nbformat.read(lesson, as_version=4).cells if lesson.is_file() else []
    found = [(cell.id, *picture) for cell in cells for output in cell.get("outputs", [])
             for picture in _pictures(output)]
    return {(cell, alt, tuple(max(1, side // 2) for side in _size(data))): data for cell, alt, data in found}


def _pictures(output):
    """[(alternative text, bytes)] of the pictures of an output, those within HTML too."""
    data = output.get("data", {})
    found = [(output.metadata.get(kind, {}).get("alt", ""), data[kind]) for kind in PICTURES if kind in data]
    found += [(unescape(alt), text) for text, alt in EMBEDDED.findall(data.get("text/html", ""))]
    return [(alt, base64.b64decode(text)) for alt, text in found]


def _size(data):
    with Image.open(io.BytesIO(data)) as image:
        return image.size


def to_take_home(source):
    """The notebook that the page's download button gives: without outputs, which would weigh megabytes."""
    notebook = copy.deepcopy(nbformat.read(source, as_version=4))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return nbformat.writes(notebook) + "\n"
