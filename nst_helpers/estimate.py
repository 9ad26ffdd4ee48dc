"""How long a transfer will take on this machine, and how much memory: measured shortly, then scaled up."""

import math
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from statistics import median
from time import perf_counter
from typing import NamedTuple

import numpy as np
import psutil

from nst_helpers.architecture import LAYER_NAMES
from nst_helpers.descent import descend, fresh
from nst_helpers.guided import GuidedObjective
from nst_helpers.images import noise_image
from nst_helpers.masks import Parts
from nst_helpers.networks import shared_network
from nst_helpers.objective import Objective
from nst_helpers.schedule import canvas_size, pyramid
from nst_helpers.settings import OPTIMIZERS, Settings

PROBES = (96, 224)  # pixels: sides of the two pictures that are measured
STEPS = 5
SOONER = (32, 75)  # the same for a short run: less exact, for a ninth of the time
FIXED = 4000  # pixels that take as long as what a step takes whatever the size (measured: 3,000 to 5,000)
SHARE = 0.1  # of a run's time, which a measurement before it may take
BYTES = 4  # of a float32
KEPT = 3.2  # feature values kept at the peak, over those of one pass: forwards, and a part of the way back (measured)
LONG = 300  # seconds


class Estimate(NamedTuple):
    """What a run will need."""

    seconds: float  # of computing
    bytes: int  # of memory, all that this process holds at the peak
    warning: str  # why one may not want that, or ""


class Speed(NamedTuple):
    """What an iteration costs on this machine."""

    constant: float  # seconds
    per_pixel: float  # seconds for each pixel more


def estimate(settings: Settings | None, height: int, width: int, speed: Speed | None = None, regions: int = 0
             ) -> Estimate:
    """What a transfer will take, from a few iterations on small noise.

    Whatever it starts from, a step costs the same; and pictures that are loaded already, a start of one's own among
    them, are in the memory that this process holds, which is counted.

    Args:
        settings: a `Settings`; None takes the defaults.
        height, width: of the content picture in pixels, as it is loaded.
        speed: a `Speed` that was measured before with this network, these layers and this optimizer; None takes the
            one of this process, which is measured when it is first needed.
        regions: of a transfer with masks, how many styles there are; 0 is one without masks.

    Returns:
        An `Estimate`.

    Raises:
        NetworkError: see `nst_helpers.networks.load_network`.
    """
    settings = settings or Settings()
    levels = pyramid(height, width, settings)
    speed = speed or _speed(_what_costs_time(settings), regions, PROBES)
    return told(_seconds(levels, speed), _bytes(settings, [levels], regions))


def forecast(settings: Settings, sizes: Sequence[tuple[int, int]], regions: int = 0, done: int = 0, timed: bool = True
             ) -> Estimate:
    """What a transfer will take, or several one after the other, told at once: a measurement takes a tenth at most.

    Args:
        settings, regions: as in `estimate`. sizes: (height, width) of the content pictures.
        done: so many iterations of each were computed before. timed: False measures nothing.

    Returns:
        An `Estimate`; its seconds are not a number where a measurement would take too long, or was not wished for.

    Raises:
        NetworkError: as for `estimate`.
    """
    runs = [_left(pyramid(*size, settings=settings), done) for size in sizes]
    work = sum(level.iterations * (FIXED + _pixels(level)) for levels in runs for level in levels)
    probes = next((probes for probes in (PROBES, SOONER) if _work(probes) <= SHARE * work), None)
    seconds = 0.0 if not work else math.nan
    if timed and probes:
        speed = _speed(_what_costs_time(settings), regions, probes)
        seconds = sum(_seconds(levels, speed) for levels in runs)
    return told(seconds, _bytes(settings, runs, regions))


def told(seconds: float, needed: int) -> Estimate:
    """An `Estimate` with what there is to warn of."""
    return Estimate(seconds, needed, _warning(seconds, needed))


def _left(levels, done):
    """The sizes with the iterations that are still to do; the finest last, even where it has none."""
    left = []
    for level in levels:
        left.append(level._replace(iterations=max(0, level.iterations - done)))
        done = max(0, done - level.iterations)
    return left


