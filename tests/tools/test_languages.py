"""Lessons in other languages: what is found in them, and how they are put together again."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import build_notebooks as builder  # noqa: E402
from languages import catalogs, code, edition, glossary, lessons, markdown, numbers, package, rules, texts  # noqa: E402


def kinds(source):
    return [(block.kind, block.text) for block in markdown.blocks(source) if block.kind != "space"]


# Text cells

@pytest.mark.parametrize("lesson", lessons.lessons())
def test_blocks_put_together_are_the_cell_again(lesson):
    for cell in lessons.cells(lesson):
        if cell.cell_type == "markdown":
            made, source = (text.replace("\n> ", "\n") for text in (markdown.joined(markdown.blocks(cell.source)),
                                                                    cell.source))
            assert made.split() == source.split()


def test_the_blocks_of_a_text():
    source = ("## 2. A heading\n\nA paragraph in\ntwo lines:\n- a thing\n  that goes on\n- another\n\n| a | b |\n"
              "|---|---|\n| one | two |\n\n1. first\n2. second\n\n> quoted\n> twice\n>\n> apart")
    assert kinds(source) == [
        ("heading", "2. A heading"), ("paragraph", "A paragraph in two lines:"), ("list item", "a thing that goes on"),
        ("list item", "another"), ("table", "| a | b |"), ("table", "|---|---|"), ("table", "| one | two |"),
        ("list item", "first"), ("list item", "second"), ("quotation", "quoted twice"), ("quotation", "apart")]


@pytest.mark.parametrize("source", ["the sum is $a\n- b$ here", "$$x = a\n+ b$$", "of pixels, by\n736. Others"])
def test_a_line_that_begins_like_a_list_within_a_formula_or_a_sentence_begins_none(source):
    assert len(kinds(source)) == 1


def test_code_in_a_text_stays_in_its_lines():
    source = "```python\nw = 1  # a start\n\nw += 1\n```"
    (block,) = markdown.blocks(source)
    assert block.kind == "code block" and block.text == source and block.has_words


@pytest.mark.parametrize("text, words", [
    ("$$\\frac{a}{b}$$", False), ("|---|---|", False), ("| $I$ | `image` |", False), ("| $I$ | the picture |", True),
    ("**c** `epsilon`", False), ("$x \\text{ if it is so}$", True), ("TV = 5 dB", False), ("格拉姆", False)])
def test_what_has_words(text, words):
    assert texts.has_words(text) == words


# Code

CODE = '''def grey(image):
    """The mean over the channels."""
    return image.mean(axis=2)  # a map

# Two lines
# of one thought
path = folder / "content" / "a cat.jpg"
names = {"grey": 1, "the photograph": 2}
print("loss", f"η = {rate:.1f} gains {'much' if gain > 1 else 'little'} in {names['grey']} steps")
plots.show(figure, "One thing "
                   "and another.", alt="words", loc="upper right")
exercises.predict("06-film", "Which?", {"more": "It is so."}, right="more")
'''


def test_the_words_of_code():
    found = [(piece.kind, piece.text) for piece in code.pieces(CODE, exclude=["a cat.jpg"])]
    assert found == [
        ("docstring", "The mean over the channels."), ("comment", "a map"), ("comment", "Two lines of one thought"),
        ("text", "the photograph"), ("printed", "loss"),
        ("printed", "η = {rate:.1f} gains {'much' if gain > 1 else 'little'} in {names['grey']} steps"),
        ("shown", "One thing and another."), ("shown", "words"), ("shown", "Which?"), ("shown", "more"),
        ("shown", "It is so."), ("shown", "more")]
    f_string = next(piece.node for piece in code.pieces(CODE) if piece.text.startswith("η"))
    assert [piece.text for piece in code.inner_pieces(f_string)] == ["much", "little"]
    assert "grey" in [piece.text for piece in code.pieces(CODE, include=["grey"])]


def test_a_choice_is_words_even_where_the_lesson_looks_its_name_up():
    found = [(piece.kind, piece.text) for piece in code.pieces(CODE, exclude=["more", "loss"])]
    assert [one for one in found if one[1] in ("more", "loss")] == [("shown", "more"), ("shown", "more")]


def test_code_in_another_language_does_the_same():
    words = {"the photograph": "照片", "grey": "灰色", "much": "许多", "little": "一点", "a map": "一张图",
             "Two lines of one thought": "两行，一个意思", "The mean over the channels.": "各通道的平均。",
             "One thing and another.": "一件事，" + "又一件事，" * 20,
             "η = {rate:.1f} gains {'much' if gain > 1 else 'little'} in {names['grey']} steps":
                 "{names['grey']} 步得到{'much' if gain > 1 else 'little'}，η = {rate:.1f}"}
    new = code.translated(CODE, lambda text: words.get(text, text), include=["grey"])
    assert """print("loss", f"{names['灰色']} 步得到{'许多' if gain > 1 else '一点'}，η = {rate:.1f}")""" in new
    assert '    """各通道的平均。"""\n    return image.mean(axis=2)  # 一张图\n\n# 两行，一个意思\npath' in new
    lines = new.splitlines()
    assert max(map(code.width, lines)) <= 120 and sum('"一件事' in line or '又一件事，"' in line for line in lines) >= 2
    assert rules.skeleton(new) == rules.skeleton(CODE)


@pytest.mark.parametrize("text", ['a "quoted" word', "two\nlines", "50 % \\ of", "{{brace}} {x:.1f} \\alpha",
                                  "$\\frac{a}{b}$"])
def test_a_literal_says_what_it_should(text):
    node = ast.parse('f"{x}"').body[0].value if "{x" in text else ast.parse('"x"').body[0].value
    made = eval(code.literal(node, text), {"x": 2})
    assert made == (text.replace("{{", "{").replace("}}", "}").replace("{x:.1f}", "2.0") if "{x" in text else text)


def test_what_is_not_translated_keeps_its_very_source():
    for lesson in lessons.lessons():
        for cell in lessons.cells(lesson):
            if cell.cell_type == "code":
                assert lessons.source_in(lesson, cell, lambda text: text) == cell.source


@pytest.mark.parametrize("lesson", lessons.lessons())
def test_every_lesson_can_be_put_into_other_words(lesson):
    """The same code but for its strings, whatever they are: here each gets a letter in front."""
    for cell in lessons.cells(lesson):
        if cell.cell_type == "code":
            new = lessons.source_in(lesson, cell, lambda text: f"译{text}")
            assert rules.skeleton(new) == rules.skeleton(cell.source), cell.source[:60]


# Rules

class Entry:
    def __init__(self, english, chinese, kind="paragraph", comments=()):
        self.id, self.string, self.auto_comments, self.user_comments = english, chinese, [f"{kind} in: 1"], comments


def broken(*arguments, **keywords):
    """The names of the rules that an entry breaks."""
    return {words.split(":")[0] for words in rules.of_message(Entry(*arguments, **keywords))}


@pytest.mark.parametrize("english, chinese, names", [
    ("The loss is $a + b$.", "损失是 $a+b$。", set()),
    ("The loss is $a + b$.", "损失是 $a - b$。", {"formulas"}),
    ("$x \\text{ if so}$ it is", "若 $x \\text{（如此）}$", set()),
    ("Call `check` once", "调用 `check` 一次", set()),
    ("Call `check` once", "调用 `Check` 一次", {"code"}),
    ("See [05 Style](05_a.ipynb).", "见 [05 风格](05_a.ipynb)。", set()),
    ("See [05 Style](05_a.ipynb).", "见 [05 风格](05_b.ipynb)。", {"links"}),
    ("It takes 64 steps.", "要走 64 步。", set()), ("It takes 64 steps.", "要走 46 步。", {"numbers"}),
    ("It has 1.6 million and 1,200.", "共有 160 万和 1200。", set()), ("two steps", "2 步", set()),
    ("with β = 3 at conv1_1", "β = 3，在 conv1_1", set()), ("with β = 3 at conv1_1", "γ = 3，在 conv1_2", {"letters"}),
    ("It is good.", "It is good.", {"language"}),
    ("the learning rate", "学习率", set()), ("the learning rate", "学习速度", {"glossary"}),
    ("It, and more.", "它,还有。", {"setting"}), ("It (so).", "它(如此)。", {"setting"}), ("So.", "如此.", {"setting"}),
    ("in Keras so", "在Keras中", {"setting"}), ("in Keras so", "在 Keras 中", set()), ("it is", "这 是", {"setting"}),
    ("with $a$ so", "当$a$时", {"setting"}), ("it, so", "它， 如此", {"setting"}), ("“so” it", '"如此"', {"setting"}),
    ("**Mind.** It is", "**注意。**它是", {"markdown"}), ("**Mind.** It is", "**注意**。它是", set()),
])
def test_what_a_translation_must_keep(english, chinese, names):
    assert broken(english, chinese) == names


@pytest.mark.parametrize("english, chinese, names", [
    ("loss {x:.2f} of {y}", "{y} 的损失 {x:.2f}", set()), ("loss {x:.2f}", "损失 {x:.1f}", {"placeholders"}),
    ("{name} noise", "{name}噪声", set())])
def test_what_a_template_must_keep(english, chinese, names):
    assert broken(english, chinese, kind="printed") == names


def test_a_rule_can_be_waived_with_a_reason():
    assert broken("restart the kernel", "重启内核", comments=["allow: glossary, Jupyter’s"]) == set()
    assert broken("restart the kernel", "重启内 核") == {"setting"}  # 内核 has 核
    assert list(glossary.missing("two Gram matrices", "两个矩阵")) == ["“Gram matrices” is 格拉姆矩阵"]


def test_two_keys_of_a_dictionary_stay_two(tmp_path):
    path = tmp_path / "06_total_variation.po"
    catalog = catalogs.template(lessons.messages("06_total_variation"))
    catalog["the noise"].string, catalog["the photograph"].string = "噪声", "噪声"
    catalogs.write(path, catalog)
    assert [words.split(";")[0] for _, words in rules.violations(path)] == [
        "doubles: 'the photograph' in this cell has the same words"]


def test_numbers_are_compared_by_value():
    found = numbers.values("1,200 of 1.6 million, VGG-19, conv1_1, section 2.3.4")
    assert found == {1200.0: 1, 1.6e6: 1, 19.0: 1, "2.3.4": 1}
    assert list(numbers.differences("3 of 4", "4 中的 5")) == ["number missing: 3", "number not in English: 5"]


# Catalogues

def test_what_changed_in_english_keeps_its_translation_and_is_marked(tmp_path, monkeypatch):
    monkeypatch.setattr(catalogs, "TRANSLATIONS", tmp_path)
    monkeypatch.setattr(catalogs, "ROOT", tmp_path)
    path = catalogs.path_of("90_small", "zh_CN")

    def take_up(*words):
        made = catalogs.merged("90_small", "zh_CN", catalogs.template(lessons.Text(w, "text", "1") for w in words))
        catalogs.write(path, made)
        return catalogs.read(path)

    catalog = take_up("The noise is loud here", "It stays")
    catalog["The noise is loud here"].string, catalog["It stays"].string = "这里噪声大", "它不变"
    catalog["It stays"].user_comments = ["allow: glossary, a test"]
    catalogs.write(path, catalog)
    catalog = take_up("It stays", "The noise is very loud here", "A third text")
    changed = catalog["The noise is very loud here"]
    assert changed.fuzzy and changed.string == "这里噪声大" and changed.previous_id == ["The noise is loud here"]
    assert catalog["It stays"].user_comments == ["allow: glossary, a test"] and catalog["A third text"].string == ""
    assert catalogs.finished(catalog) == {"It stays": "它不变"}
    assert next(words for _, words in rules.violations(path)).startswith("changed in English")
    before = path.read_bytes()
    take_up("It stays", "The noise is very loud here", "A third text")
    assert path.read_bytes() == before and b'#| msgid "The noise is loud here"' in before


def test_a_lesson_that_is_not_whole_is_not_built(monkeypatch, tmp_path):
    monkeypatch.setattr(catalogs, "TRANSLATIONS", tmp_path)
    with pytest.raises(edition.Incomplete, match=r"06_total_variation in zh_CN: .* are empty or fuzzy"):
        edition.translator("06_total_variation", "zh_CN")
    assert edition.translator("06_total_variation", "zh_CN", draft=True)("as it is") == "as it is"


def test_a_lesson_in_another_language_has_the_cells_of_the_english_one_and_two_more():
    cells = lessons.cells("06_total_variation")
    for number, cell in enumerate(cells):
        cell["id"] = f"cell{number}"
    made = edition.translated_cells("06_total_variation", cells, "zh_CN", lambda text: text)
    chooses, last = made[1], made[-1]
    assert chooses.source.startswith('from nst_helpers.words import set_language\n\nset_language("zh_CN")')
    assert "(../solutions/06_total_variation.ipynb)" in last.source
    assert [cell.id for cell in made] == ["cell0", "language", *(cell.id for cell in cells[1:]), "solutions"]


SMALL = """# %% [markdown]
# # 90 A small lesson

