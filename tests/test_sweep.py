"""Sweeps: on real worker processes, one of which is killed; broken off and gone on with; with points that fail."""

import os
import signal
import subprocess
import sys
import time
import warnings
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import light_worker
import numpy as np
import psutil
import pytest
from dask.sizeof import sizeof
from distributed import WorkerPlugin

from nst_helpers import plots
from nst_helpers import sweep as module
from nst_helpers import workers as workers_module
from nst_helpers.images import ImageError, load_image, noise_image, resize_image
from nst_helpers.masks import Masks
from nst_helpers.settings import Settings
from nst_helpers.sweep import SweepError, contact_sheet, grid, sweep, table, varied
from nst_helpers.transfer import transfer
from nst_helpers.workers import shares

BASE = Settings(size=48, scales=1, iterations=4)
# The limits that workers have are to be the sweep's, not those of the shell in which the tests run.
NO_LIMITS = {"TF_NUM_INTRAOP_THREADS": "0", "TF_NUM_INTEROP_THREADS": "0"}


@pytest.fixture(scope="module")
def style(photograph):
    return resize_image(photograph[::-1], 40, 40)


@pytest.fixture(scope="module")
def cluster():
    """Two worker processes of one thread each, for the whole file: starting them takes seconds."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0",
                      silence_logs="CRITICAL", env={"NST_WORKER_THREADS": "1", **NO_LIMITS}) as cluster:
        yield cluster


class Watch(WorkerPlugin):
    """In every worker: notes each transfer that begins, by its seed."""

    name = "watch"

    def __init__(self, notes):
        self.notes = notes

    def setup(self, worker):
        from nst_helpers import transfer as place

        self.real = place.transfer
        place.transfer = self.transfer

    def teardown(self, worker):
        from nst_helpers import transfer as place

        place.transfer = self.real

    def transfer(self, content, style, settings, masks):
        with Path(self.notes).open("a") as notes:
            notes.write(f"{settings.seed}\n")
        return self.real(content, style, settings, masks=masks)


@pytest.fixture
def inside(monkeypatch):
    """inside(before, after): what to do with the client of a sweep's workers, as they are there and as they go."""
    def install(before=lambda client: None, after=lambda client: None, real=module.cluster):
        @contextmanager
        def watched(*arguments):
            with real(*arguments) as (client, at_once):
                before(client)
                yield client, at_once
                after(client)

        monkeypatch.setattr(module, "cluster", watched)

    return install


def runs(notes):
    """{seed: how many of its transfers were begun}."""
    return Counter(map(int, Path(notes).read_text().split()))


def test_a_grid_is_every_combination():
    points = grid(BASE, style_weight=[1, 4], seed=[0, 1, 2])
    assert [(point.style_weight, point.seed) for point in points] == [(1, 0), (1, 1), (1, 2), (4, 0), (4, 1), (4, 2)]
    assert all(replace(point, style_weight=BASE.style_weight, seed=0) == BASE for point in points)
    assert grid() == [Settings()]


def test_a_grid_refuses_what_settings_refuse():
    with pytest.raises(ValueError, match="beauty: no such setting"):
        grid(beauty=[1])
    with pytest.raises(ValueError, match="iterations = 0"):
        grid(iterations=[10, 0])


def test_a_sweep_paints_what_transfer_paints_and_writes_it_at_once(photograph, style, cluster, tmp_path):
    seen = []

    def on_point(point):
        assert (point.folder / "picture.png").is_file() and (point.folder / "losses.png").is_file()
        seen.append(point)

    points = sweep(photograph, style, grid(BASE, style_weight=[1, 4], seed=[0, 1]), tmp_path,
                   scheduler=cluster.scheduler_address, on_point=on_point)
    assert len(seen) == 4 and [point.settings.style_weight for point in points] == [1, 1, 4, 4]
    assert len({point.folder for point in points}) == 4
    for point in points:
        expected = transfer(photograph, style, point.settings)
        assert np.abs(point.image - expected.image).max() <= 1  # rounded; another number of threads
        assert point.losses["style"] == pytest.approx(expected.history["style"][-1], rel=1e-2)


