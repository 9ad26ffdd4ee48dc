"""What is asked of the operating system: a file written whole or not at all, a place to write, silence on stderr."""

import contextlib
import os
import secrets
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO


def write_whole(path: str | Path, write: bytes | memoryview | Callable[[BinaryIO], object]) -> None:
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


def require_writable(folder: Path) -> None:
    """Make a folder if need be, and try whether files can be written there; OSError where not."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder):
        pass


def at_home(path: str | os.PathLike) -> Path:
    """A path whose ~ stands for somebody's home, as a shell has it where no quotes stop it; what is there by the very
    name stays, and so does what is nobody's.
    """
    named = Path(path)
    if not str(named).startswith("~") or os.path.lexists(named):
        return named
    with contextlib.suppress(RuntimeError):  # nobody is called so
        return named.expanduser()
    return named


def cores() -> int:
    """How many cores this process may use: where the system can bind it to some of them, the others do not count."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# The whole process has one stream 2. Whoever comes first silences it and whoever leaves last restores it: were each to
# put back what it had found, two at once could put back the silence.
_turn = threading.Lock()
_silencers = 0
_stream: int | None = None  # the true stream 2, kept as long as it is silenced


@contextlib.contextmanager
def silent_stderr() -> Iterator[None]:
    """Send what native code writes to file descriptor 2 to nowhere; Python's own errors still rise.

    May be entered again, and by several threads: the stream is back when the last of them has left.
    """
    _silence()
    try:
        yield
    finally:
        _restore()


def _silence():
    global _silencers, _stream
    with _turn:
        if not _silencers:
            _stream = _redirected()
        _silencers += 1


def _redirected():
    """Stream 2 sent to nowhere; a copy of what it was, or None in a program without a console, which has none."""
    try:
        kept = os.dup(2)
    except OSError:
        return None
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
    except OSError:  # no descriptor left: then it is not silent, and nothing is lost
        os.close(kept)
        return None
    return kept


def _restore():
    global _silencers, _stream
    with _turn:
        _silencers -= 1
        if _silencers or _stream is None:
            return
        os.dup2(_stream, 2)
        os.close(_stream)
        _stream = None
