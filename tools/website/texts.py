"""The pages that are no lessons: the cover, the gallery, the package's reference, and who made the pictures."""

import json
import re
from html import escape

from website.links import Links
from website.project import ROOT, SiteError, repository
from website.speech import say

MORE = {"gallery": "Gallery", "formulas": "Every formula", "command_line": "The command line",
        "reference/index": "The package", "pictures": "Whose pictures these are", "compact": "The small network",
        "plain": "The network to compare with", "changes": "Changes"}

# The reference, page by page: which modules and packages each holds; what is in none goes to the last one.
GROUPS = {
    "Pictures": {"images", "decoding", "sources", "modes", "profiles", "checks", "resizing", "masks", "colors",
                 "shipped", "arrays"},
    "Networks": {"networks", "architecture", "vgg", "weights", "precision", "backend"},
    "Losses and optimizers": {"losses", "optimizers", "objective"},
    "Transfer": {"transfer", "settings", "schedule", "start", "fitting", "guided", "scene", "descent", "result",
                 "checkpoint", "run", "tracks", "animation"},
    "Experiments": {"experiments"}, "Widgets": {"widgets"}, "Exercises": {"exercises"},
    "Figures": {"diagrams", "plots"}, "Everything else": set(),
}


def section(text, title):
    """What stands under a heading `## …` of a Markdown text."""
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    if not found:
        raise SiteError(f"README.md has no section “{title}” any more: the site takes it from there")
    return found[1].strip()


def cover(edition, pictures):
    """The front page: the README's pictures and its table of lessons, and what leads to all other pages."""
    readme = _readme(edition.language)
    links = Links(edition, "index", ROOT / "README.md", pictures)
    own = ROOT / "docs" / f"index.{edition.language}.md"
    text = (own if own.is_file() else ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    shown = "".join(_hung(path, alt, pictures) for alt, path in _pictures(readme.partition("\n## ")[0]))
    table = links.rewritten(section(readme, say(edition.language, "The lessons")).partition("\n\n")[0])
    text = re.sub(r"\[([^]]+)\]\(MORE/([^)]+)\)", r'<a href="../\2">\1</a>', text)
    filled = text.replace("<!-- pictures -->", f'<div class="nst-wall">{shown}</div>')
    filled = filled.replace("<!-- lessons -->", table).replace("REPOSITORY", repository())
    return f"{filled}\n{_contents(edition)}"


def _readme(language):
    own = ROOT / f"README.{language}.md"
    return (own if own.is_file() else ROOT / "README.md").read_text(encoding="utf-8")


def _contents(edition):
    lessons = [path.stem for path in edition.lessons()]
    solved = [f"{path.stem} <solutions/{path.stem}>" for path in edition.solutions()]
    solved = [f"{line[:2]}, solved{line[line.index(' '):]}" for line in solved]
    more = [] if edition.folder else [f"{title} <{name}>" for name, title in MORE.items()]
    parts = [("Lessons", lessons), ("Worked solutions", solved), ("More", more)]
    return "\n".join(f"```{{toctree}}\n:hidden:\n:caption: {say(edition.language, caption)}\n\n"
                     + "\n".join(names) + "\n```\n" for caption, names in parts if names)


def _pictures(text):
    return re.findall(r"!\[([^\]]+)\]\((data/[^)]+)\)", text)


def _hung(path, alt, pictures):
    """A picture of the gallery; the large one without the corner opens when it is clicked."""
    small = pictures.image(pictures.smaller((ROOT / path).read_bytes()), "index", alt)[0]
    large = ROOT / path.replace("/shown/", "/")
    kept = pictures.keep(pictures.smaller(large.read_bytes(), 1024, 85))[0]
    address = pictures.address(kept, "index")
    return f'<figure><a href="{address}">{small}</a><figcaption>{escape(alt)}</figcaption></figure>'


def gallery(pictures):
    """All finished pictures, large when they are clicked, with the settings that painted them."""
    recipes = {}
    for name in ("gallery", "masked"):
        recipes |= json.loads((ROOT / "data" / "gallery" / f"{name}.json").read_text(encoding="utf-8"))
    text = section(_readme("en"), "The gallery")
    parts = []
    for alt, path in _pictures(text):
        recipe = recipes[re.search(r"(\w+)\.jpg$", path)[1]]
        hung = _hung(path, alt, pictures)
        parts.append(hung.replace("</figcaption>", f"<br><small>{escape(_made(recipe))}</small></figcaption>"))
    return (f"# Gallery\n\nPainted from noise at 1,024 pixels by the small network that comes along; in the corner of "
            f"each, the painting whose manner it took. Click one to see it large. [Whose pictures these "
            f"are](pictures.md).\n\n<div class=\"nst-wall\">{''.join(parts)}</div>\n")


def _made(recipe):
    """The settings that differ from the usual ones, in words."""
    settings = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in recipe["settings"].items())
    masked = "; with masks" if "masks" in recipe else "; with a part that is kept" if "keep" in recipe else ""
    return f"{recipe['content']} as {' and '.join(recipe['style'])}{masked}{f'; {settings}' if settings else ''}"


def reference():
    """{page's name: text}: the modules in groups, by autodoc from their docstrings; exercises keep their answers."""
    package, groups = ROOT / "nst_helpers", {title: [] for title in GROUPS}
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        if not parts[-1].startswith("_") and not re.match(r"lesson_\d", parts[-1]):
            groups[_group(parts)].append(".".join(("nst_helpers", *parts)))
    pages = {f"reference/{_name(title)}": _modules(title, names) for title, names in groups.items()}
    listed = "\n".join(f"{title} <{_name(title)}>" for title in groups)
    told = "\n".join(f"- [{title}]({_name(title)}.md): {', '.join(map(_code, names))}"
                     for title, names in groups.items())
    pages["reference/index"] = (f"# The package\n\n`nst_helpers` is what stands behind the lessons. Pictures are "
                                f"arrays (height, width, 3) of float32, RGB, 0–255.\n\n{told}\n\n```{{toctree}}\n"
                                f":hidden:\n\n{listed}\n```\n")
    return pages


def _group(parts):
    named = [title for title, names in GROUPS.items() if parts[0] in names]
    return named[0] if named else next(reversed(GROUPS))


def _code(module):
    return f"`{module.partition('.')[2]}`"


def _name(title):
    return title.lower().replace(" ", "-")


def _modules(title, names):
    blocks = [f"## {name.removeprefix('nst_helpers.')}\n\n```{{eval-rst}}\n.. automodule:: {name}\n   :members:\n```\n"
              for name in names]
    return "\n".join([f"# {title}\n", *blocks])
