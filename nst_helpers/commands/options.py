"""The options that follow from `Settings`, and the settings that follow from the options."""

import argparse
import json
from dataclasses import fields
from pathlib import Path

from nst_helpers.errors import SettingsError
from nst_helpers.settings import Settings, layers_from_text, layers_to_text, preset

# Every setting but `init`, which the command line extends by files, in the order in which --help shows them.
LOOK = ("content_weight", "style_weight", "tv_weight", "content_layers", "style_layers", "style_scale", "colors",
        "content_lead", "seed")
DRIVE = ("iterations", "scales", "coarse_iterations", "optimizer", "learning_rate", "schedule")
SPEED = ("size", "network", "pooling", "precision")


def add_settings(group: argparse._ArgumentGroup, names: tuple[str, ...]) -> None:
    """One option for each of these settings, with its help, its range or choices, and its default."""
    for setting in fields(Settings):
        if setting.name not in names:
            continue
        default = getattr(Settings(), setting.name)
        shown = layers_to_text(default) if "layers" in setting.metadata else default
        option = f"--{setting.name.replace('_', '-')}"
        # The default stands in the help text only: a name that is missing tells that the option was not given.
        group.add_argument(option, dest=setting.name, default=argparse.SUPPRESS, **_kind(setting),
                           help=f"{setting.metadata['help']} (default: {shown!s})".replace("%", "%%"))


def _kind(setting):
    if "choices" in setting.metadata:
        return {"choices": setting.metadata["choices"]}
    if "layers" in setting.metadata:
        return {"type": _layers, "metavar": "LAYER=WEIGHT,…"}
    return {"type": setting.type, "metavar": "N" if setting.type is int else "X"}


def _layers(text):
    try:
        return layers_from_text(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def chosen_settings(options: argparse.Namespace) -> Settings:
    """The settings of --settings FILE, or of --preset, with what the command line says on top."""
    if options.settings and options.preset:
        raise SettingsError("--preset and --settings: the file names every setting already; leave one of the two out")
    chosen = _stored_settings(options.settings) if options.settings else {}
    for setting in fields(Settings):
        if hasattr(options, setting.name):  # given on the command line
            chosen[setting.name] = getattr(options, setting.name)
    if start_file(options):
        chosen["init"] = Settings().init  # which says nothing, beside a file
    return preset(options.preset or "default", **chosen)


def start_file(options: argparse.Namespace) -> Path | None:
    """The picture that --init names, or None where it says one of the words that are settings, or nothing."""
    typed = getattr(options, "init", None)
    words = Settings.__dataclass_fields__["init"].metadata["choices"]
    if typed is None or typed in words:
        return None
    if not Path(typed).exists():
        raise SettingsError(f"--init {typed}: there is no such file; name a picture, or write one of "
                            f"{', '.join(words)}")
    return Path(typed)


def _stored_settings(path):
    """The settings in a settings.json, or inside a picture that this program made."""
    from nst_helpers.images import load_settings

    if Path(path).suffix.lower() == ".json":
        try:
            stored = json.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError) as error:
            raise SettingsError(f"--settings {path}: this is no readable settings file ({error})") from error
    else:
        stored = load_settings(path)
    if not isinstance(stored, dict):
        raise SettingsError(f"--settings {path}: there are no settings in it")
    unknown = set(stored) - {setting.name for setting in fields(Settings)}
    if unknown:
        raise SettingsError(f"--settings {path}: unknown settings {', '.join(sorted(unknown))}")
    return stored
