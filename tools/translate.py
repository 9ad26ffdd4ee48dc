"""The catalogues of the course in other languages: extract, merge, report; check one.

    python tools/translate.py                            all catalogues take up what changed in English
    python tools/translate.py 06_total_variation         one
    python tools/translate.py --check                    nothing is written: is every catalogue up to date?
    python tools/translate.py --lint FILE.po …           each violation of the rules, with its line and what to do

Translators edit translations/LANGUAGE/LC_MESSAGES/*.po; see translations/README.md.
"""

import argparse
import sys
from pathlib import Path

from languages import FOLDERS, catalogues, lessons, rules


def main(arguments=None):
    parser = argparse.ArgumentParser(description="The catalogues of the course in other languages.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="of catalogues (default: all), or files to check")
    parser.add_argument("--language", default="zh_CN", choices=FOLDERS)
    parser.add_argument("--check", action="store_true", help="write nothing; are the catalogues up to date?")
    parser.add_argument("--lint", action="store_true", help="check files against the rules of a translation")
    options = parser.parse_args(arguments)
    if options.lint:
        return lint([Path(name) for name in options.names])
    return merge(options.names or lessons.lessons(), options.language, options.check)


def merge(names, language, check):
    """Take up what changed in English; a line for each catalogue says how complete it is."""
    behind = False
    for name in names:
        path = catalogues.path_of(name, language)
        catalog = catalogues.merged(name, language, catalogues.template(lessons.messages(name)))
        changed = catalogues.differs(path, catalog) if check else catalogues.write(path, catalog)
        behind |= changed
        print(f"{name}: {report(catalog)}{' (changed)' if changed else ''}")
    return int(check and behind)


def report(catalog):
    """How complete a catalogue is, in words."""
    found = catalogues.entries(catalog)
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
        print(f"{path.name}: {report(catalogues.read(path))}; {len(found)} to mend")
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
