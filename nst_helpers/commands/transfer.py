"""`transfer`: make one picture, or one of each photograph in a folder."""

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nst_helpers.commands import EXIT_CODES, FAILED, STOPPED
from nst_helpers.commands.bar import Bar
from nst_helpers.commands.foretold import foretell
from nst_helpers.commands.masking import add_masks
from nst_helpers.commands.options import DRIVE, LOOK, SPEED, add_settings
from nst_helpers.commands.places import beside, lost_transparency, refuse_own, require_place, saved, stamp
from nst_helpers.commands.report import Report, as_told, say_result
from nst_helpers.commands.sources import Sources, sources
from nst_helpers.errors import SettingsError

if TYPE_CHECKING:
    from nst_helpers.commands.filming import Filming
    from nst_helpers.result import Diverged, Result


def add(commands: argparse._SubParsersAction) -> None:
    """What can be typed behind `transfer`."""
    parser = commands.add_parser(
        "transfer", usage="%(prog)s CONTENT STYLE [options]", epilog=EXIT_CODES,
        help="paint a picture, or a folder of photographs, in the manner of another",
        description="Paint one picture in the manner of another: the subject of CONTENT, the strokes of STYLE.")
    _add_pictures(parser.add_argument_group(
        "pictures", "several styles: %(prog)s me.jpg --style waves.jpg:2 --style glass.jpg:1"))
    add_settings(parser.add_argument_group("look", "more style, own colors: %(prog)s me.jpg waves.jpg "
                                                   "--style-weight 60 --colors matched"), LOOK)
    _add_drive(parser.add_argument_group("drive", "how the loss is lowered: %(prog)s me.jpg waves.jpg --preset "
                                                  "classic --iterations 300"))
    _add_speed(parser.add_argument_group("speed and memory", "a quick try: %(prog)s me.jpg waves.jpg --size 256 "
                                                             "--iterations 60"))
    _add_output(parser.add_argument_group("output", "with a film: %(prog)s me.jpg waves.jpg --output me.png --film "
                                                    "me.gif"))
    parser.set_defaults(command=run, parser=parser)


def _add_pictures(group):
    group.add_argument("content", metavar="CONTENT",
                       help="the picture that gives the subject; or a folder, each of whose pictures does")
    group.add_argument("style", metavar="STYLE", nargs="?",
                       help="the picture that gives the manner; may be left out where --style names one")
    group.add_argument("--style", action="append", dest="styles", metavar="FILE[:WEIGHT]",
                       help="one more style, blended in by its weight (default: 1, which is STYLE's own too); may be "
                       "given several times")
    group.add_argument("--blend", nargs=2, action="append", help=argparse.SUPPRESS)  # --style's name before 0.2
    group.add_argument("--init", default=argparse.SUPPRESS, metavar="noise|content|FILE",
                       help="what the picture starts as; a picture of your own is cut around its middle to the "
                       "content's form, and --scales 1 keeps its details (default: noise)")
    add_masks(group)


def _add_drive(group):
    from nst_helpers.settings import PRESETS

    group.add_argument("--preset", choices=PRESETS,
                       help="default: fastest to a good picture; classic: Adam as the lessons derive it; paper: the "
                       "course's paper, at one size and with a constant η (default: default)")
    group.add_argument("--settings", metavar="FILE",
                       help="start from the settings of a settings.json or of a picture made before")
    add_settings(group, DRIVE)


def _add_speed(group):
    add_settings(group, SPEED)
    group.add_argument("--checkpoint", metavar="FILE",
                       help="keep the run's state in this .npz, every 25 iterations: the same command goes on where "
                       "it ended; a write at 1024 pixels takes 0.3 s with adam and 1.5 s with lbfgs (default: none)")


def _add_output(group):
    group.add_argument("--output", metavar="FILE",
                       help="the picture to make: .png, .jpg or .webp (default: picture.png); of a folder of "
                       "photographs the folder of the results (default: results)")
    group.add_argument("--again", action="store_true",
                       help="of a folder: paint anew what is in the results already, instead of leaving it")
    group.add_argument("--folder", metavar="FOLDER",
                       help="also write the picture, its settings, every loss and their curves here")
    group.add_argument("--film", metavar="FILE", help="also write how it formed, as a .gif or .webp")
    group.add_argument("--film-every", type=int, metavar="N",
                       help="so many steps lie between two frames (default: what makes about 60 frames)")
    group.add_argument("--json", action="store_true",
                       help="for scripts: one JSON object on the standard output, all else on the standard error")
    group.add_argument("--quiet", action="store_true", help="no progress bar")


