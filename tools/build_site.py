"""Render the lessons and their solutions as web pages that need no network: site/index.html.

    make site

Pages, pictures, one stylesheet and one font; no script, and nothing that a page loads lies outside the folder.
So it can be read from a disk, a USB stick or any web space. Formulas become MathML, which browsers draw
themselves. The folder is written whole or not at all: a failure leaves the old one as it was.
"""

import argparse
import base64
import hashlib
import io
import posixpath
import re
import shutil
import sys
from collections import Counter
from dataclasses import dataclass, field
from html import unescape
from importlib.metadata import distribution
from itertools import pairwise
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import nbformat
from fontTools.ttLib import TTFont
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from math_core import LatexError, LatexToMathML
from nbconvert.filters import strip_ansi
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from PIL import Image
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
PARTS = Path(__file__).resolve().parent / "site"  # the pages' shell, stylesheet and icon
NAME = "Neural style transfer from the inside"
MADE_BY = "tools/build_site.py"  # stands in index.html: a folder without it is not ours to replace
# What is not a lesson and becomes a page all the same: whose pictures these are must go along with them.
TEXTS = {"data/SOURCES.md": "sources.html", "data/networks/compact.md": "network.html"}
OPENING = ("data/gallery/shown/raccoon_cubist.jpg", "The raccoon in brushed planes of colour",
           "A photograph, painted in the manner of the picture in its corner by the small network that comes along.")
PICTURES = {".png", ".jpg", ".jpeg", ".gif", ".webp"}
CHINESE = re.compile(r"[\u3400-\u9fff](?:[\u3400-\u9fff, ]*[\u3400-\u9fff])?")
EMBEDDED = re.compile(r'<img src="data:image/[a-z+]+;base64,([^"]+)" alt="([^"]*)">')  # in a folded figure
FOLDED = {"check": "The check", "figure": "How it is drawn"}  # by a cell's tag; JupyterLab folds these too
PANEL = '<span aria-hidden="true">{}</span> <em>A panel to play with in JupyterLab; this is how it begins.</em>'
LINE = 30  # longer lines are scrolled on a narrow or much enlarged page, so keys must reach them


class SiteError(RuntimeError):
    """A site that cannot be made: where it fails, and what to do."""


@dataclass
class Page:
    """One page: `source` is what it is made of, `path` where it lies in the site."""

    source: Path
    path: str
    title: str = ""
    hook: str = ""  # the question that a lesson opens with
    twin: "Page | None" = None  # the solution of a lesson, the lesson of a solution
    before: "Page | None" = None
    after: "Page | None" = None
    headings: list = field(default_factory=list)  # (level, id, HTML)
    body: str = ""

    @property
    def solved(self):
        return self.path.startswith("solutions/")

    def to(self, target):
        """The relative address of another page, or of a file's path in the site."""
        path, hash_, anchor = (target.path if isinstance(target, Page) else target).partition("#")
        return quote(posixpath.relpath(path, posixpath.dirname(self.path) or ".")) + hash_ + quote(anchor)


