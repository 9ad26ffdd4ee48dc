"""The command line: `python -m nst_helpers transfer | networks | check | grade`.

    python -m nst_helpers transfer CONTENT STYLE --output picture.png --size 768
    python -m nst_helpers networks --fetch
    python -m nst_helpers check
    python -m nst_helpers grade handed_in --output grades
"""

import io
import sys
from collections.abc import Sequence
from pathlib import Path

from nst_helpers import __version__
from nst_helpers.commands import EXIT_CODES, FAILED, STOPPED, USAGE
from nst_helpers.commands.speech import speak, spoken
from nst_helpers.errors import NSTError, SettingsError
from nst_helpers.words import translated

EXAMPLES = ("  %(prog)s transfer me.jpg waves.jpg --output me-in-waves.png\n"
            "  %(prog)s transfer --help    everything that can be set")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # α and × must not stop a Windows console
            stream.reconfigure(errors="replace")
    typed = list(sys.argv[1:] if arguments is None else arguments)
    with spoken():
        return _answered(typed)


def _answered(typed):
    try:
        return _run(typed)
    except SettingsError as error:
        usage = getattr(error, "usage", "")
        if usage:
            print(usage, file=sys.stderr)
        return _failed(typed, USAGE, error)
    except (NSTError, OSError) as error:
        return _failed(typed, FAILED, error)
    except KeyboardInterrupt:
        return _failed(typed, STOPPED, f"\n{translated('stopped')}")


def _run(typed):
    from nst_helpers.commands.parser import take_homes, take_late_style  # within main's try: Ctrl-C may come already

    parser = _parser()
    if not typed:
        parser.print_help(sys.stderr)
        return USAGE
    options, rest = parser.parse_known_args(typed)
    take_late_style(options, rest)
    take_homes(options)
    return options.command(options)


def _failed(typed, code, error):
    from nst_helpers.commands.report import Report

    return Report("--json" in typed).fail(code, error)


def _parser():
    from nst_helpers.commands import check, grade, networks, transfer  # NumPy comes with them
    from nst_helpers.commands.parser import Parser

    parser = Parser(prog=_program(), description="Neural style transfer: pictures painted in the manner of others.",
                    epilog=f"{EXAMPLES}\n\n{EXIT_CODES}")
    parser.add_argument("--version", action="version", version=f"nst_helpers {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    for command in (transfer, networks, check, grade):
        command.add(commands)
    speak(parser)
    return parser


def _program():
    """What was typed: the installed command `nst`, or the package by its name."""
    return "nst" if Path(sys.argv[0]).stem == "nst" else "python -m nst_helpers"


if __name__ == "__main__":
    sys.exit(main())
