"""The website's making: lessons into pages, links, panels into drawings. What was built is in tests/browser."""

import ast
import base64
import importlib
import io
import json
import re
import sys
from pathlib import Path

import docutils.nodes
import docutils.utils
import ipywidgets
import nbformat
import numpy as np
import picture_files
import pytest
import yaml
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

import make_site  # noqa: E402
from website import assets, editions, extension, frames, positions, speech, texts  # noqa: E402
from website.aids import aids, hints  # noqa: E402
from website.links import Links  # noqa: E402
from website.notebooks import Lesson, to_take_home  # noqa: E402
from website.panels import ALL, GRIDS, constructor  # noqa: E402
from website.pictures import Pictures  # noqa: E402
from website.project import SiteError, repository  # noqa: E402

from nst_helpers.exercises import find  # noqa: E402
from nst_helpers.widgets.base import Drawing, Panel, dropdown, encoded, log_slider, slider  # noqa: E402

LESSONS = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
ENGLISH = editions.Edition("en", ROOT / "notebooks", "")
CHINESE = editions.Edition("zh", ROOT / "notebooks" / "zh", "zh")


def links(page="99_try", pictures=None):
    return Links(ENGLISH, page, ROOT / "notebooks" / "99_try.ipynb", pictures)


def staged(path, folder, page=None):
    return Lesson(ENGLISH, page or path.stem, path, Pictures(folder)).staged()


def html_of(notebook):
    return "\n".join(output.data["text/html"] for cell in notebook.cells if cell.cell_type == "code"
                     for output in cell.outputs if output.output_type == "display_data")


# Links


@pytest.mark.parametrize("text, wanted", [
    ("[next](01_convolution.ipynb#1.-A)", "[next](01_convolution.ipynb#1.-A)"),
    ("[solved](solutions/01_convolution.ipynb)", "[solved](solutions/01_convolution.ipynb)"),
    ("[out](https://example.org/a)", "[out](https://example.org/a)"),
    ("[here](#part)", "[here](#part)"),
    ("[module](../nst_helpers/losses.py)", f"[module]({repository()}/blob/HEAD/nst_helpers/losses.py)"),
    ("[folder](../data)", f"[folder]({repository()}/tree/HEAD/data)"),
    ("[whose](../data/SOURCES.md)", "[whose](pictures.md)"),
    ("`[a](b)` and\n```\n[c](d)\n```", "`[a](b)` and\n```\n[c](d)\n```"),
])
def test_where_links_lead(text, wanted):
    assert links().rewritten(text) == wanted


@pytest.mark.parametrize("edition, page, address", [
    ("", "99_try", "pictures/"), ("", "solutions/99_try", "../pictures/"), ("zh", "99_try", "../pictures/"),
    ("zh", "solutions/99_try", "../../pictures/"),
])
def test_a_picture_of_a_text_is_shared_by_all_editions(tmp_path, edition, page, address):
    text = links(page, Pictures(tmp_path, edition)).rewritten("![a cat looks up](../data/content/cat.jpg)")
    assert text.startswith(f'<img src="{address}') and 'width="451" height="300" alt="a cat looks up"' in text
    assert len(list((tmp_path / "pictures").iterdir())) == 1


def test_links_from_a_folder_of_the_site():
    assert links("solutions/99_try").rewritten("[next](01_convolution.ipynb)") == "[next](../01_convolution.ipynb)"


@pytest.mark.parametrize("text, words", [
    ("[lost](nowhere.ipynb)", "nowhere.ipynb leads nowhere"), ("[out](../../../etc)", "leads nowhere"),
    ("![](../data/content/cat.jpg)", "no alternative text"),
    ("![a cat far away](https://example.org/cat.jpg)", "lies outside"),
])
def test_what_leads_nowhere_is_named(text, words):
    with pytest.raises(SiteError, match=re.escape(words)) as caught:
        links().rewritten(text)
    assert "notebooks/99_try.ipynb" in str(caught.value)


# A lesson becomes a page


def test_every_cell_is_there_and_what_is_folded_says_why(tmp_path):
    path = LESSONS[5]
    stored, made = nbformat.read(path, 4), staged(path, tmp_path)
    seen = [cell.source for cell in made.cells if cell.cell_type == "code"
            and "remove-input" not in cell.metadata.get("tags", [])]
    asked = [cell.source for cell in stored.cells if cell.source.startswith("exercises.predict(")]
    assert seen == [cell.source for cell in stored.cells if cell.cell_type == "code" and cell.source not in asked]
    assert len(asked) == 4, "their source holds the answers"
    folded = {cell.metadata["mystnb"]["code_prompt_show"] for cell in made.cells
              if "hide-input" in cell.metadata.get("tags", [])}
    assert folded == {"The check", "How it is drawn"}
    printed = [output.text for cell in stored.cells for output in cell.get("outputs", [])
               if output.output_type == "stream"]
    assert printed == [output.text for cell in made.cells for output in cell.get("outputs", [])
                       if output.output_type == "stream"]


