"""Links of the lessons and texts: to a page of the site where there is one, else to the file in the repository."""

import posixpath
import re
from dataclasses import replace
from html import escape
from urllib.parse import unquote, urlsplit

from website.project import ROOT, SiteError, repository, shown

CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.DOTALL)
LINK = re.compile(r"(?P<image>!?)\[(?P<words>[^\]]*)\]\((?P<target>[^)\s]+)\)")


class Links:
    """What leads where, from one page of an edition.

    Args:
        edition: the `Edition`. page: the page's name, as in "solutions/05_style_loss".
        source: the file that it is made of; its links are relative to that.
        pictures: `Pictures`, which take what is shown into the site.
    """

    def __init__(self, edition, page, source, pictures):
        self.page, self.source, self.pictures, self.language = page, source, pictures, edition.language
        self.abroad = bool(edition.folder)  # not the first edition
        self.pages = {path: name for name, path in edition.documents().items()}
        self.pages |= dict.fromkeys((ROOT / "README.md", ROOT / "README.zh.md"), "index")
        self.up = posixpath.relpath(".", posixpath.join(edition.folder, posixpath.dirname(page)) or ".")
        first = replace(edition, notebooks=ROOT / "notebooks", folder="").documents() if edition.folder else {}
        self.english = {path: name for name, path in first.items()}

    def rewritten(self, markdown):
        """The text with its links changed; code stays as it is."""
        parts = CODE.split(markdown)
        return "".join(part if number % 2 else LINK.sub(self._link, part) for number, part in enumerate(parts))

    def to(self, page, suffix=".html"):
        """The relative address of a page or a file of the edition."""
        return posixpath.relpath(page + suffix, posixpath.dirname(self.page) or ".")

    def english_page(self, page):
        """The relative address of a page of the English edition, which every edition shares."""
        return posixpath.normpath(f"{self.up}/{page}.html")

    def _link(self, found):
        target, parts = found["target"], urlsplit(found["target"])
        if parts.scheme or not parts.path:
            if found["image"]:
                raise SiteError(f"{shown(self.source)}: the picture {target} lies outside the course")
            return found[0]
        file = (self.source.parent / unquote(parts.path)).resolve()
        if self.abroad and not file.exists():  # a lesson that is not translated yet: the English one
            file = ROOT / "notebooks" / file.name
        if not file.is_relative_to(ROOT) or not file.exists():
            raise SiteError(f"{shown(self.source)}: the link {target} leads nowhere")
        if found["image"]:
            if not found["words"].strip():
                raise SiteError(f"{shown(self.source)}: the picture {target} has no alternative text")
            return self.pictures.image(file.read_bytes(), self.page, found["words"], shown(self.source))[0]
        if file not in self.pages and file in self.english:  # HTML: Sphinx makes that page in another run
            anchor = f"#{parts.fragment}" if parts.fragment else ""
            return f'<a href="{self.english_page(self.english[file])}{anchor}">{escape(found["words"])}</a>'
        return f"[{found['words']}]({self._address(file, parts.fragment)})"

    def _address(self, file, fragment):
        anchor = f"#{fragment}" if fragment else ""
        if file in self.pages:
            suffix = file.suffix if file.suffix == ".ipynb" else ".md"
            return self.to(self.pages[file], suffix) + anchor
        kind = "tree" if file.is_dir() else "blob"
        return f"{repository()}/{kind}/HEAD/{file.relative_to(ROOT).as_posix()}{anchor}"
