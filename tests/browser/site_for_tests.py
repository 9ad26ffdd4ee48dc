"""The website that the tests read: the whole of it, but with few drawings of its panels."""

import json
import os
import time

from make_site import build
from website import frames
from website.panels import ALL, GRIDS
from website.project import ROOT

HUB = "https://hub.example.org"
DRAWN = ["08_gradient_descent", "01_convolution"]  # really drawn, at few positions
FEW = GRIDS | {
    "memory": [{"pattern": ALL, "beta": [0.0, 0.9]}, {"noise": [0.0, 0.8]}],
    "descent": [{name: 2} for name in ("share", "beta", "across", "up", "steps")] + [{"surface": ALL}, {"form": ALL}],
    "sliding_window": [{"row": ALL}, {"column": ALL}, {"kernel": ALL}, {"turned": ALL}],
    "kernel_editor": [{"preset": ALL}, {"picture": ALL}, *({f"k{m}{n}": [-1.0, 0.0, 1.0]} for m in range(3)
                                                          for n in range(3))],
}


def built(temporary):
    """The site's folder; of several processes the first builds it, and the others wait until it has."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    place = (temporary.parent if worker else temporary) / "website"
    try:
        place.mkdir()
    except FileExistsError:
        while not (place / "done").exists():
            time.sleep(0.2)
        trouble = (place / "done").read_text()
        assert not trouble, trouble
        return place / "site"
    trouble = "the process that built the site did not end well"
    try:
        os.environ["NST_JUPYTERHUB"] = HUB
        build(place / "site", [])
        drawings(place / "site" / "panels", place / "kept")
        stand_ins(ROOT / "notebooks" / "zh", place / "site" / "zh" / "panels")
        trouble = ""
    finally:
        (place / "done").write_text(trouble)
    return place / "site"


def drawings(folder, kept):
    """A few real drawings of the panels of some lessons, and for all others two pictures under a slider."""
    frames.write(folder, DRAWN, kept, FEW)
    stand_ins(ROOT / "notebooks", folder)


def stand_ins(notebooks, folder):
    """Two pictures under a slider for each panel that has no drawings in a folder."""
    for path in sorted(notebooks.glob("[0-9][0-9]_*.ipynb")):
        for name, *_ in frames.panels_in(path)[1]:
            if not (folder / name).exists():
                _stand_in(folder / name, name)


def _stand_in(folder, name):
    from PIL import Image

    folder.mkdir(parents=True)
    for number in range(2):
        Image.new("RGB", (40, 30), (200 * number, 90, 0)).save(folder / f"{number}.webp")
    told = {"controls": [{"label": "stand-in", "kind": "slider", "choices": ["0", "1"]}],
            "frames": [[0, 0, 0], [1, 1, 1]], "pictures": ["0.webp", "1.webp"], "words": ["first", "second"],
            "whole": True, "elsewhere": []}
    (folder / "frames.js").write_text(f"nstFrames({json.dumps(name)}, {json.dumps(told)});\n")
