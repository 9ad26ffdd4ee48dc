"""Compute what lessons show but do not compute, where it is missing or out of date: `make runs`, hours from nothing.

    python tools/beforehand.py             what is out of date, tool by tool
    python tools/beforehand.py --check     compute nothing; name what is out of date (seconds)
    python tools/race.py NAME …            one tool alone; see each
"""

import argparse
import importlib
import sys

TOOLS = ("runs", "stages", "minima", "healthy", "textures", "inversions", "descents", "adaptive", "scans", "race",
         "woven", "feature_pictures", "three_weights", "four_pairs", "denoised")


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compute nothing; name what is out of date")
    passed = ["--check"] if parser.parse_args(arguments).check else []
    return max([importlib.import_module(name).main(passed) for name in TOOLS])  # all of them, also behind a stale one


if __name__ == "__main__":
    sys.exit(main())
