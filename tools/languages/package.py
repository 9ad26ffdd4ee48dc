"""The words of nst_helpers: exercises and their hints, diagrams, widgets, verdicts, messages, the command line.

They are put in another language where they are shown (nst_helpers/words.py), so nothing is marked in the code: a
literal is a message by the same rule as in a lesson. Docstrings are for those who read the code, and stay English.
"""

import ast
import re
from functools import cache
from pathlib import Path

from languages import ROOT, catalogs, code
from languages.lessons import Text, chosen, figures

PACKAGE = ROOT / "nst_helpers"
GROUPS = {"widgets": ("widgets",), "diagrams": ("diagrams", "plots.py", "experiments"),
          "commands": ("commands", "__main__.py", "settings.py")}
SILENT = {"words.py", "widgets/speech.py", "commands/speech.py"}  # they hold names, and no words
HALF_SILENT = {"fonts.py"}  # words are only what they show: the rest are names of fonts
FIGURE = "figure|"  # before a name that is translated only where it is shown (nst_helpers/names.py)
NO_WORDS = re.compile(r"[<;]\S|^[\w.]+(?:, ?[\w.]+)+$|</|\bcursor:|\\[(d.w]|=>", re.S)  # HTML, scripts, patterns


def names() -> list[str]:
    """The names of the package's catalogues."""
    return [*GROUPS, "messages", *(f"exercises_{path.stem[-2:]}" for path in _files()
                                   if path.parent.name == "exercises" and path.stem.startswith("lesson_"))]


def words(language: str) -> dict[str, str]:
    """{English: translation} of all that is translated of the package."""
    found: dict[str, str] = {}
    for name in names():
        found |= catalogs.finished(catalogs.read(catalogs.path_of(name, language)))
    return found


def messages(name: str) -> list[Text]:
    """The messages of one of these catalogues; what occurs in several stands in the first."""
    return _all()[name]


@cache
def _all():
    found: dict[str, list[Text]] = {name: [] for name in names()}
    first: dict[str, str] = {}
    for name, path in sorted(((_catalog(path), path) for path in _files()), key=lambda one: names().index(one[0])):
        for piece in _pieces(path.read_text(encoding="utf-8")):
            if path.name in HALF_SILENT and piece.kind != "shown":
                continue
            if NO_WORDS.search(piece.text) or (path.parent.name == "exercises" and _formula(piece.text)):
                continue
            if first.setdefault(piece.text, name) == name:
                found[name].append(Text(piece.text, piece.kind, path.relative_to(PACKAGE).as_posix()))
    found["widgets"] += [Text(label, "shown", "widgets/controls.py") for label in _settings() if label not in first]
    found["diagrams"] += [Text(f"{FIGURE}{name}", "shown", "figures") for name in figures()]
    return found


def _settings():
    """The labels that the studio makes of the names of the settings: "style weight" of style_weight."""
    tree = ast.parse((PACKAGE / "settings.py").read_text(encoding="utf-8"))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings")
    return [node.target.id.replace("_", " ") for node in body
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)]


def _formula(text):
    """Is it an expression that an exercise compares with, as "2 * gamma / R"?"""
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError):
        return False
    return isinstance(tree.body, ast.BinOp | ast.UnaryOp) and not re.search(r"\bnot\b|%", text)


def _pieces(source):
    """The literals of a module that are words, and those in the placeholders of its f-strings."""
    for piece in code.pieces(source, **chosen("package")):
        if piece.kind not in ("comment", "docstring"):
            yield piece
            yield from code.inner_pieces(piece.node, **chosen("package"))


def _files():
    return sorted(path for path in PACKAGE.rglob("*.py") if path.relative_to(PACKAGE).as_posix() not in SILENT)


def _catalog(path: Path) -> str:
    first = path.relative_to(PACKAGE).parts[0]
    if first == "exercises":
        return f"exercises_{path.stem[-2:]}" if path.stem.startswith("lesson_") else "messages"
    return next((name for name, parts in GROUPS.items() if first in parts), "messages")
