"""Killed processes, full disks, folders that cannot be written, no network: no half file, and one clear word."""

import contextlib
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from test_rough_pictures import DAMAGES

from nst_helpers.__main__ import main
from nst_helpers.checkpoint import Checkpoint, CheckpointError, CheckpointWarning
from nst_helpers.images import ImageError, load_image, noise_image, save_image
from nst_helpers.networks import VGG19_VARIABLE
from nst_helpers.settings import Settings
from nst_helpers.transfer import transfer

if os.name != "posix":
    pytest.skip("needs POSIX signals, limits and permissions", allow_module_level=True)

import resource

QUICK = Settings(size=48, scales=2, iterations=12)
FILES = ["picture.png", "settings.json", "history.csv", "losses.png"]  # as Result.save writes them
LONGEST = 300  # seconds; many times what any of these takes

# What the child processes have in common: the pictures and the settings above.
BEGINNING = """
import hashlib, json, os, signal, sys, time, warnings
from pathlib import Path
from nst_helpers.checkpoint import Checkpoint, CheckpointError
from nst_helpers.images import ImageError, load_image, noise_image, save_image
from nst_helpers.settings import Settings
from nst_helpers.transfer import transfer
content, style = noise_image(32, 48, 1), noise_image(40, 30, 2)
settings = Settings(size=48, scales=2, iterations=12)

def killed_at(name, number):
    '''From now on the process kills itself when it calls os.<name> for the so-many-th time.'''
    real, left = getattr(os, name), [number]
    def function(*arguments):
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return real(*arguments)
    setattr(os, name, function)
"""


def child(script, *arguments, before=(), **options):
    """A finished process that ran this script behind the common beginning."""
    command = [*before, sys.executable, "-c", BEGINNING + script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=LONGEST, **options)


def names(folder):
    """The names in a folder; those of unfinished files, which are hidden, too."""
    return sorted(path.name for path in folder.iterdir())


def digest(image):
    return hashlib.sha256(image.tobytes()).hexdigest()


@pytest.fixture(scope="module")
def content():
    return noise_image(32, 48, 1)


@pytest.fixture(scope="module")
def style():
    return noise_image(40, 30, 2)


@pytest.fixture(scope="module")
def whole(content, style):
    """The run that nothing disturbed."""
    return transfer(content, style, QUICK)


# ---- kill -9


@pytest.mark.slow
def test_a_killed_command_goes_on_to_the_very_same_file(content, style, tmp_path, capsys):
    pictures = [str(save_image(content, tmp_path / "content.png")), str(save_image(style, tmp_path / "style.png"))]
    options = ["--size", "48", "--scales", "1", "--iterations", "200", "--quiet", "--checkpoint"]
    command = ["transfer", *pictures, *options]
    file, output, undisturbed = (tmp_path / name for name in ("run.npz", "picture.png", "undisturbed.png"))
    process = subprocess.Popen([sys.executable, "-m", "nst_helpers", *command, str(file), "--output", str(output)],
                               cwd=Path(__file__).parents[2])
    while not file.exists() and process.poll() is None:
        time.sleep(0.001)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert not output.exists()
    kept = Checkpoint(file).load(load_image(pictures[0]), load_image(pictures[1]),
                                 Settings(size=48, scales=1, iterations=200))
    assert 25 <= len(kept.losses) < 200
    assert main([*command, str(file), "--output", str(output)]) == 0
    assert main([*command, str(tmp_path / "other.npz"), "--output", str(undisturbed)]) == 0
    assert output.read_bytes() == undisturbed.read_bytes()


KILLED_WRITING = """
for name, number in (("fsync", 1), ("replace", 2)):
    if not os.fork():  # the child is killed in the middle; TensorFlow is loaded, but has not begun
        killed_at(name, number)
        transfer(content, style, settings, None, Checkpoint(f"{sys.argv[1]}/{name}/run.npz", 4))
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.wait()[1]) == -signal.SIGKILL, name
"""


