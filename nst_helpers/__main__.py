"""The command line: `python -m nst_helpers transfer | networks | check | grade`.

    python -m nst_helpers transfer CONTENT STYLE --output picture.png --size 768
    python -m nst_helpers networks --fetch
    python -m nst_helpers check
    python -m nst_helpers grade handed_in --output grades
"""

import argparse
import json
import shutil
import sys
import warnings
from contextlib import suppress
from dataclasses import MISSING, asdict, fields
from pathlib import Path

from nst_helpers import __version__
from nst_helpers.errors import NSTError, SettingsError

# Exit codes: wrong input; ended by Ctrl-C, as shells count it. A mistake in the program is a traceback, and 1.
ERROR, STOPPED = 2, 130


def main(arguments=None):
    """Run the command line; returns the exit code."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # α and × must not stop a Windows console
            stream.reconfigure(errors="replace")
    try:
        # TensorFlow is imported only by the commands, so that --help answers at once.
        options = _parser().parse_args(arguments)
        return options.command(options)
    except (NSTError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return ERROR
    except KeyboardInterrupt:
        print("\nstopped", file=sys.stderr)
        return STOPPED


def run_grade(options):
    """Check what a class has handed in."""
    from tqdm import tqdm

    from nst_helpers.exercises.grading import as_csv, as_html, grade
    from nst_helpers.system import write_whole

    table = grade(options.folder, options.seconds, options.megabytes, lambda names: tqdm(names, unit="notebook"))
    for ending, text in ((".csv", as_csv(table)), (".html", as_html(table))):
        write_whole(Path(options.output + ending), text.encode("utf-8"))
    right = sum(row.verdict == "right" for row in table)
    print(f"{right} of {len(table)} exercises right: {options.output}.csv, {options.output}.html")
    return 0


# transfer


def run_transfer(options):
    """Make one picture."""
    output = Path(options.output)
    before = _stamp(output)
    try:
        return _transfer(options, output)
    except KeyboardInterrupt:
        if _stamp(output) != before:
            left = f"the picture is in {output}"
        elif options.checkpoint and Path(options.checkpoint).is_file():
            left = f"no picture was written; the same command goes on from {options.checkpoint}"
        else:
            left = "no picture was written"
        print(f"\nstopped; {left}", file=sys.stderr)
        return STOPPED


def _stamp(path):
    """What changes when a file is written anew; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _transfer(options, output):
    from nst_helpers.checkpoint import Checkpoint
    from nst_helpers.images import load_image
    from nst_helpers.transfer import Diverged, transfer

    settings = _settings(options)
    _refuse_early(output)
    content, style = load_image(options.content, settings.size), load_image(options.style, None)
    if options.blend:
        style = [(1.0, style), *((_weight(weight), load_image(path, None)) for path, weight in options.blend)]
    checkpoint = Checkpoint(options.checkpoint) if options.checkpoint else None
    try:
        with _Bar(settings.iterations, options.quiet) as bar:
            result = transfer(content, style, settings, bar.show, checkpoint)
    except Diverged as error:
        print(f"error: {error}", file=sys.stderr)
        if error.image is not None:
            kept = output.with_stem(f"{output.stem}-before-step-{error.iteration}")
            print(f"the last good picture is in {_saved(error.image, kept)}", file=sys.stderr)
        return ERROR
    _saved(result.image, output, asdict(settings))
    if options.folder:
        print(f"picture, settings, losses and their curves are in {result.save(options.folder)}")
    return _told(result, output)


def _saved(image, path, settings=None):
    """The path of a picture, after it was written. Ctrl-C asks to stop the work, not to lose what came of it."""
    from nst_helpers.images import save_image

    try:
        return save_image(image, path, settings)
    except KeyboardInterrupt:
        save_image(image, path, settings)
        raise


def _told(result, output):
    """Say what came out, and what may be wrong with it; returns the exit code."""
    height, width = result.image.shape[:2]
    done, whole = len(result.history["total"]), result.settings.iterations
    if result.interrupted:
        print(f"stopped after step {done} of {whole}: {output} is what there is, {width}×{height} pixels")
        return STOPPED
    print(f"{output}: {width}×{height} pixels, {done} iterations in {result.seconds:.0f} s")
    for finding in _findings(result):
        print(f"{finding.name}: {finding.sign}. To mend it: {finding.cure}")
    return 0


