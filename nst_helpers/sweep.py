"""Many transfers over a grid of settings, run by Dask: on this machine's cores, or on a cluster by its address.

    found = sweep(content, style, grid(style_weight=[1, 4], tv_weight=[0.1, 0.4]), "output/sweep")

Each picture is written as soon as it is there. The same call goes on where an earlier one was ended, so nothing
is computed twice and nothing is lost. A point that fails, or cannot be written, is reported, and does not stop the
others.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, fields, replace
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nst_helpers.arrays import Image, Losses, Styles
from nst_helpers.errors import SettingsError
from nst_helpers.images import checked_picture, load_image
from nst_helpers.masks import Given
from nst_helpers.origin import add_values, origin
from nst_helpers.settings import Settings
from nst_helpers.system import at_home, write_whole
from nst_helpers.transfer import Result, masks_for, weighted_styles
from nst_helpers.workers import SweepError, cluster

if TYPE_CHECKING:  # a sweep without a figure needs no matplotlib
    from matplotlib.figure import Figure

FINISHED = "point.json"  # written last: a folder that has it is complete


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
    losses: Losses | None = None
    seconds: float = 0.0
    error: str = ""

    @property
    def done(self) -> bool:
        """Whether there is a picture."""
        return self.losses is not None

    @property
    def image(self) -> Image:
        """The picture, read from its file."""
        return load_image(self.folder / "picture.png", None)


def grid(base: Settings | None = None, **choices: Sequence) -> list[Settings]:
    """Every combination of these values: grid(style_weight=[1, 4], seed=[0, 1]) → four `Settings`.

    Args:
        base: the `Settings` of everything that does not vary; None takes the defaults.
        choices: {setting: its values}; the last one varies fastest.

    Raises:
        SettingsError: an unknown setting, or a value it does not allow.
    """
    known = [setting.name for setting in fields(Settings)]
    unknown = [name for name in choices if name not in known]
    if unknown:
        raise SettingsError(f"{', '.join(unknown)}: no such setting; choose from {', '.join(known)}")
    base = base or Settings()
    return [replace(base, **dict(zip(choices, values, strict=True))) for values in product(*choices.values())]


def sweep(content: Image, style: Styles, points: Sequence[Settings], folder: str | Path, *,
          scheduler: str | None = None, workers: int | None = None, masks: Given = None,
          on_point: Callable[[Point], object] | None = None) -> list[Point]:
    """Paint one picture for each point, several at a time.

    Args:
        content, style: as in `nst_helpers.transfer.transfer`.
        points: a list of `Settings`, as `grid` makes them.
        folder: each point gets a folder in it, named by what it computes, with which code and which weights.
        scheduler: "tcp://host:8786", the address of a Dask scheduler whose workers have this package; None starts
            worker processes here, for the time of the call.
        workers: how many here; by default one for each core that this process may use. Each computes on its share.
        masks: as in `transfer`, the same for all points.
        on_point: called with each `Point` as it ends, finished or failed.

    Returns:
        The `Point`s, in the order of the settings. Ctrl-C ends the sweep early: then some are not done.

    Raises:
        ImageError: a picture or a mask that is not one.
        TypeError: points that are no list.
        ValueError: the styles' weights will not do.
        SweepError: no scheduler answers there, or no worker processes can be started.
    """
    listed = _listed(content, style, points, folder, masks)
    found = {point.folder: _stored(point) for point in listed}
    left = {point.folder: point for point in listed if not found[point.folder].done}
    for point in found.values():
        if point.done and on_point:
            on_point(point)
    if left:
        with cluster(scheduler, workers, len(left)) as (client, at_once):
            for point in _ended(client, at_once, (content, style, masks_for(style, masks)), list(left.values())):
                found[point.folder] = point
                if on_point:
                    on_point(point)
    return [found[point.folder] for point in listed]


# Running


def _ended(client, at_once, pictures, points):
    """Each point as it ends. Dask runs the points of a worker that died once more, elsewhere."""
    from distributed import as_completed

    waiting, running, ended = iter(points), {}, as_completed()
    sent = _sent(client, pictures)

    def begin(count):
        for point in islice(waiting, count):
            future = client.submit(_paint, sent, point.settings, origin(point.settings), pure=False)
            running[future] = point
            ended.add(future)

    try:
        begin(at_once)
        for future in ended:
            begin(1)  # at once, so that no worker waits for what is written here
            yield _outcome(running.pop(future), future)
    except KeyboardInterrupt:
        client.cancel(list(running), force=True)


def _sent(client, pictures):
    """The pictures, sent once for all points, as a task: its result may die with a worker, and is had again."""
    import dask.config

    # Dask warns of large arguments, because as a rule they go out with every task.
    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1TB"}):
        return client.submit(_same, pictures, pure=False)


def _same(value):
    return value


def _paint(pictures, settings, expected):
    """In a worker: one transfer, on the worker's share of the cores; what `_outcome` needs of its result."""
    from nst_helpers.workers import keep_to_share

    keep_to_share()
    from nst_helpers.transfer import transfer

    others = [name for name, digest in origin(settings).items() if digest != expected[name]]
    if others:
        raise SweepError(f"{' and '.join(others)} of this worker are others than the caller's: install the same "
                         "version of this package for both, and the same weights")
    content, style, masks = pictures
    return _small(transfer(content, style, settings, masks=masks))


