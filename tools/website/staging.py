"""Write what Sphinx reads: every lesson, solution and text of an edition, as a page needs it."""

import nbformat

from website import texts
from website.links import Links
from website.notebooks import Lesson
from website.pictures import Pictures
from website.speech import speaking


def stage(edition, source, site):
    """Fill the empty folder `source` with notebooks and Markdown, and put the pictures that they show into the site."""
    with speaking(edition.language):
        _stage(edition, source, Pictures(site, edition.folder))


def _stage(edition, source, pictures):
    for name, path in edition.documents().items():
        target = source / f"{name}{'.ipynb' if path.suffix == '.ipynb' else '.md'}"
        target.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".ipynb":
            nbformat.write(Lesson(edition, name, path, pictures).staged(), target)
            continue
        links = Links(edition, name, path, pictures)
        target.write_text(links.rewritten(path.read_text(encoding="utf-8")), encoding="utf-8")
    pages = {"index": texts.cover(edition, pictures)}
    if not edition.folder:  # these are there once, in English
        pages |= {"gallery": texts.gallery(pictures), **texts.reference()}
    for name, text in pages.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / f"{name}.md").write_text(text, encoding="utf-8")
