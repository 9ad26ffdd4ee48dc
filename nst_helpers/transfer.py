"""The transfer itself: two pictures and settings in, a picture and its history out (`nst_helpers.result`).

An optimizer lowers L_total = α L_content + β L_style + γ TV over the pixels of a picture that starts as
noise (Gatys, Ecker, Bethge, CVPR 2016, equation 7 and figure 2). Where this departs from
the paper, for good pictures in seconds instead of minutes, and for weights that suit every size:

- Coarse to fine: the picture forms at a small size and grows in steps of √2, so that large shapes are there
  before the brush strokes (Gatys et al., "Controlling Perceptual Factors in Neural Style Transfer", 2017).
  Each has as many iterations as the next, and the small ones are cheap.
- At each coarser size, the content weighs twice as much: it leads where the composition is decided.
- L-BFGS, which estimates curvature, takes far fewer steps than Adam to the same loss (benchmarks/drive.py).
- L_content is divided by its number of feature values, TV by its number of pixel values. (E_l needs nothing:
  1/(4N²M²) already frees it from the size.)
- For Adam, whose steps keep one length, η falls to zero at each size along half a cosine (Loshchilov, Hutter 2017):
  that ends the jitter which such steps leave in the pixels as colored noise.
- Only the ratios of the weights count: whatever they are, the optimizer sees them with the sum of the default ones.
- TV is rounded off below differences of forty gray levels. A sharp one counts a difference by its size, where the
  Gram matrices count its square: so it was cheapest to put a style's finest contrasts into single dots.
- The picture is optimized on a canvas a little larger than itself and cut out at the end: zero padding
  inside the network leaves marks along the canvas's border.

A run is its `State` after each step: whoever keeps that can go on from there, tomorrow or with other settings.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from nst_helpers.descent import descend as descend_from
from nst_helpers.descent import fresh
from nst_helpers.errors import SettingsError
from nst_helpers.fitting import require_size
from nst_helpers.images import checked_picture, resize_image
from nst_helpers.masks import Given, Masks, chosen_masks
from nst_helpers.networks import FeatureNetwork, shared_network
from nst_helpers.objective import Objective
from nst_helpers.result import LOSSES, Diverged, Result, State, Step
from nst_helpers.scene import scene_of
from nst_helpers.schedule import (
    STEP_BETWEEN_SIZES,
    Level,
    canvas_size,
    pyramid,
    style_size,
)
from nst_helpers.settings import Settings

__all__ = ["LOSSES", "STEP_BETWEEN_SIZES", "Diverged", "Level", "Result", "Settings", "State", "Step", "canvas_size",
           "checked_picture", "descend", "first_picture", "iterate", "pyramid", "shared_network", "style_size",
           "transfer", "weighted_styles"]

Pictures = npt.ArrayLike | Sequence[tuple[float, npt.ArrayLike]]  # an image, or [(weight, image), …]


def transfer(content: npt.ArrayLike, style: Pictures, settings: Settings | None = None,
             on_step: Callable[[Step], object] | None = None, checkpoint: Any = None, *,
             network: FeatureNetwork | None = None, start: npt.ArrayLike | None = None, masks: Given = None) -> Result:
    """Paint the content picture in the manner of the style picture.

    Args:
        content: an image (height, width, 3), 0–255.
        style: an image of any size; or several, [(weight, image), …], whose styles are blended by weight.
        settings: a `Settings`; None takes the defaults.
        on_step: called with each `Step`, for a progress bar.
        checkpoint: a `nst_helpers.checkpoint.Checkpoint`, so that the run can go on after it was ended by
            whatever it was, with the very same result.
        network: a `FeatureNetwork` to look through, instead of the one that the settings name.
        start: a picture of one's own to begin with, instead of the settings' `init`; of any size, for it is cut around
            its middle to the content's form and brought to the coarsest size. With one scale all of its details count.
        masks: where each style goes, and where the photograph stays: `nst_helpers.masks.Masks`, or a list with one
            mask for each style, None for a style that takes the rest. A place without a style stays as it is.

    Returns:
        A `Result`. Ctrl-C ends the run early: the result is then what there is so far, with `interrupted`
        set; before the first step there is nothing yet, and KeyboardInterrupt goes on.

    Raises:
        ImageError: a picture or a mask that is not one, or too small for the deepest layer.
        TypeError: settings that are no `Settings`.
        SettingsError: the styles' weights will not do; a network and a checkpoint together, for a checkpoint knows
            its network by the name in the settings.
        Diverged: a loss or the picture is not finite.
        NetworkError: see `load_network`.
        CheckpointError: the checkpoint is damaged, or of another run, or its place cannot be written. That is found
            out before the first step; what fails later is warned of.
        All but the TypeError are an `nst_helpers.errors.NSTError`.
    """
    settings = _chosen(settings)
    if network and checkpoint:
        raise SettingsError("a checkpoint knows its network by the name in the settings: leave out `network`, or it")
    kept = checkpoint.load(content, style, settings, start, masks) if checkpoint else None
    run = _Run(time.perf_counter(), kept)
    try:
        steps = iterate(content, style, settings, run.state, network=network, start=start, masks=masks)
        _drive(run, steps, on_step, checkpoint)
    except KeyboardInterrupt:
        if run.image is None:
            raise
        run.interrupted = True
    return run.result(content, style, settings, masks_for(style, masks))


class _Run:
    """How far a run is. Ctrl-C can come between any two lines: what counts is `step`, which changes at once."""

    def __init__(self, start, kept):
        self.start, self.kept, self.step, self.interrupted = start, kept, None, False
        self.state = kept.state if kept else None
        self.losses = list(kept.losses) if kept else []  # at most one more than there are steps
        self.iteration_before = len(self.losses)

    @property
    def iteration(self):
        return self.step.iteration if self.step else self.iteration_before

    @property
    def image(self):
        return self.step.image if self.step else self.kept and self.kept.image

    @property
    def seconds(self):
        return time.perf_counter() - self.start + (self.kept.seconds if self.kept else 0.0)

    def result(self, content, style, settings, masks):
        losses = self.losses[: self.iteration]
        history = {name: [values[name] for values in losses] for name in LOSSES}
        sizes = tuple(level[:3] for level in pyramid(*np.shape(content)[:2], settings=settings))
        return Result(self.image, history, settings, self.seconds, sizes, self.interrupted, content, style, masks)


def _drive(run, steps, on_step, checkpoint):
    try:
        for step in steps:
            run.losses.append(step.losses)
            run.step = step
            if checkpoint:
                checkpoint.save(step, run.losses, run.seconds)
            if on_step:
                on_step(step)
    finally:
        if checkpoint:
            checkpoint.flush()


def iterate(content: npt.ArrayLike, style: Pictures, settings: Settings | None = None, state: State | None = None, *,
            network: FeatureNetwork | None = None, start: npt.ArrayLike | None = None, masks: Given = None
            ) -> Iterator[Step]:
    """The transfer's loop as a generator: yields a `Step` after each step of the optimizer.

    Arguments and errors as in `transfer`. Nothing is computed between two steps, so whoever drives the
    generator can pause, stop or show the picture.

    Args:
        state: of an earlier `Step`: the run goes on behind it. With the same settings the result is the same to
            the last bit as without the break; weights, layers, the learning rate and the optimizer may be others.
            Beside a state, `start` does not count: the run began long ago.

    Raises:
        SettingsError: the state is of a run with other sizes.
    """
    settings = _chosen(settings)
    scene, levels, shapes = _prepared(content, style, settings, masks, state.level if state else 0)
    network = network or shared_network(settings.network, settings.pooling, settings.precision)
    require_size(network, settings, *shapes)
    if state is None:
        state = fresh(scene.first(levels[0], settings, start), settings)
    _require_fit(state, levels)
    iteration, good = sum(level.iterations for level in levels[: state.level]) + state.done, None
    for place, level in list(enumerate(levels))[state.level :]:
        if place > state.level:
            state = fresh(scene.begun(resize_image(state.canvas, *canvas_size(level)), level), settings, place)
        shown, objective = scene.finisher(level), scene.objective(network, settings, level)
        steps = descend_from(state, objective, level.iterations, settings)
        for state, losses in steps:
            iteration, image = iteration + 1, shown(state.canvas)
            if not all(map(math.isfinite, losses.values())) or not np.isfinite(image).all():
                raise _diverged(iteration, level, losses, good, settings)
            good = image
            yield Step(iteration, image, losses, state)


def first_picture(content: npt.ArrayLike, style: Pictures, settings: Settings | None = None, *,
                  start: npt.ArrayLike | None = None, masks: Given = None) -> npt.NDArray[np.float32]:
    """What a transfer begins with, before its first step: (height, width, 3), 0–255, at the coarsest size.

    Arguments and errors as in `transfer`.
    """
    settings = _chosen(settings)
    scene, (coarsest, *_), _ = _prepared(content, style, settings, masks)
    return scene.finisher(coarsest)(scene.first(coarsest, settings, start))


def _prepared(content, style, settings, masks, begun=0):
    """(the `Scene`, its levels, the (height, width) of the content and of each style as they were given).

    begun: the level at which the run goes on; what the masks leave to the layers counts from there.
    """
    content, styles = checked_picture(content, "content"), weighted_styles(style)
    levels = pyramid(*content.shape[:2], settings=settings)
    shapes = content.shape[:2], [image.shape[:2] for _, image in styles]
    masks = counting_masks(style, masks)
    scene = scene_of(content, styles, masks, levels[-1], settings)
    if masks:
        scene.require_regions(masks, levels[begun:], settings)
    return scene, levels, shapes


def descend(start: npt.ArrayLike, target: npt.NDArray[np.float32], style: npt.NDArray[np.float32], level: Level,
            network: FeatureNetwork, settings: Settings) -> Iterator[tuple[State, dict[str, float]]]:
    """The bare loop at one size: one style, no margin, no colors (see `descent`).

    Args:
        start: the picture to change. target: the content to keep, as large. style: at the size of its strokes.
        level: its iterations and its lead of the content count; start says how large the picture is.
        network, settings: as in `transfer`; the settings' own network does not count.
    """
    objective = Objective(network, settings, target, [(1.0, style)], level.lead)
    return descend_from(fresh(np.asarray(start), settings), objective, level.iterations, settings)


def _chosen(settings):
    if settings is None:
        return Settings()
    if not isinstance(settings, Settings):
        raise TypeError(f"settings is a {type(settings).__name__}: Settings(size=256, …) is needed")
    return settings


# Pictures and their sizes


def weighted_styles(style: Pictures) -> list[tuple[float, npt.NDArray[np.float32]]]:
    """[(share, image), …] whose shares sum to one; a single image is [(1, image)].

    Raises:
        ImageError: a picture that is not one.
        SettingsError: weights that will not do.
    """
    if not isinstance(style, list | tuple):
        return [(1.0, checked_picture(style, "style"))]  # pyright: ignore[reportArgumentType]: a list is none here
    pairs: Any = style
    if not pairs or not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in pairs):
        raise SettingsError("several styles are needed as [(weight, image), …]")
    if any(np.ndim(weight) for weight, _ in pairs):
        raise SettingsError("several styles are needed as [(weight, image), …]: the weight stands before its image")
    try:
        weights = [float(weight) for weight, _ in pairs]
    except (TypeError, ValueError) as error:
        raise SettingsError(f"the styles' weights must be numbers ({error})") from error
    if not all(0 <= weight < math.inf for weight in weights) or not sum(weights):
        raise SettingsError(f"the styles' weights are {weights}: numbers from 0 are needed, at least one above")
    return [(weight / sum(weights), checked_picture(image, "style"))
            for weight, (_, image) in zip(weights, pairs, strict=True) if weight]


def masks_for(style: Pictures, masks: Given) -> Masks | None:
    """`Masks` of whatever was given for these styles, checked; None where nothing was.

    Raises:
        ImageError: a mask that is none; another number of masks than of styles.
    """
    return chosen_masks(masks, len(style) if isinstance(style, list | tuple) else 1)


def counting_masks(style: Pictures, masks: Given) -> Masks | None:
    """`masks_for` the styles that count, as `weighted_styles` gives them: one of weight 0 takes its mask along."""
    found, pairs = masks_for(style, masks), cast("Any", style)
    return found.of([float(weight) for weight, _ in pairs]) if found and isinstance(style, list | tuple) else found


def _require_fit(state, levels):
    """Refuse a state of a run with other sizes or other iterations."""
    if state.level < len(levels):
        level = levels[state.level]
        if np.shape(state.canvas) == (*canvas_size(level), 3) and state.done <= level.iterations:
            return
    raise SettingsError("the state to go on from belongs to a run with another picture, size, scales or iterations")


def _diverged(iteration, level, losses, good, settings):
    wrong = [name for name, value in losses.items() if not math.isfinite(value)] or ["picture"]
    names = ", ".join(wrong)
    return Diverged(
        f"step {iteration} of {settings.iterations}, at {level.height}×{level.width} pixels: the {names} "
        f"is not finite. Try a smaller learning_rate (now {settings.learning_rate:g}), smaller weights (now α = "
        f"{settings.content_weight:g}, β = {settings.style_weight:g}, γ = {settings.tv_weight:g}), "
        "precision='float32', or, of a network of your own, its `normalized` form. The last good picture is in this "
        "error's `image`", good, iteration)
