"""`networks`: which networks are here, and VGG-19 fetched if asked for."""

import argparse
import os
from pathlib import Path


def add(commands: argparse._SubParsersAction) -> None:
    """What can be typed behind `networks`."""
    networks = commands.add_parser("networks", help="which networks are here")
    networks.add_argument("--fetch", action="store_true", help="download VGG-19's weights (80 MB)")
    networks.set_defaults(command=run, parser=networks)


def run(options: argparse.Namespace) -> int:
    """What networks there are, and VGG-19 fetched if asked for."""
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
