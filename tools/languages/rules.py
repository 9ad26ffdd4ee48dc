"""What a translation must keep of the English text, and how Chinese is set; each violation says what to do.

A translator's comment above an entry in a .po file excuses it from one rule: "# allow: glossary", "# allow: numbers" …
(the names are those in `RULES`), with a reason behind it.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from markdown_it import MarkdownIt

from languages import catalogs, code, glossary, lessons, numbers, texts

MARKDOWN = {"heading", "paragraph", "list item", "table", "quotation", "code block"}
HAN = r"[\u3400-\u4dbf\u4e00-\u9fff]"
LATIN = r"[A-Za-z0-9\u0370-\u03ff$`@]"
OTHER = "\x00"  # stands for what has no rule of setting
SIGNS = re.compile(r"[≈±√∂∇½²³×]")
GREEK = re.compile(r"[\u0391-\u03c9]")
LETTER = re.compile(r"(?<![\w’'`.-])(?![aAIs]\b)[A-Za-z](?![\w’'`-])")
IDENTIFIER = re.compile(r"(?<![\w/.-])(?=\w*\d)(?=\w*[A-Za-z])[A-Za-z]\w*(?:-\d+)?")
SETTING = (  # (what is wrong, what to do)
    (rf"{HAN}\s*[,;:!?]", "after Chinese stands ，；：！？, not the ASCII mark"),
    (rf"{HAN}\.(?!\w)", "a Chinese sentence ends with 。"),
    (rf"[,;:]\s*{HAN}(?<!@{HAN})", "before Chinese stands ，；：, not the ASCII mark"),
    (rf"{HAN}\(|\([^()]*{HAN}[^()]*\)|\){HAN}", "beside Chinese, and around it, stand （ and ）"),
    (rf"{HAN}\s*\"|\"\s*{HAN}", "Chinese quotes are “ and ”"),
    (rf"{HAN}{LATIN}", "a space between Chinese and a following Latin letter, digit, formula or code"),
    (rf"{LATIN}{HAN}", "a space between a Latin letter, digit, formula or code and the following Chinese"),
    (rf"{HAN} +{HAN}", "no space between Chinese letters"),
    (r" [，。；：、！？）”》]|[，。；：、！？（“《] (?!$)", "no space beside a Chinese mark"),
    (r"\.\.\.|(?<!…)…(?!…)(?=\S)", "the Chinese ellipsis is ……"),
)


def violations(path: Path) -> list[tuple[int, str]]:
    """(line in the file, what is wrong and what to do), in order; empty entries are not counted here."""
    found, catalog = [], catalogs.read(path)
    if path.stem in lessons.lessons():
        found.extend(_doubles(path.stem, catalog))
    for message in catalogs.entries(catalog):
        line = message.lineno or 0
        if message.fuzzy:
            found.append((line, "changed in English since: compare with #|, mend it, delete `#, fuzzy` and `#|`"))
        elif message.string:
            found.extend((line, words) for words in of_message(message))
    return sorted(found)


def _doubles(lesson, catalog):
    """Two texts of one cell of code that have the same words: as keys of a dictionary one would replace the other."""
    for cell in lessons.cells(lesson):
        said = {}
        pieces = code.pieces(cell.source, **lessons.chosen(lesson)) if cell.cell_type == "code" else ()
        for piece in pieces:
            message = catalog.get(piece.text)
            if piece.kind not in ("text", "shown") or message is None or not message.string:
                continue
            other = said.setdefault(message.string, piece.text)
            if other != piece.text and "allow: doubles" not in " ".join(message.user_comments):
                yield message.lineno or 0, f"doubles: {other[:40]!r} in this cell has the same words; give it others"


def of_message(message) -> Iterator[str]:
    """What is wrong with one translation."""
    allowed = " ".join(message.user_comments)
    kind = kind_of(message)
    for name, rule in RULES.items():
        if f"allow: {name}" not in allowed:
            for words in rule(message.id, message.string, kind in MARKDOWN):
                yield f"{name}: {words} (at {message.id[:40]!r})"


def kind_of(message) -> str:
    """heading, paragraph, printed …: what the catalogue's comment says."""
    return " ".join(message.auto_comments).split(" in: ")[0]


