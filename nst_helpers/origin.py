"""What a picture's numbers come from besides pictures and settings: this code, and the weights of a network.

What is stored is found again by this: a result or a checkpoint of other code, or of other weights, is another one.
"""

import ast
import hashlib
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from nst_helpers.arrays import Values
from nst_helpers.networks import VGG19_MD5, vgg19_cache, weight_file
from nst_helpers.settings import Settings

PACKAGE = Path(__file__).resolve().parent
_AT_ONCE = 1_000_000  # values of an array that are put into a digest


def origin(settings: Settings) -> dict[str, str]:
    """{"the package's code": digest, "the weight file": digest} of a run with these `Settings`.

    Raises:
        NetworkError: the course's data folder is missing.
    """
    return {"the package's code": code_version(), "the weight file": weights_version(settings.network)}


@cache
def code_version(folder: Path = PACKAGE) -> str:
    """A digest of `transfer` and of every module of the package that it is built on, to the last comment."""
    digest, known, left = hashlib.sha256(), set(), ["transfer"]
    while left:
        name = left.pop()
        if name in known:
            continue
        known.add(name)
        text = folder.joinpath(*name.split(".")).with_suffix(".py").read_text(encoding="utf-8")  # line ends as \n
        digest.update(f"{name}\n{text}\n".encode())
        left += sorted(_needed(text), reverse=True)
    return digest.hexdigest()[:16]


def add_values(digest: Any, label: str, values: Values | None) -> None:
    """Put an array's numbers, as float32, into a digest of hashlib behind a label; row after row, without a copy."""
    digest.update(label.encode())
    if values is None:
        return
    rows = max(1, _AT_ONCE // max(1, values[:1].size))
    for top in range(0, len(values), rows):
        digest.update(np.ascontiguousarray(values[top : top + rows], np.float32))


def _needed(text):
    """The modules of this package that a module imports at its top, and so needs to compute."""
    parts = (node.module.partition(".") for node in ast.parse(text).body
             if isinstance(node, ast.ImportFrom) and node.module)
    return {module for package, _, module in parts if package == "nst_helpers" and module}


def weights_version(network: str) -> str:
    """A digest of the file that a network's weights are read from; "" where there is none."""
    path = weight_file(network)
    try:
        stat = path.stat()
        return _digest(path, stat.st_mtime_ns, stat.st_size)
    except OSError:
        return VGG19_MD5 if path == vgg19_cache() else ""  # what Keras will download, and check by this very digest


@lru_cache(maxsize=8)
def _digest(path, *_):
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
