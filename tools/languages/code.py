"""The words of a code cell: literals that a reader sees, docstrings and comments; found, and put in another language.

A literal is words where it has a space between letters, or is an argument of a function that shows text; which others
are (the names in a legend) or are not is said once a lesson, in translations/words.toml. Of an f-string the message is
its source, as a template: "best γ = {gamma:.1f}".
"""

import ast
import io
import re
import tokenize
import unicodedata
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

from languages import texts

SHOWING = {"print", "show", "show_images", "show_picture", "set_title", "set_xlabel", "set_ylabel", "legend", "text",
           "annotate", "title", "xlabel", "ylabel", "suptitle", "draw_image", "draw_matrix", "predict",
           "translated", "slider", "log_slider", "choice_slider", "dropdown", "film"}
SHOWING_KEYWORDS = {"label", "title", "xlabel", "ylabel", "caption", "folded", "alt", "titles", "right", "xticklabels",
                    "yticklabels", "description", "tooltip", "help", "words", "metavar"}
CHECKS = {"check", "predict"}  # their first argument is the exercise's name
CHOICE = "choice"  # how a literal in a prediction is shown: always as words, whatever the lesson looks up by its name
PLACES = re.compile(r"(?:outside )?(?:upper|lower|center) (?:left|right|center)|(?:axes|offset|figure) \w+|image/\w+")
NO_COMMENT = re.compile(r"#\s*(?:noqa|type:|pyright:|pragma|%%|fmt:|ruff:)")
WIDTH = 112  # columns of a line of code


@dataclass(frozen=True)
class Piece:
    """Where words stand in a source: from (line, column) to (line, column), lines from 1; columns count letters."""

    kind: str  # "text", "printed", "comment", "docstring"
    text: str
    start: tuple[int, int]
    end: tuple[int, int]
    node: ast.expr | None = None


def pieces(source: str, include: Collection[str] = (), exclude: Collection[str] = (),
           shown: str | None = None) -> list[Piece]:
    """What is to be translated in a piece of Python, in the order of the source; shown: it is one shown expression."""
    found = [*_literals(source, include, exclude, shown), *_comments(source)]
    return sorted(found, key=lambda piece: piece.start)


def translated(source: str, translate: Callable[[str], str], include: Collection[str] = (),
               exclude: Collection[str] = (), shown: str | None = None) -> str:
    """The same Python with its words in another language; what `translate` leaves as it is keeps its very source."""
    lines, moved = source.split("\n"), _Moved()
    for piece in pieces(source, include, exclude, shown):
        words = translate(piece.text)
        inner = _inner(piece.node, translate, include, exclude)
        if words == piece.text and all(key == other for key, other in inner.items()):
            continue
        for placeholder, other in inner.items():
            words = words.replace(placeholder, other)
        here = replace(piece, start=moved.place(piece.start), end=moved.place(piece.end))
        new = _commented(lines, here, words) if piece.kind == "comment" else _written(lines, here, words)
        (first, _), (last, right) = here.start, here.end
        after = len(lines[last - 1]) - right
        lines[first - 1 : last] = new
        moved.to(piece.end, (first + len(new) - 1, len(new[-1]) - after))
    return "\n".join(lines)


class _Moved:
    """Where a place of the source is now, after replacements before it."""

    def __init__(self):
        self.end = self.new = (0, 0)

    def place(self, place):
        (line, column), (end, right), (new, now) = place, self.end, self.new
        return line - end + new, column - right + now if line == end else column

    def to(self, end, new):
        self.end, self.new = end, new


