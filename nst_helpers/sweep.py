"""Many transfers over a grid of settings, run by Dask: on this machine's cores, or on a cluster by its address.

    found = sweep(content, style, grid(style_weight=[1, 4], tv_weight=[0.1, 0.4]), "output/sweep")

Each picture is written as soon as it is there. The same call goes on where an earlier one was ended, so nothing
is computed twice and nothing is lost. A point that fails is reported, and does not stop the others.
"""

import hashlib
import json
import os
import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from itertools import product
from pathlib import Path
from types import ModuleType

import numpy as np

from nst_helpers.images import load_image
from nst_helpers.settings import Settings
from nst_helpers.system import write_whole

FINISHED = "point.json"  # written last: a folder that has it is complete


class SweepError(RuntimeError):
    """A sweep that cannot begin: no scheduler at that address, or pictures that are not of this folder."""


@dataclass(frozen=True)
class Point:
    """One run of a sweep.

    Attributes:
        settings: its `Settings`.
        folder: where its picture.png, settings.json, history.csv and losses.png are, or will be.
        losses: {"content", "style", "tv", "total"} at the end, or None where it failed or has not run.
        seconds: of computing.
        error: what went wrong, or "".
    """

    settings: Settings
    folder: Path
    losses: dict | None = None
    seconds: float = 0.0
    error: str = ""

    @property
    def done(self):
        """Whether there is a picture."""
        return self.losses is not None

    @property
    def image(self):
        """The picture, read from its file."""
        return load_image(self.folder / "picture.png", None)


def grid(base=None, **choices):
    """Every combination of these values: grid(style_weight=[1, 4], seed=[0, 1]) → four `Settings`.

    Args:
        base: the `Settings` of everything that does not vary; None takes the defaults.
        choices: {setting: its values}; the last one varies fastest.

    Raises:
        ValueError: an unknown setting, or a value it does not allow.
    """
    known = [setting.name for setting in fields(Settings)]
    unknown = [name for name in choices if name not in known]
    if unknown:
        raise ValueError(f"{', '.join(unknown)}: no such setting; choose from {', '.join(known)}")
    base = base or Settings()
    return [replace(base, **dict(zip(choices, values, strict=True))) for values in product(*choices.values())]


def sweep(content, style, points, folder, *, scheduler=None, workers=None, on_point=None):
    """Paint one picture for each point, several at a time.

    Args:
        content, style: as in `nst_helpers.transfer.transfer`.
        points: a list of `Settings`, as `grid` makes them.
        folder: each point gets a folder in it, named by what it computes.
        scheduler: "tcp://host:8786", the address of a Dask scheduler whose workers have this package; None starts
            worker processes here, for the time of the call.
        workers: how many here; by default one for each core. Each computes on its share of the cores.
        on_point: called with each `Point` as it ends, finished or failed.

    Returns:
        The `Point`s, in the order of the settings. Ctrl-C ends the sweep early: then some are not done.

    Raises:
        SweepError: no scheduler answers there.
    """
    listed = [Point(settings, Path(folder) / _name(content, style, settings)) for settings in points]
    found = {point.folder: _stored(point) for point in listed}
    left = {point.folder: point for point in listed if not found[point.folder].done}
    for point in found.values():
        if point.done and on_point:
            on_point(point)
    if left:
        with _cluster(scheduler, workers, len(left)) as client:
            for point in _ended(client, content, style, list(left.values())):
                found[point.folder] = point
                if on_point:
                    on_point(point)
    return [found[point.folder] for point in listed]


# Running


def _ended(client, content, style, points):
    """Each point as it ends. Dask runs the points of a worker that died once more, elsewhere."""
    from distributed import as_completed

    running = {client.submit(_paint, content, style, point.settings, pure=False, retries=1): point for point in points}
    try:
        for future in as_completed(running):
            point = running[future]
            try:
                result = future.result()  # waits once more, where a worker died with a result in its hands
            except Exception as error:  # of whatever kind: it is told, and the others go on
                yield replace(point, error=f"{type(error).__name__}: {error}")
            else:
                yield _written(point, result)
    except KeyboardInterrupt:
        client.cancel(list(running), force=True)


def _paint(content, style, settings):
    """In a worker: one transfer, on the worker's share of the cores."""
    from distributed import get_worker

    from nst_helpers.backend import tf

    try:
        threads = int(os.environ.get("NST_WORKER_THREADS", get_worker().state.nthreads))
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:
        pass  # TensorFlow has begun: an earlier point has set them
    from nst_helpers.transfer import transfer

    return transfer(content, style, settings)


