"""`transfer`: make one picture."""

import argparse
import os
import sys
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from nst_helpers.commands import ERROR, STOPPED
from nst_helpers.commands.bar import Bar
from nst_helpers.commands.options import add_settings, chosen_settings
from nst_helpers.errors import SettingsError


def add(commands: argparse._SubParsersAction) -> None:
    """What can be typed behind `transfer`."""
    from nst_helpers.settings import PRESETS

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
    add_settings(transfer.add_argument_group("settings"))
    transfer.set_defaults(command=run)


def run(options: argparse.Namespace) -> int:
    """Make one picture."""
    output = Path(options.output)
    before = _stamp(output)
    try:
        return _painted(options, output)
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


def _painted(options, output):
    from nst_helpers.checkpoint import Checkpoint
    from nst_helpers.images import load_alpha, load_image
    from nst_helpers.schedule import content_limit, style_limit
    from nst_helpers.transfer import Diverged, transfer

    settings = chosen_settings(options)
    blended = [(_weight(weight), path) for path, weight in options.blend or ()]
    _refuse_own(output, options.content, options.style, *(path for _, path in blended))
    _refuse_early(output)
    limit = style_limit(settings)
    with Bar(settings.iterations, options.quiet):  # for its warnings
        content, style = load_image(options.content, content_limit(settings)), load_image(options.style, limit)
        alpha = load_alpha(options.content, content_limit(settings))
        if blended:
            style = [(1.0, style), *((weight, load_image(path, limit)) for weight, path in blended)]
    checkpoint = Checkpoint(options.checkpoint) if options.checkpoint else None
    try:
        with Bar(settings.iterations, options.quiet) as bar:
            result = transfer(content, style, settings, bar.show, checkpoint)
    except Diverged as error:
        print(f"error: {error}", file=sys.stderr)
        if error.image is not None:
            kept = output.with_stem(f"{_shorter(output.stem)}-before-step-{error.iteration}")
            print(f"the last good picture is in {_saved(error.image, kept, alpha=alpha)}", file=sys.stderr)
        return ERROR
    _saved(result.image, output, asdict(settings), alpha)
    if alpha is not None and output.suffix.lower() in (".jpg", ".jpeg"):
        print(f"{output}: a JPEG cannot be transparent, so white lies behind the picture; .png and .webp keep it")
    if options.folder:
        print(f"picture, settings, losses and their curves are in {result.save(options.folder, alpha=alpha)}")
    return _told(result, output)


def _shorter(stem):
    """The beginning of a name, so that something can be added to it: file systems take 255 bytes."""
    return stem.encode()[:200].decode(errors="ignore")


def _saved(image, path, settings=None, alpha=None):
    """The path of a picture, after it was written. Ctrl-C asks to stop the work, not to lose what came of it."""
    from nst_helpers.images import save_image, to_uint8

    try:
        return save_image(to_uint8(image), path, settings, alpha=alpha)
    except KeyboardInterrupt:
        save_image(to_uint8(image), path, settings, alpha=alpha)
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


def _refuse_own(output, *pictures):
    """Complain about an output that would take the place of a picture it is made from."""
    for picture in pictures:
        with suppress(OSError):  # the output is not there yet; a picture that is not is told by who reads it
            if output.samefile(picture):
                raise SettingsError(f"--output {output}: this is one of the pictures that it is made from; name "
                                    "another file")


def _refuse_early(output):
    """Complain about an output that cannot be written before the work, not after it."""
    from nst_helpers.images import ImageError, noise_image, save_image

    length = len(os.fsencode(output.name))
    if length > 255:
        raise SettingsError(f"--output {output.name[:20]}…: a name of {length} bytes is too long, 255 are allowed: "
                            "take a shorter one")
    if not output.name or (output.exists() and not output.is_file()):
        raise SettingsError(f"--output {output}: this is not a file; name a picture, as in --output picture.png")
    probe = output.with_name(f".probe-{os.getpid()}{output.suffix}")  # a short name, however long the output's is
    try:
        save_image(noise_image(1, 1, 0), probe)
    except ImageError as error:
        raise SettingsError(str(error).replace(str(probe), str(output))) from error
    finally:
        with suppress(OSError):
            probe.unlink(missing_ok=True)


def _weight(text):
    try:
        return float(text)
    except ValueError:
        raise SettingsError(f"--blend … {text}: a weight is a number, as in --blend waves.jpg 0.5") from None