class Site:
    """The pages by their source files, and the folder that they are written to."""

    def __init__(self, folder):
        self.folder = folder
        lessons, solutions = _lessons()
        self.lessons, self.solutions = _linked(lessons, ""), _linked(solutions, "solutions/")
        for lesson, solution in zip(self.lessons, self.solutions, strict=True):
            lesson.twin, solution.twin = solution, lesson
        texts = [Page(ROOT / source, path) for source, path in TEXTS.items()]
        self.pages = {page.source: page for page in (*self.lessons, *self.solutions, *texts)}
        self.sizes = {}

    def write(self):
        for part in ("style.css", "icon.svg"):
            shutil.copyfile(PARTS / part, self.folder / part)
        shutil.copyfile(ROOT / "LICENSE", self.folder / "LICENSE.txt")
        self._write_font()
        for page in self.pages.values():
            page.body = _notebook(self, page) if page.source.suffix == ".ipynb" else _text_page(self, page)
        environment = Environment(loader=FileSystemLoader(PARTS), autoescape=True, undefined=StrictUndefined,
                                  trim_blocks=True, lstrip_blocks=True)
        index = Page(PARTS / "index.html", "index.html", title=NAME)
        path, alt, words = OPENING
        opening = self.figure((ROOT / path).read_bytes(), index, alt, words)
        shell = {"site": self, "name": NAME, "made_by": MADE_BY}
        self._put(index, environment.get_template("index.html").render(shell, page=index, opening=opening))
        for page in self.pages.values():
            self._put(page, environment.get_template("page.html").render(shell, page=page))

    def picture(self, data, page, alt):
        """Keep a picture as a file, equal ones once; its <img>, with its size so that no text jumps."""
        if not alt.strip():
            raise SiteError(f"{page.source.relative_to(ROOT)}: a picture without alternative text")
        with Image.open(io.BytesIO(data)) as image:
            (width, height), suffix = image.size, image.format.lower().replace("jpeg", "jpg")
        path = f"pictures/{hashlib.sha256(data).hexdigest()[:16]}.{suffix}"
        target = self.folder / path
        target.parent.mkdir(exist_ok=True)
        target.write_bytes(data)
        return Markup('<img src="{}" width="{}" height="{}" alt="{}">').format(page.to(path), width, height, alt)

    def figure(self, data, page, alt, note=""):
        """A picture that opens alone when it is clicked: on a telephone its letters are small."""
        image = self.picture(data, page, alt)
        address = re.search(r'src="([^"]+)"', image)[1]
        caption = Markup("\n<figcaption>{}</figcaption>").format(note) if note else ""
        return Markup('<figure><a href="{}">{}</a>{}</figure>\n').format(Markup(address), image, caption)

    def address(self, url, page):
        """Where a link of a page leads in the site; None for a file that the site does not have."""
        parts = urlsplit(url)
        if parts.scheme or parts.netloc:
            return url
        if not parts.path:
            return f"#{quote(unquote(parts.fragment))}"
        file = self._file(parts.path, page)
        anchor = f"#{unquote(parts.fragment)}" if parts.fragment else ""
        if file in self.pages:
            return page.to(self.pages[file].path + anchor)
        return page.to(self._copy(file)) if file.suffix.lower() in PICTURES | {".json"} else None

    def local_picture(self, url, page, alt):
        if urlsplit(url).scheme or urlsplit(url).netloc:
            raise SiteError(f"{page.source.relative_to(ROOT)}: the picture {url} lies outside the course")
        return self.picture(self._file(url, page).read_bytes(), page, alt)

    def _file(self, url, page):
        file = (page.source.parent / unquote(url)).resolve()
        if not file.is_relative_to(ROOT) or not file.exists():
            raise SiteError(f"{page.source.relative_to(ROOT)}: the link {url} leads nowhere")
        return file

    def _copy(self, file):
        path = file.relative_to(ROOT).as_posix()
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(file, self.folder / path)
        return path

    def _put(self, page, text):
        target = self.folder / page.path
        target.parent.mkdir(exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")

    def _write_font(self):
        """STIX Two Math: without a font made for formulas, brackets do not grow with what they hold."""
        font = TTFont(distribution("ziamath").locate_file("ziamath/fonts/STIXTwoMath-Regular.ttf"),
                      recalcTimestamp=False)
        _drop_hints(font)
        _level_roots(font)
        constants = font["MATH"].table.MathConstants
        constants.AccentBaseHeight.Value -= 70  # thousandths of the size: a hat stands clear of ε,
        constants.RadicalVerticalGap.Value += 60  # and the line of a root clear of κ
        font.flavor = "woff"
        (self.folder / "fonts").mkdir()
        font.save(self.folder / "fonts" / "STIXTwoMath.woff")


class Text(IPythonRenderer):
    """Markdown to HTML for one page: nbconvert's renderer, with our headings, links, pictures and formulas."""

    formula = LatexToMathML(fancy_error=False)

    def __init__(self, site, page):
        super().__init__()
        self.site, self.page, self.ids = site, page, Counter()

    def html(self, source):
        return Markup(MarkdownWithMath(renderer=self).render(source))

    def heading(self, text, level, **attributes):
        """Ids as JupyterLab makes them, so that an address with # works in both."""
        name = re.sub(r"\s+", "-", Markup(text).striptags())
        self.ids[name] += 1
        if self.ids[name] > 1:
            name += f"-{self.ids[name]}"
        if level > 1:
            self.page.headings.append((level, name, Markup(text)))
        return f'<h{level} id="{escape(name)}">{text}</h{level}>\n'

    def text(self, text):
        """Chinese words of the lessons say that they are, so that a reading voice changes its language."""
        marked = r'<span lang="zh">\g<0></span>' if self.page.source.suffix == ".ipynb" else r"\g<0>"
        return CHINESE.sub(marked, super().text(text))

    def link(self, text, url, title=None):
        address = self.site.address(url, self.page)
        if address is None:
            return text
        outside = ' class="outside" rel="external noopener"' if urlsplit(address).scheme else ""
        return f'<a href="{escape(address)}"{outside}>{text}</a>'

    def image(self, text, url, title=None):
        return str(self.site.local_picture(url, self.page, Markup(text).striptags()))

    def inline_math(self, body):
        return self._mathml(body, displaystyle=False)

    def block_math(self, body):
        """Formulas side by side (\\qquad) may stand below each other where the page is narrow."""
        parts = [self._mathml(part, displaystyle=True) for part in re.split(r"(?:\\qquad)+", body) if part.strip()]
        return f'<span class="formula" tabindex="0" role="group" aria-label="formula">{"".join(parts)}</span>'

    def latex_environment(self, name, body):
        return self.block_math(f"\\begin{{{name}}}{body}\\end{{{name}}}")

    def block_code(self, code, info=None):
        return str(_code(code, (info or "text").split()[0]))

    def table(self, text):
        return f'<div class="table" tabindex="0" role="group" aria-label="table"><table>\n{text}</table></div>\n'

    def table_cell(self, text, align=None, head=False):
        kind = 'th scope="col"' if head and text.strip() else "td"
        style = f' style="text-align:{align}"' if align else ""
        return f"<{kind}{style}>{text}</{kind[:2]}>\n"

    def _mathml(self, latex, displaystyle):
        try:
            mathml = self.formula.convert_with_local_state(latex.strip(), displaystyle=displaystyle)
            return mathml.replace(">^</mo>", ">ˆ</mo>")  # the accent, not the larger sign of ASCII
        except LatexError as error:
            raise SiteError(f"{self.page.source.relative_to(ROOT)}: the formula {latex!r}: {error}") from None


def _drop_hints(font):
    """Instructions for coarse screens: a third of the file."""
    for table in ("fpgm", "prep", "cvt ", "DSIG"):
        del font[table]
    for name in font.getGlyphOrder():
        font["glyf"][name].removeHinting()


def _level_roots(font):
    """Make root signs of all heights equally wide: Chromium leaves room for the widest, and √s + ε gets a hole."""
    variants = font["MATH"].table.MathVariants
    root = font.getBestCmap()[ord("√")]
    sizes = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(root)]
    width = font["hmtx"][root][0]
    names = {one.VariantGlyph for one in sizes.MathGlyphVariantRecord}
    for name in (names | {one.glyph for one in sizes.GlyphAssembly.PartRecords}) - {root}:
        glyph = font["glyf"][name]
        glyph.coordinates.scale((width / font["hmtx"][name][0], 1))
        glyph.coordinates.toInt()
        glyph.recalcBounds(font["glyf"])
        font["hmtx"][name] = (width, glyph.xMin)