@pytest.mark.slow
def test_killed_while_a_checkpoint_is_written(content, style, whole, tmp_path):
    """Before the first one is complete, and before the second one takes the first one's place."""
    run = child(KILLED_WRITING, tmp_path)
    assert run.returncode == 0, run.stderr
    for place, kept in (("fsync", 0), ("replace", 4)):
        steps = []
        unfinished, *others = names(tmp_path / place)
        assert unfinished.endswith(".part") and others == (["run.npz"] if kept else [])  # it was indeed in the middle
        resumed = transfer(content, style, QUICK, steps.append, Checkpoint(tmp_path / place / "run.npz", every=4))
        assert len(steps) == 12 - kept
        np.testing.assert_array_equal(resumed.image, whole.image)
        assert resumed.history == whole.history


KILLED_SAVING = """
from dataclasses import replace
from nst_helpers import plots
plots.loss_curves = lambda history, *_: repr(history).encode()  # what is in the files does not matter here
old = transfer(content, style, settings)
new = replace(old, image=255 - old.image, settings=replace(settings, seed=9),
              history={name: values[:7] for name, values in old.history.items()})
new.save(sys.argv[1] + "/new")
for name in ("fsync", "replace"):
    for number in (1, 2, 3, 4):
        folder = old.save(f"{sys.argv[1]}/{name}-{number}")
        if not os.fork():  # the child is killed in the middle, with all that TensorFlow and Matplotlib loaded
            killed_at(name, number)
            new.save(folder)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.wait()[1]) == -signal.SIGKILL, (name, number)
old.save(sys.argv[1] + "/old")
for folder in Path(sys.argv[1]).glob("*-?"):
    (folder / "before.json").write_text(json.dumps({name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
                                                    for name in sys.argv[2:]}))
    new.save(folder)  # what the dead process left is not in the way
"""


@pytest.mark.slow
def test_killed_while_a_result_is_saved(tmp_path):
    """Eight moments: each of the four files, not yet complete or not yet in place. The files before it are the new
    ones, the others the old ones, all whole; the next save brings all up to date."""
    run = child(KILLED_SAVING, tmp_path, *FILES)
    assert run.returncode == 0, run.stderr
    digests = {age: [hashlib.sha256((tmp_path / age / name).read_bytes()).hexdigest() for name in FILES]
               for age in ("old", "new")}
    assert not set(digests["old"]) & set(digests["new"])
    for place in ("fsync", "replace"):
        for number in (1, 2, 3, 4):
            folder = tmp_path / f"{place}-{number}"
            found = json.loads((folder / "before.json").read_text())
            done = number - 1
            assert [found[name] for name in FILES] == digests["new"][:done] + digests["old"][done:]
            assert len(list(folder.glob(".*.part"))) == 1
            for name in FILES:
                assert (folder / name).read_bytes() == (tmp_path / "new" / name).read_bytes()


def test_a_damaged_checkpoint_is_sound_or_is_refused(content, style, tmp_path):
    """Damaged in the ways in which pictures are; where it shows nowhere, the state is the one that was written."""
    file, random, refused = tmp_path / "run.npz", np.random.default_rng(0), 0
    expected = transfer(content, style, QUICK, None, Checkpoint(file))
    whole_file = file.read_bytes()
    for number in range(1000):
        file.write_bytes(bytes(DAMAGES[number % len(DAMAGES)](bytearray(whole_file), random)))
        try:
            np.testing.assert_array_equal(Checkpoint(file).load(content, style, QUICK).image, expected.image)
        except CheckpointError as error:
            refused += 1
            assert "is damaged" in str(error) and str(file) in str(error)
    assert refused > 900


# ---- a full disk


