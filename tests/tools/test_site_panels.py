"""Every panel that moves on the site, without a browser: at two positions of each control, and the picture differs.

The stored lessons' cells are run as far as a panel needs them, as `make site` does, which draws far more positions.
"""

import io
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))

from website import frames  # noqa: E402
from website.panels import GRIDS  # noqa: E402
from website.positions import values_of  # noqa: E402
from website.slices import before  # noqa: E402

FOUND = {path: frames.panels_in(path) for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))}
SEEN = 16  # grey levels: so much at least some pixel changes


def pixels(picture):
    with Image.open(io.BytesIO(picture)) as opened:
        return np.asarray(opened.convert("RGB"), np.int16)


def looks_other(one, two):
    one, two = pixels(one), pixels(two)
    return one.shape != two.shape or np.abs(one - two).max() > SEEN


def standing_still(panel, grids, namespace):
    """The controls of a panel that may be moved from one end of their positions to the other without being seen."""
    film = frames._Film("panel", panel, [], namespace)
    panel.draw = lambda **values: film.first  # controls move each other; only the last position is drawn
    still = []
    for key, wanted in {key: wanted for grid in reversed(grids) for key, wanted in grid.items()}.items():
        drawn = []
        values = values_of(panel.controls[key], wanted, namespace)
        for value in (values[0], values[-1]):
            film._set(film.start)
            film._set({key: value})
            drawn.append(film.draw(**panel.values).picture)
        still += [] if looks_other(*drawn) else [key]
    return still


@pytest.mark.parametrize("path", [path for path, (_, found) in FOUND.items() if found], ids=lambda path: path.stem)
def test_the_picture_of_every_panel_follows_each_of_its_controls(path):
    sources, found = FOUND[path]
    wanted, namespace = {one[2]: one for one in found}, {"__name__": "__main__"}
    for place in before(sources, list(wanted)):
        value = frames._run(sources[place], namespace)
        if place in wanted:
            name, kind, _, words = wanted[place]
            panel = getattr(value, "panel", value)
            assert panel.drawing.words == words, f"{name}: the stored lesson is out of date"
            moved = {key for grid in GRIDS[kind] for key in grid}
            assert moved and moved <= set(panel.controls), f"{name}: no such controls"
            assert standing_still(panel, GRIDS[kind], namespace) == [], name


def test_every_kind_of_panel_that_moves_is_among_those():
    kinds = {kind for _, found in FOUND.values() for _, kind, *_ in found}
    assert kinds == {kind for kind, grids in GRIDS.items() if grids is not None}
