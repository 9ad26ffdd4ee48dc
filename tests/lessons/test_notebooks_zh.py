"""The Chinese lessons: the code and the numbers of the English ones, the words their own.

Nothing is executed here. Where a lesson is not built yet (tests/lessons/test_translations.py, NOT_BUILT) there is none.
"""

import dataclasses
import re
from pathlib import Path

import nbformat
import nbval_numbers
import pytest
import test_notebooks
import test_translations
from languages import rules
from languages import texts as words

from nst_helpers.settings import Settings

tool = test_notebooks.tool
LANGUAGE = "zh_CN"
LESSONS = [lesson for lesson in tool.lessons() if lesson not in test_translations.NOT_BUILT[LANGUAGE]]
every_lesson = pytest.mark.parametrize("lesson", LESSONS)
OWN = "language"  # tag of the two cells that the English lesson has not
# Times, and their ratios, may be any; what else is printed must agree, wherever in the sentence it stands.
FREE = {"time", "second", "minute", "hour", "ratio"}
# A word of three letters or more that is no part of an identifier, a call, a path, a name with a hyphen, or quoted.
WORD = re.compile(r"""(?<![\w.'"“-])[A-Za-z]{3,}(?![\w(\[='"”-])""")
NAMES = {*words.NAMES, *(field.name for field in dataclasses.fields(Settings)), "Linux", "Nesterov", "Python", "ReLU",
         "Reddi", "SciPy", "Ustyuzhaninov"}
TYPED = re.compile(r"x · scale \+ mean|YCbCr|\b(?:adam|compact|correlate|inf|lbfgs|max|nan)\b")  # shown as it is typed


def read(lesson):
    return nbformat.read(tool.target(lesson, False, LANGUAGE), as_version=4)


def pairs(lesson):
    """(cell of the Chinese lesson, the English one's) of each code cell."""
    english = {cell.id: cell for cell in test_notebooks.read(lesson, False).cells}
    return [(cell, english[cell.id]) for cell in test_notebooks.code(read(lesson))
            if OWN not in cell.metadata.get("tags", [])]


def texts(cell):
    """The texts of a cell's outputs, one for each output and kind; embedded pictures and tags left out."""
    found = []
    for output in cell.outputs:
        content = output.get("data", {}) if output.output_type != "stream" else {"text": output.text}
        found += [re.sub(r"<[^>]*>", " ", text) for kind, text in content.items() if not kind.startswith("image/")]
    return found


def printed(text):
    """The numbers in a text that must agree."""
    numbers = [number for line in text.split("\n") for number in nbval_numbers._parts(line)[1]]
    return [number for number in numbers if number.kind not in FREE]


def english(text):
    """The English words in a Chinese output, but for names of people and methods, and what is typed in English."""
    shown = words.without(text, words.FORMULA, TYPED)
    return [word for word in WORD.findall(shown) if word not in NAMES and not word.isupper()]


def unlike(chinese, english):
    """The numbers of an English text that a Chinese one has not, in any order, within what processors may change."""
    left, lost = printed(chinese), []
    for number in printed(english):
        same = next((other for other in left if _agree(other, number)), None)
        left.remove(same) if same else lost.append(number.value)
    return lost


def _agree(new, stored):
    new = new._replace(kind=stored.kind)  # 约 and ≈ are no difference
    return nbval_numbers._agree(new, stored, nbval_numbers.SHARE, nbval_numbers.ABOUT_SHARE)


def test_there_is_a_notebook_for_every_translated_lesson_and_no_other():
    folder = tool.target("x", False, LANGUAGE).parent
    assert sorted(path.stem for path in folder.glob("*.ipynb")) == LESSONS


@every_lesson
def test_it_equals_its_source_and_was_executed_in_order(lesson):
    assert tool.difference(lesson, False, LANGUAGE) is None, "run `make notebooks LANGUAGE=zh_CN`"
    counts = [cell.execution_count for cell in test_notebooks.code(read(lesson))]
    assert counts == list(range(1, len(counts) + 1))