@contextlib.contextmanager
def no_file_beyond(size):
    """The kernel refuses to let any file grow further, as a full disk does (Python ignores the signal with it).

    Python compiles nothing meanwhile: importlib does not look whether all of a module's compiled file was written, and
    half of one fails every later import of that module, in every process.
    """
    before, compiles = resource.getrlimit(resource.RLIMIT_FSIZE), sys.dont_write_bytecode
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        sys.dont_write_bytecode = compiles


def test_where_a_file_cannot_grow_the_old_one_stays(content, style, whole, tmp_path):
    picture, file = save_image(noise_image(60, 60, 0), tmp_path / "picture.png"), tmp_path / "run.npz"
    checkpoint = Checkpoint(file, every=1)
    with no_file_beyond(2000), pytest.warns(CheckpointWarning, match=r"run\.npz cannot be written.*File too large"):
        result = transfer(content, style, QUICK, None, checkpoint)
    np.testing.assert_array_equal(result.image, whole.image)  # the picture needs no file
    assert names(tmp_path) == ["picture.png"]
    before = picture.read_bytes()
    with no_file_beyond(len(before) - 1):
        with pytest.raises(ImageError, match=r"picture\.png.*File too large.*an old file is as it was.*free space"):
            save_image(noise_image(60, 60, 1), picture)
        with pytest.raises(ImageError, match=r"result: .* not all .*File too large.*free space"):
            whole.save(tmp_path / "result")
    assert picture.read_bytes() == before
    assert names(tmp_path) == ["picture.png", "result"]
    assert names(tmp_path / "result") == sorted(FILES[:3])  # the curves are the largest file
    np.testing.assert_array_equal(transfer(content, style, QUICK, None, Checkpoint(file)).image, whole.image)


ON_A_FULL_DISK = """
import subprocess
disk = Path(sys.argv[1])
if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)], stderr=2).returncode:
    sys.exit(77)
def names():
    return sorted(path.name for path in disk.iterdir())
first = []
checkpoint = Checkpoint(disk / "run.npz", every=1)
save_image(content, disk / "old.png")
old = (disk / "old.png").read_bytes()
def fill(step):
    if step.iteration == 3:
        with open(disk / "filler", "wb", buffering=0) as filler:
            try:
                while filler.write(bytes(4096)):
                    pass
            except OSError as error:
                first.append(error.strerror)
with warnings.catch_warnings(record=True) as caught:
    result = transfer(content, style, settings, fill, checkpoint)
first.append(str(caught[0].message))
try:
    save_image(style, disk / "old.png")
except ImageError as error:
    first.append(str(error))
assert (disk / "old.png").read_bytes() == old
assert names() == ["filler", "old.png", "run.npz"], names()
(disk / "filler").unlink()
steps = []
resumed = transfer(content, style, settings, steps.append, checkpoint)
save_image(resumed.image, sys.argv[2])
assert (result.image == resumed.image).all()
print(json.dumps([*first, steps[0].iteration]))
"""


def own_mounts():
    """The beginning of a command that may mount without anyone else seeing it; or the test is skipped."""
    for rights in ([], ["--map-root-user"]):
        command = ["unshare", "--mount", *rights]
        if shutil.which("unshare") and not subprocess.run([*command, "true"], capture_output=True).returncode:
            return command
    pytest.skip("this system does not let a test mount a small disk of its own")


def test_a_full_disk_is_told_and_the_run_goes_on_when_there_is_room(whole, tmp_path):
    (tmp_path / "disk").mkdir()
    run = child(ON_A_FULL_DISK, tmp_path / "disk", tmp_path / "resumed.png", before=own_mounts())
    if run.returncode == 77:
        pytest.skip("this system does not let a test mount a small disk of its own")
    assert run.returncode == 0, run.stderr
    filled, checkpoint, picture, resumed_at = json.loads(run.stdout)
    assert filled == "No space left on device"
    assert "run.npz cannot be written" in checkpoint and filled in checkpoint
    assert "old.png: the picture could not be written (No space left on device)" in picture and "free space" in picture
    assert resumed_at == 4
    expected = load_image(save_image(whole.image, tmp_path / "whole.png"))
    np.testing.assert_array_equal(load_image(tmp_path / "resumed.png"), expected)


