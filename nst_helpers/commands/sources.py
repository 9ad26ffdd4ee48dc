"""The pictures that a transfer is made from: what was typed, and what it names."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nst_helpers.commands.masking import MaskFiles, mask_files
from nst_helpers.commands.options import chosen_settings, start_file
from nst_helpers.errors import SettingsError

if TYPE_CHECKING:
    from nst_helpers.arrays import Image
    from nst_helpers.settings import Settings


class Sources(NamedTuple):
    """Everything that decides a picture but the content, which may be one of many."""

    settings: "Settings"
    styles: list[tuple[float, str]]  # [(weight, file), …]
    start: Path | None
    masks: MaskFiles

    @property
    def files(self) -> list[str | Path]:
        """All of them, as they were typed."""
        return [*(path for _, path in self.styles), *([self.start] if self.start else []), *self.masks.files]

    def loaded(self) -> tuple[list[tuple[float, "Image"]], "Image | None"]:
        """([(weight, style picture), …], the start or None), no larger than counts."""
        from nst_helpers.images import load_image
        from nst_helpers.schedule import content_limit, style_limit

        styles = [(weight, load_image(path, style_limit(self.settings))) for weight, path in self.styles]
        return styles, load_image(self.start, content_limit(self.settings)) if self.start else None

    def told(self) -> dict[str, object]:
        """The same for scripts."""
        return {"styles": [{"file": path, "weight": weight} for weight, path in self.styles],
                "start": str(self.start) if self.start else None, **self.masks.told()}


def sources(options: argparse.Namespace) -> Sources:
    """What the command line names.

    Raises:
        SettingsError: no style, a weight that is none, or settings that will not do.
    """
    typed = [*([options.style] if options.style is not None else []), *(options.styles or ())]
    styles = [style_and_weight(text) for text in typed]
    styles += [(_weight(weight, f"--blend {path} {weight}"), path) for path, weight in options.blend or ()]
    if not styles:
        options.parser.error("a style picture is needed: STYLE, or --style FILE:WEIGHT for each of several")
    return Sources(chosen_settings(options), styles, start_file(options), mask_files(options, len(styles)))


def style_and_weight(text: str) -> tuple[float, str]:
    """`FILE:WEIGHT` or `FILE` as (weight, file), with a weight of 1 where there is none.

    What is a file by its whole name is one, whatever colons it has; and a colon behind a single letter, as in
    C:waves.jpg, or before a folder, as in C:\\waves.jpg, stands behind a drive.

    Raises:
        SettingsError: what stands behind the last colon is no number.
    """
    path, colon, weight = text.rpartition(":")
    if not colon or not path or Path(text).is_file() or "/" in weight or "\\" in weight:
        return 1.0, text
    if len(path) == 1 and not Path(path).is_file():
        return 1.0, text
    return _weight(weight, text), path


def _weight(text, typed):
    try:
        return float(text)
    except ValueError:
        raise SettingsError(f"{typed}: a weight is a number, as in --style waves.jpg:0.5, and {text!r} is none"
                            ) from None
