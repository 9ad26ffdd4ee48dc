"""The pictures of a transfer, and what becomes of them at each size: how it begins, its loss, what is shown of it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from nst_helpers.arrays import Image
from nst_helpers.colors import recolored
from nst_helpers.guided import GuidedObjective, require_regions
from nst_helpers.images import resize_image
from nst_helpers.masks import Masks, Parts, blended, parts_at, parts_of, resized
from nst_helpers.networks import FeatureNetwork
from nst_helpers.objective import Objective
from nst_helpers.schedule import Level, canvas_of, margin, reduced, style_size
from nst_helpers.settings import Settings
from nst_helpers.start import finished, first_canvas


class Scene(NamedTuple):
    """What a transfer looks at, without pixels that no size needs."""

    photograph: Image  # (height, width, 3), 0–255, as it was given
    content: Image  # the same, as the network shall see it
    styles: list[tuple[float, Image]]  # [(share, picture), …], as the network shall see them
    colors: Image | None  # what gives the result its colors, if something does
    parts: Parts | None  # who has what of each place, at the finest size; None: all styles have all of it

    def first(self, level: Level, settings: Settings, start: npt.ArrayLike | None) -> Image:
        """The canvas that the first step changes, at the coarsest size; `start` as in `transfer`."""
        return self.begun(first_canvas(self.content, level, settings, start), level)

    def begun(self, canvas: Image, level: Level) -> Image:
        """A canvas of this size, of noise or of the size before, with the content where that is kept."""
        if self.parts is None:
            return canvas
        return blended(canvas, canvas_of(self.content, level), self._at(level).photograph)

    def objective(self, network: FeatureNetwork, settings: Settings, level: Level) -> Objective | GuidedObjective:
        """What is lowered at this size: every picture as large as it counts there."""
        references = [(share, resize_image(image, *style_size(image, level, settings))) for share, image in self.styles]
        given = network, settings, canvas_of(self.content, level), references, level.lead
        return Objective(*given) if self.parts is None else GuidedObjective(*given, self._at(level))

    def finisher(self, level: Level) -> Callable[[Image], Image]:
        """canvas → the picture without its margin, in the colors that it shall have, with what the photograph keeps."""
        size = level.height, level.width
        colors = None if self.colors is None else resize_image(self.colors, *size)
        kept = self.parts and (resize_image(self.photograph, *size), resized(self.parts.photograph, *size))

        def shown(canvas):
            image = finished(canvas, level, colors)
            return image if kept is None else blended(image, *kept)

        return shown

    def require_regions(self, masks: Masks, levels: Sequence[Level], settings: Settings) -> None:
        """Refuse masks of which nothing is left for a layer at one of these sizes; see `nst_helpers.guided`."""
        assert self.parts is not None
        kept = None if masks.keep is None else resized(masks.keep, *self.parts.photograph.shape)
        sizes = [(level.height, level.width, margin(level)) for level in levels]
        require_regions(self.parts, kept, tuple(settings.style_layers), sizes)

    def _at(self, level):
        assert self.parts is not None
        return parts_at(self.parts, level.height, level.width, margin(level))


def scene_of(content: Image, styles: list[tuple[float, Image]], masks: Masks | None, finest: Level,
             settings: Settings) -> Scene:
    """The `Scene` of a transfer up to this size.

    Args:
        content: (height, width, 3), 0–255. styles: [(share, picture), …]. masks: for these very styles, or None.

    Raises:
        ImageError: a style is left without a place.
    """
    parts = masks and parts_of(masks, [share for share, _ in styles], finest.height, finest.width)
    photograph, styles = reduced(content, styles, max(finest.height, finest.width), settings)
    return Scene(photograph, *_recolored(photograph, styles, settings.colors, parts), parts)


def _recolored(content, styles, colors, parts):
    """`nst_helpers.colors.recolored`; with masks, each style by the colors of its own region."""
    if parts is None or colors == "style":
        return recolored(content, styles, colors)
    matched = []
    for style, part in zip(styles, parts.styles, strict=True):
        region = content[resized(part, *content.shape[:2]) > 0.5][:, np.newaxis]  # its pixels, in one column
        matched += recolored(region if region.size else content, [style], colors)[1]
    content, _, kept = recolored(content, [], colors)
    return content, matched, kept