def _lessons():
    """The stored notebooks: lessons, and solutions in the same order."""
    folders = (NOTEBOOKS, NOTEBOOKS / "solutions")
    names = sorted({path.stem for path in (NOTEBOOKS / "sources").glob("[0-9][0-9]_*.py")}
                   | {path.stem for folder in folders for path in folder.glob("[0-9][0-9]_*.ipynb")})
    if not names:
        raise SiteError(f"there are no lessons in {NOTEBOOKS}")
    found = [[folder / f"{name}.ipynb" for name in names] for folder in folders]
    missing = [str(path.relative_to(ROOT)) for paths in found for path in paths if not path.is_file()]
    if missing:
        raise SiteError(f"{', '.join(missing)}: missing; `make notebooks` builds the lessons")
    return found


def _linked(paths, folder):
    """Pages that know the one before and the one after."""
    pages = [Page(path, f"{folder}{path.stem}.html") for path in paths]
    for one, other in pairwise(pages):
        one.after, other.before = other, one
    return pages


def _notebook(site, page):
    text, parts = Text(site, page), []
    cells = nbformat.read(page.source, as_version=4).cells
    page.title, page.hook = _opening(page, text, cells)
    for cell in cells:
        if cell.cell_type == "markdown":
            parts.append(Markup('<div class="text">\n{}</div>\n').format(text.html(cell.source)))
        elif cell.cell_type == "code":
            parts.append(_code_cell(site, page, cell))
    return Markup("").join(parts)


def _opening(page, text, cells):
    """A lesson's title, and its first words in bold: its question."""
    first = cells[0].source if cells else ""
    title, hook = re.match(r"# (.+)", first), re.search(r"\*\*(.+?)\*\*", first, re.DOTALL)
    if not title:
        raise SiteError(f"{page.source.relative_to(ROOT)} does not begin with a title, `# …`")
    return title[1].strip(), hook[1] if hook else ""


