"""What the benchmarks compute from what they measured; their clocks are not tested."""

import importlib
import sys
from pathlib import Path

import pytest

from nst_helpers.images import noise_image
from nst_helpers.settings import Settings

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def drive():
    sys.path.insert(0, str(FOLDER))
    try:
        yield importlib.import_module("drive")
    finally:
        sys.path.remove(str(FOLDER))


def test_the_time_to_a_loss_counts_at_full_size_only(drive):
    curve = [(1.0, 2.0, False), (2.0, 5.0, True), (3.0, 3.0, True), (4.0, 2.5, True)]
    assert drive.time_to(curve, 3.0) == 3.0 and drive.time_to(curve, 2.0) is None
    faster = {"classic": curve, "default": [(0.5, 9.0, True), (1.0, 2.5, True)]}
    assert drive.row(("a", "b"), faster).endswith("   0.25")
    assert drive.row(("a", "b"), {"classic": curve, "default": [(1.0, 2.6, True)]}).endswith("never")


def test_both_presets_run_to_their_end(drive):
    picture = noise_image(32, 40, 0)
    presets = {"classic": Settings.classic(size=40, scales=2, iterations=5), "default": Settings(
        size=40, scales=1, iterations=3)}
    curves = drive.take_turns(picture, picture, presets)
    assert [full for _, _, full in curves["classic"]] == [False] * 3 + [True] * 2
    assert [full for _, _, full in curves["default"]] == [True] * 3
    for curve in curves.values():
        seconds = [point[0] for point in curve]
        assert seconds == sorted(seconds) and all(total > 0 for _, total, _ in curve)
    assert drive.draw({("a", "b"): curves}, 40).startswith(b"\x89PNG")


def test_the_machine_is_told_in_one_line(drive):
    words = drive.description()
    assert "cores" in words and "instruction sets: " in words and "\n" not in words