def _work(probes):
    return (STEPS + 2) * sum(FIXED + probe**2 for probe in probes)


def _seconds(levels, speed):
    return sum(level.iterations * (speed.constant + speed.per_pixel * _pixels(level)) for level in levels)


def _bytes(settings, runs, regions):
    """At the peak of the largest of these runs, with all that this process holds already."""
    needed = max(_bytes_a_pixel(settings, levels[-1].iterations, regions) * _pixels(levels[-1]) for levels in runs)
    return round(needed) + psutil.Process().memory_info().rss


def _what_costs_time(settings):
    """The same for all settings whose iterations cost the same."""
    names = ("network", "pooling", "precision", "optimizer")
    return Settings(content_layers=dict.fromkeys(settings.content_layers, 1.0),
                    style_layers=dict.fromkeys(settings.style_layers, 1.0),
                    **{name: getattr(settings, name) for name in names})


@lru_cache(maxsize=32)
def _speed(settings, regions, probes):
    return measure(settings, regions, probes)


def measure(settings: Settings, regions: int = 0, probes: tuple[int, int] = PROBES) -> Speed:
    """The `Speed` of this machine, from a few iterations on two small pictures: one or two seconds with compact."""
    small, large = (probe**2 for probe in probes)
    fast, slow = (_seconds_a_step(settings, probe, regions) for probe in probes)
    per_pixel = max(0.0, slow - fast) / (large - small)
    return Speed(max(0.0, fast - per_pixel * small), per_pixel)


def _seconds_a_step(settings, side, regions=0):
    """The median over a few steps, after the first, which compiles."""
    network = shared_network(settings.network, settings.pooling, settings.precision)
    picture = noise_image(side, side, 0)
    objective = _objective(network, settings, picture, regions)
    times = [perf_counter()]
    for _ in descend(fresh(picture, settings), objective, STEPS + 2, settings):
        times.append(perf_counter())
    return median(after - before for before, after in pairwise(times[2:]))


def _objective(network, settings, picture, regions):
    """Without masks, or with so many styles that share every place."""
    if not regions:
        return Objective(network, settings, picture, [(1.0, picture)], lead=1.0)
    part = np.full(picture.shape[:2], 1 / regions, np.float32)
    parts = Parts((part,) * regions, np.zeros_like(part))
    return GuidedObjective(network, settings, picture, [(1.0, picture)] * regions, 1.0, parts)


def _pixels(level):
    height, width = canvas_size(level)
    return height * width


def _bytes_a_pixel(settings, iterations, regions):
    """Of feature maps and of what the optimizer remembers after so many iterations.

    With masks, the maps of the style's layers are kept once more for each style, under its guidance.

    The maps are those of every layer down to the deepest one: a layer behind k poolings has 4⁻ᵏ as many places.
    """
    network = shared_network(settings.network, settings.pooling, settings.precision)
    deepest = max(LAYER_NAMES.index(layer) for layer in (*settings.content_layers, *settings.style_layers))
    values, guided, poolings = 0.0, 0.0, 0
    for layer in LAYER_NAMES[: deepest + 1]:
        poolings += layer.startswith("pool")
        share = network.channels(layer) / 4**poolings
        values += share
        guided += regions * share * (layer in settings.style_layers)
    steps = min(getattr(OPTIMIZERS[settings.optimizer], "memory", 0), iterations)
    remembered = 3 * (2 + 2 * steps)  # arrays like the picture: L-BFGS has two of each of its last steps
    return BYTES * (KEPT * values + guided + remembered)


def _warning(seconds, needed):
    free = psutil.virtual_memory().available + psutil.Process().memory_info().rss
    if needed > 0.9 * free:
        return (f"this needs about {needed / 1e9:.1f} GB of memory, and {free / 1e9:.1f} GB are free: choose a smaller "
                "size, or the compact network")
    if seconds > LONG:
        return (f"this takes about {seconds / 60:.0f} minutes: choose a smaller size, fewer iterations, or the compact "
                "network, or keep a checkpoint")
    return ""
