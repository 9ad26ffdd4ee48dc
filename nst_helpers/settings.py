"""The settings of a transfer: what there is to choose, in which range, and what it does.

The command line makes its options from this list, and the lessons their widgets.
"""

import math
import operator
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from numbers import Real
from typing import Any

from nst_helpers.architecture import LAYER_NAMES, NETWORK_NAMES, POOLINGS, PRECISIONS
from nst_helpers.errors import SettingsError
from nst_helpers.optimizers import LBFGS, AdaGrad, Adam, GradientDescent, Momentum, RMSprop

OPTIMIZERS = {"adam": Adam, "rmsprop": RMSprop, "adagrad": AdaGrad, "momentum": Momentum,
              "gradient_descent": GradientDescent, "lbfgs": LBFGS}
COLORS = ("style", "matched", "brightness")
SCHEDULES = ("constant", "cosine")
PRESETS = ("default", "classic", "paper")


def _number(default, least, most, help, above=False):
    """A numeric setting: its default, its range (without `least` itself where `above`), and what it does."""
    return field(default=default, metadata={"least": least, "most": most, "above": above, "help": help})


def _choice(default, choices, help):
    return field(default=default, metadata={"choices": tuple(choices), "help": help})


def _layers(default, help):
    return field(default_factory=lambda: dict(default), metadata={"layers": True, "help": help})


class Layers(dict):
    """{layer: weight} inside of `Settings`: a dictionary that cannot be changed, and so can be hashed.

    Every dictionary with the same pairs equals it; `dict(layers)` and `layers | {…}` give one that can be changed.
    """

    def _refuse(self, *_, **__):
        raise TypeError("the layers of settings cannot be changed: make other settings, as in "
                        "dataclasses.replace(settings, style_layers={'conv1_1': 1.0})")

    __setitem__ = __delitem__ = __ior__ = clear = pop = popitem = setdefault = update = _refuse  # type: ignore

    def __hash__(self):  # type: ignore
        return hash(frozenset(self.items()))  # dictionaries are equal in whatever order

    def __reduce__(self):
        return Layers, (dict(self),)  # pickle and copy would fill an empty one


@dataclass(frozen=True)
class Settings:
    """Everything that decides a picture, but the two pictures themselves.

    Wrong values are refused with a SettingsError, which is a ValueError; it names the setting, the value and the
    allowed range. Settings cannot be changed, and can be hashed; `dataclasses.replace` makes other ones.
    What each setting does stands beside it below, and in `python -m nst_helpers transfer --help`.

    Three presets say how the loss is lowered, and all take changes: `Settings()`, the fastest to a good picture;
    `Settings.classic()`, Adam as the lessons derive it, over the same sizes; `Settings.paper()`, the course's paper.

    >>> Settings.paper(size=256).scales
    1
    >>> Settings(iterations=0)
    Traceback (most recent call last):
    nst_helpers.errors.SettingsError: iterations = 0: a whole number from 1 to 100000 is needed
    """

    content_weight: float = _number(1.0, 0, 1e12, "α, the weight of the content loss")
    style_weight: float = _number(30.0, 0, 1e12, "β, the weight of the style loss")
    tv_weight: float = _number(0.1, 0, 1e12, "γ, the weight of the total variation")
    content_layers: Mapping[str, float] = _layers({"conv4_2": 1.0}, "layers of the content loss, with weights")
    style_layers: Mapping[str, float] = _layers(
        dict.fromkeys(("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"), 0.2),
        "layers of the style loss, with their weights w_l")
    iterations: int = _number(120, 1, 100_000, "steps of the optimizer, over all sizes")
    size: int = _number(512, 16, 8192, "longer side of the picture in pixels; never enlarged")
    scales: int = _number(4, 1, 12, "sizes from coarse to fine, each √2 times the one before")
    coarse_iterations: float = _number(1.0, 0.1, 10, "iterations of a size over those of the next finer one")
    content_lead: float = _number(2.0, 0.1, 10, "how many times as much α counts with each step to a coarser size")
    style_scale: float = _number(
        2.0, 0.1, 10, "size of the strokes: the style picture's longer side over the picture's; never enlarged")
    init: str = _choice("noise", ("noise", "content"), "what the picture starts as")
    seed: int = _number(0, 0, 2**32 - 1, "which noise")
    colors: str = _choice(
        "style", COLORS, "whose: the style's; or the content's, by matching the style picture to them beforehand, or "
        "by painting brightness only")
    optimizer: str = _choice("lbfgs", OPTIMIZERS, "which optimizer")
    learning_rate: float = _number(
        8.0, 0, 1e6, "η, on pixels 0–255, at the start of each size; of lbfgs the longest step", above=True)
    schedule: str = _choice("constant", SCHEDULES, "whether η falls to zero at each size, along half a cosine")
    network: str = _choice("compact", NETWORK_NAMES, "which network looks at the pictures")
    pooling: str = _choice("average", POOLINGS, "how the network pools")
    precision: str = _choice("float32", PRECISIONS, "of the convolutions; bfloat16 is faster on newer processors")

    def __post_init__(self):
        for setting in fields(self):
            value = _checked(setting, getattr(self, setting.name))
            object.__setattr__(self, setting.name, value)  # the dataclass is frozen
        if not self.content_weight and not self.style_weight and not self.tv_weight:
            raise SettingsError("content_weight, style_weight and tv_weight are all 0: at least one must be above 0")

    @classmethod
    def classic(cls, **changes: Any) -> "Settings":
        """Adam on the pixels, from coarse to fine, its η falling at each size."""
        return cls(**{"iterations": 600, "coarse_iterations": math.sqrt(2) ** 1.5, "optimizer": "adam",
                      "learning_rate": 6.0, "schedule": "cosine"} | changes)

    @classmethod
    def paper(cls, **changes: Any) -> "Settings":
        """The course's paper, section 4: Adam with η = 6 throughout, from noise, at one size, with α as it is.

        It names neither weights nor iterations: those here are classic's.
        """
        return cls.classic(**{"scales": 1, "content_lead": 1.0, "schedule": "constant"} | changes)