def test_a_figure_has_its_caption_its_words_and_a_file(tmp_path):
    path = LESSONS[5]
    html = html_of(staged(path, tmp_path, "solutions/05_style_loss"))
    stored = [output for cell in nbformat.read(path, 4).cells for output in cell.get("outputs", [])]
    pictures = [output for output in stored if output.get("metadata")]
    captions = [output for output in stored if "nst-caption" in output.get("data", {}).get("text/html", "")]
    assert html.count('<figure class="nst-figure">') == len(pictures) > 5
    assert html.count("<figcaption>") >= len(captions) - html.count("<details><summary style")
    addresses = set(re.findall(r'src="([^"]+)"', html))
    assert addresses and all((tmp_path / "solutions" / one).resolve().is_file() for one in addresses
                             if (tmp_path / "solutions").mkdir(exist_ok=True) is None)
    assert "base64" not in html and not re.search(r'alt="\s*"', html)


def test_a_panel_knows_its_drawings_and_the_studio_that_it_has_none(tmp_path):
    html = html_of(staged(LESSONS[11], tmp_path))
    assert html.count('class="nst-panel"') == 2
    assert re.findall(r'data-frames="([^"]+)"', html) == ["panels/11_full_transfer-1"]
    assert "needs Python behind it" in html


def test_every_prediction_is_asked_in_a_cell_of_its_own():
    """So that its source, which holds the answer, can be left out."""
    for path in LESSONS:
        asking = [cell for cell in nbformat.read(path, 4).cells
                  if cell.cell_type == "code" and "exercises.predict(" in cell.source]
        assert asking and all("prediction" in cell.metadata.tags for cell in asking), path.stem
        statements = [ast.unparse(one) for cell in asking for one in ast.parse(cell.source).body]
        assert len(statements) == len(asking) and all(one.startswith("exercises.predict(") for one in statements)


