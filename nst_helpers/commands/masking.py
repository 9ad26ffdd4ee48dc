"""--mask and --keep: where each style goes, and what stays as it was photographed."""

import argparse
from typing import TYPE_CHECKING, NamedTuple

from nst_helpers.errors import ImageError, SettingsError

if TYPE_CHECKING:
    from nst_helpers.masks import Masks

REST = "rest"  # instead of a file: what the other masks leave


class MaskFiles(NamedTuple):
    """What was typed."""

    masks: tuple[str | None, ...]  # one for each style, None for the rest; empty where no style has one
    keep: str | None

    @property
    def files(self) -> list[str]:
        """All of them."""
        return [path for path in (*self.masks, self.keep) if path is not None]

    def loaded(self) -> "Masks | None":
        """The `Masks`; None where none were named.

        Raises:
            ImageError: a file that is no picture, or black all over; it names the option and the file.
        """
        from nst_helpers.masks import Masks

        if not self.files:
            return None
        masks = [_loaded("--mask", path) for path in self.masks]
        return Masks(masks or None, _loaded("--keep", self.keep))

    def told(self) -> dict[str, object]:
        """The same for scripts."""
        return {"masks": list(self.masks), "keep": self.keep}


def add_masks(group: argparse._ArgumentGroup) -> None:
    """What can be typed."""
    group.add_argument("--mask", action="append", dest="masks", metavar="FILE",
                       help="where a style goes: a grey picture of any size, white where it shall be, with edges as "
                       f"soft as you like; one for each style, in their order, and “{REST}” for one that takes what "
                       "the others leave; where no style goes, the photograph stays (default: everywhere)")
    group.add_argument("--keep", metavar="FILE",
                       help="what stays as it was photographed, a face say: a grey picture, white where it is kept "
                       "(default: nothing)")


def mask_files(options: argparse.Namespace, styles: int) -> MaskFiles:
    """What the command line names, for so many styles.

    Raises:
        SettingsError: another number of masks than of styles.
    """
    typed = options.masks or []
    if typed and len(typed) != styles:
        raise SettingsError(f"--mask: {len(typed)} for {styles} style{'s' * (styles != 1)}; give one for each style, "
                            f"in their order, and --mask {REST} for one that takes what the others leave")
    return MaskFiles(tuple(None if text == REST else text for text in typed), options.keep)


def _loaded(option, path):
    from nst_helpers.mask_files import load_mask

    if path is None:
        return None
    try:
        return load_mask(path)
    except ImageError as error:
        words = str(error)
        raise ImageError(f"{option} {words if words.startswith(path) else f'{path}: {words}'}") from error
