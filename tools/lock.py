"""Pin the newest versions that pyproject.toml allows: writes requirements.txt and environment.yml.

    make lock

requirements.txt is for make and CI: exact versions with hashes, for every platform, without the address of
any index. environment.yml is for conda and Binder: Python from conda-forge and the same versions through
pip. (It has no hashes: pip refuses `-e .` beside them.)
"""

import re
import subprocess
import sys
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


def compile_requirements(path):
    """Let uv resolve pyproject.toml with its dev extra, once for all platforms and Pythons."""
    subprocess.run([sys.executable, "-m", "uv", "pip", "compile", "--quiet", "--universal", "--upgrade",
                    "--python-version", "3.11", "--generate-hashes", "--no-header", "--no-annotate",
                    "--no-emit-index-url", "--no-emit-find-links", "--extra", "dev",
                    "--output-file", str(path), str(ROOT / "pyproject.toml")], check=True)


def pins(text):
    """The lines name==version ; marker of a requirements file, without their hashes."""
    return [re.sub(r"\s*\\$", "", line) for line in text.splitlines() if re.match(r"[\w.-]+==", line)]


def environment(text):
    """environment.yml for the text of a requirements.txt."""
    return ENVIRONMENT.format(pins="\n".join(f"      - {pin}" for pin in pins(text)))


def main():
    requirements = ROOT / "requirements.txt"
    compile_requirements(requirements)
    (ROOT / "environment.yml").write_text(environment(requirements.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