@pytest.mark.parametrize("edition", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_predictions_are_marked_for_the_script(tmp_path, edition):
    """Whatever they are called in the language of the lesson."""
    path = edition.notebooks / "05_style_loss.ipynb"
    asked = [cell for cell in nbformat.read(path, 4).cells if "prediction" in cell.metadata.get("tags", [])]
    made = html_of(Lesson(edition, path.stem, path, Pictures(tmp_path)).staged())
    assert made.count('<div class="nst-prediction" role="group" aria-label="') == len(asked) == 4


def test_a_worked_lesson_shows_the_pictures_of_its_lesson(tmp_path):
    """Large, and as the same files: it stores them at half the width."""
    path = ROOT / "notebooks" / "solutions" / "05_style_loss.ipynb"
    shown = [re.findall(r'src="(?:\.\./)?([^"]+)" width="(\d+)"', html_of(staged(source, tmp_path, page)))
             for source, page in ((path, "solutions/05_style_loss"), (LESSONS[5], None))]
    worked, lesson = map(set, shown)
    assert len(lesson) > 15 and len(lesson - worked) < 3 and all(int(width) > 400 for _, width in lesson)


def test_an_exercise_has_hints_a_way_to_run_it_and_a_way_to_its_solution(tmp_path):
    made = staged(LESSONS[1], tmp_path)
    texts = [cell.source for cell in made.cells if cell.cell_type == "markdown" and "nst-aids" in cell.source]
    asked = [cell for cell in nbformat.read(LESSONS[1], 4).cells if "exercises.check(" in cell.source]
    assert len(texts) == len(asked) == 5
    for text in texts:
        assert "\n\n" not in text and "How to run it" in text and 'href="solutions/01_convolution.html"' in text
    assert any("that moves the picture to the left" in text for text in texts)
    assert not [cell for cell in staged(LESSONS[1], tmp_path, "solutions/01_convolution").cells
                if "nst-aids" in cell.source]
    told = [cell for cell in made.cells if "verdict" in cell.metadata.get("tags", [])]
    assert [cell.source for cell in told] == [cell.source for cell in asked], "sentences, which are to be wrapped"


def test_hints_of_every_kind():
    assert "moves the picture to the left" in hints("01-shift")[0] and len(hints("01-shift")) == 6
    assert any("at most" in line or "at least" in line for line in hints("01-motion"))
    assert hints("01-colors")[0] and hints("00-time")
    assert hints("04-unnoticed")[1].startswith("What of “shrunk”? Shrunk, every stroke is half as wide")


EXERCISES = [(path.stem, name) for path in LESSONS
             for name in importlib.import_module(f"nst_helpers.exercises.lesson_{path.stem[:2]}").EXERCISES]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("lesson, name", EXERCISES, ids=[name for _, name in EXERCISES])
def test_every_exercise_of_every_lesson_has_a_hint(lesson, name, language):
    edition = ENGLISH if language == "en" else CHINESE
    with speech.speaking(language):
        told = hints(name, language)
        made = aids(name, Links(edition, lesson, edition.notebooks / f"{lesson}.ipynb", None), lesson)
    assert told and all(len(line) >= 5 for line in told) and len(set(told)) == len(told)
    assert made.count("<li>") == len(told)


CHOICES = [name for _, name in EXERCISES if hasattr(find(name), "options")]


@pytest.mark.parametrize("name", CHOICES)
def test_the_hints_of_a_choice_leave_something_to_choose(name):
    """Neither what is right is said, nor all that is wrong, nor a letter."""
    options, told = find(name).options, " ".join(hints(name))
    assert not any(one.why in told or one.text in told for one in options.values() if one.right)
    wrong = [one.why in told for one in options.values() if not one.right]
    assert sum(wrong) == len(wrong) - 1 > 0
    order = [letter for line in hints(name) for letter, one in options.items() if one.why in line]
    assert not any(re.search(rf"\b{letter}[.:?)]", told) for letter in order)
    with speech.speaking("zh"):
        assert all(line.count("”呢？") == 1 and not re.search(r"(?:\b[a-z]{2,}\b ){3}", line)
                   for line in hints(name, "zh"))


def test_every_exercise_of_a_notebook_is_among_those():
    asked = {name for path in LESSONS for cell in nbformat.read(path, 4).cells
             for name in re.findall(r'exercises\.check\("([^"]+)"', cell.source)}
    assert asked == {name for _, name in EXERCISES} and len(CHOICES) == 5


@pytest.mark.parametrize("cell, words", [
    ({"source": "new_panel()", "kind": "execute_result"}, "the panel new_panel has no positions"),
    ({"source": "show()", "kind": "display_data", "alt": ""}, "a picture without alternative text"),
    ({"source": "fail()", "kind": "error"}, "an output that a page cannot show: error"),
])
def test_what_no_page_can_show_is_named(tmp_path, cell, words):
    picture = {"image/png": base64.b64encode(encoded(Image.new("RGB", (2, 2)))).decode()}
    output = (nbformat.v4.new_output("error", ename="ValueError", evalue="no", traceback=[])
              if cell["kind"] == "error" else
              nbformat.v4.new_output(cell["kind"], picture, metadata={"image/png": {"alt": cell.get("alt", "a dot")}}))
    code = nbformat.v4.new_code_cell(cell["source"], outputs=[output])
    path = tmp_path / "99_try.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 99 Try"), code]), path)
    with pytest.raises(SiteError, match=words):
        staged(path, tmp_path)


def test_a_solution_says_that_it_is_one(tmp_path):
    path = ROOT / "notebooks" / "solutions" / "05_style_loss.ipynb"
    first = staged(path, tmp_path, "solutions/05_style_loss").cells[0].source
    assert first.startswith("# 05 Style loss, solved\n") and "(../05_style_loss.ipynb)" in first


def test_what_one_takes_home_has_no_outputs():
    notebook = nbformat.reads(to_take_home(LESSONS[1]), 4)
    assert not [cell for cell in notebook.cells if cell.get("outputs") or cell.get("execution_count")]
    assert [cell.source for cell in notebook.cells] == [cell.source for cell in nbformat.read(LESSONS[1], 4).cells]


# Editions and texts


