"""The transfer itself: two pictures and settings in, a picture and its history out (`nst_helpers.result`).

An optimizer lowers L_total = α L_content + β L_style + γ TV over the pixels of a picture that starts as
noise (Gatys, Ecker, Bethge, CVPR 2016, equation 7 and figure 2; lessons 07 and 11). Where this departs from
the paper, for good pictures in seconds instead of minutes, and for weights that suit every size:

- Coarse to fine: the picture forms at a small size and grows in steps of √2, so that large shapes are there
  before the brush strokes (Gatys et al., "Controlling Perceptual Factors in Neural Style Transfer", 2017).
  Each has as many iterations as the next, and the small ones are cheap.
- At each coarser size, the content weighs twice as much: it leads where the composition is decided.
- L-BFGS, which estimates curvature, takes far fewer steps than Adam to the same loss (benchmarks/drive.py).
- L_content is divided by its number of feature values, TV by its number of pixel values. (E_l needs nothing:
  1/(4N²M²) already frees it from the size.)
- For Adam, whose steps keep one length, η falls to zero at each size along half a cosine (Loshchilov, Hutter 2017):
  that ends the jitter which such steps leave in the pixels as coloured noise.
- Only the ratios of the weights count: whatever they are, the optimizer sees them with the sum of the default ones.
- TV is rounded off below differences of forty grey levels. A sharp one counts a difference by its size, where the
  Gram matrices count its square: so it was cheapest to put a style's finest contrasts into single dots.
- The picture is optimized on a canvas a little larger than itself and cut out at the end: zero padding
  inside the network leaves marks along the canvas's border.

A run is its `State` after each step: whoever keeps that can go on from there, tomorrow or with other settings.
"""

import math
import os
import time
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np

from nst_helpers.backend import tf
from nst_helpers.colors import brightness, recoloured, with_brightness
from nst_helpers.errors import SettingsError
from nst_helpers.images import ImageError, noise_image, resize_image
from nst_helpers.losses import content_loss, gram_distance, gram_matrix, total_variation
from nst_helpers.networks import VGG19_VARIABLE, load_network
from nst_helpers.result import LOSSES, Diverged, Result, State, Step
from nst_helpers.settings import OPTIMIZERS, Settings

OPEN_IMAGE = tf.TensorSpec((None, None, 3), tf.float32)
STEP_BETWEEN_SIZES = math.sqrt(2)
TV_EPSILON = 40.0  # in grey levels
MARGIN = 1 / 32  # of the longer side, on every side of the canvas


# The work


