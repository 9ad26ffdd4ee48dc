"""Transfers over a grid of settings, judged beforehand: how sets of weights compare, each at its best."""

import json
from collections.abc import Sequence
from typing import Any

from nst_helpers.shipped import data_folder

Run = dict[str, Any]  # layers, β, γ; subject, histograms


def read_grids(name: str) -> dict[str, Any]:
    """What `tools/three_weights.py` or `tools/four_pairs.py` measured, and keeps as data/features/NAME.json."""
    return json.loads((data_folder() / "features" / f"{name}.json").read_text(encoding="utf-8"))


def best_run(runs: Sequence[Run], least: float) -> Run:
    """The run nearest to the style among those that keep the subject.

    Args:
        runs: each with its `subject`, a correlation, and with `histograms`, the distance to the style.
        least: at least this much of the subject; where no run keeps it, nine tenths of the most that one keeps.
    """
    most = max(run["subject"] for run in runs)
    least = min(least, most - 0.1 * abs(most))  # a correlation may be below 0
    return min((run for run in runs if run["subject"] >= least), key=lambda run: run["histograms"])