def skeleton(source: str) -> str:
    """Code without its words: two cells of this skeleton do the same, in different languages."""
    class Silent(ast.NodeTransformer):
        def visit_Constant(self, node):
            return ast.Constant("…") if isinstance(node.value, str) else node

        def visit_JoinedStr(self, node):
            parts = [ast.dump(self.visit(part)) for part in node.values
                     if isinstance(part, ast.FormattedValue) and not _plural(part.value)]
            return ast.Constant("…".join(["", *sorted(parts)]))

        def visit_FormattedValue(self, node):
            return ast.FormattedValue(self.visit(node.value), node.conversion, node.format_spec)

    return ast.dump(Silent().visit(ast.parse(source)))


def _plural(node):
    """Is it the ending in "{n} pair{'s' * (n > 1)}"? Chinese has none."""
    return (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult)
            and isinstance(node.left, ast.Constant) and node.left.value == "s")


def _formulas(english, chinese, markdown):
    return _same("formula", texts.formulas(english), texts.formulas(chinese)) if markdown else ()


def _code(english, chinese, markdown):
    if english.startswith("```"):
        english, chinese = (re.sub(r"#.*", "", text) for text in (english, chinese))
        return () if english == chinese else ("only comments of a code block are translated",)
    return _same("code", texts.codes(english), texts.codes(chinese)) if markdown else ()


def _links(english, chinese, markdown):
    return _same("link", texts.links(english), texts.links(chinese)) if markdown else ()


def _placeholders(english, chinese, markdown):
    if markdown:
        return ()
    return _same("placeholder", sorted(texts.placeholders(english)), sorted(texts.placeholders(chinese)))


def _numbers(english, chinese, markdown):
    return numbers.differences(texts.prose(english, markdown), texts.prose(chinese, markdown))


def _letters(english, chinese, markdown):
    english, chinese = (re.sub(r"\*|_(?=\W|$)", "", texts.prose(text, markdown)) for text in (english, chinese))
    for name, pattern in (("letter", LETTER), ("letter", GREEK), ("sign", SIGNS), ("name", IDENTIFIER)):
        yield from _same(name, sorted({*pattern.findall(english)}), sorted({*pattern.findall(chinese)}))


def _language(english, chinese, markdown):
    words = texts.WORD.findall(texts.prose(english, markdown))
    if any(word.islower() and len(word) > 2 for word in words) and not texts.CHINESE.search(chinese):
        yield "no Chinese in it: translate it, or say why above it (# allow: language)"


def _glossary(english, chinese, markdown):
    return glossary.missing(texts.prose(english, markdown), chinese)


def _setting(english, chinese, markdown):
    text = _skeleton(chinese, markdown)
    for pattern, words in SETTING:
        for match in re.finditer(pattern, text):
            place = text[max(0, match.start() - 6) : match.end() + 6].replace("\n", " ")
            yield f"{words}: “{place}”"
            break


def _skeleton(text, markdown):
    """The text with $ for each formula, ` for each piece of code, without emphasis, link targets, placeholders."""
    if markdown:
        text = texts.CODE.sub("`", text)
        text = texts.FORMULA.sub("$", text)
        text = texts.TARGET.sub("]", text)
        text = texts.without(text, texts.ADDRESS, texts.TAG, instead="@")
        return re.sub(r"[*\[\]]|\\(?=\W)", "", text).replace("|", OTHER)
    text = texts.FORMULA.sub("$", text)
    for placeholder in texts.placeholders(text):
        text = text.replace(placeholder, OTHER)  # it may be Chinese, or a number
    return text


def _markdown(english, chinese, markdown):
    if not markdown or english.startswith(("```", "|")):
        return
    counts = [_emphasis(text) for text in (english, chinese)]
    if counts[0] != counts[1]:
        yield (f"{counts[0]} words in *, {counts[1]} here; where a mark stands inside at the end (**注意：**文), "
               "it belongs outside (**注意**：文)")


def _emphasis(text):
    text = texts.CODE.sub("x", text)
    text = texts.FORMULA.sub("x", text)
    tokens = MarkdownIt("commonmark").parseInline(text)[0].children or []
    return sum(token.type in ("strong_open", "em_open") for token in tokens)


def _same(name, english, chinese):
    """Sorted lists that should be equal."""
    lost, new = _beyond(english, chinese), _beyond(chinese, english)
    if lost:
        yield f"{name} missing: {', '.join(lost)}"
    if new:
        yield f"{name} not in English: {', '.join(new)}"


def _beyond(some, others):
    left = list(others)
    return [one for one in some if one not in left or left.remove(one)]


RULES = {"formulas": _formulas, "code": _code, "links": _links, "placeholders": _placeholders, "numbers": _numbers,
         "letters": _letters, "language": _language, "glossary": _glossary, "setting": _setting, "markdown": _markdown}
