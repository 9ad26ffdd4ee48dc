"""The course in other languages: what has words is found, catalogued, checked and put in place.

    texts       what counts as words; formulas, code, numbers and links in a text
    markdown    a text cell as blocks, and back
    code        the words of a code cell: literals and comments, and back
    lessons     a lesson's messages
    package     the words of nst_helpers
    catalogs    gettext files, read, merged and written by Babel
    edition     a lesson in another language
    numbers     the numbers of a text
    glossary    terms and their translations
    rules       what a translation must keep, and how it is set

Imports go this way only. The command is tools/translate.py.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TRANSLATIONS = ROOT / "translations"
FOLDERS = {"zh_CN": "zh"}  # language → folder in notebooks/