def test_what_is_there_is_not_computed_again_and_a_half_folder_is(photograph, style, tmp_path, cluster, monkeypatch):
    address, settings = cluster.scheduler_address, grid(BASE, seed=[0, 1])
    first = sweep(photograph, style, settings, tmp_path, scheduler=address)
    (first[1].folder / module.FINISHED).unlink()  # as if it had been killed just before the end
    stamp = (first[0].folder / "picture.png").stat().st_mtime_ns
    submitted = []
    monkeypatch.setattr(module, "_ended", lambda *arguments, real=module._ended: (
        submitted.extend(arguments[-1]), real(*arguments))[1])
    seen = []
    again = sweep(photograph, style, grid(BASE, seed=[0, 1, 2]), tmp_path, scheduler=address, on_point=seen.append)
    assert [point.settings.seed for point in submitted] == [1, 2] and len(seen) == 3
    assert all(point.done for point in again) and again[0].losses == first[0].losses
    assert (first[0].folder / "picture.png").stat().st_mtime_ns == stamp
    monkeypatch.setattr(module, "cluster", None)  # with all there, none is started
    assert sweep(photograph, style, settings, tmp_path) == again[:2]


def folder(content, style, settings=BASE):
    (point,) = module._listed(content, style, [settings], "found")
    return point.folder


def test_other_pictures_have_other_folders(photograph, style):
    names = {folder(content, picture) for content in (photograph, photograph[:, ::-1])
             for picture in (style, [(1, style)], [(2, style)], [(1, style), (1, photograph)])}
    assert len(names) == 4  # one style is that style, whatever its weight


def test_other_masks_have_other_folders(photograph, style):
    names = {module._listed(photograph, style, [BASE], "out", masks)[0].folder
             for masks in (None, [[[1, 0]]], [[[0, 1]]], Masks(keep=[[1, 0]]))}
    assert len(names) == 4 and module._listed(photograph, style, [BASE], "out", [None])[0].folder in names


def test_a_sweep_keeps_to_its_masks(photograph, style, cluster, tmp_path):
    masks = Masks(keep=[[1, 0]])
    (point,) = sweep(photograph, style, [BASE], tmp_path, scheduler=cluster.scheduler_address, masks=masks)
    expected = transfer(photograph, style, BASE, masks=masks).image
    assert np.abs(point.image - expected).max() <= 1  # rounded; another number of threads
    np.testing.assert_array_equal(point.image[:, :20], np.rint(expected[:, :20]))  # the photograph


def test_other_code_and_other_weights_have_other_folders(photograph, style, monkeypatch):
    names = {folder(photograph, style), folder(photograph, style, replace(BASE, network="plain"))}
    monkeypatch.setattr("nst_helpers.origin.code_version", lambda: "of tomorrow")
    names.add(folder(photograph, style))
    monkeypatch.setattr("nst_helpers.origin.weights_version", lambda network: "trained anew")
    names.add(folder(photograph, style))
    assert len(names) == 4


def test_workers_of_another_version_are_refused(photograph, style, cluster, tmp_path, monkeypatch):
    monkeypatch.setattr("nst_helpers.origin.code_version", lambda: "of tomorrow")
    (point,) = sweep(photograph, style, [BASE], tmp_path, scheduler=cluster.scheduler_address)
    assert point.error.startswith("SweepError: the package's code of this worker are others than the caller's")


@pytest.mark.parametrize("content, style, error, said", [
    ("a.png", np.zeros((32, 32, 3)), ImageError, r"the content picture is the name of a file: give load_image\('a.png"),
    (np.zeros((32, 32, 3)), "b.png", ImageError, "the style picture is the name of a file"),
    (np.zeros((32, 32)), np.zeros((32, 32, 3)), ImageError, r"the content picture has shape \(32, 32\)"),
    (np.zeros((32, 32, 3)), [np.zeros((32, 32, 3))], ValueError, r"needed as \[\(weight, image\)"),
])
def test_pictures_that_are_none_are_refused_before_anything_is_started(content, style, error, said, tmp_path,
                                                                       monkeypatch):
    monkeypatch.setattr(module, "cluster", None)
    with pytest.raises(error, match=said):
        sweep(content, style, [BASE], tmp_path)


