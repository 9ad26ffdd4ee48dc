"""The lessons as web pages: whole, without a dead link, and sufficient to themselves."""

import importlib.util
import re
import sys
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
# What a browser fetches of its own accord; <a href> is only followed by a reader.
LOADS = ("src", "srcset", "poster", "data", "background", "action", "xlink:href")


def load_tool():
    spec = importlib.util.spec_from_file_location("build_site", ROOT / "tools" / "build_site.py")
    module = sys.modules["build_site"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = load_tool()
LESSONS = sorted(path.stem for path in tool.NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
NOTEBOOK_PAGES = [f"{folder}{lesson}.html" for folder in ("", "solutions/") for lesson in LESSONS]
ALL_PAGES = [*NOTEBOOK_PAGES, "index.html", *tool.TEXTS.values()]
every_page = pytest.mark.parametrize("name", ALL_PAGES)
every_notebook = pytest.mark.parametrize("name", NOTEBOOK_PAGES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    target = tmp_path_factory.mktemp("web") / "site"
    tool.build(target)
    return target


@pytest.fixture(scope="module")
def pages(folder):
    return {path.relative_to(folder).as_posix(): BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
            for path in folder.rglob("*.html")}


@pytest.fixture
def one_page(tmp_path):
    """A site without pages yet, and a page of it that stands beside the lessons."""
    tmp_path.joinpath("new").mkdir()
    return tool.Site(tmp_path / "new"), tool.Page(tool.NOTEBOOKS / "99_try.ipynb", "99_try.html")


@cache
def notebook(name):
    return nbformat.read(tool.NOTEBOOKS / name.replace(".html", ".ipynb"), as_version=4)


def prose(name):
    """The text cells without what is code in them."""
    text = "\n\n".join(cell.source for cell in notebook(name).cells if cell.cell_type == "markdown")
    return re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)


def visible_text(page):
    """What is to be read, code aside."""
    texts = page.find("main").find_all(string=True)
    return "".join(text for text in texts if not text.find_parent(["code", "pre", "math"]))


# Whole

def test_a_page_for_every_lesson_and_every_solution(pages):
    assert len(LESSONS) == 12 and set(pages) == set(ALL_PAGES)


@every_notebook
def test_every_cell_and_every_picture_is_there(pages, name):
    page, cells = pages[name], notebook(name).cells
    codes = [cell.source.rstrip("\n") for cell in cells if cell.cell_type == "code"]
    assert [pre.get_text() for pre in page.select(".cell pre.code")] == codes
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    printed = [output.text for output in outputs if output.output_type == "stream"]
    assert [pre.get_text() for pre in page.select("pre.output")] == printed
    alts = [next(iter(output.metadata.values()))["alt"] for output in outputs if output.get("metadata")]
    assert [image["alt"] for image in page.select("figure img")] == alts


@every_notebook
def test_every_formula_is_rendered(pages, name):
    displayed = re.findall(r"\$\$.*?\$\$", prose(name), flags=re.DOTALL)
    within = re.findall(r"\$[^$]+\$", re.sub(r"\$\$.*?\$\$", "", prose(name), flags=re.DOTALL))
    page = pages[name]
    assert len(page.select("main .formula")) == len(displayed)
    assert len(page.select("main math")) - len(page.select("main .formula math")) == len(within)
    assert all(formula.find("math") for formula in page.select(".formula"))
    assert all(math.get_text(strip=True) for math in page("math"))
    assert "$" not in visible_text(page) and "\\" not in visible_text(page)
    assert not re.search(r"\\[a-zA-Z]", "".join(math.get_text() for math in page("math")))


def test_panels_say_that_they_live_elsewhere(pages):
    assert all("JupyterLab" in page.find("figcaption").get_text() for name, page in pages.items()
               if name in NOTEBOOK_PAGES)


# Sufficient to itself

@every_page
def test_every_link_and_every_picture_leads_somewhere(folder, pages, name):
    for tag, attribute in (("a", "href"), ("img", "src"), ("link", "href")):
        for address in (element[attribute] for element in pages[name](tag)):
            parts = urlsplit(address)
            if parts.scheme in ("http", "https"):
                assert tag == "a", address
                continue
            assert not parts.scheme and not parts.netloc, address
            target = (folder / name).parent / unquote(parts.path) if parts.path else folder / name
            assert target.resolve().is_file() and target.resolve().is_relative_to(folder), address
            if parts.fragment:
                there = pages[target.resolve().relative_to(folder).as_posix()]
                assert there.find(id=unquote(parts.fragment)), address


@every_page
def test_nothing_is_loaded_from_outside(pages, name):
    page = pages[name]
    assert not page(["script", "iframe", "object", "embed", "base", "style"])
    for element in page(True):
        addresses = [element[attribute] for attribute in LOADS if element.has_attr(attribute)]
        addresses += [element["href"]] if element.name == "link" else []
        assert not [address for address in addresses if urlsplit(address).scheme or urlsplit(address).netloc]
        assert "url(" not in element.get("style", "")
        assert not [attribute for attribute in element.attrs if attribute.startswith("on")]


def test_the_stylesheet_loads_one_font_of_the_site(folder):
    style = (folder / "style.css").read_text(encoding="utf-8")
    assert re.findall(r'url\("?([^")]+)', style) == ["fonts/STIXTwoMath.woff"] and "@import" not in style
    assert (folder / "fonts/STIXTwoMath.woff").read_bytes()[:4] == b"wOFF"
    assert "http" not in (folder / "icon.svg").read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")


def test_root_signs_of_all_heights_are_equally_wide(folder):
    """Else Chromium leaves a hole behind every short root."""
    font = TTFont(folder / "fonts/STIXTwoMath.woff")
    variants = font["MATH"].table.MathVariants
    sizes = variants.VertGlyphConstruction[variants.VertGlyphCoverage.glyphs.index(font.getBestCmap()[ord("√")])]
    widths = {font["hmtx"][one.VariantGlyph][0] for one in sizes.MathGlyphVariantRecord}
    assert len(sizes.MathGlyphVariantRecord) > 2 and len(widths) == 1
    assert {font["hmtx"][part.glyph][0] for part in sizes.GlyphAssembly.PartRecords} == widths


@every_page
def test_links_to_the_outside_are_marked(pages, name):
    for link in pages[name]("a", href=re.compile("^[a-z]+:")):
        assert "outside" in link["class"]


def test_no_file_lies_there_unused(folder, pages):
    used = {address for name, page in pages.items() for tag, attribute in (("img", "src"), ("a", "href"))
            for address in (Path(name).parent.joinpath(unquote(element[attribute])).as_posix()
                            for element in page(tag))}
    pictures = {path.name for path in (folder / "pictures").iterdir()}
    assert pictures == {address.rsplit("/", 1)[1] for address in used if "pictures/" in address}


# For every reader

@every_page
def test_every_picture_has_words_and_a_size(pages, name):
    for image in pages[name]("img"):
        assert len(image["alt"].strip()) >= 10 and int(image["width"]) > 0 and int(image["height"]) > 0


@every_page
def test_headings_make_an_outline(pages, name):
    levels = [int(heading.name[1]) for heading in pages[name](re.compile("^h[1-6]$"))]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


@every_page
def test_language_landmarks_and_ids(pages, name):
    page = pages[name]
    assert page.html["lang"] == "en" and len(page("main")) == 1
    assert page.find("a", class_="skip")["href"] == "#main"
    assert page.find("meta", attrs={"name": "viewport"}) and page.find("meta", charset="utf-8")
    ids = Counter(element["id"] for element in page(id=True))
    assert max(ids.values()) == 1


def test_titles_tell_pages_apart(pages):
    titles = [page.title.get_text() for page in pages.values()]
    assert len(set(titles)) == len(titles)
    assert pages["04_gram_matrices.html"].title.get_text() == "04 Gram matrices · Neural style transfer from the inside"


def test_chinese_words_say_that_they_are_chinese(pages):
    page = pages["00_start_here.html"]
    marked = "".join(span.get_text() for span in page.select("[lang=zh]"))
    assert "格拉姆矩阵" in marked
    assert set(re.findall("[\u3400-\u9fff]", visible_text(page))) == set(re.findall("[\u3400-\u9fff]", marked))


def test_from_each_lesson_one_gets_to_the_next_and_to_its_solution(pages):
    for place, lesson in enumerate(LESSONS):
        links = {link["href"] for link in pages[f"{lesson}.html"]("a")}
        around = [LESSONS[other] for other in (place - 1, place + 1) if 0 <= other < len(LESSONS)]
        assert {f"{other}.html" for other in around} | {f"solutions/{lesson}.html", "index.html"} <= links
        assert f"../{lesson}.html" in {link["href"] for link in pages[f"solutions/{lesson}.html"]("a")}


@pytest.mark.parametrize("lesson", LESSONS)
def test_an_exercise_leads_to_its_solution(pages, lesson):
    """The link at a stub leads to the heading under which the solution stands."""
    turns = pages[f"{lesson}.html"].select(".turn a")
    exercises = [cell for cell in notebook(f"{lesson}.html").cells if "exercise" in cell.metadata.get("tags", [])]
    assert len(turns) == len(exercises) > 0
    for turn in turns:
        assert re.match(rf"solutions/{lesson}\.html#Exercise-\d", turn["href"])
    assert not pages[f"solutions/{lesson}.html"].select(".turn")


# The tool

def test_formulas_links_and_pictures_by_hand(one_page):
    site, page = one_page
    html = tool.Text(site, page).html(
        "## Why 1 < 2?\n\n$\\sqrt{s}$ [next](01_convolution.ipynb#1.-A) [out](https://example.org) "
        "[module](../nst_helpers/losses.py) ![a cat looks up](../data/content/cat.jpg) 卷积核 <b>\n\n"
        "$$a < b \\qquad c$$\n\n| $x$ |\n|---|\n| `$y$` |\n")
    assert '<h2 id="Why-1-&lt;-2?">' in html or '<h2 id="Why-1-<-2?">' in html
    assert "<msqrt><mi>s</mi></msqrt>" in html and html.count("<math") == 4 and "<code>$y$</code>" in html
    assert 'href="01_convolution.html#1.-A"' in html and "module" in html and "losses.py" not in html
    assert '<a href="https://example.org" class="outside" rel="external noopener">out</a>' in html
    assert re.search(r'<img src="pictures/\w+\.jpg" width="451" height="300" alt="a cat looks up">', html)
    assert '<span lang="zh">卷积核</span> &lt;b&gt;' in html


@pytest.mark.parametrize("source, words", [
    (r"$\nosuchcommand$", "nosuchcommand"),
    ("[lost](nowhere.ipynb)", "nowhere.ipynb leads nowhere"),
    ("[out](../../../etc)", "leads nowhere"),
    ("![](../data/content/cat.jpg)", "without alternative text"),
    ("![a cat far away](https://example.org/cat.jpg)", "lies outside"),
])
def test_what_cannot_be_shown_is_named(one_page, source, words):
    site, page = one_page
    with pytest.raises(tool.SiteError, match=re.escape(words)) as caught:
        tool.Text(site, page).html(source)
    assert "notebooks/99_try.ipynb" in str(caught.value).replace("\\", "/")


def test_an_output_that_no_page_can_show_is_named(one_page):
    broken = nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=[])
    with pytest.raises(tool.SiteError, match="an output that a page cannot show: error"):
        tool._output(*one_page, broken)


def test_a_second_build_gives_the_same_files(folder, tmp_path):
    again = tmp_path / "site"
    tool.build(again)
    files = {path.relative_to(folder) for path in folder.rglob("*") if path.is_file()}
    assert {path.relative_to(again) for path in again.rglob("*") if path.is_file()} == files
    assert all((again / path).read_bytes() == (folder / path).read_bytes() for path in files)


def test_a_failure_leaves_the_old_site(tmp_path, monkeypatch):
    def fail(site):
        (site.folder / "half.html").write_text("half")
        raise tool.SiteError("broken")

    target = tmp_path / "site"
    target.mkdir()
    (target / "index.html").write_text(f"the old one, {tool.MADE_BY}")
    monkeypatch.setattr(tool.Site, "write", fail)
    with pytest.raises(tool.SiteError, match="broken"):
        tool.build(target)
    assert [path.name for path in tmp_path.iterdir()] == ["site"]
    assert [path.name for path in target.iterdir()] == ["index.html"]


def test_a_build_that_was_killed_between_two_steps_is_mended(tmp_path, monkeypatch):
    """The old site was moved aside, the new one not yet moved in."""
    (tmp_path / ".site.old").mkdir()
    (tmp_path / ".site.old" / "index.html").write_text(tool.MADE_BY)
    (tmp_path / ".site.new").mkdir()
    monkeypatch.setattr(tool.Site, "write", lambda site: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        tool.build(tmp_path / "site")
    assert [path.name for path in tmp_path.iterdir()] == ["site"] and (tmp_path / "site" / "index.html").is_file()


def test_a_folder_with_other_things_is_kept(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("years of work")
    assert tool.main(["--output", str(tmp_path)]) == 1
    assert "holds something else" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


@pytest.mark.parametrize("there, words", [
    ([], "there are no lessons in"),
    (["01_a.ipynb"], "solutions/01_a.ipynb: missing; `make notebooks` builds the lessons"),
    (["sources/01_a.py"], "01_a.ipynb, "),
])
def test_missing_notebooks_give_one_error(tmp_path, monkeypatch, capsys, there, words):
    for name in there:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    monkeypatch.setattr(tool, "ROOT", tmp_path)
    monkeypatch.setattr(tool, "NOTEBOOKS", tmp_path)
    assert tool.main(["--output", str(tmp_path / "site")]) == 1
    error = capsys.readouterr().err.replace("\\", "/")
    assert error.startswith("error: ") and error.count("\n") == 1 and words in error
    assert not (tmp_path / "site").exists()
