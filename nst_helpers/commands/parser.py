"""How the command line is read: argparse, but every mistake is one line, for people or for scripts."""

import argparse
import os
from typing import Any, NoReturn

from nst_helpers.errors import SettingsError
from nst_helpers.system import at_home
from nst_helpers.words import translated

# What argparse says by itself, for those who translate it.
ARGPARSE = ("usage: ", "options", "positional arguments", "show this help message and exit",
            "show program's version number and exit", "argument {name}: {trouble}",
            "invalid choice: {value!r} (choose from {', '.join(choices)})", "invalid {kind} value: {value!r}",
            "the following arguments are required: {', '.join(names)}", "expected one argument",
            "expected {count} arguments", "not allowed with argument {name!s}",
            "ambiguous option: {option!s} could match {', '.join(options)}")


class UsageError(SettingsError):
    """What was typed is no command: one line says why; `usage` shows what one is."""

    def __init__(self, message: str, usage: str = ""):
        super().__init__(message)
        self.usage = usage


class Parser(argparse.ArgumentParser):
    """An ArgumentParser that raises where the standard one would end the program."""

    def __init__(self, **options: Any):
        options.setdefault("formatter_class", Formatter)
        super().__init__(**options)

    def error(self, message: str) -> NoReturn:
        """UsageError, with this parser's usage and the way to its help."""
        raise UsageError(message, f"{self.format_usage().rstrip()}\n       {self.prog} --help tells everything")


class Formatter(argparse.RawDescriptionHelpFormatter):
    """Help whose examples stay as they are written, and whose options have a column wide enough for most."""

    def __init__(self, prog: str, **options: Any):
        options.setdefault("max_help_position", 30)
        super().__init__(prog, **options)

    def add_usage(self, usage: str | None, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """How it is called; the word before that in the language in use."""
        super().add_usage(usage, actions, groups, translated("usage: ") if prefix is None else prefix)


def take_homes(options: argparse.Namespace) -> None:
    """Put the home for ~ in everything that was typed: no shell does it in quotes, or behind --output=.

    Raises:
        SettingsError: a folder of somebody whom this computer does not know.
    """
    for name, value in list(vars(options).items()):
        setattr(options, name, _with_home(value))


def _with_home(value):
    if isinstance(value, list):
        return [_with_home(one) for one in value]
    if not isinstance(value, str) or not value.startswith("~"):
        return value
    path = at_home(value)
    if str(path).startswith("~") and len(path.parts) > 1 and not os.path.lexists(path.parts[0]):
        raise SettingsError(f"{value}: nobody is called {path.parts[0][1:]} here; write ./{value} for a folder of "
                            "this name")
    return str(path)


def take_late_style(options: argparse.Namespace, rest: list[str]) -> None:
    """Everything that could not be placed: STYLE behind the options is one such thing, and all else is a mistake.

    As STYLE may be left out, argparse takes it for left out when an option stands between it and CONTENT.
    """
    if rest and not rest[0].startswith("-") and getattr(options, "style", "given") is None:
        options.style = rest.pop(0)
    if rest:
        options.parser.error(f"unrecognized arguments: {' '.join(rest)}")