def _findings(result):
    """What `diagnose` finds. The picture is there: that nothing can be said of it is no failure of the command."""
    from nst_helpers.diagnose import diagnose

    try:
        return diagnose(result)
    except Exception as error:
        print(f"no diagnosis: {type(error).__name__}: {error}", file=sys.stderr)
        return []


def _refuse_early(output):
    """Complain about an output that cannot be written before the work, not after it."""
    from nst_helpers.images import ImageError, noise_image, save_image

    if not output.name or (output.exists() and not output.is_file()):
        raise SettingsError(f"--output {output}: this is not a file; name a picture, as in --output picture.png")
    probe = output.with_stem(f".{output.stem}-probe")
    try:
        save_image(noise_image(1, 1, 0), probe)
    except ImageError as error:
        raise SettingsError(str(error).replace(str(probe), str(output))) from error
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)


def _settings(options):
    """The settings of --settings FILE, or of --preset, with what the command line says on top."""
    from nst_helpers.settings import Settings, preset

    if options.settings and options.preset:
        raise SettingsError("--preset and --settings: the file names every setting already; leave one of the two out")
    chosen = _stored_settings(options.settings) if options.settings else {}
    for setting in fields(Settings):
        if hasattr(options, setting.name):  # given on the command line
            chosen[setting.name] = getattr(options, setting.name)
    return preset(options.preset or "default", **chosen)


def _weight(text):
    try:
        return float(text)
    except ValueError:
        raise SettingsError(f"--blend … {text}: a weight is a number, as in --blend waves.jpg 0.5") from None


def _stored_settings(path):
    """The settings in a settings.json, or inside a picture that this program made."""
    from nst_helpers.images import load_settings
    from nst_helpers.settings import Settings

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


class _Bar:
    """A progress bar with the three losses, and the size of the picture at present; and warnings, one line each."""

    def __init__(self, iterations, quiet):
        self._iterations, self._quiet, self._bar = iterations, quiet, None
        self._caught = warnings.catch_warnings()

    def __enter__(self):
        self._caught.__enter__()
        warnings.showwarning = self._warn
        return self

    def __exit__(self, *error):
        self._caught.__exit__(*error)
        if self._bar is not None:
            self._bar.close()

    def show(self, step):
        if self._bar is None:  # made at the first step, so that an error before it has a line of its own
            self._bar = self._made(step.iteration - 1)
        height, width = step.image.shape[:2]
        losses = " ".join(f"{name} {step.losses[name]:.3g}" for name in ("content", "style", "tv"))
        self._bar.set_description(f"{width}×{height}", refresh=False)
        self._bar.set_postfix_str(losses, refresh=False)
        self._bar.update()

    def _made(self, done):
        """The bar of a run of which so many iterations were done before."""
        from tqdm import tqdm

        return tqdm(total=self._iterations, initial=done, unit="it", disable=self._quiet, dynamic_ncols=True)

    @staticmethod
    def _warn(message, *_, **__):
        from tqdm import tqdm

        tqdm.write(f"warning: {message}", file=sys.stderr)


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

    parser = argparse.ArgumentParser(prog=_program(), description="Neural style transfer.")
    parser.add_argument("--version", action="version", version=f"nst_helpers {__version__}")
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
    transfer.add_argument("--preset", choices=PRESETS,
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
    grade = commands.add_parser("grade", help="check the notebooks that a class has handed in")
    grade.add_argument("folder", metavar="FOLDER", help="where they lie: student.ipynb, or student/any.ipynb")
    grade.add_argument("--output", default="grades", metavar="NAME",
                       help="write NAME.csv and NAME.html (default: grades)")
    grade.add_argument("--seconds", type=float, default=300, help="limit for each notebook (default: 300)")
    grade.add_argument("--megabytes", type=float, default=4000, help="limit of memory for each (default: 4000)")
    grade.set_defaults(command=run_grade)
    return parser


def _program():
    """What was typed: the installed command `nst`, or the package by its name."""
    return "nst" if Path(sys.argv[0]).stem == "nst" else "python -m nst_helpers"


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