def template(node: ast.expr) -> str:
    """A literal's text; of an f-string its source, each placeholder written as Python itself writes it."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert isinstance(node, ast.JoinedStr)
    return "".join(_placeholder(part) if isinstance(part, ast.FormattedValue)
                   else str(part.value).replace("{", "{{").replace("}", "}}") for part in node.values)


def _placeholder(node):
    conversion = f"!{chr(node.conversion)}" if node.conversion != -1 else ""
    spec = f":{template(node.format_spec)}" if node.format_spec else ""
    return f"{{{ast.unparse(node.value)}{conversion}{spec}}}"


def _literals(source, include, exclude, shown=None):
    tree = ast.parse(source)
    docstrings = {id(node.body[0].value) for node in ast.walk(tree)
                  if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.Module) and node.body
                  and isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)}
    position = _positions(source)
    for node, how in _strings(tree.body[0].value if shown else tree, shown):
        text = template(node)
        kind = "docstring" if id(node) in docstrings else "shown" if how == CHOICE else how or "text"
        if (text in exclude and how != CHOICE) or PLACES.fullmatch(text) or not texts.has_words(text, markdown=False):
            continue
        if text in include or kind == "docstring" or how or _spaced(text):
            yield Piece(kind, text, position(node.lineno, node.col_offset),
                        position(node.end_lineno, node.end_col_offset), node)


def _strings(node, shown):
    """(literal, how it is shown), outermost literals only; what is inside a placeholder is part of its f-string."""
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str)):
        yield node, shown
        return
    if isinstance(node, ast.Call):
        yield from _of_call(node, shown)
        return
    if isinstance(node, ast.IfExp):
        yield from _strings(node.test, None)
        yield from _strings(node.body, shown)
        yield from _strings(node.orelse, shown)
        return
    inside = shown if isinstance(node, ast.List | ast.Tuple | ast.Dict | ast.BinOp | ast.ListComp) else None
    for child in ast.iter_child_nodes(node):
        yield from _strings(child, inside)


def _of_call(node, shown):
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    here = {"print": "printed", "predict": CHOICE}.get(name, "shown" if name in SHOWING else None)
    yield from _strings(node.func, None)
    for argument in node.args[1:] if name in CHECKS else node.args:
        yield from _strings(argument, here)
    for keyword in node.keywords:
        yield from _strings(keyword.value, here if here == CHOICE else "shown" if keyword.arg in SHOWING_KEYWORDS else
                            None if keyword.arg else here)


def _spaced(text):
    """Words with a space beside them: no identifier, no name of a file."""
    bare = texts.prose(text, markdown=False).strip()
    return bool(re.search(r"\s", text.strip())) and bool(texts.WORD.search(bare))


def _positions(source):
    """Python counts the bytes of a line; here its letters count."""
    lines = source.split("\n")
    return lambda line, column: (line, len(lines[line - 1].encode()[:column].decode()))


def _comments(source):
    """Comments, those on lines of their own that follow each other as one."""
    run: list[tokenize.TokenInfo] = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT or NO_COMMENT.match(token.string):
            continue
        alone = not token.line[: token.start[1]].strip()
        if run and not (alone and _below(run[-1], token)):
            yield from _comment(run)
            run = []
        run.append(token)
    yield from _comment(run)


def _below(above, token):
    alone = not above.line[: above.start[1]].strip()
    return alone and token.start == (above.start[0] + 1, above.start[1])


def _comment(run):
    if run:
        text = " ".join(token.string.lstrip("#").strip() for token in run)
        if texts.has_words(text, markdown=False):
            yield Piece("comment", text, run[0].start, run[-1].end)


def _inner(node, translate, include, exclude):
    """{placeholder: the same with its own words translated}."""
    found = {}
    if isinstance(node, ast.JoinedStr):
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                known = _placeholder(part)
                expression = ast.unparse(part.value)
                other = ast.unparse(ast.parse(translated(expression, translate, include, exclude, "text"), mode="eval"))
                found[known] = known.replace(expression, other, 1)
    return found


def inner_pieces(node: ast.expr | None, include: Collection[str] = (),
                 exclude: Collection[str] = ()) -> Iterator[Piece]:
    """The words inside the placeholders of an f-string."""
    if isinstance(node, ast.JoinedStr):
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                for piece in pieces(ast.unparse(part.value), include, exclude, "text"):
                    yield piece
                    yield from inner_pieces(piece.node, include, exclude)


def literal(node: ast.expr, text: str) -> str:
    """Python for a text, an f-string where the node is one; never over several lines."""
    prefix = "f" if isinstance(node, ast.JoinedStr) else ""
    holes = texts.placeholders(text) if prefix else []
    bare = text
    for hole in holes:
        bare = bare.replace(hole, "", 1)
    if "\\" in bare and '"' not in bare and "\n" not in bare and not bare.endswith("\\"):
        return f'r{prefix}"{text}"'
    escaped, rest = "", text
    for hole in holes:
        before, rest = rest.split(hole, 1)
        escaped += _escaped(before) + hole
    return f'{prefix}"{escaped}{_escaped(rest)}"'


def _escaped(text):
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def _written(lines, piece, words):
    """The lines that stand in the place of those of a literal."""
    (first, left), (last, right) = piece.start, piece.end
    before, after = lines[first - 1][:left], lines[last - 1][right:]
    if piece.kind == "docstring":
        return [f'{before}"""{words}"""{after}']
    parts = [literal(piece.node, part) for part in _broken(piece.node, words, max(WIDTH - width(before), 40) - 4)]
    new = [before + parts[0], *(" " * width(before) + part for part in parts[1:])]
    new[-1] += after
    return new if len(new) == 1 or _parses(lines, first, last, new) else [before + literal(piece.node, words) + after]


def _parses(lines, first, last, new):
    try:
        ast.parse("\n".join([*lines[: first - 1], *new, *lines[last:]]))
    except SyntaxError:
        return False
    return True


def _broken(node, text, room):
    """A text in pieces of so many columns; no placeholder, formula or Latin word is cut, no comma comes first."""
    holes = "|".join(re.escape(hole) for hole in texts.placeholders(text)) if isinstance(node, ast.JoinedStr) else ""
    whole = rf"{holes}|" if holes else ""
    units = re.findall(rf"{whole}\$[^$]+\$|[\w.%\\-]+?(?=[\u3000-\u9fff])|[!-~]+ ?|.", text, re.S)
    parts = [""]
    for unit in units:
        if parts[-1] and width(parts[-1] + unit) > room and unit[0] not in "，。；：、！？）”’》… ":
            parts.append("")
        parts[-1] += unit
    return parts


def _commented(lines, piece, words):
    """The lines that stand in the place of those of a comment."""
    (first, left), _ = piece.start, piece.end
    before = lines[first - 1][:left]
    parts = [words] if before.strip() else _broken(None, words, max(WIDTH - width(before) - 2, 30))
    return [f"{before}# {part.strip()}" for part in parts]


def width(text):
    """Columns that a text takes: a Chinese letter takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)