def _small(result):
    """What is in a result but pictures and masks, which the caller has; as a dictionary Dask can tell its size."""
    return {**vars(result), "content": None, "style": None, "masks": None}


def _outcome(point, future):
    """The point as it ended, its files written; the result is let go, here and in the cluster."""
    from distributed import KilledWorker

    try:
        return _written(point, Result(**future.result()))  # waits, where a worker died with a result in its hands
    except KilledWorker:
        return replace(point, error="its worker died of it, and so did the next: perhaps the memory was too small; "
                                    "take a smaller size, or fewer workers")
    except Exception as error:  # of whatever kind: it is told, and the others go on
        return replace(point, error=f"{type(error).__name__}: {error}")
    finally:
        future.release()


# Keeping


def _listed(content, style, points, folder, masks=None):
    """The points with their folders: the same computation has the same name, in every sweep."""
    if isinstance(points, Settings):
        raise TypeError("points is one Settings: a list of them is needed, as grid(style_weight=[1, 4]) makes it")
    pictures = hashlib.sha256()
    for share, image in [(1.0, checked_picture(content, "content")), *weighted_styles(style)]:
        add_values(pictures, repr((share, image.shape)), image)
    masks = masks_for(style, masks)
    for name, mask in masks.named().items() if masks else ():
        add_values(pictures, repr((name, mask is None or mask.shape)), mask)
    return [Point(settings, at_home(folder) / _name(pictures.hexdigest(), settings)) for settings in points]


def _name(pictures, settings):
    parts = {"pictures": pictures, "settings": asdict(settings), **origin(settings)}
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


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


def varied(points: Sequence[Point]) -> dict[str, list[Any]]:
    """{setting: its values in the order in which they appear}, of the settings that differ among the points."""
    columns = {setting.name: [getattr(point.settings, setting.name) for point in points]
               for setting in fields(Settings)}
    distinct = {name: [value for place, value in enumerate(values) if value not in values[:place]]
                for name, values in columns.items()}
    return {name: values for name, values in distinct.items() if len(values) > 1}


def table(points: Sequence[Point]) -> str:
    """The points as a table in Markdown: what varies, the losses at the end, the seconds; or what went wrong."""
    names = list(varied(points))
    lines = [[*names, "content", "style", "tv", "seconds"], ["---"] * (len(names) + 4)]
    for point in points:
        values = [_words(getattr(point.settings, name)) for name in names]
        if point.losses is not None:
            ends = [f"{point.losses[name]:.3g}" for name in ("content", "style", "tv")]
            lines.append([*values, *ends, f"{point.seconds:.1f} s"])
        else:
            lines.append([*values, point.error or "not run", "", "", ""])
    return "\n".join(f"| {' | '.join(map(_cell, line))} |" for line in lines)


def _cell(text):
    """A text that stays within its cell: in one line, and without a bare |."""
    return " ".join(text.split()).replace("|", "\\|")


def contact_sheet(points: Sequence[Point]) -> "Figure":
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
