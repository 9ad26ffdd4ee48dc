"""Which panels there are, and for which positions of their controls the site holds drawings.

A panel's cell ends in a call, `descent()` or `film(frames, …)`; GRIDS says by that name what is drawn. A panel that
is not in it stops the site: whoever writes a new one decides here how it moves.
"""

import ast

from website.project import SiteError, shown

ALL = "all"  # every position of the control
MIDDLE = {f"k{m}{n}": [-2.0, -1.0, 0.0, 1.0, 2.0] for m in range(3) for n in range(3)}
PLACES = {"across": 7, "up": 7}  # a number: so many positions, evenly over the control's range

# {constructor: [{control: ALL, how many, or which values}, …]}: each is a full grid over its controls, the others as
# the panel begins. A control in none of them moves in JupyterLab alone. None: a panel that needs Python behind it.
GRIDS = {
    "film": [{"frame": ALL}],
    "sliding_window": [{"row": ALL, "column": ALL}, {"kernel": ALL, "turned": ALL}],
    "kernel_editor": [{"preset": ALL, "picture": ALL}, *({name: values} for name, values in MIDDLE.items())],
    "feature_browser": [{"layer": ALL, "network": ALL}, {"picture": ALL}, {"channel": 32}],
    "patch_viewer": [{"layer": ALL}, {"network": ALL}, {"channel": 32}],
    "layer_slider": [{"layer": ALL, "step": ALL, "how": ALL}],
    "gram_explorer": [{"i": ALL}, {"j": ALL}, {"style": ALL, "shuffled": ALL}, {"i": 5, "j": 5}],
    "layer_weights_panel": [{"choice": ALL}, *({f"conv{block}_1": 10} for block in range(1, 6))],
    "weight_against_noise": [{"noise": ALL, "weight": ALL}],
    "balance": [{"ratio": "rungs"}],
    "memory": [{"pattern": ALL, "beta": [0.0, 0.2, 0.4, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99], "noise": 5}],
    "descent": [{"surface": ALL, "share": 8, "beta": [0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95]},
                {"surface": ALL, "steps": 9}, {"form": ALL, "beta": [0.0, 0.4, 0.8, 0.9, 0.95]}, PLACES],
    "adaptive": [{"surface": ALL, "rate": 9, "turn": [0.0, 15.0, 45.0, 90.0]}, {"surface": ALL, "steps": 9},
                 {"beta": [0.0, 0.5, 0.8, 0.9, 0.95, 0.99]}, PLACES],
    "race": [{"surface": ALL, "factor": 8, "beta1": [0.0, 0.5, 0.8, 0.9, 0.99]}, {"surface": ALL, "steps": 9}, PLACES],
    "Studio": None,
}
# They have few drawings, so they move in every edition, in its language; what looks the same is there once. The others
# move in the first edition alone: drawn once more for each language they would double the size of the site.
EVERYWHERE = {"film", "layer_slider"}


def constructor(source):
    """The name of the call that a cell ends in, or None: "film" of `film(frames, words)`."""
    last = ast.parse(source).body[-1:]
    if last and isinstance(last[0], ast.Expr) and isinstance(last[0].value, ast.Call):
        call = last[0].value.func
        return call.id if isinstance(call, ast.Name) else None
    return None


def panel_of(path, source, number, first=True):
    """(a panel's name in the site, whether it moves there); number: which of its lesson's panels it is, from 1.

    first: of the first edition; in others only those of EVERYWHERE move.
    """
    name = constructor(source)
    if name not in GRIDS:
        raise SiteError(f"{shown(path)}: the panel {name} has no positions to be drawn for: add it to GRIDS in "
                        "tools/website/panels.py")
    return f"{path.stem}-{number}", GRIDS[name] is not None and (first or name in EVERYWHERE)
