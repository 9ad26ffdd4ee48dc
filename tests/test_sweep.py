"""Sweeps: on real worker processes, one of which is killed; broken off and gone on with; with points that fail."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from nst_helpers import plots
from nst_helpers import sweep as module
from nst_helpers.images import load_image, resize_image
from nst_helpers.settings import Settings
from nst_helpers.sweep import SweepError, contact_sheet, grid, sweep, table, varied
from nst_helpers.transfer import transfer

BASE = Settings(size=48, scales=1, iterations=4)


@pytest.fixture(scope="module")
def style(photograph):
    return resize_image(photograph[::-1], 40, 40)


@pytest.fixture(scope="module")
def cluster():
    """Two worker processes of one thread each, for the whole file: starting them takes seconds."""
    from distributed import LocalCluster

    with LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0",
                      silence_logs="CRITICAL", env={"NST_WORKER_THREADS": "1"}) as cluster:
        yield cluster


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
    monkeypatch.setattr(module, "_cluster", None)  # with all there, none is started
    assert sweep(photograph, style, settings, tmp_path) == again[:2]


def test_other_pictures_have_other_folders(photograph, style, cluster, tmp_path):
    names = {module._name(content, picture, BASE) for content in (photograph, photograph[:, ::-1])
             for picture in (style, [(1, style)], [(1, style), (1, photograph)])}
    assert len(names) == 4  # one style with the weight 1 is that style


def test_a_failing_point_is_reported_and_stops_no_other(photograph, style, cluster, tmp_path):
    settings = [BASE, replace(BASE, scales=9), replace(BASE, optimizer="gradient_descent", learning_rate=1e6,
                                                       style_weight=1e12), replace(BASE, seed=7)]
    points = sweep(photograph, style, settings, tmp_path, scheduler=cluster.scheduler_address)
    assert [point.done for point in points] in ([True, False, True, True], [True, False, False, True])
    assert points[1].error.startswith("ImageError: the content picture's shorter side")
    assert "ImageError" in table(points) and not (points[1].folder / "picture.png").exists()


@pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
def test_a_worker_that_is_killed_in_the_middle_loses_nothing(photograph, style, cluster, tmp_path):
    settings = grid(replace(BASE, iterations=60), seed=range(5))
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
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_ctrl_c_leaves_what_is_done(photograph, style, cluster, tmp_path):
    def interrupt(point):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep(photograph, style, grid(BASE, seed=range(3)), tmp_path, scheduler=cluster.scheduler_address,
              on_point=interrupt)
    points = [module._stored(module.Point(settings, tmp_path / module._name(photograph, style, settings)))
              for settings in grid(BASE, seed=range(3))]
    assert any(point.done for point in points)


def test_workers_share_the_cores(monkeypatch):
    """One process a core, or fewer with more threads each: never more threads than cores."""
    started = {}

    def local_cluster(**options):
        started.update(options)
        raise InterruptedError

    monkeypatch.setattr("distributed.LocalCluster", local_cluster)
    for cores, workers, points, expected in ((8, None, 100, (8, 1)), (8, None, 3, (3, 2)), (2, 5, 9, (5, 1)),
                                             (8, 2, 9, (2, 4)), (1, None, 4, (1, 1))):
        monkeypatch.setattr("os.cpu_count", lambda cores=cores: cores)
        with pytest.raises(InterruptedError), module._cluster(None, workers, points):
            pass
        assert (started["n_workers"], int(started["env"]["NST_WORKER_THREADS"])) == expected
        assert started["threads_per_worker"] == 1


def test_no_scheduler_at_the_address(photograph, style, tmp_path):
    with pytest.raises(SweepError, match=r"no Dask scheduler answers at 'tcp://127.0.0.1:1'"):
        sweep(photograph, style, [BASE], tmp_path, scheduler="tcp://127.0.0.1:1")


def test_a_cluster_of_its_own(photograph, style, tmp_path):
    """As a student calls it: nothing but pictures and a grid."""
    points = sweep(photograph, style, grid(BASE, seed=[0, 1]), tmp_path)
    assert all(point.done for point in points)


SCRIPT = """
from nst_helpers.images import noise_image
from nst_helpers.sweep import grid, sweep
from nst_helpers.settings import Settings

print("begun", flush=True)
points = sweep(noise_image(32, 32, 0), noise_image(32, 32, 1),
               grid(Settings(size=32, scales=1, iterations=2), seed=[0, 1]), "found")
print(__name__, [point.done for point in points])
"""


def test_a_script_may_sweep_at_its_top_level(tmp_path):
    """New processes run the script of their parent once more; those of a sweep must not."""
    (tmp_path / "script.py").write_text(SCRIPT)
    run = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, timeout=300)
    assert run.stdout.splitlines() == ["begun", "__main__ [True, True]"] and "Traceback" not in run.stderr


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
