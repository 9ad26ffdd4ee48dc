"""A Markdown cell as blocks, the units of translation: headings, paragraphs, list items, table rows, quotations.

    parsed = blocks(source)
    source == joined(parsed), but for where the lines of a paragraph break
"""

import re
from dataclasses import dataclass, replace

from languages import texts

ITEM = re.compile(r"(\s*(?:[-*+]|(\d+)[.)])\s+)(.*)", re.S)
HEADING = re.compile(r"(#{1,6}\s+)(.*)")
FENCE = re.compile(r"\s*(```+|~~~+)")
COMMENT = re.compile(r"#.*[a-z]{2}")


@dataclass(frozen=True)
class Block:
    """One unit: `start` stays ("## ", "- "), `text` is translated if it `has_words`; `kind` says what it is."""

    kind: str
    start: str
    text: str

    @property
    def has_words(self):
        if self.kind == "code block":
            return bool(COMMENT.search(self.text))
        return self.kind != "space" and texts.has_words(self.text)

    def saying(self, text):
        """The same block with other words."""
        return replace(self, text=text)


def blocks(source):
    """The blocks of a Markdown text, empty lines among them as blocks of kind "space"."""
    found, fence = [], None
    for line in source.splitlines():
        last = found[-1] if found else None
        if fence is not None:
            found[-1] = replace(last, text=f"{last.text}\n{line}")
            fence = None if line.strip() == fence else fence
        elif match := FENCE.match(line):
            fence = match.group(1)
            found.append(Block("code block", "", line))
        elif not line.strip(" >"):
            found.append(Block("space", "", line.rstrip()))
        elif last is not None and _goes_on(last, line):
            found[-1] = replace(last, text=f"{last.text} {_more(last, line)}")
        else:
            found.append(_first(line))
    return found


def joined(parsed):
    """The text that blocks stand for."""
    return "\n".join(f"{block.start}{block.text}" for block in parsed)


def _first(line):
    if match := HEADING.fullmatch(line):
        return Block("heading", match.group(1), match.group(2))
    if line.lstrip().startswith("|"):
        return Block("table", "", line)
    if line.startswith("> "):
        return Block("quotation", "> ", line[2:])
    if match := ITEM.fullmatch(line):
        return Block("list item", match.group(1), match.group(3))
    return Block("paragraph", "", line)


def _goes_on(last, line):
    """Is a line the next of the block before it? In a formula it is, even if it begins with + or −."""
    if last.kind in ("space", "heading", "code block", "table"):
        return False
    if last.kind == "quotation":
        return line.startswith("> ")
    if _open_formula(last.text):
        return True
    if line.lstrip().startswith("|") or HEADING.fullmatch(line):
        return False
    match = ITEM.fullmatch(line)  # a number that happens to begin a line of a paragraph begins no list, unless it is 1
    return match is None or (last.kind == "paragraph" and match.group(2) not in (None, "1"))


def _open_formula(text):
    text = texts.CODE.sub("", text).replace(r"\$", "")
    return text.count("$$") % 2 == 1 or text.replace("$$", "").count("$") % 2 == 1


def _more(last, line):
    return line[2:] if last.kind == "quotation" else line.strip()
