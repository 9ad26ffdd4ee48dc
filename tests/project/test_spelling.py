"""Names in code are spelled as in America, like those of the libraries around them; prose is as its writer likes."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("nst_helpers", "tools", "tests", "benchmarks")

BRITISH = re.compile(
    r"\w*(colour|behaviour|neighbour|favour|honour|labour|flavour)\w*|grey\w*|(centre|metre|litre|fibre|theatre)[sd]?"
    r"|(cata|dia|ana)logue[sd]?|licences?|defences?|artefacts?|judgements?|moulds?|(learn|spoil|spel|burn)t|towards"
    r"|(label|model|cancel|travel|level|signal|channel|tunnel)l(ed|ing|er|ers)|(ana|para|cata)lys(e|ed|es|er|ing)"
    r"|(author|capital|categor|character|custom|discret|equal|final|general|global|initial|linear|local|maxim|minim"
    r"|normal|optim|organ|penal|quant|random|real|recogn|regular|serial|stabil|standard|summar|synchron|token|util"
    r"|vector|visual)is(e|ed|er|ers|es|ing|able|ation)")

# By these names the lessons call what is in the package.
KEPT = {"grey_noise", "labelled_places", "mean_colour_off"}


def names_in(code):
    """All that code gives a name to, or calls by one."""
    nodes = list(ast.walk(ast.parse(code)))
    found = {getattr(node, field, None) for node in nodes for field in ("id", "attr", "name", "arg", "asname")}
    return {name for name in found if isinstance(name, str)}


def british(name):
    """The words of a name that are spelled as in Britain: of `mean_colour`, `MeanColour` and `MEAN_COLOUR` one each."""
    words = re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)
    return [word for word in words if BRITISH.fullmatch(word.lower())]


@pytest.mark.parametrize("folder", FOLDERS)
def test_names_are_spelled_in_one_way(folder):
    found = {f"{path.relative_to(ROOT)}: {name}" for path in sorted((ROOT / folder).rglob("*.py"))
             for name in {path.stem, *names_in(path.read_text(encoding="utf-8"))} - KEPT if british(name)}
    assert found == set(), "spell them as in America: color, gray, center, labeled"


def test_what_keeps_its_spelling_does_so_for_the_lessons():
    lessons = [names_in(path.read_text(encoding="utf-8")) for path in (ROOT / "notebooks" / "sources").glob("*.py")]
    assert set().union(*lessons) >= KEPT
    assert all(british(name) for name in KEPT)


def test_which_words_are_told_apart():
    for name in ("mean_colour", "MeanColour", "MEAN_COLOUR", "greys", "from_grey", "labelled", "neighbours",
                 "normalised", "ReOptimiser", "catalogue"):
        assert len(british(name)) == 1, name
    for name in ("mean_color", "GRAY", "centered", "labels", "normalized", "raised", "noise", "promise", "our", "four",
                 "likeness", "analysis", "modeled"):
        assert british(name) == [], name