def _cluster(scheduler, workers, points):
    """A client, for a with statement: of the cluster at an address, or of one here that ends with it."""
    from distributed import Client

    if not scheduler:
        return _here(workers, points)
    try:
        return Client(scheduler, timeout=10)
    except (OSError, ValueError) as error:
        raise SweepError(f"no Dask scheduler answers at {scheduler!r} ({error}): start one with `dask scheduler`, "
                         "and workers with `dask worker`, or leave the address out") from error


@contextmanager
def _here(workers, points):
    from distributed import Client, LocalCluster

    cores = os.cpu_count() or 1
    workers = max(1, min(workers or cores, points))
    threads = {"NST_WORKER_THREADS": str(max(1, cores // workers))}
    # One task at a time in each worker, computing on as many threads as fall to it.
    options = {"n_workers": workers, "threads_per_worker": 1, "processes": True, "env": threads,
               "dashboard_address": "127.0.0.1:0", "silence_logs": "CRITICAL"}
    with _main_hidden(), LocalCluster(**options) as cluster, Client(cluster) as client:
        yield client


@contextmanager
def _main_hidden():
    """Python runs the caller's script once more in each new process; a sweep in it would start itself again."""
    main, sys.modules["__main__"] = sys.modules["__main__"], ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


# Keeping


def _name(content, style, settings):
    """The same computation has the same name, in every sweep."""
    styles = style if isinstance(style, list | tuple) else [(1.0, style)]
    digest = hashlib.sha256(json.dumps(asdict(settings), sort_keys=True).encode())
    for weight, image in [(1.0, content), *styles]:
        image = np.ascontiguousarray(image, np.float32)
        digest.update(repr((float(weight), image.shape)).encode() + image.tobytes())
    return digest.hexdigest()[:16]


def _written(point, result):
    """The point with its result, after all of its files are on the disk."""
    losses = {name: values[-1] for name, values in result.history.items()}
    result.save(point.folder)
    text = json.dumps({"losses": losses, "seconds": result.seconds}, indent=2)
    write_whole(point.folder / FINISHED, text.encode() + b"\n")
    return replace(point, losses=losses, seconds=result.seconds)


def _stored(point):
    """The point as an earlier sweep left it."""
    try:
        stored = json.loads((point.folder / FINISHED).read_text(encoding="utf-8"))
        return replace(point, losses=dict(stored["losses"]), seconds=float(stored["seconds"]))
    except (OSError, ValueError, KeyError, TypeError):
        return point


# Showing


def varied(points):
    """{setting: its values in the order in which they appear}, of the settings that differ among the points."""
    columns = {setting.name: [getattr(point.settings, setting.name) for point in points]
               for setting in fields(Settings)}
    distinct = {name: [value for place, value in enumerate(values) if value not in values[:place]]
                for name, values in columns.items()}
    return {name: values for name, values in distinct.items() if len(values) > 1}


def table(points):
    """The points as a table in Markdown: what varies, the losses at the end, the seconds; or what went wrong."""
    names = list(varied(points))
    lines = [[*names, "content", "style", "tv", "seconds"], ["---"] * (len(names) + 4)]
    for point in points:
        values = [_words(getattr(point.settings, name)) for name in names]
        if point.done:
            ends = [f"{point.losses[name]:.3g}" for name in ("content", "style", "tv")]
            lines.append([*values, *ends, f"{point.seconds:.1f} s"])
        else:
            lines.append([*values, point.error or "not run", "", "", ""])
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def contact_sheet(points):
    """All pictures on one figure, labelled with what varies; of two varying settings, one gives the columns.

    Returns:
        A matplotlib Figure; show it with `nst_helpers.plots.show`.
    """
    from nst_helpers import plots

    names = list(varied(points))
    columns = len(varied(points)[names[-1]]) if len(names) > 1 else min(len(points), 5)
    rows = -(-len(points) // columns)
    figure, axes = plots.subplots(rows, columns, size=(9, 0.3 + rows * 9 / columns * _height_share(points)),
                                  squeeze=False)
    for axis in axes.flat:
        axis.set_axis_off()
    for axis, point in zip(axes.flat, points, strict=False):
        title = "\n".join(f"{name} = {_words(getattr(point.settings, name))}" for name in names)
        if point.done:
            plots.draw_image(axis, point.image, title, smooth=True)
        else:
            axis.set_title(title, fontsize=11)
            axis.text(0.5, 0.5, "failed" if point.error else "not run", ha="center", transform=axis.transAxes)
        axis.title.set_fontsize(8)
    return figure


def _height_share(points):
    """Height over width of a picture with its title."""
    done = [point for point in points if point.done]
    height, width = done[0].image.shape[:2] if done else (2, 3)
    return height / width + 0.08 * len(varied(points))


def _words(value):
    if isinstance(value, dict):
        return " ".join(f"{layer}:{weight:g}" for layer, weight in value.items())
    return f"{value:g}" if isinstance(value, int | float) else str(value)