def preset(name: str, **changes: Any) -> Settings:
    """The `Settings` of a preset by its name, one of PRESETS, with changes; SettingsError for another name.

    >>> preset("classic", size=256) == Settings.classic(size=256)
    True
    """
    name = _checked_choice("preset", PRESETS, name)
    return Settings(**changes) if name == "default" else getattr(Settings, name)(**changes)


def _checked(setting, value):
    """The value of a setting in its own type, or a SettingsError with the value and what is allowed."""
    rules = setting.metadata
    if "choices" in rules:
        return _checked_choice(setting.name, rules["choices"], value)
    if "layers" in rules:
        return _checked_layers(setting.name, value)
    return _checked_number(setting.name, setting.type, rules, value)


def _checked_choice(name, choices, value):
    if not isinstance(value, str) or value not in choices:  # arrays compare in their own way
        raise SettingsError(f"{name} = {value!r}: choose one of {', '.join(choices)}")
    return value


def _checked_number(name, kind, rules, value):
    words = "a whole number" if kind is int else "a number"
    number = math.nan
    try:
        number = operator.index(value) if kind is int else float(value)
        real = isinstance(value, Real) and not isinstance(value, bool)  # float takes texts and bytes too
        usable = real and rules["least"] <= number <= rules["most"]
    except (TypeError, ValueError, OverflowError):
        usable = False
    if not usable or (rules["above"] and number == rules["least"]):
        start = "above" if rules["above"] else "from"
        raise SettingsError(f"{name} = {value!r}: {words} {start} {rules['least']:g} to {rules['most']:.12g} is needed")
    return number


def _checked_layers(name, value):
    """{layer: weight}; a sequence of names gives each the weight 1."""
    if isinstance(value, str):
        value = (value,)
    try:
        weights = dict(value) if isinstance(value, Mapping) else dict.fromkeys(value, 1.0)
    except TypeError:
        raise SettingsError(f"{name} = {value!r}: layers with weights are needed, as in {{'conv4_2': 1.0}}") from None
    for layer, weight in weights.items():
        if layer not in LAYER_NAMES:
            raise SettingsError(f"{name}: unknown layer {layer!r}, choose from {', '.join(LAYER_NAMES)}")
        rules = {"least": 0, "most": 1e12, "above": False}
        weights[layer] = _checked_number(f"{name}[{layer!r}]", float, rules, weight)
    if not any(weights.values()):
        raise SettingsError(f"{name} = {value!r}: at least one layer with a weight above 0 is needed")
    return Layers((layer, weight) for layer, weight in weights.items() if weight)


# Layers as people write them


def layers_from_text(text: str) -> dict[str, float]:
    """conv1_1=81,conv2_1=27 or conv1_1,conv2_1 as {layer: weight}; SettingsError where that cannot be read.

    >>> layers_from_text("conv1_1=81, conv2_1")
    {'conv1_1': 81.0, 'conv2_1': 1.0}
    """
    pairs = (part.partition("=") for part in text.split(","))
    try:
        return {layer.strip(): float(weight) if sign else 1.0 for layer, sign, weight in pairs}
    except ValueError:
        raise SettingsError(f"{text!r}: write layers as conv1_1=81,conv2_1=27") from None


def layers_to_text(layers: Mapping[str, float]) -> str:
    """The opposite of `layers_from_text`."""
    return ",".join(f"{layer}={weight:g}" for layer, weight in layers.items())