def test_one_settings_is_no_list(photograph, style, tmp_path):
    with pytest.raises(TypeError, match="points is one Settings: a list of them is needed"):
        sweep(photograph, style, BASE, tmp_path)


def test_a_failing_point_is_run_once_reported_and_stops_no_other(photograph, style, cluster, tmp_path, inside):
    settings = [replace(BASE, seed=4), replace(BASE, seed=5, scales=9), replace(BASE, seed=6)]
    notes = tmp_path / "notes"
    inside(lambda client: client.register_plugin(Watch(notes)), lambda client: client.unregister_worker_plugin("watch"))
    points = sweep(photograph, style, settings, tmp_path / "found", scheduler=cluster.scheduler_address)
    assert [point.done for point in points] == [True, False, True] and runs(notes) == {4: 1, 5: 1, 6: 1}
    assert points[1].error.startswith("ImageError: the content picture's shorter side")
    assert "ImageError" in table(points) and not (points[1].folder / "picture.png").exists()


def test_a_point_that_cannot_be_written_is_reported_and_stops_no_other(photograph, style, cluster, tmp_path):
    settings = grid(BASE, seed=[0, 1, 2])
    (tmp_path / folder(photograph, style, settings[0]).name).write_text("a file where a folder is needed")
    points = sweep(photograph, style, settings, tmp_path, scheduler=cluster.scheduler_address)
    assert [point.done for point in points] == [False, True, True]
    assert points[0].error.startswith("ImageError") and points[0].folder.name in points[0].error


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_the_point_of_a_dead_worker_is_run_again_but_not_for_ever(photograph, style, tmp_path, monkeypatch):
    """The only worker dies, and the pictures with it; the points behind have them again, and are not blamed."""
    monkeypatch.setenv("DASK_DISTRIBUTED__DEPLOY__LOST_WORKER_TIMEOUT", "100ms")  # however long the next takes to start
    notes = tmp_path / "notes"
    monkeypatch.setattr(module, "_paint", light_worker.Painter(notes, deadly=[1], deadly_once=[2]))
    monkeypatch.setattr(module, "_same", light_worker.same)
    points = sweep(photograph, style, grid(BASE, seed=[0, 1, 2, 3]), tmp_path / "found", workers=1)
    assert [point.done for point in points] == [True, False, True, True], [point.error for point in points]
    assert points[1].error.startswith("its worker died of it, and so did the next: perhaps the memory was too small")
    ran = runs(notes)  # 0 once or more: a result that was not fetched yet dies with its worker, and is computed anew
    assert (ran[1], ran[2], ran[3]) == (2, 2, 1) and ran[0] >= 1


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_worker_that_is_killed_in_the_middle_loses_nothing(photograph, style, cluster, tmp_path):
    settings = grid(replace(BASE, iterations=20), seed=range(5))
    killed = []

    def kill_one(point):
        if not killed:
            assert len(cluster.workers) == 2
            killed.append(next(iter(cluster.workers.values())).process.pid)
            os.kill(killed[0], signal.SIGKILL)

    points = sweep(photograph, style, settings, tmp_path, scheduler=cluster.scheduler_address, on_point=kill_one)
    assert killed and all(point.done for point in points), [point.error for point in points]
    for _ in range(100):  # the nanny starts another in its place
        if not _alive(killed[0]):
            break
        time.sleep(0.1)
    assert not _alive(killed[0])


def _alive(process):
    try:
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_ctrl_c_leaves_what_is_done(photograph, style, cluster, tmp_path):
    def interrupt(point):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(photograph, style, grid(BASE, seed=range(3)), tmp_path, scheduler=cluster.scheduler_address,
              on_point=interrupt)
    points = [module._stored(point) for point in module._listed(photograph, style, grid(BASE, seed=range(3)), tmp_path)]
    assert any(point.done for point in points)


