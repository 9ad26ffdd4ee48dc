"""What the package needs only for some of its work: Jupyter and its widgets for the lessons, Dask for sweeps."""

from importlib.util import find_spec

from nst_helpers.errors import NSTError


class MissingExtra(NSTError, ImportError):
    """A library is not installed that comes with one of the package's extras: which one, and how to get it."""


def require(extra: str, *libraries: str) -> None:
    """Make sure that libraries are installed, without importing them.

    Args:
        extra: of this package that brings them: "lessons" or "sweep".
        libraries: the names they are imported by.

    Raises:
        MissingExtra: one or more are not installed.
    """
    missing = [library for library in libraries if find_spec(library) is None]
    if missing:
        names = " and ".join(missing)
        raise MissingExtra(f"{names}: not installed, and needed here. Install what the extra [{extra}] brings: pip "
                           f"install {' '.join(missing)}, or in a checkout pip install -e \".[{extra}]\"",
                           name=missing[0])
