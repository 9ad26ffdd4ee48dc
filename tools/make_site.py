"""Make the course's website: site/index.html.

    make site           with the panels' drawings (minutes at first; they are kept in build/panels)
    make serve          look at it in a browser: http://localhost:8000
    python tools/make_site.py --panels none          at once, with panels that stand still

Sphinx with MyST-NB and the book theme renders the stored lessons, solutions and texts; nothing is run, and nothing
that a page loads lies outside the folder, so it can be read from a disk, a USB stick or any web space. The folder is
written whole or not at all: a failure leaves the old one as it was.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from website import assets, frames
from website.editions import editions
from website.notebooks import to_take_home
from website.project import ROOT, SiteError
from website.speech import speaking
from website.staging import stage

LIMIT = 80e6  # bytes: the site is to fit on a stick, and to be fetched over a slow line
MARK = "MADE-BY-make-site.txt"  # a folder without it is not ours to replace


def build(target, panels=None):
    """Write the site to a folder, whole or not at all.

    Args:
        target: the folder. panels: the lessons whose panels move, as in ["01_convolution"]; None: all of them.

    Raises:
        SiteError: a notebook is missing or out of date, Sphinx is not content, the folder holds something else, or
            the site is too large.
    """
    target = Path(target).absolute()
    _may_replace(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}-") as place:
        fresh, old = Path(place) / "new", Path(place) / "old"
        _render(Path(place), fresh)
        for edition in editions():
            _draw(edition, fresh, panels)
        _may_weigh(fresh)
        (fresh / MARK).write_text("tools/make_site.py wrote this folder, and may replace it.\n", encoding="utf-8")
        if target.exists():
            target.rename(old)
        try:
            fresh.rename(target)
        except OSError:
            if old.exists():
                old.rename(target)
            raise


def _draw(edition, site, panels):
    """The drawings of an edition's panels, those that look as in the first edition left out."""
    shared = {"shared": site / "panels", "notebooks": edition.notebooks} if edition.folder else {}
    with speaking(edition.language):
        frames.write(site / edition.folder / "panels", panels, frames.KEPT / edition.folder, **shared)


def _render(place, site):
    """Every edition: staged, rendered by Sphinx while the next one is staged, and trimmed."""
    with ThreadPoolExecutor() as pool:
        under_way = []
        for edition in editions():
            source = place / edition.language / "source"
            source.mkdir(parents=True)
            stage(edition, source, site)
            under_way.append(pool.submit(_by_sphinx, edition, source, site / edition.folder))
    for edition, done in zip(editions(), under_way, strict=True):
        done.result()
        _trim(edition, site)


def _by_sphinx(edition, source, target):
    command = [sys.executable, "-m", "sphinx", "--builder", "html", "--fail-on-warning", "--keep-going", "--quiet",
               "--conf-dir", str(ROOT / "docs"), "--doctree-dir", str(source.parent / "doctrees"),
               str(source), str(target)]
    environment = os.environ | {"NST_SITE_LANGUAGE": edition.language, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SiteError(f"Sphinx is not content:\n{done.stderr.strip()}")


def _trim(edition, site):
    """What no page needs goes, and notebooks to take home come."""
    target = site / edition.folder
    shutil.rmtree(target.parent / "jupyter_execute", ignore_errors=True)  # MyST-NB's, beside what it was to write
    assets.copy_mathjax(target / "_static")
    assets.drop_spare(target)
    if edition.folder:
        assets.share_static(target, site)
    shutil.copyfile(ROOT / "LICENSE", target / "LICENSE.txt")
    for name in (".doctrees", ".buildinfo", "objects.inv"):
        shutil.rmtree(target / name, ignore_errors=True) if (target / name).is_dir() else (
            target / name).unlink(missing_ok=True)
    for name, path in edition.documents().items():
        if path.suffix == ".ipynb":
            (target / "_sources" / f"{name}.ipynb").write_text(to_take_home(path), encoding="utf-8")


def _may_replace(target):
    """A folder with other things in it is not thrown away."""
    if target.exists() and not (target / MARK).is_file() and not (target.is_dir() and not any(target.iterdir())):
        raise SiteError(f"{target} holds something else: name an empty or a new folder by --output")


def _may_weigh(site):
    """A site of more than LIMIT takes nobody's place; the largest folders, two names deep, are told."""
    sizes = Counter()
    for path in site.rglob("*"):
        if path.is_file():
            sizes["/".join(path.relative_to(site).parts[:-1][:2]) or "pages"] += path.stat().st_size
    if sizes.total() > LIMIT:
        told = ", ".join(f"{name} {size / 1e6:.1f}" for name, size in sizes.most_common(6))
        raise SiteError(f"the site has {sizes.total() / 1e6:.1f} MB, and may have {LIMIT / 1e6:.1f}; the largest of "
                        f"it, in MB: {told}. Fewer positions of panels (GRIDS in tools/website/panels.py) help")


def main(arguments=None):
    """The command line; returns its exit status."""
    parser = argparse.ArgumentParser(description="Make the course's website.")
    parser.add_argument("--output", type=Path, default=ROOT / "site", metavar="FOLDER", help="default: site")
    parser.add_argument("--panels", nargs="+", metavar="LESSON", help="which lessons' panels move, as in "
                        "01_convolution; none: they stand still (default: all)")
    options = parser.parse_args(arguments)
    try:
        build(options.output, [] if options.panels == ["none"] else options.panels)
    except (SiteError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    made = [path for path in options.output.rglob("*") if path.is_file()]
    print(f"{options.output / 'index.html'}: {sum(path.suffix == '.html' for path in made)} pages, "
          f"{sum(path.stat().st_size for path in made) / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