# ---- folders without permission


# Begins a command. Root may write anywhere by two rights, CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH; what follows
# runs without them, and so does all that it starts. The system call is PR_CAPBSET_DROP.
OBEYING_PERMISSIONS = (sys.executable, "-c", """
import ctypes, os, sys
for right in (1, 2):
    if os.geteuid() == 0 and ctypes.CDLL(None).prctl(24, right, 0, 0, 0):
        sys.exit("root keeps its rights here")
os.execv(sys.argv[1], sys.argv[1:])
""")


def closed(folder):
    """The folder, made and closed to writing; the test is skipped where that would not stop the child."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o555)
    probe = f"open({str(folder / 'probe')!r}, 'w')"
    run = subprocess.run([*OBEYING_PERMISSIONS, sys.executable, "-c", probe], capture_output=True, text=True)
    if "PermissionError" not in run.stderr:
        pytest.skip("root cannot give up its right to write anywhere on this system")
    return folder


IN_A_CLOSED_FOLDER = """
from nst_helpers.__main__ import main
folder, told = Path(sys.argv[1]), []
def attempt(call, *errors):
    try:
        call()
    except errors as error:
        told.append(str(error))
result = transfer(content, style, settings, None, Checkpoint(folder / "run.npz"))  # finished: only to be read
attempt(lambda: transfer(content, style, settings, None, Checkpoint(folder / "new.npz")), CheckpointError)
attempt(lambda: result.save(folder), ImageError)
attempt(lambda: result.save(folder / "deeper"), ImageError)
attempt(lambda: transfer(content, style, settings, None, Checkpoint(folder / "locked" / "run.npz")), CheckpointError)
command = ["transfer", str(folder / "content.png"), str(folder / "content.png"), "--output"]
codes = [main([*command, str(folder / name)]) for name in ("b.png", "locked/b.png")]
print(json.dumps([told, codes, hashlib.sha256(result.image.tobytes()).hexdigest()]))
"""


def test_a_read_only_folder_can_be_read_and_says_so_when_written_to(content, style, whole, tmp_path):
    folder = tmp_path / "closed"
    transfer(content, style, QUICK, None, Checkpoint(folder / "run.npz"))
    save_image(content, folder / "content.png")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    (folder / "locked").mkdir(mode=0)
    run = child(IN_A_CLOSED_FOLDER, closed(folder), before=OBEYING_PERMISSIONS)
    assert run.returncode == 0, run.stderr
    told, codes, found = json.loads(run.stdout)
    assert [("Permission denied" in text, str(folder) in text) for text in told] == [(True, True)] * 4
    assert codes == [1, 1]
    for line, name in zip(run.stderr.splitlines(), ("closed/b.png", "locked/b.png"), strict=True):
        assert line.startswith("error: ") and "Permission denied" in line and name in line
    assert found == digest(whole.image)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before


AT_HOME = """
from nst_helpers.__main__ import main
output = Path(sys.argv[1])
save_image(content, output / "content.png")
pictures = [str(output / "content.png")] * 2
assert main(["check"]) == 0
assert main(["networks"]) == 0
assert main(["transfer", *pictures, "--output", str(output / "picture.png"), "--folder", str(output / "result"),
             "--quiet", "--size", "48", "--scales", "1", "--iterations", "2"]) == 0