def _text_page(site, page):
    source = page.source.read_text(encoding="utf-8")
    page.title = source.splitlines()[0].removeprefix("# ")
    return Markup('<div class="text">\n{}</div>\n').format(Text(site, page).html(source))


def _code_cell(site, page, cell):
    outputs = [_output(site, page, output) for output in cell.outputs]
    html = _code(cell.source, "python")
    words = next((words for tag, words in FOLDED.items() if tag in cell.metadata.get("tags", [])), None)
    if words:
        html = Markup('<details class="fold"><summary>{}</summary>\n{}</details>\n').format(words, html)
    if "exercise" in cell.metadata.get("tags", []) and page.headings:
        anchor = f"{page.twin.path}#{page.headings[-1][1]}"
        html = Markup('<p class="turn">Your turn, in JupyterLab. <a href="{}">One way to solve it</a></p>\n{}').format(
            page.to(anchor), html)
    return Markup('<div class="cell">\n{}{}</div>\n').format(html, Markup("").join(outputs))


def _output(site, page, output):
    """Printed text, or a picture: what the builder of the lessons lets through."""
    if output.output_type == "stream":
        return _scrolled(escape(strip_ansi(output.text)), "output", output.text)
    data = output.get("data", {})
    kind = next((kind for kind in data if kind in ("image/png", "image/jpeg")), None)
    if kind:
        alt = output.metadata.get(kind, {}).get("alt", "")
        # Figures are shown by a call; a panel is a cell's value, and its words are what it says to those who see it.
        note = Markup(PANEL).format(alt) if output.output_type == "execute_result" else ""
        return site.figure(base64.b64decode(data[kind]), page, alt, note)
    if "text/html" in data:  # a caption, a prediction, a folded figure: by plots.show and exercises.predict
        return Markup(EMBEDDED.sub(lambda found: site.picture(base64.b64decode(found[1]), page, unescape(found[2])),
                                   data["text/html"]) + "\n")
    if "text/plain" in data:
        return _scrolled(escape(data["text/plain"]), "output", data["text/plain"])
    raise SiteError(f"{page.source.relative_to(ROOT)}: an output that a page cannot show: {output.output_type}")


def _code(source, language):
    try:
        lexer = get_lexer_by_name(language, stripnl=False)
    except ClassNotFound:
        lexer = get_lexer_by_name("text")
    html = highlight(source.rstrip("\n"), lexer, HtmlFormatter(nowrap=True)).rstrip("\n")
    return _scrolled(Markup(html), "code", source)


def _scrolled(html, kind, text):
    """A <pre>; who has no mouse scrolls long lines by Tab and the arrow keys."""
    wide = any(len(line) > LINE for line in text.splitlines())
    keys = Markup(' tabindex="0" role="group" aria-label="{}"').format(kind) if wide else ""
    return Markup('<pre class="{}"{}>{}</pre>\n').format(kind, keys, html)


def build(target):
    """Write the site to a folder, whole or not at all; returns the Site."""
    target = Path(target).absolute()
    _may_replace(target)
    fresh, old = (target.with_name(f".{target.name}.{kind}") for kind in ("new", "old"))
    _settle(target, fresh, old)
    fresh.mkdir(parents=True)
    try:
        site = Site(fresh)
        site.write()
        if target.exists():
            target.rename(old)
        fresh.rename(target)
    finally:
        _settle(target, fresh, old)
    return site


def _settle(target, fresh, old):
    """Bring the old site back if there is no new one, and leave nothing else."""
    if old.exists() and not target.exists():
        old.rename(target)
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)


def _may_replace(target):
    """A folder with other things in it is not thrown away."""
    index = target / "index.html"
    ours = index.is_file() and MADE_BY in index.read_text(encoding="utf-8", errors="replace")
    if target.exists() and not ours and not (target.is_dir() and not any(target.iterdir())):
        raise SiteError(f"{target} holds something else: name an empty or a new folder by --output")


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Render the lessons as web pages that need no network.")
    parser.add_argument("--output", type=Path, default=ROOT / "site", metavar="FOLDER", help="default: site")
    options = parser.parse_args(arguments)
    try:
        build(options.output)
    except (SiteError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    made = [path for path in options.output.rglob("*") if path.is_file()]
    print(f"{options.output / 'index.html'}: {sum(path.suffix == '.html' for path in made)} pages, "
          f"{sum(path.stat().st_size for path in made) / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
