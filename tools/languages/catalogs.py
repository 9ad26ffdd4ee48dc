"""Catalogues: gettext's .po files, one a lesson and a few for the package; read, merged and written by Babel."""

import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from babel.messages import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, unescape, write_po

from languages import ROOT, TRANSLATIONS, lessons
from languages.lessons import Text

NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)  # a catalogue changes when its words do
HEADER = """\
# {title}, from English to {language}. Made by `make translations` from the sources: edit the msgstr lines only.
# Below "fuzzy" stands what changed in English: look at it, mend the msgstr, delete the lines "#, fuzzy" and "#| …".
# Check with: python tools/translate.py --lint {path}"""
CHINESE_IS = {"zh_CN": "Simplified Chinese"}


def path_of(name: str, language: str) -> Path:
    """Where a catalogue lies: of a lesson, or of a part of the package."""
    return TRANSLATIONS / language / "LC_MESSAGES" / f"{name}.po"


def compiled_path(language: str, domain: str = "nst_helpers") -> Path:
    """Where the package looks for its words (nst_helpers/words.py)."""
    return ROOT / "nst_helpers" / "locale" / language / "LC_MESSAGES" / f"{domain}.mo"


def template(texts: Iterable[Text]) -> Catalog:
    """A catalogue of messages without translations; its comments say where each stands."""
    catalog = Catalog()
    for text in texts:
        catalog.add(text.words, auto_comments=[f"{text.kind} in: {text.place}"])
    return catalog


def read(path: Path) -> Catalog:
    """A catalogue as it lies there; an empty one where it does not."""
    if not path.is_file():
        return Catalog()
    with path.open("rb") as file:
        catalog = read_po(file, charset="utf-8", abort_invalid=True)
    for message in entries(catalog):  # Babel writes the English of before behind #|, but reads it as a comment
        before = [comment for comment in message.user_comments if comment.startswith("| ")]
        if before:
            message.user_comments = [comment for comment in message.user_comments if comment not in before]
            message.previous_id = [_before(before)]
    return catalog


def _before(comments):
    """The English that a message had: quoted line by line, as editors write it, or wrapped as one, as Babel does."""
    lines = [comment.removeprefix("| ") for comment in comments]
    if not all(line.endswith('"') for line in lines):
        lines = [" ".join(lines)]
    return "".join(unescape(line[line.index('"'):]) for line in lines)


def merged(name: str, language: str, new: Catalog) -> Catalog:
    """The catalogue with the messages of a new template: translations are kept, those of similar ones marked fuzzy."""
    path = path_of(name, language)
    old = read(path)
    before = {message.id: message.previous_id for message in entries(old)}
    old.update(new)
    for message in entries(old):
        if message.fuzzy and not message.previous_id:
            message.previous_id = before.get(message.id, [])
    old.obsolete = {key: message for key, message in old.obsolete.items() if message.string}
    title = f"Lesson {name}" if name in lessons.lessons() else f"The package's words: {name}"
    old.header_comment = HEADER.format(title=title, language=CHINESE_IS.get(language, language),
                                       path=path.relative_to(ROOT))
    old.project, old.version, old.locale = "A course on neural style transfer", "1", language
    old.creation_date = old.revision_date = NO_DATE
    old.last_translator, old.language_team, old.msgid_bugs_address, old.fuzzy = "", language, "", False
    return old


def differs(path: Path, catalog: Catalog) -> bool:
    """Would writing it change the file?"""
    return not path.is_file() or path.read_text(encoding="utf-8") != _text(catalog)


def write(path: Path, catalog: Catalog) -> bool:
    """Write a catalogue; returns whether the file changed."""
    if not differs(path, catalog):
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_text(catalog), encoding="utf-8", newline="\n")
    return True


def _text(catalog):
    """As written by Babel, but without its version, and without its guess which messages are templates."""
    for message in entries(catalog):
        message.flags -= {"python-format", "python-brace-format"}
    file = io.BytesIO()
    write_po(file, catalog, width=0, no_location=True, include_previous=True)
    lines = (line.rstrip() for line in file.getvalue().decode().splitlines())
    return "\n".join(line for line in lines if not line.startswith('"Generated-By:')) + "\n"


def entries(catalog: Catalog) -> list[Message]:
    """Its messages without the header."""
    return list(catalog._messages.values())


def finished(catalog: Catalog) -> dict[str, str]:
    """{English: translation} of what is neither empty nor fuzzy."""
    return {message.id: message.string for message in entries(catalog) if message.string and not message.fuzzy}


class _Undated(Catalog):
    """A catalogue whose header says how it is encoded, and neither a date nor a version."""

    def __iter__(self):
        yield Message("", "Content-Type: text/plain; charset=utf-8\n")
        yield from entries(self)


def compiled(words: Mapping[str, str]) -> bytes:
    """The bytes of a .mo file; without Babel's version."""
    catalog = _Undated()
    for text, other in words.items():
        catalog.add(text, other)
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()