def test_another_edition_is_found_as_soon_as_it_has_a_lesson(tmp_path):
    for name in ("00_a.ipynb", "01_b.ipynb", "solutions/00_a.ipynb", "solutions/01_b.ipynb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    assert [one.language for one in editions.editions(tmp_path)] == ["en"]
    (tmp_path / "zh").mkdir()
    (tmp_path / "zh/00_a.ipynb").write_text("{}")
    english, chinese = editions.editions(tmp_path)
    assert (english.folder, chinese.folder) == ("", "zh")
    assert "00_a" in chinese.documents() and "01_b" not in chinese.documents()


@pytest.mark.parametrize("text, wanted", [
    ("[solved](../solutions/05_style_loss.ipynb)", '<a href="../solutions/05_style_loss.html">solved</a>'),
    ("[next](99_none.ipynb)", "leads nowhere"),
    ("[whose](../../data/SOURCES.md)", '<a href="../pictures.html">whose</a>'),
    ("[changes](../../CHANGELOG.md#a)", '<a href="../changes.html#a">changes</a>'),
])
def test_what_is_there_once_is_linked_from_every_edition(text, wanted):
    page = Links(CHINESE, "05_style_loss", CHINESE.notebooks / "05_style_loss.ipynb", None)
    if wanted == "leads nowhere":
        with pytest.raises(SiteError, match=wanted):
            page.rewritten(text)
        return
    assert page.rewritten(text) == wanted
    assert not {"pictures", "changes"} & set(CHINESE.documents())


def test_a_lesson_that_is_not_translated_yet_is_the_english_one(tmp_path):
    folder = editions.Edition("zh", tmp_path / "zh", "zh")
    page = Links(folder, "04_gram_matrices", tmp_path / "zh" / "04_gram_matrices.ipynb", None)
    assert page.rewritten("[next](05_style_loss.ipynb)") == '<a href="../05_style_loss.html">next</a>'


def test_the_sites_own_words_are_those_of_its_code():
    code = "".join(path.read_text("utf-8") for path in (ROOT / "tools/website").glob("*.py") if path.stem != "speech")
    code = re.sub(r'"\s+f?"', "", code)
    lost = [english for english in speech.WORDS["zh"] if english not in code and english not in texts.__dict__.values()]
    assert lost == [] and all(re.search("[\u4e00-\u9fff]", chinese) for chinese in speech.WORDS["zh"].values())


def test_what_stands_below_an_exercise_is_in_the_editions_language():
    page = Links(CHINESE, "01_convolution", CHINESE.notebooks / "01_convolution.ipynb", None)
    with speech.speaking("zh"):
        made = aids("01-shift", page, "01_convolution")
    text = re.sub(r"<[^>]*>", " ", made)
    assert "怎样运行" in made and "提示 1" in made and 'href="../solutions/01_convolution.html"' in made
    assert not re.search(r"(?:\b[a-z]{2,}\b ){3}", text.replace("make lab", "")), text
    assert "One way to solve it" in aids("01-shift", links("01_convolution"), "01_convolution")


def test_the_chinese_cover_leads_to_the_lessons_and_to_what_is_there_once(tmp_path):
    text = texts.cover(CHINESE, Pictures(tmp_path, "zh"))
    assert "06 总变差" in text and '<a href="../reference/index.html">' in text and "](MORE" not in text
    assert re.search(r'<img src="../pictures/\w+.webp"', text) and "寺庙" in text
    for name in re.findall(r'href="\.\./([\w/]+)\.html"', text):
        assert name in (*ENGLISH.documents(), "gallery", "reference/index"), name


@pytest.mark.parametrize("after, whole, rest", [
    (", and", ",", " and"), ("。于是", "。", "于是"), (").", ").", ""), (" is", None, " is"), ("-fold", None, "-fold")])
def test_a_mark_stays_with_the_formula_before_it(after, whole, rest):
    document = docutils.utils.new_document("page")
    text = docutils.nodes.paragraph("", "", docutils.nodes.math("", "G"), docutils.nodes.Text(after))
    document += text
    extension.WholeFormulas(document).run()
    if whole is None:
        assert [type(one).__name__ for one in text] == ["math", "Text"] and text.astext() == f"G{after}"
        return
    assert text[0]["classes"] == ["nst-whole"] and isinstance(text[0][0], docutils.nodes.math)
    assert text[0].astext() == f"G{whole}" and "".join(one.astext() for one in text[1:]) == rest


@pytest.mark.parametrize("source, moves", [("film([1], 'a')", True), ("race()", False)])
def test_in_another_language_a_panel_moves_or_leads_to_the_one_that_does(tmp_path, source, moves):
    """Drawings without words are shared; those with words would double the site."""
    picture = {"image/png": base64.b64encode(encoded(Image.new("RGB", (2, 2)))).decode(), "text/plain": "一个点"}
    output = nbformat.v4.new_output("execute_result", picture, metadata={"image/png": {"alt": "一个点"}})
    path = tmp_path / "zh" / "10_adam.ipynb"
    path.parent.mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("# 10"),
                                                   nbformat.v4.new_code_cell(source, outputs=[output])]), path)
    made = Lesson(CHINESE, "10_adam", path, Pictures(tmp_path, "zh")).staged().cells[1].outputs[0].data["text/html"]
    assert ('data-frames="panels/10_adam-1"' in made) == moves == bool(frames.panels_in(path)[1])
    assert ('<a href="../10_adam.html#panel-1">英文页上可以拖动。</a>' in made) != moves


