"""What is done again and again takes no more memory than a few times: nothing is kept that nobody needs any more."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is read from Linux's /proc")

ROOT = Path(__file__).resolve().parents[2]
LONGEST = 1800  # seconds; many times what it takes
GROWTH = 1.025  # over ten rounds, which is two megabytes a round; measured is 1.003, and of a lesson 1.004 over six

# Each in a process of its own: what other tests have left must not matter.
BEGINNING = """
import contextlib, ctypes, gc, io, json, sys, weakref
from pathlib import Path

def resident():
    '''Memory of this process in kB, without what Python has not collected and the C library keeps for later.'''
    gc.collect()
    with contextlib.suppress(AttributeError):  # not every C library has it
        ctypes.CDLL(None).malloc_trim(0)
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS:")).split()[1])

def resident_after(work, *counts):
    kept = []
    for number in range(1, max(counts) + 1):
        work()
        if number in counts:
            kept.append(resident())
    return kept
"""


def memory(script, *arguments, cwd=None):
    """What a script prints as JSON, run behind the common beginning."""
    # One malloc arena: else it is chance which thread's arena grows, and by how much.
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", BEGINNING + script, *map(str, arguments)], cwd=cwd,
                         env=os.environ | {"MALLOC_ARENA_MAX": "1"}, capture_output=True, text=True, timeout=LONGEST)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


TRANSFERS = """
from nst_helpers.checkpoint import Checkpoint
from nst_helpers.diagnose import diagnose
from nst_helpers.images import load_image, noise_image
from nst_helpers.settings import Settings
from nst_helpers.transfer import transfer
folder, settings = Path(sys.argv[1]), Settings(size=64, scales=2, iterations=4)
content, style, made = noise_image(64, 48, 1), noise_image(60, 60, 2), []

def work():
    file = folder / "run.npz"
    result = transfer(content, style, settings, lambda step: made.append(weakref.ref(step.state.canvas)),
                      Checkpoint(file, every=2))
    result.save(folder / "result")
    load_image(folder / "result" / "picture.png")
    diagnose(result)
    file.unlink()
    made.extend(weakref.ref(thing) for thing in (result, result.image))

kept = resident_after(work, 5, 15)
print(json.dumps([kept, len(made), sum(thing() is not None for thing in made)]))
"""


@pytest.mark.slow
def test_a_transfer_in_a_loop_keeps_its_memory(tmp_path):
    """With all that belongs to it: the checkpoint, the saved result and its curves, the picture read again."""
    (fifth, fifteenth), made, alive = memory(TRANSFERS, tmp_path)
    assert fifteenth <= GROWTH * fifth, (fifth, fifteenth)
    assert (made, alive) == (15 * 6, 0)  # four steps, the result and its picture; such small ones hardly show above


LESSON = """
import ipywidgets, jupytext
from matplotlib.figure import Figure
savefig = Figure.savefig

def drawn(figure, *given, **options):
    figure.set_layout_engine("none")
    return savefig(figure, *given, **options | {"dpi": 20})

Figure.savefig = drawn  # with few pixels, where it stands: to lay out sharp figures would be most of the time
cells = [cell.source for cell in jupytext.read(sys.argv[1], fmt="py:percent").cells
         if cell.cell_type == "code" and "solution" not in cell.metadata.get("tags", [])]
printed = []

def work():
    '''A lesson from its first cell to its last, and then the end of its kernel: its names and widgets go.'''
    names = {"__name__": "__main__"}
    with contextlib.redirect_stdout(io.StringIO()) as output:
        for cell in cells:
            exec(compile(cell, "cell", "exec"), names)
    printed.append(output.getvalue().count("\\n"))
    ipywidgets.Widget.close_all()

print(json.dumps([resident_after(work, 3, 9), printed]))
"""


@pytest.mark.slow
def test_a_lesson_nine_times_over_keeps_its_memory():
    """Lesson 01: the one that is done soonest, with figures, widgets, exercises and a network's layer."""
    source = ROOT / "notebooks" / "sources" / "01_convolution.py"
    (third, ninth), printed = memory(LESSON, source, cwd=source.parents[1])
    assert ninth <= (1 + 0.6 * (GROWTH - 1)) * third, (third, ninth)  # six rounds instead of ten
    assert len(printed) == 9 and set(printed) == {printed[0]} and printed[0] > 20


LARGE_STYLE = """
import numpy as np
import tracemalloc
from nst_helpers.diagnose import diagnose
from nst_helpers.images import noise_image, resize_image
from nst_helpers.settings import Settings
from nst_helpers.transfer import transfer
content, small = noise_image(64, 48, 1), noise_image(90, 100, 2)
large = np.asarray(np.tile(noise_image(180, 200, 2), (10, 14, 1)))  # 5 megapixels: large, so without a copy
peaks = []
for style in (small, small, large):
    tracemalloc.start()
    for colors in ("style", "matched"):
        diagnose(transfer(content, style, Settings(size=64, scales=2, iterations=2, colors=colors)))
    peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
print(json.dumps([peaks[1:], large.nbytes]))
"""


@pytest.mark.slow
def test_a_large_style_picture_costs_no_more_than_reducing_it():
    """What is not needed is taken off once, strip by strip, before colors are matched and Gram matrices computed."""
    (small, large), size = memory(LARGE_STYLE)
    assert large - small < 0.7 * size, (small, large, size)  # of 1,024 pixels: 0.39; a copy of it is 1


LARGE_EVERYTHING = """
import numpy as np
import tracemalloc
from nst_helpers.checkpoint import Checkpoint
from nst_helpers.images import noise_image
from nst_helpers.masks import Masks
from nst_helpers.settings import Settings
from nst_helpers.sweep import _listed
from nst_helpers.transfer import transfer
small = noise_image(90, 100, 2)
large = np.tile(noise_image(100, 100, 2), (50, 40, 1))  # 20 megapixels, of what counts for a megapixel
mask = np.zeros(large.shape[:2], np.uint8)
mask[:, :2000] = 255
settings, peaks = Settings(size=128, scales=2, iterations=2), []
pairs = 2 * [(small, mask[:90, 1950:2050])]
kinds = (np.uint8, np.uint8), (np.float32, bool), (float, float)
pairs += [(large.astype(kind), mask.astype(of)) for kind, of in kinds]
for number, (picture, where) in enumerate(pairs):
    file = Path(sys.argv[1]) / f"{number}.npz"
    tracemalloc.start()
    masks = Masks(keep=where)
    transfer(picture, [(1, small), (1, picture)], settings, None, Checkpoint(file), start=picture, masks=masks)
    _listed(picture, picture, [settings], sys.argv[1], masks)
    peaks.append(tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
print(json.dumps(peaks[1:]))
"""


@pytest.mark.slow
def test_large_arrays_cost_next_to_nothing_beside_themselves(tmp_path):
    """Content, styles, a start and a mask of 20 megapixels, of any type, with a checkpoint's digest and a sweep's name.

    A mask is kept at about 2,048 pixels, in float32. A copy of one picture would be 60, 240 or 480 MB.
    """
    small, *others = memory(LARGE_EVERYTHING, tmp_path)
    assert max(others) - small < 60e6, (small, others)
