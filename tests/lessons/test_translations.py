"""The translations as they are: whole, in step with the English texts, and within the rules.

What is not translated yet stands in NOT_YET, what is not built yet in NOT_BUILT, and nowhere else; both lists shrink
until they are empty.
"""

import re
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import translate  # noqa: E402
from languages import FOLDERS, TRANSLATIONS, catalogs, edition, lessons, package, rules  # noqa: E402

NOT_YET: dict[str, set[str]] = {"zh_CN": set()}
NOT_BUILT = {"zh_CN": set()}  # translated, but not stored yet
NAMES = [*lessons.lessons(), *package.names(), edition.CATALOG]
every_catalog = pytest.mark.parametrize(("language", "name"), [(lang, name) for lang in FOLDERS for name in NAMES])


@every_catalog
def test_a_catalog_has_what_the_sources_have(language, name):
    catalog = catalogs.merged(name, language, catalogs.template(translate.texts_of(name)))
    assert not catalogs.differs(catalogs.path_of(name, language), catalog), "run `make translations`"


@every_catalog
def test_what_is_translated_keeps_the_rules(language, name):
    assert rules.violations(catalogs.path_of(name, language)) == []


@every_catalog
def test_a_catalog_is_whole_or_on_the_list_of_those_that_are_not_yet(language, name):
    found = catalogs.entries(catalogs.read(catalogs.path_of(name, language)))
    whole = all(message.string and not message.fuzzy for message in found)
    todo = "take it off NOT_YET" if whole else "`make translations` says what lacks"
    assert whole == (name not in NOT_YET[language]), todo


@pytest.mark.parametrize("language", FOLDERS)
def test_what_is_not_built_is_not_there(language):
    there = {path.stem for path in (ROOT / "notebooks" / FOLDERS[language]).glob("*.ipynb")}
    assert there == set(lessons.lessons()) - NOT_BUILT[language], "take what is built off NOT_BUILT"


@pytest.mark.parametrize("language", FOLDERS)
def test_what_the_package_reads_is_made_of_the_catalogs(language):
    for domain, words in (("nst_helpers", package.words(language)), ("labels", edition.labels(language))):
        path = catalogs.compiled_path(language, domain)
        assert path.read_bytes() == catalogs.compiled(words), "run `make translations`"


@pytest.mark.parametrize("language", FOLDERS)
def test_nothing_lies_in_the_folder_that_is_no_catalog(language):
    paths = catalogs.path_of("x", language).parent.iterdir()
    assert sorted(path.stem for path in paths if path.suffix == ".po") == sorted(NAMES)


def test_the_glossary_says_what_lesson_00_says():
    """Each English term of its appendix is in the glossary, with the Chinese one that stands beside it."""
    table = tomllib.loads((TRANSLATIONS / "glossary.toml").read_text(encoding="utf-8"))["zh_CN"]
    rows = re.findall(r"^# \| ([^|]+) \| ([^|]+) \| ", (lessons.SOURCES / "00_start_here.py").read_text("utf-8"), re.M)
    pairs = [pair for english, chinese in rows if re.search(r"[\u4e00-\u9fff]{2}", chinese) and english != "English"
             for pair in zip(english.split(", "), chinese.split(", "), strict=True)]
    assert len(pairs) > 40
    for english, chinese in pairs:
        term = re.sub(r" \([A-Z]+\)", "", english)
        assert any(word in chinese for word in table[term]), f"{term}: {chinese}"
