"""Pictures that are too small for the deepest layer, and what would help: all advice is tried before it is given."""

from collections.abc import Callable, Sequence
from dataclasses import fields, replace

import numpy as np

from nst_helpers.architecture import LAYER_NAMES
from nst_helpers.errors import ImageError
from nst_helpers.networks import FeatureNetwork
from nst_helpers.schedule import pyramid, style_limit, style_size
from nst_helpers.settings import Settings

Shape = tuple[int, int]  # height, width
_LIMITS = {setting.name: setting.metadata["most"] for setting in fields(Settings) if "most" in setting.metadata}


def require_size(network: FeatureNetwork, settings: Settings, content: Shape, styles: Sequence[Shape]) -> None:
    """Refuse pictures that are too small for the deepest layer, at the coarsest size.

    Args:
        network: knows how much its layers need. settings: sizes and layers.
        content, styles: (height, width) of the pictures.

    Raises:
        ImageError: which one is too small, and each setting or size that works by itself.
    """
    smallest = network.smallest_size((*settings.content_layers, *settings.style_layers))
    sides = _sides(settings, content, styles)
    name, side = min(sides.items(), key=lambda pair: pair[1])
    if side >= smallest:
        return

    def works(changed=settings, content=content, styles=styles):
        return min(_sides(changed, content, styles).values()) >= smallest

    advice = [*_settings_that_work(settings, name, max(content), works),
              *_picture_that_works(name, content, styles, works), f"layers no deeper than {_deepest(network, side)}"]
    raise ImageError(f"the {name} picture's shorter side is {side} pixels at the coarsest of the {settings.scales} "
                     f"sizes, and the deepest layer needs {smallest}: take {', or '.join(advice)}")


def _sides(settings, content, styles):
    """{name: the shorter side in pixels at the coarsest size}."""
    coarsest, finest = (pyramid(*content, settings=settings)[place] for place in (0, -1))
    limit = style_limit(settings, max(finest.height, finest.width))
    pictures = (_of(shape, min(1.0, limit / max(shape))) for shape in styles)
    return {"content": min(coarsest[:2]),
            "style": min(min(style_size(picture, coarsest, settings)) for picture in pictures)}


def _of(shape, factor):
    """A picture of any size, in no memory."""
    return np.broadcast_to(np.float32(0), (*(max(1, round(side * factor)) for side in shape), 3))


def _settings_that_work(settings, name, longest, works):
    scales = next((n for n in range(settings.scales - 1, 0, -1) if works(replace(settings, scales=n))), None)
    if scales:
        yield f"scales={scales}"
    size = _least(settings.size, min(longest, _LIMITS["size"]), lambda n: works(replace(settings, size=n)))
    if size:
        yield f"size={size}"
    if name == "style":
        hundredths = _least(round(100 * settings.style_scale), round(100 * _LIMITS["style_scale"]),
                            lambda n: works(replace(settings, style_scale=n / 100)))
        if hundredths:
            yield f"style_scale={hundredths / 100:g}"


def _picture_that_works(name, content, styles, works):
    """The same picture with more pixels, where that is enough."""
    shape = content if name == "content" else min(styles, key=min)
    others = [other for other in styles if other != shape]

    def larger(side):
        grown = (round(shape[0] * side / min(shape)), round(shape[1] * side / min(shape)))
        return works(content=grown) if name == "content" else works(styles=[grown, *others])

    side = _least(min(shape), 64 * min(shape), larger)
    if side:
        yield f"a {name} picture whose shorter side is at least {side} pixels"


def _least(below: int, most: int, works: Callable[[int], bool]) -> int | None:
    """The smallest number above one that does not work, up to another, that works; None where not even that does."""
    if most <= below or not works(most):
        return None
    while most - below > 1:
        middle = (below + most) // 2
        below, most = (below, middle) if works(middle) else (middle, most)
    return most


def _deepest(network, side):
    return [layer for layer in LAYER_NAMES if layer.startswith("conv") and network.smallest_size(layer) <= side][-1]