# Sharing a machine


def test_never_more_threads_than_cores(monkeypatch):
    """One process a core, or fewer with more threads each."""
    for cores, workers, points, expected in ((8, None, 100, (8, 1)), (8, None, 3, (3, 2)), (2, 5, 9, (5, 1)),
                                             (8, 2, 9, (2, 4)), (1, None, 4, (1, 1))):
        monkeypatch.setattr("dask.system.cpu_count", lambda cores=cores: cores)
        assert shares(workers, points) == expected


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system binds no process to cores")
def test_only_cores_that_this_process_may_use_count():
    code = ("import os\nfrom nst_helpers.workers import shares\n"
            "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\nprint(shares(None, 100))")
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=300)
    assert run.stdout == "(1, 1)\n", run.stderr


def threads_of_tensorflow():
    """In a worker: (within an operation, between operations), as the runtime was started."""
    from nst_helpers.backend import tf

    return (tf.config.threading.get_intra_op_parallelism_threads(),
            tf.config.threading.get_inter_op_parallelism_threads())


def computing():
    """In a worker: (how many of its threads do a twentieth or more of the work of a transfer, how many cores it took).

    Cores: its seconds of processor time over the seconds that went by. What else the machine does makes it fewer.
    """
    def times():
        return {thread.id: thread.user_time + thread.system_time for thread in psutil.Process().threads()}

    picture, settings = noise_image(128, 128, 0), Settings(size=128, scales=1, iterations=12)
    transfer(picture, picture, settings)  # compiles
    before, began = times(), time.perf_counter()
    transfer(picture, picture, settings)
    passed = time.perf_counter() - began
    spent = [seconds - before.get(thread, 0) for thread, seconds in times().items()]
    return sum(seconds > 0.05 * sum(spent) for seconds in spent), sum(spent) / passed


@pytest.mark.slow
def test_a_cluster_of_its_own_whose_workers_keep_to_their_cores(photograph, style, tmp_path, inside):
    """As a student calls it: nothing but pictures and a grid."""
    set_to, main, processes = {}, sys.modules["__main__"], []

    def look(client):
        set_to.update(client.run(threads_of_tensorflow))
        processes.extend(client.run(os.getpid).values())
        assert sys.modules["__main__"] is main

    inside(look, look)
    points = sweep(photograph, style, grid(BASE, seed=[0, 1]), tmp_path)
    assert all(point.done for point in points)
    count, threads = shares(None, 2)
    assert list(set_to.values()) == [(threads, 1)] * count
    assert not any(map(_alive, processes))  # nothing is left behind


def test_workers_compute_on_no_more_threads_and_cores_than_their_share(photograph, style, tmp_path, cluster):
    """The fixture's workers have one thread each, and one core. Behind it: what calls TensorFlow, and Dask's own."""
    from distributed import Client

    sweep(photograph, style, grid(BASE, seed=[0, 1]), tmp_path, scheduler=cluster.scheduler_address)
    with Client(cluster) as client:
        painted = [worker for worker, threads in client.run(threads_of_tensorflow).items() if threads == (1, 1)]
        assert painted
        for threads, cores in client.run(computing, workers=painted).values():  # at once, as in a sweep
            assert threads <= 3 and cores < 1.25


# What is sent, and what is kept


def test_large_pictures_go_out_once_and_do_not_come_back(cluster, tmp_path):
    """Of 13 MB: Dask would warn of them, were they sent with each point; its count of a result knows the picture."""
    content, style = noise_image(1000, 1100, 0), noise_image(64, 64, 1)
    settings = grid(replace(BASE, size=32, iterations=1), seed=range(4))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        points = sweep(content, style, settings, tmp_path, scheduler=cluster.scheduler_address)
    assert all(point.done for point in points)
    parts = module._small(transfer(content, style, settings[0]))
    assert parts["image"].nbytes < sizeof(parts) < 100_000