@every_lesson
def test_its_code_is_that_of_the_english_lesson_but_for_words(lesson):
    ours = pairs(lesson)
    assert len(ours) == len(test_notebooks.code(test_notebooks.read(lesson, False)))
    for cell, english in ours:
        assert rules.skeleton(cell.source) == rules.skeleton(english.source), cell.source[:60]
        assert cell.metadata == english.metadata


@every_lesson
def test_it_shows_the_numbers_of_the_english_lesson(lesson):
    for cell, english in pairs(lesson):
        if "nbval-ignore-output" in cell.metadata.get("tags", []):
            continue
        ours, theirs = texts(cell), texts(english)
        assert len(ours) == len(theirs), cell.source[:60]
        for chinese, text in zip(ours, theirs, strict=True):
            assert unlike(chinese, text) == [], f"{chinese[:80]!r} beside {text[:80]!r}"


@every_lesson
def test_its_pictures_are_as_many_and_have_chinese_words(lesson):
    for cell, english in pairs(lesson):
        ours, theirs = ([sorted(output.get("data", {})) for output in one.outputs] for one in (cell, english))
        assert ours == theirs, cell.source[:60]
        for output in cell.outputs:
            for mime in {"image/png", "image/jpeg"} & set(output.get("data", {})):
                alt = output.metadata[mime]["alt"]
                assert re.search(r"[\u4e00-\u9fff]", alt) or not words.has_words(alt, markdown=False), alt


@every_lesson
def test_no_english_sentence_is_left_in_what_it_shows(lesson):
    """Keras's own docstring is quoted as it is; words in columns, far apart, are the names of a table's columns."""
    for cell, _ in pairs(lesson):
        for text in texts(cell) if "__doc__" not in cell.source else []:
            found = re.search(r"(?:\b[A-Za-z]?[a-z]{2,}\b(?: |, )){4,}[a-z]{2,}", text)
            assert not found, f"{found.group()!r} in the output of {cell.source[:60]!r}"


@every_lesson
def test_no_english_word_is_left_in_what_it_shows(lesson):
    """Names from data too, in the rows of a table: `nst_helpers.names.named` says them. Verdicts show code."""
    found = {word for cell, _ in pairs(lesson) if "__doc__" not in cell.source and "check(" not in cell.source
             for text in texts(cell) for word in english(text)}
    assert found == set(), f"{sorted(found)}: say them in Chinese, with nst_helpers.names.named"


@every_lesson
def test_it_is_as_small_as_the_english_one(lesson):
    assert tool.target(lesson, False, LANGUAGE).stat().st_size < test_notebooks.MOST_BYTES


# What these tests would notice

@pytest.mark.parametrize(("chinese", "english", "lost"), [
    ("损失 4.87，步数 64", "64 steps, loss 4.87", []), ("损失 4.88", "loss 4.87", []),
    ("损失 4.1", "loss 4.87", [4.87]), ("46 步", "64 steps", [64]), ("约 12 倍", "about 12 times", []),
    ("用了 3.1 ms", "took 9.4 ms", []),
    ("颗粒 ≈ 40", "grain ≈ 47", []), ("颗粒 ≈ 30", "grain ≈ 47", [47])])
def test_numbers_in_another_order_agree(chinese, english, lost):
    assert [float(value) for value in unlike(chinese, english)] == lost


@pytest.mark.parametrize(("text", "left"), [
    ("momentum          η 不变 0.0633", ["momentum"]), ("动量法 η 不变 0.0633，Nesterov 0.06", []),
    ("红−蓝 0.31，red−blue 0.31", ["red", "blue"]), ("层权重 equal：主体 0.34", ["equal"]),
    ("起点：noise；Adam，η = 6", ["noise"]), ("○ 08-ahead：错误还在", []), ("scikit-image，L-BFGS，PSNR 24 dB", []),
    ("np.corrcoef 与 kernel[-m, -n]，init='content'，iterations 现为 50，conv4_1", [])])
def test_english_words_are_told_from_names_and_code(text, left):
    assert english(text) == left


def test_all_notebooks_together_stay_small():
    folder = Path(tool.NOTEBOOKS)
    assert sum(path.stat().st_size for path in folder.rglob("*.ipynb")) < 60_000_000
