"""What the themes and MathJax bring along, less what these pages never load."""

import importlib.util
import os
import re
import shutil
from pathlib import Path

from website.project import SiteError

MATHJAX = ("startup.js", "core.js", "input/tex.js", "output/chtml.js", "output/chtml/fonts/tex.js",
           "a11y/assistive-mml.js")
FONTS = "output/chtml/fonts/woff-v2"
# The theme draws its icons twice, by fonts and by this script, of 1.6 MB; the fonts are enough.
SPARE = "scripts/fontawesome.js"
SEARCH = re.compile(r'\s*<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"></script>')
STATIC = re.compile(r'"((?:\.\./)*)_static/([^"?#]+)(?=["?#])')
ICON = re.compile(r"\bfa-[\w-]+")
RULE = re.compile(r'(?:\.fa-[\w-]+,?)+\{--fa:"[^"]*"\}')  # which sign of the font an icon is


def _without_index(page):
    """The text of a page, which loads the search index, a quarter of a megabyte, no more if it is not the search."""
    text = page.read_text(encoding="utf-8")
    if page.name != "search.html":
        text = SEARCH.sub("", text)
        page.write_text(text, encoding="utf-8")
    return text


def copy_mathjax(static):
    """MathJax's parts that pages load, and its fonts, into the site's folder of static files."""
    found = importlib.util.find_spec("sphinx-mathjax-offline")
    if found is None or found.origin is None:
        raise SiteError("MathJax is missing: `make site` installs sphinx-mathjax-offline with the other requirements")
    source = Path(found.origin).parent / "static" / "mathjax"
    for name in (*MATHJAX, *(f"{FONTS}/{path.name}" for path in (source / FONTS).glob("*.woff"))):
        target = static / "mathjax" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source / name, target)


def share_static(folder, first):
    """Of an edition's static files, take out those that the first edition has too, and let its pages load those.

    Args:
        folder: of the edition, as in site/zh. first: of the first one, site.
    """
    own, others = folder / "_static", first / "_static"
    both = [path.relative_to(own).as_posix() for path in own.rglob("*")
            if path.is_file() and (others / path.relative_to(own)).is_file()]
    same = {name for name in both  # a style's fonts lie beside it; of the first edition's nothing is left out
            if name.endswith(".css") or (own / name).read_bytes() == (others / name).read_bytes()}
    up = Path(os.path.relpath(first, folder)).as_posix()
    for page in folder.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        page.write_text(STATIC.sub(lambda found: f'"{found[1]}{up}/_static/{found[2]}' if found[2] in same else
                                   found[0], text), encoding="utf-8")
    for name in same:
        (own / name).unlink()


def drop_spare(site):
    """Leave out of an edition's folder what is only for those who develop the themes, and what no page uses."""
    static, pages = site / "_static", [_without_index(path) for path in site.rglob("*.html")]
    for path in (*static.rglob("*.map"), *static.rglob("*.LICENSE.txt")):
        path.unlink()
    (static / SPARE).write_text("// Icons come from the fonts in vendor/fontawesome.\n", encoding="utf-8")
    shown = set(ICON.findall("\n".join([*pages, *(path.read_text(encoding="utf-8") for path in
                                                  (static / "scripts").glob("*.js"))])))
    style = static / "styles" / "pydata-sphinx-theme.css"
    style.write_text(RULE.sub(lambda found: found[0] if shown & set(ICON.findall(found[0])) else "",
                              style.read_text(encoding="utf-8")), encoding="utf-8")
    for path in (static / "locales", static / "sbt-webpack-macros.html", static / "webpack-macros.html"):
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