# %%
names = {"one word": 1, "two words": 2}
print("the first is", names["one word"])

# %% tags=["exercise"]
answer = ...

# %% tags=["solution"]
answer = 42  # nobody translates this
"""
IN_CHINESE = {"90 A small lesson": "90 一节小课", "one word": "一个词", "two words": "两个词",
              "the first is": "第一个是", edition.SOLUTIONS: "*解答：[{lesson}](../solutions/{lesson}.ipynb)*",
              edition.NOTE: "用中文"}


def test_a_lesson_is_built_in_chinese_from_the_english_source(tmp_path, monkeypatch, capsys):
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "90_small.py").write_text(SMALL, encoding="utf-8")
    for module, name, value in ((builder, "NOTEBOOKS", tmp_path), (builder, "SOURCES", tmp_path / "sources"),
                                (builder, "ROOT", tmp_path), (lessons, "SOURCES", tmp_path / "sources"),
                                (catalogs, "TRANSLATIONS", tmp_path / "translations")):
        monkeypatch.setattr(module, name, value)
    arguments = ["90_small", "--language", "zh_CN"]
    assert builder.main(arguments) == 1
    assert "error: 90_small in zh_CN: 6 texts are empty or fuzzy" in capsys.readouterr().err
    for name, found in (("90_small", lessons.messages("90_small")), (edition.CATALOG, edition.messages())):
        catalog = catalogs.template(found)
        for message in catalogs.entries(catalog):
            message.string = IN_CHINESE[message.id]
        catalogs.write(catalogs.path_of(name, "zh_CN"), catalog)
    assert builder.main(arguments) == 0 and builder.main([*arguments, "--check"]) == 0
    cells = builder.nbformat.read(tmp_path / "zh" / "90_small.ipynb", as_version=4).cells
    assert [cell.source for cell in cells] == [
        "# 90 一节小课", 'from nst_helpers.words import set_language\n\nset_language("zh_CN")  # 用中文',
        'names = {"一个词": 1, "两个词": 2}\nprint("第一个是", names["一个词"])', "answer = ...",
        "*解答：[90_small](../solutions/90_small.ipynb)*"]
    assert cells[2].outputs[0].text == "第一个是 1\n"
    english = builder.from_source("90_small", False).cells
    assert [cell.id for cell in cells if "language" not in cell.metadata.get("tags", [])] == [one.id for one in english]


def test_the_package_has_its_words_in_catalogs():
    found = {text.words for name in package.names() for text in package.messages(name)}
    assert {"It printed:", "noise σ = {value}", "○ {name}: not solved yet. Fill in the cell above, run it, then run "
            "this one again.", "iteration", "compute it now", "figure|night swirls"} <= found
    labels = edition.labels("zh_CN")
    assert labels["夜空"] == "night swirls" and not any(name.startswith(package.FIGURE) for name in labels.values())
    assert not any("cursor:" in words or "</" in words for words in found)