def test_what_a_point_left_in_the_cluster_is_let_go_as_it_ends(photograph, style, cluster, tmp_path):
    settings, ended = grid(BASE, seed=range(4)), []

    def on_point(point):
        ended.append(point)
        deadline = time.monotonic() + 60
        while known() > len(settings) - len(ended) and time.monotonic() < deadline:
            time.sleep(0.01)
        assert known() <= len(settings) - len(ended)

    def known():
        return sum(name.startswith("_paint") for name in list(cluster.scheduler.tasks))

    sweep(photograph, style, settings, tmp_path, scheduler=cluster.scheduler_address, on_point=on_point)
    assert len(ended) == 4


# How it begins and ends


def test_no_scheduler_at_the_address(photograph, style, tmp_path, monkeypatch):
    monkeypatch.setattr(workers_module, "SECONDS_TO_ANSWER", 1)
    with pytest.raises(SweepError, match=r"no Dask scheduler answers at 'tcp://127.0.0.1:1'"):
        sweep(photograph, style, [BASE], tmp_path, scheduler="tcp://127.0.0.1:1")


def test_workers_that_do_not_start(photograph, style, tmp_path, monkeypatch):
    (tmp_path / "distributed.py").write_text("")  # something else of that name, which comes first
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    with pytest.raises(SweepError, match=r"worker processes did not start \(ImportError: .*LocalCluster"):
        sweep(photograph, style, [BASE], tmp_path)


SCRIPT = """
from nst_helpers.images import noise_image
from nst_helpers.sweep import grid, sweep
from nst_helpers.masks import Masks
from nst_helpers.settings import Settings

print("begun", flush=True)
points = sweep(noise_image(32, 32, 0), noise_image(32, 32, 1),
               grid(Settings(size=32, scales=1, iterations=2), seed=[0]), "found")
print(__name__, [point.done for point in points])
"""


@pytest.mark.slow
def test_a_script_may_sweep_at_its_top_level(tmp_path):
    """New processes run the script of their parent once more; those of a sweep must not."""
    (tmp_path / "script.py").write_text(SCRIPT)
    run = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert run.stdout.splitlines() == ["begun", "__main__ [True]"] and "Traceback" not in run.stderr


# The outcome


@pytest.fixture
def outcome(photograph, style, cluster, tmp_path):
    settings = [*grid(BASE, style_weight=[1, 4], tv_weight=[0, 1]), replace(BASE, scales=9)]
    return sweep(photograph, style, settings, tmp_path, scheduler=cluster.scheduler_address)


def test_table_and_sheet_name_what_varies(outcome):
    assert varied(outcome) == {"style_weight": [1, 4, BASE.style_weight], "tv_weight": [0, 1, BASE.tv_weight],
                               "scales": [1, 9]}
    assert varied(outcome[:4]) == {"style_weight": [1, 4], "tv_weight": [0, 1]}
    head, rule, *lines = table(outcome[:4]).splitlines()
    assert head == "| style_weight | tv_weight | content | style | tv | seconds |" and rule.count("---") == 6
    assert lines[1].startswith("| 1 | 1 | ") and len(lines) == 4
    figure = contact_sheet(outcome[:4])
    titles = [axis.get_title() for axis in figure.axes]
    assert titles == [f"style_weight = {style}\ntv_weight = {tv}" for style in (1, 4) for tv in (0, 1)]
    shown = figure.axes[0].images[0].get_array()
    np.testing.assert_allclose(shown, outcome[0].image / 255, atol=1e-6)


def test_a_sheet_with_a_point_that_failed(outcome, tmp_path):
    path = tmp_path / "sheet.png"
    path.write_bytes(plots.png(contact_sheet(outcome)))
    assert load_image(path, None).std() > 10
    assert "failed" in [text.get_text() for axis in contact_sheet(outcome).axes for text in axis.texts]


def test_a_table_holds_whatever_an_error_says():
    points = [module.Point(replace(BASE, seed=seed), Path("x"), error=error)
              for seed, error in enumerate(["ValueError: a | b", "two\nlines"])]
    *_, first, second = table(points).splitlines()
    assert (first, second) == (r"| 0 | ValueError: a \| b |  |  |  |", "| 1 | two lines |  |  |  |")
