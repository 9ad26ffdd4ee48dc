"""The command line in the language in use: its help, and what it prints."""

import argparse
import contextlib
import sys
from collections.abc import Iterator
from typing import IO, Any

from nst_helpers.words import language, translated


@contextlib.contextmanager
def spoken() -> Iterator[None]:
    """While it lasts, what is printed is put into the language in use."""
    if language() == "en":
        yield
        return
    with contextlib.redirect_stdout(_Speaking(sys.stdout)), contextlib.redirect_stderr(_Speaking(sys.stderr)):
        yield


def speak(parser: argparse.ArgumentParser) -> None:
    """Put a parser's help, and that of its commands, into the language in use."""
    if language() == "en":
        return
    parser.description = translated(parser.description or "") or None
    if parser.epilog:
        parser.epilog = "\n\n".join(map(translated, parser.epilog.split("\n\n")))
    for group in parser._action_groups:
        group.title, group.description = (translated(words or "") or None for words in
                                          (group.title, group.description))
    for action in parser._actions:  # argparse has no public list of its options
        if action.help and action.help is not argparse.SUPPRESS:
            action.help = translated(action.help)
        if isinstance(action, argparse._SubParsersAction):
            for choice in action._choices_actions:
                choice.help = translated(choice.help or "") or None
            for command in action.choices.values():
                speak(command)


class _Speaking:
    """A stream that writes in the language in use, and is else the one behind it."""

    def __init__(self, stream: IO[str]):
        self._stream = stream

    def write(self, text: str) -> int:
        self._stream.write(translated(text))
        return len(text)

    def flush(self) -> None:
        self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)