def run(options: argparse.Namespace) -> int:
    """Make one picture, or hand a folder on."""
    report = Report(options.json)
    if Path(options.content).is_dir():
        from nst_helpers.commands import album

        return album.run(options, report)
    if options.again:
        raise SettingsError("--again is for a folder of photographs; a single picture is always painted anew")
    output = _output(options)
    before = stamp(output)
    try:
        return _painted(options, output, report)
    except KeyboardInterrupt:
        left, told = "no picture was written", {"output": None}
        if stamp(output) != before:
            left, told = f"the picture is in {output}", {"output": str(output)}
        elif options.checkpoint and Path(options.checkpoint).is_file():
            left += f"; the same command goes on from {options.checkpoint}"
        return report.fail(STOPPED, f"\nstopped; {left}", **told)


def _output(options):
    return Path("picture.png" if options.output is None else options.output)


def _painted(options, output, report):
    from nst_helpers.checkpoint import Checkpoint
    from nst_helpers.images import ENDINGS, load_alpha, load_image
    from nst_helpers.result import FILES
    from nst_helpers.schedule import content_limit
    from nst_helpers.transfer import Diverged, first_picture, transfer

    made_from = sources(options)
    settings = made_from.settings
    refuse_own("--output", output, [options.content, *made_from.files])
    require_place("--output", output, ENDINGS)
    for name in FILES if options.folder else ():
        refuse_own("--folder", Path(options.folder) / name, [options.content, *made_from.files])
    checkpoint = Checkpoint(options.checkpoint) if options.checkpoint else None
    filming = alpha = None
    try:
        with Bar(settings.iterations, options.quiet) as bar:  # from here on, for its warnings
            content = load_image(options.content, content_limit(settings))
            alpha = load_alpha(options.content, content_limit(settings))
            (styles, start), masks = made_from.loaded(), made_from.masks.loaded()
            first = partial(first_picture, content, styles, settings, start=start, masks=masks)
            filming = _filming(options, made_from, content, first)
            needed = foretell(settings, [content.shape[:2]], quiet=options.quiet, styles=len(styles) if masks else 0,
                              filming=filming, checkpoint=options.checkpoint)
            result = transfer(content, styles, settings, _both(bar, filming), checkpoint, start=start, masks=masks)
    except Diverged as error:
        return _diverged(error, output, alpha, filming, report)
    saved(result.image, output, asdict(settings), alpha=alpha)
    if note := lost_transparency(output, alpha):
        report.say(note)
    film = filming and _filmed(filming, result.image, report)
    if options.folder:
        report.say(f"picture, settings, losses and their curves are in {result.save(options.folder, alpha=alpha)}")
    return _told(result, output, report, {"content": options.content, **made_from.told(), "film": film,
                                          "folder": options.folder, "estimate": needed})


def _filming(options: argparse.Namespace, made_from: Sources, content: Any, first: Callable[[], Any]
             ) -> "Filming | None":
    """The film that is asked for, after saying what it will cost."""
    from nst_helpers.commands.filming import Filming, film_asked

    asked = film_asked(options, made_from.settings)
    if asked is None:
        return None
    refuse_own("--film", asked[0], [options.content, *made_from.files])
    if asked[0].resolve() == _output(options).resolve():
        raise SettingsError(f"--film {asked[0]}: this is where the picture goes; name another file")
    filming = Filming(*asked, content, made_from.settings, first())
    if not options.quiet:
        print(filming.plan(), file=sys.stderr)
    return filming


def _both(bar, filming):
    def show(step):
        bar.show(step)
        if filming:
            filming.show(step)

    return show


def _filmed(filming, image, report):
    """The film's name, after it was written; None where that failed, which is told: the picture is there."""
    try:
        report.say(filming.save(image))
    except OSError as error:
        print(f"warning: {filming.path} cannot be written ({error.strerror or error})", file=sys.stderr)
        return None
    return str(filming.path)


def _diverged(error: "Diverged", output: Path, alpha: Any, filming: "Filming | None", report: Report) -> int:
    """What there is of a run that went wrong is kept, and told."""
    kept = None
    if error.image is not None:
        kept = saved(error.image, beside(output, f"-before-step-{error.iteration}"), alpha=alpha)
        print(f"the last good picture is in {kept}", file=sys.stderr)
    film = filming and _filmed(filming, error.image, report)
    return report.fail(FAILED, error, output=None, last_good=kept and str(kept), film=film)


def _told(result: "Result", output: Path, report: Report, more: dict[str, Any]) -> int:
    code, findings = say_result(report, result, output)
    return report.finish(code, {**as_told(result, output), **more, "findings": findings})