"""


@pytest.mark.slow
def test_a_home_that_cannot_be_written_to_is_enough(tmp_path):
    """Matplotlib, Keras and Jupyter would all like to keep something there."""
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith(("XDG_", "KERAS", "MPL", "NST_", "JUPYTER", "IPYTHON"))}
    environment["HOME"] = str(closed(tmp_path / "home"))
    run = child(AT_HOME, tmp_path / "output", env=environment, before=OBEYING_PERMISSIONS)
    assert run.returncode == 0, run.stderr
    assert "ready: this computer runs the course" in run.stdout and "vgg19    not here" in run.stdout
    assert run.stderr == ""
    assert names(tmp_path / "output" / "result") == sorted(FILES)
    assert names(tmp_path / "home") == []


# ---- two processes, one file

SHARING = """
checkpoint = Checkpoint(sys.argv[1], every=1)
print("ready", flush=True)
sys.stdin.readline()
result = transfer(content, style, settings, lambda step: time.sleep(0.05), checkpoint)  # slowly, to be watched
print(hashlib.sha256(result.image.tobytes()).hexdigest())
"""


@pytest.mark.slow
def test_two_processes_that_share_a_checkpoint_both_end_right(content, style, whole, tmp_path):
    """Both compute the same, so whoever writes last writes what the other would have; readers see whole files only."""
    file = tmp_path / "run.npz"
    command = [sys.executable, "-c", BEGINNING + SHARING, str(file)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    both = [subprocess.Popen(command, text=True, **pipes) for _ in range(2)]
    assert [process.stdout.readline() for process in both] == ["ready\n"] * 2
    for process in both:  # together, not one after the other
        process.stdin.write("go\n")
        process.stdin.flush()
    seen = set()
    while any(process.poll() is None for process in both):
        seen.add(len(Checkpoint(file).load(content, style, QUICK).losses))
        time.sleep(0.01)
    assert len(seen) > 1  # it was looked at while they wrote
    expected = digest(whole.image)
    for process in both:
        out, err = process.communicate(timeout=LONGEST)
        assert (process.returncode, out.strip(), err) == (0, expected, "")
    assert names(tmp_path) == ["run.npz"]
    assert len(Checkpoint(file).load(content, style, QUICK).losses) == 12


# ---- no network

OFFLINE = """
import socket
from nst_helpers.networks import NetworkError, load_network
from nst_helpers.__main__ import main
calls = []
def watched(name, owner):
    real = getattr(owner, name)
    def function(*arguments, **options):
        calls.append(name)
        if sys.argv[2:]:  # there is a network, which must not be used
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return real(*arguments, **options)
    setattr(owner, name, function)
for name in ("connect", "connect_ex", "sendto"):
    watched(name, socket.socket)
watched("getaddrinfo", socket)
result = transfer(content, style, settings)
assert not calls, calls  # the course itself asks for nothing
told = ""
try:
    load_network("vgg19")
except NetworkError as error:
    told = str(error)
Path(sys.argv[1]).write_text(json.dumps([hashlib.sha256(result.image.tobytes()).hexdigest(), told, len(calls)]))
sys.exit(main(["networks", "--fetch"]))
"""


def without_network():
    """The beginning of a command that has no network at all; empty where the system does not allow that."""
    for rights in ([], ["--map-root-user"]):
        command = ["unshare", "--net", *rights]
        if shutil.which("unshare") and not subprocess.run([*command, "true"], capture_output=True).returncode:
            return command
    return []  # then only Python's own ways out are closed


@pytest.mark.slow
def test_without_a_network_the_course_runs_and_vgg19_names_its_four_ways(whole, tmp_path):
    environment = {name: value for name, value in os.environ.items() if name != VGG19_VARIABLE}
    environment["KERAS_HOME"] = str(tmp_path / "keras")
    before = without_network()
    run = child(OFFLINE, tmp_path / "report.json", *([] if before else ["close"]), before=before, env=environment)
    assert run.returncode == 1, run.stderr
    found, told, calls = json.loads((tmp_path / "report.json").read_text())
    assert found == digest(whole.image)
    assert calls  # it did try
    for way in ("could not be downloaded", "four ways", "weights=", VGG19_VARIABLE, str(tmp_path / "keras"), "online",
                "'compact' needs none of this"):
        assert way in told
    assert run.stderr == f"error: {told}\n"
    assert not list((tmp_path / "keras").rglob("*.h5*"))
