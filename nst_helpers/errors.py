"""What the errors of this package have in common: `except NSTError` catches all that tells what to do otherwise.

The kinds that several modules raise stand here, and can be imported from `images` and `networks` too; the others stand
in the module that raises them (`CheckpointError`, `Diverged` …). Each is a ValueError, a RuntimeError or an
ImportError besides. An error that is none of these is a mistake in the program.
"""

from nst_helpers.words import translated


class NSTError(Exception):
    """Something outside the program is wrong: one line says what, and what to do, in the language in use."""

    def __str__(self) -> str:
        return translated(super().__str__())


class SettingsError(NSTError, ValueError):
    """A setting, or an argument that stands beside the settings, will not do: which, and what is allowed."""


class ImageError(NSTError, ValueError):
    """The one error for anything that is not a usable picture: which file, what is wrong, what to do."""


class ImageWarning(UserWarning):
    """A picture file was read, but for something in it: which file, and what was ignored."""


class NetworkError(NSTError, RuntimeError):
    """A network that cannot be had or used: its name, its weight file or a layer's name is wrong."""


def cause(error: BaseException) -> str:
    """Why something failed, for the middle of a sentence: the system's own words, the error's first line, or its kind.

    >>> cause(ValueError("no such layer\\nand a list of all layers"))
    'no such layer'
    """
    said = (getattr(error, "strerror", None) or str(error)).strip().splitlines()
    return said[0] if said else type(error).__name__
