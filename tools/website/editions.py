"""The editions of the course, and which file becomes which page.

The English lessons lie in notebooks/; an edition in another language in a folder of its own below, as in
notebooks/zh/, and becomes a site of its own in a folder of that name, as soon as it has a lesson. A page that both
have leads from one to the other. What is no lesson (`TEXTS`, the package's reference) is there once, in English.
"""

from dataclasses import dataclass
from pathlib import Path

from website.project import ROOT, SiteError

LANGUAGES = {"en": "English", "zh": "中文"}  # the first is the one that all others are translations of
SPHINX = {"zh": "zh_CN"}  # what Sphinx calls them
# What is not a lesson and becomes a page all the same: whose pictures these are must go along with them.
TEXTS = {"docs/formulas.md": "formulas", "docs/command_line.md": "command_line", "data/SOURCES.md": "pictures",
         "data/networks/compact.md": "compact", "data/networks/plain.md": "plain", "CHANGELOG.md": "changes"}


@dataclass(frozen=True)
class Edition:
    """One language: `notebooks` is where its lessons lie, `folder` where its pages do in the site ("" or "zh")."""

    language: str
    notebooks: Path
    folder: str

    def lessons(self):
        """The paths of its lessons, in order."""
        return sorted(self.notebooks.glob("[0-9][0-9]_*.ipynb"))

    def solutions(self):
        """The paths of its worked lessons, in order."""
        return sorted((self.notebooks / "solutions").glob("[0-9][0-9]_*.ipynb"))

    def documents(self):
        """{page's name without suffix: the file that it is made of}."""
        found = {path.stem: path for path in self.lessons()}
        found |= {f"solutions/{path.stem}": path for path in self.solutions()}
        return found if self.folder else found | {name: ROOT / source for source, name in TEXTS.items()}

    def home(self, name):
        """Where a page's notebook lies in the repository, or "" for a page that is none."""
        path = self.documents().get(name)
        return path.relative_to(ROOT).as_posix() if path and path.suffix == ".ipynb" else ""


def editions(notebooks=ROOT / "notebooks"):
    """Those that are there, the English one first.

    Raises:
        SiteError: there are no lessons, or a solution is missing.
    """
    found = []
    for language in LANGUAGES:
        folder = language if found else ""
        edition = Edition(language, notebooks / folder, folder)
        if not found or edition.lessons():
            found.append(edition)
    names = {path.stem for path in (notebooks / "sources").glob("[0-9][0-9]_*.py")}
    names |= {path.stem for path in found[0].lessons()}
    if not names:
        raise SiteError(f"there are no lessons in {notebooks}")
    wanted = [notebooks / folder / f"{name}.ipynb" for folder in (".", "solutions") for name in sorted(names)]
    missing = [path.relative_to(notebooks).as_posix() for path in wanted if not path.is_file()]
    if missing:
        raise SiteError(f"{', '.join(missing)}: missing; `make notebooks` builds the lessons")
    return found
