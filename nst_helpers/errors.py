"""What the errors of this package have in common: `except NSTError` catches all that tells what to do otherwise.

Each kind stands in the module that raises it (`ImageError`, `NetworkError`, `CheckpointError`, `Diverged` …), and is a
ValueError or a RuntimeError besides. An error that is none of these is a mistake in the program.
"""


class NSTError(Exception):
    """Something outside the program is wrong: one line says what, and what to do."""


class SettingsError(NSTError, ValueError):
    """A setting, or an argument that stands beside the settings, will not do: which, and what is allowed."""
