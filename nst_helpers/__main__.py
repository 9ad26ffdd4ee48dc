"""The command line: `python -m nst_helpers transfer | networks | check`.

    python -m nst_helpers transfer CONTENT STYLE --output picture.png --size 768
    python -m nst_helpers networks --fetch
    python -m nst_helpers check
"""

import argparse
import json
import shutil
import sys
from dataclasses import MISSING, asdict, fields
from pathlib import Path

ERROR, STOPPED = 2, 130  # exit codes: wrong input; ended by Ctrl-C, as shells count it


def main(arguments=None):
    """Run the command line; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # α and × must not stop a Windows console
            stream.reconfigure(errors="replace")
    options = _parser().parse_args(arguments)
    # TensorFlow is imported only now, so that --help answers at once.
    from nst_helpers.checkpoint import CheckpointError
    from nst_helpers.images import ImageError
    from nst_helpers.networks import NetworkError

    try:
        return options.command(options)
    except (CheckpointError, ImageError, NetworkError, OSError, ValueError) as error:
        print(f"error: {error}", file=sys.stderr)
        return ERROR
    except KeyboardInterrupt:
        print("\nstopped before there was a picture; nothing was written", file=sys.stderr)
        return STOPPED


# transfer


def run_transfer(options):
    """Make one picture."""
    from nst_helpers.checkpoint import Checkpoint
    from nst_helpers.diagnose import diagnose
    from nst_helpers.images import load_image, save_image
    from nst_helpers.transfer import Diverged, transfer

    settings = _settings(options)
    output = Path(options.output)
    _refuse_early(output)
    content, style = load_image(options.content, settings.size), load_image(options.style, None)
    if options.blend:
        style = [(1.0, style), *((_weight(weight), load_image(path, None)) for path, weight in options.blend)]
    checkpoint = Checkpoint(options.checkpoint) if options.checkpoint else None
    bar = _Bar(settings.iterations, options.quiet)
    try:
        result = transfer(content, style, settings, bar.show, checkpoint)
    except Diverged as error:
        bar.close()
        print(f"error: {error}", file=sys.stderr)
        if error.image is not None:
            kept = output.with_stem(f"{output.stem}-before-step-{error.iteration}")
            print(f"the last good picture is in {save_image(error.image, kept)}", file=sys.stderr)
        return ERROR
    bar.close()
    save_image(result.image, output, settings=asdict(settings))
    if options.folder:
        print(f"picture, settings, losses and their curves are in {result.save(options.folder)}")
    height, width = result.image.shape[:2]
    done = len(result.history["total"])
    if result.interrupted:
        print(f"stopped after step {done} of {settings.iterations}: {output} is what there is, {width}×{height} pixels")
        return STOPPED
    print(f"{output}: {width}×{height} pixels, {done} iterations in {result.seconds:.0f} s")
    for finding in diagnose(result):
        print(f"{finding.name}: {finding.sign}. To mend it: {finding.cure}")
    return 0


def _refuse_early(output):
    """Complain about an output that cannot be written before the work, not after it."""
    from nst_helpers.images import ImageError, noise_image, save_image

    if not output.name or (output.exists() and not output.is_file()):
        raise ValueError(f"--output {output}: this is not a file; name a picture, as in --output picture.png")
    probe = output.with_stem(f".{output.stem}-probe")
    try:
        save_image(noise_image(1, 1, 0), probe)
    except ImageError as error:
        raise ValueError(str(error).replace(str(probe), str(output))) from error
    probe.unlink()


def _settings(options):
    """The settings of --settings FILE, or of --preset, with what the command line says on top."""
    from nst_helpers.settings import Settings, preset

    chosen = _stored_settings(options.settings) if options.settings else {}
    for setting in fields(Settings):
        if hasattr(options, setting.name):  # given on the command line
            chosen[setting.name] = getattr(options, setting.name)
    return preset(options.preset, **chosen)


def _weight(text):
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"--blend … {text}: a weight is a number, as in --blend waves.jpg 0.5") from None


def _stored_settings(path):
    """The settings in a settings.json, or inside a picture that this program made."""
    from nst_helpers.images import load_settings
    from nst_helpers.settings import Settings

    if Path(path).suffix.lower() == ".json":
        try:
            stored = json.loads(Path(path).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ValueError(f"--settings {path}: this is no readable settings file ({error})") from error
    else:
        stored = load_settings(path)
    if not isinstance(stored, dict):
        raise ValueError(f"--settings {path}: there are no settings in it")
    unknown = set(stored) - {setting.name for setting in fields(Settings)}
    if unknown:
        raise ValueError(f"--settings {path}: unknown settings {', '.join(sorted(unknown))}")
    return stored


class _Bar:
    """A progress bar with the three losses, and the size of the picture at present."""

    def __init__(self, iterations, quiet):
        self._iterations, self._quiet, self._bar = iterations, quiet, None

    def show(self, step):
        from tqdm import tqdm

        # Made at the first step, so that an error before it has a line of its own.
        self._bar = self._bar or tqdm(total=self._iterations, unit="it", disable=self._quiet, dynamic_ncols=True)
        height, width = step.image.shape[:2]
        losses = " ".join(f"{name} {step.losses[name]:.3g}" for name in ("content", "style", "tv"))
        self._bar.set_description(f"{width}×{height}", refresh=False)
        self._bar.set_postfix_str(losses, refresh=False)
        self._bar.update()

    def close(self):
        if self._bar:
            self._bar.close()


# networks


def run_networks(options):
    """What networks there are, and VGG-19 fetched if asked for."""
    import os

    from nst_helpers.networks import VGG19_VARIABLE, load_network, vgg19_cache

    for name in ("compact", "plain"):
        print(f"{name:8} ready: shipped with the course, {load_network(name).parameters:,} parameters")
    if options.fetch:
        vgg19 = load_network("vgg19")
        print(f"vgg19    ready: {vgg19.parameters:,} parameters, in {vgg19_cache()}")
        return 0
    given = os.environ.get(VGG19_VARIABLE)
    place = Path(given) if given else vgg19_cache()
    if place.is_file():
        print(f"vgg19    found: {place}")
    else:
        print(f"vgg19    not here: fetch its 80 MB with `python -m nst_helpers networks --fetch`, or set "
              f"{VGG19_VARIABLE} to the file (looked for at {place})")
    return 0


# check


def run_check(options):
    """Is this computer ready for class? Every line is something that was tried just now."""
    import os
    import platform

    print(f"Python {platform.python_version()} on {platform.system()} {platform.machine()}, {os.cpu_count()} cores")
    from nst_helpers.backend import keras, tf

    gpus = len(tf.config.list_physical_devices("GPU"))
    print(f"TensorFlow {tf.__version__}, Keras {keras.__version__}, {gpus} GPUs")
    from nst_helpers.networks import bfloat16_ratio

    ratio = bfloat16_ratio()
    print(f"one iteration at 256×171 pixels: {1000 * _seconds_an_iteration():.0f} ms in float32; a convolution in "
          f"bfloat16 takes {ratio:.2f} times its time, so --precision bfloat16 "
          f"{'pays' if ratio < 0.8 else 'does not pay'} here")
    free = shutil.disk_usage(Path.cwd()).free
    print(f"free disk space here: {free / 1e9:.1f} GB")
    print("ready: this computer runs the course")
    return 0


def _seconds_an_iteration():
    """The median over a few iterations, after the first one, which compiles."""
    from itertools import pairwise
    from statistics import median
    from time import perf_counter

    from nst_helpers.images import load_image
    from nst_helpers.networks import data_folder
    from nst_helpers.transfer import Settings, iterate

    content = load_image(data_folder() / "content" / "temple.jpg", 256)
    times = [perf_counter()]
    for _ in iterate(content, content, Settings(size=256, scales=1, iterations=12)):
        times.append(perf_counter())
    return median(after - before for before, after in pairwise(times[2:]))


# The options follow from Settings


def _parser():
    from nst_helpers.settings import PRESETS

    parser = argparse.ArgumentParser(prog="python -m nst_helpers", description="Neural style transfer.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    transfer = commands.add_parser("transfer", help="paint one picture in the manner of another")
    transfer.add_argument("content", metavar="CONTENT", help="the picture that gives the subject")
    transfer.add_argument("style", metavar="STYLE", help="the picture that gives the manner")
    transfer.add_argument("--output", default="picture.png", metavar="FILE",
                          help="the picture to make: .png, .jpg or .webp (default: picture.png)")
    transfer.add_argument("--folder", metavar="FOLDER",
                          help="also write the picture, its settings, every loss and their curves here")
    transfer.add_argument("--settings", metavar="FILE",
                          help="start from the settings of a settings.json or of a picture made before")
    transfer.add_argument("--preset", choices=PRESETS, default="default",
                          help="default: fastest to a good picture; classic: Adam as the lessons derive it; paper: the "
                          "course's paper, at one size and with a constant η")
    transfer.add_argument("--blend", nargs=2, action="append", metavar=("STYLE", "WEIGHT"),
                          help="blend in another style picture; STYLE's own weight is 1; may be given several times")
    transfer.add_argument("--checkpoint", metavar="FILE",
                          help="keep the run's state in this .npz, every 25 iterations: the same command goes on where "
                          "it ended; a write at 1024 pixels takes 0.3 s with adam and 1.5 s with lbfgs")
    transfer.add_argument("--quiet", action="store_true", help="no progress bar")
    _add_settings(transfer.add_argument_group("settings"))
    transfer.set_defaults(command=run_transfer)
    networks = commands.add_parser("networks", help="which networks are here")
    networks.add_argument("--fetch", action="store_true", help="download VGG-19's weights (80 MB)")
    networks.set_defaults(command=run_networks)
    check = commands.add_parser("check", help="is this computer ready for class")
    check.set_defaults(command=run_check)
    return parser


def _add_settings(group):
    """One option for each setting, with its help, its range or choices, and its default."""
    from nst_helpers.settings import Settings, layers_to_text

    for setting in fields(Settings):
        default = setting.default if setting.default is not MISSING else layers_to_text(setting.default_factory())
        option = f"--{setting.name.replace('_', '-')}"
        # The default stands in the help text only: None tells that the option was not given.
        group.add_argument(option, dest=setting.name, default=argparse.SUPPRESS, **_kind(setting),
                           help=f"{setting.metadata['help']} (default: {default})".replace("%", "%%"))


def _kind(setting):
    if "choices" in setting.metadata:
        return {"choices": setting.metadata["choices"]}
    if "layers" in setting.metadata:
        return {"type": _layers, "metavar": "LAYER=WEIGHT,…"}
    return {"type": setting.type, "metavar": "N" if setting.type is int else "X"}


def _layers(text):
    from nst_helpers.settings import layers_from_text

    try:
        return layers_from_text(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


if __name__ == "__main__":
    sys.exit(main())
