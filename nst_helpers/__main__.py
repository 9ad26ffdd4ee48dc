"""The command line: `python -m nst_helpers transfer | networks | check | grade`.

    python -m nst_helpers transfer CONTENT STYLE --output picture.png --size 768
    python -m nst_helpers networks --fetch
    python -m nst_helpers check
    python -m nst_helpers grade handed_in --output grades
"""

import argparse
import io
import sys
from collections.abc import Sequence
from pathlib import Path

from nst_helpers import __version__
from nst_helpers.commands import ERROR, STOPPED
from nst_helpers.commands.speech import speak, spoken
from nst_helpers.errors import NSTError
from nst_helpers.words import translated


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # α and × must not stop a Windows console
            stream.reconfigure(errors="replace")
    try:
        with spoken():
            options = _parser().parse_args(arguments)
            return options.command(options)
    except (NSTError, OSError) as error:
        print(f"{translated('error')}: {error}", file=sys.stderr)
        return ERROR
    except KeyboardInterrupt:
        print(f"\n{translated('stopped')}", file=sys.stderr)
        return STOPPED


def _parser():
    from nst_helpers.commands import check, grade, networks, transfer  # within main's try: NumPy comes with them

    parser = argparse.ArgumentParser(prog=_program(), description="Neural style transfer.")
    parser.add_argument("--version", action="version", version=f"nst_helpers {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for command in (transfer, networks, check, grade):
        command.add(commands)
    speak(parser)
    return parser


def _program():
    """What was typed: the installed command `nst`, or the package by its name."""
    return "nst" if Path(sys.argv[0]).stem == "nst" else "python -m nst_helpers"


if __name__ == "__main__":
    sys.exit(main())
