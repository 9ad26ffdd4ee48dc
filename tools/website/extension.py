"""What Sphinx must do differently: Chinese words say what they are, a comma stays with the formula before it, and pages
know their other editions."""

import os
import posixpath
import re

from docutils import nodes
from sphinx.transforms.post_transforms import SphinxPostTransform

from website.editions import LANGUAGES, editions

CHINESE = re.compile(r"([\u3400-\u9fff](?:[\u3400-\u9fff, ]*[\u3400-\u9fff])?)")
MARKS = re.compile(r"[,.;:!?)\]’”，。；：！？）】》、…%]+")


class ChineseWords(SphinxPostTransform):
    """Chinese words of an English page get `lang="zh"`, so that a reading voice changes its language."""

    default_priority = 900
    formats = ("html",)

    def run(self, **options):
        """Wrap them, code aside."""
        if (self.config.language or "en").startswith("zh"):
            return
        for text in list(self.document.findall(nodes.Text)):
            if not CHINESE.search(text) or isinstance(text.parent, nodes.literal | nodes.literal_block | nodes.math):
                continue
            parts = [nodes.inline("", part, classes=["language-zh"]) if number % 2 else nodes.Text(part)
                     for number, part in enumerate(CHINESE.split(text)) if part]
            text.parent.replace(text, parts)


class WholeFormulas(SphinxPostTransform):
    """Marks that close or part words stay on the line of the formula before them; a browser breaks behind a formula."""

    default_priority = 850  # before Chinese words are taken apart
    formats = ("html",)

    def run(self, **options):
        """Put both into one inline element."""
        for formula in list(self.document.findall(nodes.math)):
            after = formula.next_node(siblings=True, descend=False, ascend=False)
            marks = MARKS.match(after) if isinstance(after, nodes.Text) else None
            if not marks:
                continue
            after.parent.replace(after, [nodes.Text(after[marks.end():])] if after[marks.end():] else [])
            whole = nodes.inline("", "", classes=["nst-whole"])
            formula.parent.replace(formula, whole)
            whole += [formula, nodes.Text(marks[0])]


def other_editions(app, page, template, context, doctree):
    """`nst_editions` for the template: the same page in each other edition, or that edition's cover."""
    here = app.config.nst_edition
    found = {edition.language: edition for edition in editions()}
    folder = posixpath.dirname(posixpath.join(found[here].folder, page)) or "."
    context["nst_editions"] = [
        {"language": language, "name": LANGUAGES[language], "address": posixpath.relpath(
            posixpath.join(edition.folder, f"{page if page in edition.documents() else 'index'}.html"), folder)}
        for language, edition in found.items() if language != here]


def plain_marks(app, what, name, thing, options, lines):
    """Docstrings are written for people at a terminal: `name`s are code, a bar is a bar, and "tcp://…" no link."""
    for number, line in enumerate(lines):
        parts = re.split(r"`([^`]+)`", line)
        lines[number] = "".join(rf"``{part}``\ " if place % 2 else part.replace("|", r"\|").replace("tcp://", r"tcp\://")
                                for place, part in enumerate(parts)) if len(parts) % 2 else line


def setup(app):
    """Called by Sphinx."""
    app.add_config_value("nst_edition", os.environ.get("NST_SITE_LANGUAGE", "en"), "env")
    app.add_post_transform(WholeFormulas)
    app.add_post_transform(ChineseWords)
    app.connect("autodoc-process-docstring", plain_marks, priority=100)  # before Napoleon
    app.connect("html-page-context", other_editions)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
