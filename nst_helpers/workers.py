"""The processes in which a sweep computes: of this machine, for the time of a call, or of a Dask cluster.

Those of this machine stand under a process of their own, which is this module run as a program
(`python -m nst_helpers.workers COUNT THREADS`). Were they the caller's own children, Python would run the caller's
script once more in each of them. It ends, and they with it, when its standard input does: so also with its caller.
"""

import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import TYPE_CHECKING, Any

from nst_helpers.errors import NSTError
from nst_helpers.extras import require

require("sweep", "dask", "distributed")

if TYPE_CHECKING:  # Dask is imported by what uses it
    from distributed import Client

THREADS_VARIABLE = "NST_WORKER_THREADS"  # how many threads one worker of this machine computes on
SECONDS_TO_ANSWER = 10  # a scheduler that has not answered by then is not there
RUNS = 2  # a point whose worker dies is run so often, in all


class SweepError(NSTError, RuntimeError):
    """A sweep that cannot begin, or go on: no scheduler at that address, no workers, workers with another version."""


@contextmanager
def cluster(scheduler: str | None, workers: int | None, points: int) -> Iterator[tuple["Client", int | None]]:
    """A Dask client, and how many points to give it at a time: None is all.

    Args:
        scheduler: the address of a scheduler, or None for worker processes here that end with the block.
        workers: how many here; None is one for each core.
        points: how many there are to paint: more workers than that are not started.

    Raises:
        SweepError: no scheduler answers there; the worker processes do not start.
    """
    if scheduler:
        with _client(scheduler) as client:
            yield client, None  # a cluster that grows with its work has to see all of it
    else:
        count, threads = shares(workers, points)
        with _processes(count, threads) as address, _client(address) as client:
            yield client, count  # none waits behind another in a worker, and is blamed for its death


def shares(workers: int | None, points: int) -> tuple[int, int]:
    """(worker processes, threads of each): no more threads than cores that this process may use.

    A container's limit and the processor affinity count; what else the machine has does not.
    """
    from dask.system import cpu_count

    cores = cpu_count()
    count = max(1, min(workers or cores, points))
    return count, max(1, cores // count)


def keep_to_share() -> None:
    """In a worker, before its first operation: compute on no more threads than fall to it."""
    from distributed import get_worker

    from nst_helpers.backend import tf

    threads = int(os.environ.get(THREADS_VARIABLE) or get_worker().state.nthreads)
    try:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(1)
    except RuntimeError:  # in a worker of others only, in which TensorFlow has been used before
        logging.getLogger("distributed.worker").warning(
            "TensorFlow computes on other threads than the %d of this worker's share: it had begun before", threads)


def _client(address):
    from distributed import Client

    try:
        return Client(address, timeout=SECONDS_TO_ANSWER)
    except (OSError, ValueError) as error:
        raise SweepError(f"no Dask scheduler answers at {address!r} ({error}): start one with `dask scheduler`, "
                         "and workers with `dask worker`, or leave the address out") from error


@contextmanager
def _processes(count, threads):
    """The address of a scheduler with so many workers."""
    command = [sys.executable, "-P", "-m", "nst_helpers.workers", str(count), str(threads)]
    paths = os.pathsep.join(path or str(Path.cwd()) for path in sys.path)  # they find what the caller finds
    # Out of reach of a terminal's Ctrl-C, which the caller alone shall answer.
    apart = {"start_new_session": True, "creationflags": getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)}
    with TemporaryFile() as told, subprocess.Popen(
            command, env={**os.environ, "PYTHONPATH": paths}, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=told, **apart) as process:
        try:
            assert process.stdout is not None  # a pipe, as asked for
            address = process.stdout.readline().decode().strip()
            if not address:
                told.seek(0)
                reason = (told.read().decode(errors="replace").strip().splitlines() or ["no reason was given"])[-1]
                raise SweepError(f"the {count} worker processes did not start ({reason}): take fewer workers, or the "
                                 "address of a Dask scheduler")
            yield address
        finally:
            _end(process)


def _end(process):
    if process.stdin is not None:
        process.stdin.close()
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()  # its workers end with it


def _serve(count, threads):
    """Keep a scheduler and its workers until standard input ends; a worker that dies is replaced."""
    import dask.config
    from distributed import LocalCluster

    # One task at a time in each worker, computing on as many threads as fall to it.
    options: dict[str, Any] = {
        "n_workers": count, "threads_per_worker": 1, "processes": True, "env": {THREADS_VARIABLE: str(threads)},
        "dashboard_address": "127.0.0.1:0", "silence_logs": "CRITICAL"}
    started: Any  # to a type checker it may be a coroutine too
    # On a busy computer another worker takes its time to start. Dask gives it 15 s, and then never has one there again.
    settings = {"distributed.scheduler.allowed-failures": RUNS - 1, "distributed.deploy.lost-worker-timeout": "1h"}
    with dask.config.set(settings), LocalCluster(**options) as started:
        print(started.scheduler_address, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    _serve(*map(int, sys.argv[1:]))
