"""Two things asked of the operating system: a file written whole or not at all, and silence on stderr."""

import contextlib
import os
import secrets
import shutil
from pathlib import Path


def write_whole(path, write):
    """Write a file beside its target, then rename it: the one step that a file system does whole or not at all.

    path: the target; missing folders are made; an old file stays as it is until the new one is complete.
    write: bytes, or a function that is given the open binary file.
    Raises OSError where the place will not do.
    """
    target = Path(os.path.realpath(path))  # a link stays a link
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{secrets.token_hex(8)}.part")
    try:
        with temporary.open("xb") as file:
            write(file) if callable(write) else file.write(write)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            shutil.copymode(target, temporary)
        os.replace(temporary, target)
    except BaseException:  # Ctrl-C too
        temporary.unlink(missing_ok=True)
        raise


@contextlib.contextmanager
def silent_stderr():
    """Send what native code writes to file descriptor 2 to nowhere; Python's own errors still rise."""
    try:
        kept = os.dup(2)
    except OSError:  # a program without a console has no such stream
        yield
        return
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
