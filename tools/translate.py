"""The catalogues of the course in other languages: extract, merge, report; check one.

    python tools/translate.py                            all catalogues take up what changed in English
    python tools/translate.py 06_total_variation         one
    python tools/translate.py --check                    nothing is written: is every catalogue up to date?
    python tools/translate.py --lint FILE.po …           each violation of the rules, with its line and what to do
    python tools/translate.py --text 06_total_variation  the lesson in the other language, to be read as a whole

Translators edit translations/LANGUAGE/LC_MESSAGES/*.po; see translations/README.md.
"""

import argparse
import sys
from pathlib import Path

from languages import FOLDERS, ROOT, catalogs, edition, lessons, package, rules


def main(arguments=None):
    parser = argparse.ArgumentParser(description="The catalogues of the course in other languages.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="of catalogues (default: all), or files to check")
    parser.add_argument("--language", default="zh_CN", choices=FOLDERS)
    parser.add_argument("--check", action="store_true", help="write nothing; are the catalogues up to date?")
    parser.add_argument("--lint", action="store_true", help="check files against the rules of a translation")
    parser.add_argument("--text", action="store_true", help="print lessons in the other language, nothing executed")
    options = parser.parse_args(arguments)
    if options.lint:
        return lint([Path(name) for name in options.names])
    known = [*lessons.lessons(), *package.names(), edition.CATALOG]
    unknown = set(options.names) - set(known)
    if unknown:
        parser.error(f"no catalogue {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    if options.text:
        return read_aloud(options.names, options.language)
    behind = merge(options.names or known, options.language, options.check)
    if not options.names:  # one file of all: whoever translates one catalogue leaves it to those who join them
        behind |= compiled(options.language, options.check)
    return int(behind)


def merge(names, language, check):
    """Take up what changed in English; a line for each says how complete it is. Returns whether to complain."""
    behind = False
    for name in names:
        path = catalogs.path_of(name, language)
        catalog = catalogs.merged(name, language, catalogs.template(texts_of(name)))
        changed = catalogs.differs(path, catalog) if check else catalogs.write(path, catalog)
        behind |= changed
        print(f"{name}: {report(catalog)}{' (changed)' if changed else ''}")
    return check and behind


def texts_of(name):
    """The messages of a catalogue, as they stand in the sources now."""
    if name == edition.CATALOG:
        return edition.messages()
    return lessons.messages(name) if name in lessons.lessons() else package.messages(name)


def read_aloud(names, language):
    """Print lessons in the other language; what is not translated stays English."""
    for name in names:
        translate = edition.translator(name, language, draft=True)
        for cell in edition.translated_cells(name, lessons.cells(name), language, translate):
            print(cell.source if cell.cell_type == "markdown" else f"```python\n{cell.source}\n```", end="\n\n")
    return 0


def compiled(language, check):
    """Make of the catalogues the files that the package reads; returns whether to complain."""
    stale = False
    for domain, words in (("nst_helpers", package.words(language)), ("labels", edition.labels(language))):
        path, new = catalogs.compiled_path(language, domain), catalogs.compiled(words)
        if path.is_file() and path.read_bytes() == new:
            continue
        stale = True
        print(f"{path.relative_to(ROOT)}: {'out of date' if check else 'made'}")
        if not check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(new)
    return check and stale


def report(catalog):
    """How complete a catalogue is, in words."""
    found = catalogs.entries(catalog)
    fuzzy = sum(message.fuzzy for message in found)
    empty = sum(not message.string for message in found)
    return f"{len(found) - fuzzy - empty} of {len(found)} translated, {fuzzy} changed in English, {empty} empty"


def lint(paths):
    """Print each violation, as compilers do: file, line, what is wrong."""
    wrong = 0
    for path in paths:
        found = rules.violations(path)
        wrong += len(found)
        for line, words in found:
            print(f"{path}:{line}: {words}")
        print(f"{path.name}: {report(catalogs.read(path))}; {len(found)} to mend")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
