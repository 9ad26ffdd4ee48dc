"""Pin the versions that pyproject.toml allows: writes requirements.txt and environment.yml.

    make lock                         the newest of everything
    python tools/lock.py --keep       the pins that are there stay; what pyproject.toml added or dropped follows

requirements.txt is for make and CI, so for all extras but gpu: exact versions with hashes, for every platform, without
the address of any index. environment.yml is for conda and Binder, so for whoever takes the course: Python from
conda-forge, and of the same versions those that the lessons need, through pip. (It has no hashes: pip refuses `-e .`
beside them.)
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent

ENVIRONMENT = """\
# conda env create --file environment.yml && conda activate nst
# Written by `make lock`: the versions are those of requirements.txt. Edit tools/lock.py, not this file.
name: nst
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python=3.12
  - pip
  - pip:
{pins}
      - -e .
"""


COURSE = ("lessons", "sweep")  # extras
EVERYTHING = (*COURSE, "dev")


def compile_requirements(path, extras, *options):
    """Let uv resolve pyproject.toml with these extras, once for all platforms and Pythons."""
    chosen = [word for extra in extras for word in ("--extra", extra)]
    subprocess.run([sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11",
                    "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links", *chosen, *options,
                    "--output-file", str(path), str(ROOT / "pyproject.toml")], check=True)


def pins(text):
    """The lines name==version ; marker of a requirements file, without their hashes."""
    return [re.sub(r"\s*\\$", "", line) for line in text.splitlines() if re.match(r"[\w.-]+==", line)]


def environment(text, course):
    """environment.yml: of the pins in the text of requirements.txt those whose names are in the course's."""
    names = {pin.partition("==")[0] for pin in pins(course)}
    chosen = [pin for pin in pins(text) if pin.partition("==")[0] in names]
    return ENVIRONMENT.format(pins="\n".join(f"      - {pin}" for pin in chosen))


def main(arguments=None):
    """Write both files, or, where uv cannot resolve, neither."""
    parser = argparse.ArgumentParser(description="Pin the versions that pyproject.toml allows.")
    parser.add_argument("--keep", action="store_true", help="leave the pins that are there and still allowed")
    options = parser.parse_args(arguments)
    requirements = ROOT / "requirements.txt"
    with tempfile.TemporaryDirectory() as place:
        everything, course = Path(place) / "everything.txt", Path(place) / "course.txt"
        if options.keep:  # uv keeps what it finds in the file that it is to write
            everything.write_text(requirements.read_text(encoding="utf-8"), encoding="utf-8")
        compile_requirements(everything, EVERYTHING, "--generate-hashes")
        compile_requirements(course, COURSE, "--constraints", str(everything))
        pinned = everything.read_text(encoding="utf-8")
        chosen = environment(pinned, course.read_text(encoding="utf-8"))
    requirements.write_text(pinned, encoding="utf-8")
    (ROOT / "environment.yml").write_text(chosen, encoding="utf-8")


if __name__ == "__main__":
    main()