def transfer(content, style, settings=None, on_step=None, checkpoint=None, *, network=None):
    """Paint the content picture in the manner of the style picture.

    Args:
        content: an image (height, width, 3), 0–255.
        style: an image of any size; or several, [(weight, image), …], whose styles are blended by weight.
        settings: a `Settings`; None takes the defaults.
        on_step: called with each `Step`, for a progress bar.
        checkpoint: a `nst_helpers.checkpoint.Checkpoint`, so that the run can go on after it was ended by
            whatever it was, with the very same result.
        network: a `FeatureNetwork` to look through, instead of the one that the settings name.

    Returns:
        A `Result`. Ctrl-C ends the run early: the result is then what there is so far, with `interrupted`
        set; before the first step there is nothing yet, and KeyboardInterrupt goes on.

    Raises:
        ImageError: a picture that is not one, or too small for the deepest layer.
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
    run = _Run(time.perf_counter(), checkpoint.load(content, style, settings) if checkpoint else None)
    try:
        _drive(run, iterate(content, style, settings, run.state, network=network), on_step, checkpoint)
    except KeyboardInterrupt:
        if run.image is None:
            raise
        run.interrupted = True
    losses = run.losses[: run.iteration]
    history = {name: [values[name] for values in losses] for name in LOSSES}
    sizes = tuple(level[:3] for level in pyramid(*np.shape(content)[:2], settings))
    return Result(run.image, history, settings, run.seconds, sizes, run.interrupted, content, style)


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


def iterate(content, style, settings=None, state=None, *, network=None):
    """The transfer's loop as a generator: yields a `Step` after each step of the optimizer.

    Arguments and errors as in `transfer`. Nothing is computed between two steps, so whoever drives the
    generator can pause, stop or show the picture.

    Args:
        state: of an earlier `Step`: the run goes on behind it. With the same settings the result is the same to
            the last bit as without the break; weights, layers, the learning rate and the optimizer may be others.

    Raises:
        SettingsError: the state is of a run with other sizes.
    """
    settings = _chosen(settings)
    content, styles = checked_picture(content, "content"), weighted_styles(style)
    content, styles, colours = recoloured(content, styles, settings.colors)
    network = network or shared_network(settings.network, settings.pooling, settings.precision)
    levels = pyramid(*content.shape[:2], settings)
    _require_size(network, settings, levels[0], styles)
    state = state or State(0, 0, _start(_canvas(content, levels[0]), settings), settings.optimizer, None)
    _require_fit(state, levels)
    iteration, good = sum(level.iterations for level in levels[: state.level]) + state.done, None
    for place, level in list(enumerate(levels))[state.level :]:
        target = _canvas(content, level)
        if place > state.level:
            state = State(place, 0, resize_image(state.canvas, *target.shape[:2]), settings.optimizer, None)
        references = [(share, resize_image(image, *style_size(image, level, settings))) for share, image in styles]
        kept = None if colours is None else resize_image(colours, level.height, level.width)
        steps = descend(state, target, references, level, network, settings)
        for state, losses in steps:
            iteration, image = iteration + 1, _finished(state.canvas, level, kept)
            if not all(map(math.isfinite, losses.values())) or not np.isfinite(image).all():
                raise _diverged(iteration, level, losses, good, settings)
            good = image
            yield Step(iteration, image, losses, state)


class Level(NamedTuple):
    """One size of the pyramid."""

    height: int
    width: int
    iterations: int
    lead: float  # α's factor at this size


def pyramid(height, width, settings):
    """The sizes from coarse to fine for a content picture of this size, with their iterations.

    The finest has `settings.size` as its longer side, or the picture's own if that is smaller. Iterations
    sum to `settings.iterations`; a size that is left without any is left out.

    >>> [tuple(level) for level in pyramid(300, 400, Settings(size=256, scales=2, iterations=100))]
    [(136, 181, 50, 2.0), (192, 256, 50, 1.0)]
    """
    finest = min(1.0, settings.size / max(height, width))
    steps = np.arange(settings.scales)  # 0 is the finest
    shares = settings.coarse_iterations**steps
    # Rounded up from the finest on: that one gets its share first, and at least one iteration.
    until = np.ceil(settings.iterations * np.cumsum(shares) / shares.sum() - 1e-9).astype(int)
    levels = []
    for step, iterations in zip(steps, np.diff(until, prepend=0), strict=True):
        factor = finest / STEP_BETWEEN_SIZES**step
        size = max(1, round(height * factor)), max(1, round(width * factor))
        if iterations:
            levels.append(Level(*size, int(iterations), settings.content_lead ** int(step)))
    return levels[::-1]


def descend(state, target, styles, level, network, settings):
    """All steps that are left at one size, without a margin: a generator of (state, losses), one pair a step.

    Args:
        state: where to begin; or just a canvas (height, width, 3), 0–255, to change.
        target: the content to keep, of the canvas's size.
        styles: [(share, picture at the size in which its strokes shall appear), …]; or just one picture.
        level: its iterations and its lead of the content; its height and width do not matter here.
        network: a `FeatureNetwork`; settings: the rest.
    """
    state = state if isinstance(state, State) else State(0, 0, state, settings.optimizer, None)
    styles = styles if isinstance(styles, list) else [(1.0, styles)]
    objective = _objective(network, tuple(settings.content_layers), tuple(settings.style_layers))
    step = _stepper(settings.optimizer)
    contents = network(target, settings.content_layers)
    grams = _blended_grams(network, styles, settings.style_layers)
    weights, lead = _tensors(_weights(settings)), _tensors(level.lead)
    unit = _tensors(WEIGHT_SUM / _weight_sum(settings))
    canvas = tf.constant(state.canvas, tf.float32)
    fresh = state.memory is None or state.optimizer != settings.optimizer
    memory = OPTIMIZERS[settings.optimizer](1.0).init(canvas) if fresh else state.memory
    for number in range(state.done, level.iterations):
        gradient, losses = objective(canvas, contents, grams, weights, lead, unit)
        canvas, memory = step(canvas, gradient, memory, _rate(settings, number, level.iterations))
        state = State(state.level, number + 1, canvas.numpy(), settings.optimizer, memory)
        yield state, dict(zip(LOSSES, map(float, losses.numpy()), strict=True))


def _rate(settings, number, iterations):
    """η of a step, from 0, of so many at a size."""
    falls = settings.schedule == "cosine"
    return settings.learning_rate * ((1 + math.cos(math.pi * number / iterations)) / 2 if falls else 1)


def _blended_grams(network, styles, layers):
    """{layer: Σ share · S}. A weighted sum of losses, one a style, has its minimum where this one loss has it."""
    blended = {}
    for share, image in styles:
        for layer, features in network(image, layers).items():
            gram = gram_matrix(features, normalized=True)
            blended[layer] = gram if share == 1 else blended.get(layer, 0.0) + share * gram
    return blended


@lru_cache(maxsize=8)
def _objective(network, content_layers, style_layers):
    """(canvas, targets, weights) → gradient of the total loss and the four losses; compiled once for all sizes."""
    layers = tuple(dict.fromkeys((*content_layers, *style_layers)))
    number = tf.TensorSpec((), tf.float32)
    channels = {layer: network.channels(layer) for layer in layers}

    # With shapes left open, the graph is the same whatever ran before: so are the bits of the result.
    @tf.function(input_signature=[
        OPEN_IMAGE,
        {layer: tf.TensorSpec((None, None, channels[layer]), tf.float32) for layer in content_layers},
        {layer: tf.TensorSpec((channels[layer], channels[layer]), tf.float32) for layer in style_layers},
        {"content_weight": number, "style_weight": number, "tv_weight": number,
         "content_layers": dict.fromkeys(content_layers, number), "style_layers": dict.fromkeys(style_layers, number)},
        number,
        number,
    ])
    def objective(canvas, contents, grams, weights, lead, unit):
        with tf.GradientTape() as tape:
            tape.watch(canvas)
            features = network(canvas, layers)
            content = tf.add_n([weights["content_layers"][layer] * _per_value(
                content_loss(features[layer], contents[layer]), contents[layer]) for layer in content_layers])
            style = tf.add_n([weights["style_layers"][layer] * gram_distance(
                gram_matrix(features[layer], normalized=True), grams[layer]) for layer in style_layers])
            # Continued by one row and one column, so that the last pixels have their neighbours too.
            tv = _per_value(total_variation(tf.pad(canvas, [[0, 1], [0, 1], [0, 0]], "SYMMETRIC"), TV_EPSILON), canvas)
            rest = weights["style_weight"] * style + weights["tv_weight"] * tv
            content_part = weights["content_weight"] * content
            led = unit * (lead * content_part + rest)
        return tape.gradient(led, canvas), tf.stack([content, style, tv, content_part + rest])

    return objective


@cache
def _stepper(name):
    """(canvas, gradient, memory, learning rate) → (canvas within 0–255, memory): one step of an optimizer.

    It is compiled, with the learning rate as an argument, not frozen in.
    """
    optimizer = OPTIMIZERS[name]
    if getattr(optimizer, "arrays", False):
        return lambda canvas, gradient, memory, rate: _clipped(*optimizer(rate).step(canvas, gradient, memory))
    memory = optimizer(1.0).init(np.zeros((1, 1, 3)))
    specs = tf.nest.map_structure(lambda part: OPEN_IMAGE if np.ndim(part) else tf.TensorSpec((), tf.float32), memory)

    @tf.function(input_signature=[OPEN_IMAGE, OPEN_IMAGE, specs, tf.TensorSpec((), tf.float32)])
    def step(canvas, gradient, memory, rate):
        return _clipped(*optimizer(rate).step(canvas, gradient, memory))

    return lambda canvas, gradient, memory, rate: step(canvas, gradient, _tensors(memory), _tensors(rate))


def _clipped(canvas, memory):
    return tf.clip_by_value(canvas, 0.0, 255.0), memory


def shared_network(name, pooling, precision):
    """The network of these settings; loaded once, for all runs that mean the same weights."""
    weights = os.environ.get(VGG19_VARIABLE) if name == "vgg19" else None
    return _loaded(name, pooling, precision, weights)


@lru_cache(maxsize=4)
def _loaded(name, pooling, precision, weights):
    return load_network(name, pooling=pooling, precision=precision, weights=weights)


def _chosen(settings):
    if settings is None:
        return Settings()
    if not isinstance(settings, Settings):
        raise TypeError(f"settings is a {type(settings).__name__}: Settings(size=256, …) is needed")
    return settings


def _weights(settings):
    names = ("content_weight", "style_weight", "tv_weight", "content_layers", "style_layers")
    weights = {name: getattr(settings, name) for name in names}
    # TensorFlow looks into plain dictionaries only.
    return {name: dict(value) if isinstance(value, dict) else value for name, value in weights.items()}


def _weight_sum(settings):
    """What a loss of one in every term, every layer would sum to: α Σ w_l + β Σ w_l + γ."""
    return (settings.content_weight * sum(settings.content_layers.values())
            + settings.style_weight * sum(settings.style_layers.values()) + settings.tv_weight)


# Only the ratios of the weights may decide a picture, and not every optimizer forgets their common factor: Adam's ε and
# the length of a plain step are absolute. So what is lowered is the loss whose weights have the sum of the defaults.
WEIGHT_SUM = _weight_sum(Settings())


def _tensors(structure):
    """Numbers as tensors, so that another value does not compile the graph again."""
    return tf.nest.map_structure(lambda value: tf.convert_to_tensor(value, tf.float32), structure)


def _per_value(loss, array):
    return loss / tf.cast(tf.size(array), tf.float32)


# Pictures and their sizes


def checked_picture(image, name):
    """A float32 copy of an image, or an ImageError that says which of the two is wrong, and how."""
    if isinstance(image, str | os.PathLike):
        raise ImageError(f"the {name} picture is the name of a file: give load_image({str(image)!r})")
    try:
        bytes_0_to_255 = getattr(image, "dtype", None) == np.uint8  # so it is not scaled, however dark it is
        image = np.array(image, np.float32)
    except (TypeError, ValueError) as error:
        raise ImageError(f"the {name} picture is no array of numbers, (height, width, 3) ({error})") from error
    if image.ndim != 3 or image.shape[-1] != 3 or not image.size:
        raise ImageError(f"the {name} picture has the shape {image.shape}: (height, width, 3) is needed")
    if not np.isfinite(image).all() or image.min() < 0 or image.max() > 255:
        raise ImageError(f"the {name} picture has values from {image.min():g} to {image.max():g}: 0 to 255 is needed")
    if 0 < image.max() <= 1 and not bytes_0_to_255:
        raise ImageError(f"the {name} picture has values from {image.min():g} to {image.max():g}, so it seems to be "
                         "scaled to 0–1: multiply it by 255")
    return image


def weighted_styles(style):
    """[(share, image), …] whose shares sum to one; a single image is [(1, image)]."""
    if not isinstance(style, list | tuple):
        return [(1.0, checked_picture(style, "style"))]
    if not style or not all(isinstance(pair, list | tuple) and len(pair) == 2 for pair in style):
        raise SettingsError("several styles are needed as [(weight, image), …]")
    try:
        weights = [float(weight) for weight, _ in style]
    except (TypeError, ValueError) as error:
        raise SettingsError(f"the styles' weights must be numbers ({error})") from error
    if not all(0 <= weight < math.inf for weight in weights) or not sum(weights):
        raise SettingsError(f"the styles' weights are {weights}: numbers from 0 are needed, at least one above")
    return [(weight / sum(weights), checked_picture(image, "style"))
            for weight, (_, image) in zip(weights, style, strict=True) if weight]


def _require_size(network, settings, coarsest, styles):
    """Refuse pictures that are too small for the deepest layer, at the coarsest size."""
    smallest = network.smallest_size((*settings.content_layers, *settings.style_layers))
    sides = {"content": min(coarsest.height, coarsest.width),
             "style": min(side for _, style in styles for side in style_size(style, coarsest, settings))}
    for name, side in sides.items():
        if side < smallest:
            raise ImageError(
                f"the {name} picture's shorter side is {side} pixels at the coarsest of the {settings.scales} sizes, "
                f"and the deepest layer needs {smallest}: take fewer scales, a larger size (now {settings.size}), a "
                f"picture whose shorter side is at least {smallest} pixels, or shallower layers")


def _require_fit(state, levels):
    """Refuse a state of a run with other sizes or other iterations."""
    if state.level < len(levels):
        level = levels[state.level]
        if np.shape(state.canvas) == (*canvas_size(level), 3) and state.done <= level.iterations:
            return
    raise SettingsError("the state to go on from belongs to a run with another picture, size, scales or iterations")


def canvas_size(level):
    """(height, width) of what is optimized at this size: the picture with a margin all round."""
    margin = _margin(level)
    return level.height + 2 * margin, level.width + 2 * margin


def _margin(level):
    return math.ceil(max(level.height, level.width) * MARGIN)


def _canvas(content, level):
    """The content picture at this size with its margin, filled by reflection."""
    margin = _margin(level)
    picture = resize_image(content, level.height, level.width)
    return np.pad(picture, ((margin, margin), (margin, margin), (0, 0)), mode="reflect")


def _finished(canvas, level, colours):
    """The picture without its margin, and in the colours that it shall have."""
    margin = _margin(level)
    image = canvas[margin:-margin, margin:-margin]
    return image if colours is None else with_brightness(colours, brightness(image))


def _start(target, settings):
    return target if settings.init == "content" else noise_image(*target.shape[:2], settings.seed)


def style_size(style, level, settings):
    """(height, width) of the style picture at this size, never enlarged."""
    factor = min(1.0, settings.style_scale * max(level.height, level.width) / max(style.shape[:2]))
    return max(1, round(style.shape[0] * factor)), max(1, round(style.shape[1] * factor))


def _diverged(iteration, level, losses, good, settings):
    wrong = [name for name, value in losses.items() if not math.isfinite(value)] or ["picture"]
    return Diverged(
        f"step {iteration} of {settings.iterations}, at {level.height}×{level.width} pixels: the {', '.join(wrong)} "
        f"is not finite. Try a smaller learning_rate (now {settings.learning_rate:g}), smaller weights (now α = "
        f"{settings.content_weight:g}, β = {settings.style_weight:g}, γ = {settings.tv_weight:g}), "
        "precision='float32', or, of a network of your own, its `normalised` form. The last good picture is in this "
        "error's `image`", good, iteration)