def test_static_files_and_drawings_are_shared_where_they_are_the_same(tmp_path):
    first, own = tmp_path, tmp_path / "zh"
    for name, words in {"_static/a.js": "same", "_static/b.js": "one", "_static/c.css": "one",
                        "zh/_static/a.js": "same", "zh/_static/b.js": "other", "zh/_static/c.css": "less",
                        "zh/_static/d.js": "own",
                        "zh/sub/x.html": '<s src="../_static/a.js?v=1"> "../_static/b.js" "../_static/d.js"',
                        "zh/x.html": '"_static/a.js" "_static/c.css"', "panels/p-1/1.webp": "1",
                        "zh/panels/p-1/1.webp": "1", "zh/panels/p-1/2.webp": "2",
                        "zh/panels/p-1/frames.js": '{"pictures": ["1.webp", "2.webp"]}'}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(words)
    assets.share_static(own, first)
    assert (own / "sub/x.html").read_text() == '<s src="../../_static/a.js?v=1"> "../_static/b.js" "../_static/d.js"'
    assert (own / "x.html").read_text() == '"../_static/a.js" "../_static/c.css"'
    assert sorted(path.name for path in (own / "_static").iterdir()) == ["b.js", "d.js"]
    frames._share(own / "panels/p-1", first / "panels/p-1")
    assert (own / "panels/p-1/frames.js").read_text() == '{"pictures": ["../../../panels/p-1/1.webp", "2.webp"]}'
    assert [path.name for path in (own / "panels/p-1").glob("*.webp")] == ["2.webp"]


@pytest.mark.parametrize("here, page, wanted", [
    ("en", "00_a", "zh/00_a.html"), ("en", "01_b", "zh/index.html"), ("en", "solutions/00_a", "../zh/index.html"),
    ("zh", "00_a", "../00_a.html"),
])
def test_a_page_leads_to_its_other_edition(tmp_path, monkeypatch, here, page, wanted):
    for name in ("00_a.ipynb", "01_b.ipynb", "solutions/00_a.ipynb", "solutions/01_b.ipynb", "zh/00_a.ipynb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("{}")
    monkeypatch.setattr(extension, "editions", lambda: editions.editions(tmp_path))
    app = type("App", (), {"config": type("Config", (), {"nst_edition": here})})
    context = {}
    extension.other_editions(app, page, "page.html", context, None)
    assert [one["address"] for one in context["nst_editions"]] == [wanted]


@pytest.mark.parametrize("there, words", [
    ([], "there are no lessons in"),
    (["01_a.ipynb"], "solutions/01_a.ipynb: missing; `make notebooks` builds the lessons"),
    (["sources/01_a.py"], "01_a.ipynb, "),
])
def test_missing_notebooks_give_one_error(tmp_path, there, words):
    for name in there:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("")
    with pytest.raises(SiteError, match=re.escape(words)):
        editions.editions(tmp_path)


def test_the_reference_holds_every_public_module():
    pages = texts.reference()
    named = re.findall(r"automodule:: nst_helpers\.(\S+)", "\n".join(pages.values()))
    modules = {path.relative_to(ROOT / "nst_helpers").with_suffix("").as_posix().replace("/", ".")
               for path in (ROOT / "nst_helpers").rglob("*.py")}
    wanted = {name for name in modules if not re.search(r"(^|\.)_|lesson_\d", name)}
    assert set(named) == wanted and len(named) == len(wanted) > 60


def test_the_gallery_hangs_every_picture(tmp_path):
    text = texts.gallery(Pictures(tmp_path))
    recipes = [json.loads((ROOT / f"data/gallery/{name}.json").read_text()) for name in ("gallery", "masked")]
    assert text.count("<figure>") == sum(map(len, recipes)) == 14
    assert "style weight 100" in text and "with masks" in text and "with a part that is kept" in text


def test_a_section_that_is_gone_is_named():
    assert texts.section("# A\n## B\none\n## C\ntwo\n", "B") == "one"
    with pytest.raises(SiteError, match="no section “D”"):
        texts.section("## B\none", "D")


# Panels


def test_every_panel_of_every_lesson_has_a_grid_over_controls_that_it_has():
    """Read off the code, without drawing: the controls of a grid are arguments or keys in the panel's module."""
    seen = []
    for path in LESSONS:
        cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
        panels = [cell.source for cell in cells for output in cell.outputs if output.output_type == "execute_result"
                  and any(kind.startswith("image/") for kind in output.data)]
        moving = frames.panels_in(path)[1]
        assert len(moving) == sum(GRIDS[constructor(source)] is not None for source in panels)
        seen += [constructor(source) for source in panels]
    assert set(seen) == set(GRIDS) and len(seen) >= 16


@pytest.mark.parametrize("control, wanted, values", [
    (slider("a", 2, 0, 4), ALL, [0, 1, 2, 3, 4]), (slider("a", 2, 0, 10), 3, [0, 2, 5, 10]),
    (slider("a", 0.5, 0.0, 1.0, 0.25), ALL, [0.0, 0.25, 0.5, 0.75, 1.0]),
    (log_slider("a", 1.0, -1, 1), 3, [0.1, 1.0, 10.0]),
    (dropdown("a", {"x": 1, "y": 2}), ALL, [1, 2]), (ipywidgets.Checkbox(), ALL, [False, True]),
    (ipywidgets.FloatText(), [1.0, 2.0], [1.0, 2.0]), (slider("a", 2, 0, 4), "rungs", [1, 3]),
])
def test_positions_of_a_control(control, wanted, values):
    assert positions.values_of(control, wanted, {"rungs": {3: "c", 1: "a"}}) == pytest.approx(values)


def test_a_control_without_a_range_needs_values():
    with pytest.raises(SiteError, match="name its values in GRIDS"):
        positions.values_of(ipywidgets.FloatText(description="K"), ALL, {})


def toy(drawn):
    """A panel of two linked controls: another surface brings its own start."""
    def draw(surface, start, far):
        drawn.append((surface, start, far))
        return Drawing(encoded(Image.new("RGB", (8, 6), (0, 20 * start, 0))), f"{surface} from {start}, {far}")

    controls = {"surface": dropdown("surface", ["bowl", "ravine"]), "start": slider("start", 1, 0, 3),
                "far": slider("far", 5, 0, 9)}
    panel = Panel(draw, controls)
    controls["surface"].observe(lambda change: setattr(controls["start"], "value",
                                                       {"bowl": 1, "ravine": 3}[change["new"]]), "value")
    return panel


def manifest(folder):
    text = (folder / "frames.js").read_text(encoding="utf-8")
    name, told = re.fullmatch(r"nstFrames\((\".*?\"), (.*)\);\n", text, re.DOTALL).groups()
    return json.loads(name), json.loads(told)


def test_a_panel_is_drawn_once_for_each_position_and_controls_stay_linked(tmp_path):
    drawn = []
    panel = toy(drawn)
    drawn.clear()
    frames._Film("toy-1", panel, [{"surface": ALL}, {"start": ALL}], {}).write(tmp_path)
    assert drawn == [("bowl", 1, 5), ("ravine", 3, 5), ("bowl", 0, 5), ("bowl", 2, 5), ("bowl", 3, 5)]
    name, told = manifest(tmp_path)
    assert name == "toy-1" and told["elsewhere"] == ["far"] and told["whole"] is False
    assert [one["choices"] for one in told["controls"]] == [["bowl", "ravine"], ["0", "1", "2", "3"]]
    assert [one["kind"] for one in told["controls"]] == ["list", "slider"]
    assert told["frames"][0][:2] == [0, 1] and told["words"][told["frames"][0][3]] == "bowl from 1, 5"
    assert [1, 3] in [row[:2] for row in told["frames"]]
    assert len(told["pictures"]) == 4, "ravine from 3 and bowl from 3 look alike, and are one file"
    assert {path.name for path in tmp_path.glob("*.webp")} == set(told["pictures"])


def test_a_panel_of_another_edition_speaks_its_language(tmp_path):
    def draw(how):
        return Drawing(encoded(Image.new("RGB", (4, 4))), "Left: the photograph. Right: rebuilt from conv1_1 alone, "
                       "after 10 steps; its pixels are off by less than 20 grey levels on average.")

    with speech.speaking("zh"):
        panel = Panel(draw, {"how": dropdown("how", ["smoothness and pyramid", "content loss alone"])})
        frames._Film("toy-1", panel, [{"how": ALL}], {}).write(tmp_path)
    told = manifest(tmp_path)[1]
    shown = [*told["words"], *(text for one in told["controls"] for text in one["choices"])]
    assert len(shown) == 3 and all(re.search("[\u4e00-\u9fff]", text) for text in shown), shown


LESSON = "from nst_helpers.widgets.film import film\nfrom nst_helpers.images import noise_image\n"
CELL = "film([noise_image(8, 8, seed) for seed in range(3)], ['a', 'b', 'c'])"


def test_a_drawing_is_as_wide_as_a_page_shows_it_and_soft_ones_are_narrower():
    lines = Image.new("RGB", (1400, 280), "white")
    lines.paste((0, 114, 178), (100, 90, 1300, 96))
    photograph = Image.open(ROOT / "data/content/temple.jpg").convert("RGB").resize((1200, 800))

    def kept(image, **options):
        return frames.webp(picture_files.encoded(image, **options))

    assert Image.open(io.BytesIO(kept(lines, file_format="PNG"))).size == (1120, 224)
    assert Image.open(io.BytesIO(kept(photograph, file_format="JPEG"))).size == (960, 640)
    assert len(kept(photograph, file_format="JPEG", quality=95)) < 130_000


def film_lesson(folder, words="c"):
    output = nbformat.v4.new_output("execute_result", {"image/png": "", "text/plain": words})
    path = folder / "99_try.ipynb"
    cells = [nbformat.v4.new_code_cell("raise SystemExit('not needed')"), nbformat.v4.new_code_cell(LESSON),
             nbformat.v4.new_code_cell(CELL, outputs=[output])]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    return path


def test_only_the_needed_cells_run_and_what_was_drawn_is_kept(tmp_path, monkeypatch):
    path = film_lesson(tmp_path)
    (place,) = frames._drawn(path, tmp_path / "kept", GRIDS).values()
    told = manifest(place)[1]
    assert told["whole"] is True and len(told["frames"]) == 3 and sorted(told["words"]) == ["a", "b", "c"]
    monkeypatch.setattr(frames, "_run", None)  # nothing may run again
    assert frames._drawn(path, tmp_path / "kept", GRIDS) == {"99_try-1": place}


def test_what_a_drawing_depends_on_is_in_its_name(monkeypatch):
    sources = ["x = 1", LESSON, CELL]
    name = frames._hash(sources, 2, [{"frame": ALL}])
    assert frames._hash(["x = 2", LESSON, CELL], 2, [{"frame": ALL}]) == name
    assert frames._hash(["x = 1", LESSON, CELL + "\n"], 2, [{"frame": ALL}]) != name
    assert frames._hash(sources, 2, [{"frame": [1]}]) != name
    modules = {path.relative_to(ROOT).as_posix() for path in frames._modules(LESSON)}
    assert {"nst_helpers/widgets/film.py", "nst_helpers/widgets/base.py", "nst_helpers/images.py"} <= modules
    assert "nst_helpers/widgets/gram.py" not in modules
    monkeypatch.setattr(frames, "_text", lambda path: "changed")
    assert frames._hash(sources, 2, [{"frame": ALL}]) != name


def test_a_stored_lesson_that_is_out_of_date_is_named(tmp_path):
    with pytest.raises(SiteError, match="99_try-1: the panel begins with “c”, but the stored lesson says “old”"):
        frames._drawn(film_lesson(tmp_path, "old"), tmp_path / "kept", GRIDS)
    assert not list((tmp_path / "kept").glob("*"))


def test_an_unknown_lesson_is_named(tmp_path):
    with pytest.raises(SiteError, match="no lesson 77_none; there are 00_start_here"):
        frames.write(tmp_path, ["77_none"])


# The tool


def names_in(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def without_sphinx(monkeypatch):
    """Pages are made of nothing."""
    def render(place, site):
        site.mkdir(parents=True)
        (site / "index.html").write_text("new")

    monkeypatch.setattr(make_site, "_render", render)
    monkeypatch.setattr(make_site, "editions", lambda: [ENGLISH])


def test_the_folder_is_replaced_whole(tmp_path, without_sphinx):
    target = tmp_path / "site"
    for _ in range(2):
        make_site.build(target, [])
        (target / "left.html").write_text("old")
    make_site.build(target, [])
    assert names_in(target) == [make_site.MARK, "index.html"] and names_in(tmp_path) == ["site"]


def test_a_failure_leaves_the_old_site(tmp_path, without_sphinx, monkeypatch, capsys):
    target = tmp_path / "site"
    make_site.build(target, [])
    monkeypatch.setattr(make_site, "_render", lambda *_: (_ for _ in ()).throw(SiteError("broken")))
    assert make_site.main(["--output", str(target)]) == 1
    assert capsys.readouterr().err == "error: broken\n"
    assert names_in(tmp_path) == ["site"] and (target / "index.html").read_text() == "new"


def test_a_site_that_is_too_large_is_refused_with_its_largest_folders(tmp_path, without_sphinx, monkeypatch, capsys):
    """80 MB; here with a smaller limit. What is there already stays, and drawings are counted."""
    assert make_site.LIMIT == 80e6
    target, wanted = tmp_path / "site", ["--output", str(tmp_path / "site"), "--panels", "none"]
    assert make_site.main(wanted) == 0

    def drawn(folder, *_, **__):
        for name, size in {"panels/02_x-1/1.webp": 40_000, "panels/02_x-1/2.webp": 50_000, "panels/03_y-1/1.webp": 9000,
                           "zh/pictures/a.webp": 20_000, "_static/mathjax/fonts/a.woff": 30_000}.items():
            (folder.parent / name).parent.mkdir(parents=True, exist_ok=True)
            (folder.parent / name).write_bytes(bytes(size))

    monkeypatch.setattr(frames, "write", drawn)
    monkeypatch.setattr(make_site, "LIMIT", 149_003 - 1)
    (target / "index.html").write_text("old")
    capsys.readouterr()
    assert make_site.main(wanted) == 1
    told = capsys.readouterr().err
    assert told.startswith("error: the site has 0.1 MB, and may have 0.1; ") and told.count("\n") == 1
    assert "in MB: panels/02_x-1 0.1, _static/mathjax 0.0, zh/pictures 0.0, panels/03_y-1 0.0, pages 0.0" in told
    assert names_in(tmp_path) == ["site"] and (target / "index.html").read_text() == "old"
    monkeypatch.setattr(make_site, "LIMIT", 149_003)  # the drawings, and three letters of a page
    assert make_site.main(wanted) == 0 and (target / "panels" / "02_x-1").is_dir()


def test_a_folder_with_other_things_is_kept(tmp_path, capsys):
    (tmp_path / "thesis.txt").write_text("years of work")
    assert make_site.main(["--output", str(tmp_path)]) == 1
    assert "holds something else" in capsys.readouterr().err
    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_the_workflow_publishes_what_make_makes():
    """With the letters that Chinese panels are drawn in, and with no more rights than each job needs."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/pages.yml").read_text(encoding="utf-8"))
    assert workflow[True]["release"] == {"types": ["published"]}  # YAML reads `on` as True
    build, publish = workflow["jobs"]["build"], workflow["jobs"]["publish"]
    commands = [step["run"] for step in build["steps"] if "run" in step]
    assert "fonts-noto-cjk" in commands[0] and commands[-1] == "make site"
    assert build["steps"][-1]["with"] == {"path": "site"}
    assert workflow["permissions"] == {"contents": "read"} and "permissions" not in build
    assert publish["permissions"] == {"pages": "write", "id-token": "write"} and publish["needs"] == "build"
    assert workflow["concurrency"]["cancel-in-progress"] is False


def test_the_script_of_the_panels_is_short_and_needs_nothing():
    script = (ROOT / "docs/_static/panels.js").read_text(encoding="utf-8")
    assert len(script.splitlines()) < 200 and not re.search(r"\b(import|require)\b|https?:", script)


def test_pictures_are_lighter_and_look_the_same(tmp_path):
    """A drawing to the pixel; a photograph within what JPEG itself had lost, but one with the colour of every pixel."""
    drawing = Image.new("RGB", (300, 200), "white")
    drawing.paste((40, 90, 160), (20, 30, 200, 110))
    photograph = Image.open(ROOT / "data/content/temple.jpg").convert("RGB").resize((480, 320))

    def kept(image, **options):
        data = picture_files.encoded(image, **options)
        path, width, height = Pictures(tmp_path).keep(data)
        assert (width, height) == image.size
        return len(data), tmp_path / path

    size, path = kept(drawing, file_format="PNG", compress_level=0)
    assert path.stat().st_size < size and Image.open(path).convert("RGB").tobytes() == drawing.tobytes()
    size, path = kept(photograph, file_format="JPEG", quality=88, subsampling=2)
    assert path.suffix == ".webp" and path.stat().st_size < 0.85 * size
    assert np.sqrt(np.mean((np.asarray(Image.open(path).convert("RGB"), float) - np.asarray(photograph)) ** 2)) < 8
    assert kept(photograph, file_format="JPEG", quality=88, subsampling=0)[1].suffix == ".jpg"
