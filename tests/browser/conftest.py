"""A real JupyterLab and a real browser, for tests that do what a student does.

JupyterLab runs on this computer alone (loopback, with a token) over a copy of the lessons without their outputs.
Chromium is the system's: it is never downloaded. SKIP_BROWSER=1 leaves these tests out, and says so.
"""

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
ARTIFACTS = ROOT / "output" / "browser"  # screenshots and answering times, for people to look at
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
APPLICATIONS = ("/Applications/Chromium.app/Contents/MacOS/Chromium",
                "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
                r"C:\Program Files\Google\Chrome\Application\chrome.exe",
                r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe")
INSTALL = {"linux": "sudo apt-get install chromium", "darwin": "brew install --cask chromium",
           "win32": "winget install Google.Chrome"}
# No sandbox: it needs rights that containers lack, and only pages of this computer are opened.
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync")
SETTINGS = {  # of JupyterLab: every cell is in the page, and nothing is asked or fetched
    "notebook-extension/tracker": {"windowingMode": "none"},
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
}
# {lesson: {what takes minutes there: what gives a panel as much to show}}. The lessons' own numbers are nbval's matter.
SHORTER = {
    "03_content_loss": {"steps=120": "steps=3"},
    "05_style_loss": {"steps=50": "steps=2", "[layer])) < 0.1": "[layer])) < 1e9"},
}


@pytest.fixture(scope="session")
def chromium():
    """The path of a browser of Chromium's family."""
    if os.environ.get("SKIP_BROWSER") == "1":
        pytest.skip("SKIP_BROWSER=1: nothing is tried in a browser")
    found = [os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), *filter(os.path.exists, APPLICATIONS)]
    path = next(filter(None, found), None)
    if path is None:
        line = INSTALL.get(sys.platform, INSTALL["linux"])
        pytest.fail(f"no Chromium on this computer: install it ({line}), or set CHROMIUM to its path; "
                    "SKIP_BROWSER=1 leaves the browser tests out", pytrace=False)
    return path


@pytest.fixture(scope="session")
def browser(chromium):
    """Chromium without a window, driven by Playwright, with a fresh profile."""
    from playwright.sync_api import sync_playwright

    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The website's folder, built once for all processes of a test run, with `site_for_tests.drawings`."""
    from site_for_tests import built

    return built(tmp_path_factory.getbasetemp())


class Lab:
    """A running JupyterLab.

    Attributes:
        folder: what it shows. context: the browser's profile, one for all notebooks, so that what JupyterLab's page
            consists of is fetched and compiled once.
    """

    def __init__(self, folder, url, token):
        self.folder, self.url, self.token, self.context = folder, url, token, None

    def address(self, path):
        """Where one of its notebooks is open."""
        return f"{self.url}lab/tree/{path}?token={self.token}&reset"


@pytest.fixture(scope="session")
def lab(browser, tmp_path_factory):
    """JupyterLab over a copy of the lessons, as they are before anyone has run them, configured as by `make lab`."""
    server = {"JUPYTER_CONFIG_PATH": str(ROOT / "tools" / "jupyter")}  # what installing the package switches on
    with _started(browser, tmp_path_factory.mktemp("lab"), server) as one:
        yield one


@pytest.fixture(scope="session")
def limited_lab(browser, tmp_path_factory):
    """The same on a server that takes no message of over 10 MB, whatever the package would like."""
    limit = "--ServerApp.tornado_settings={'websocket_max_message_size': 10485760}"
    with _started(browser, tmp_path_factory.mktemp("limited"), {}, limit) as one:
        yield one


@contextlib.contextmanager
def _started(browser, home, variables, *options):
    folder = _copy_of_the_lessons(home / "course")
    for place, values in SETTINGS.items():
        extension, name = place.split("/")
        path = home / "config" / "lab" / "user-settings" / "@jupyterlab" / extension / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(values))
    environment = os.environ | {f"JUPYTER_{name.upper()}_DIR": str(home / name) for name in
                                ("config", "data", "runtime")}
    environment |= variables | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--port=0", "--allow-root",
               f"--ServerApp.root_dir={folder}", *options]
    with (home / "lab.log").open("w") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=folder)
    try:
        started = _when_ready(server, home, folder)
        started.context = browser.new_context(viewport={"width": 1280, "height": 1400})
        yield started
    finally:
        server.terminate()
        server.wait(30)


def _copy_of_the_lessons(folder):
    shutil.copytree(ROOT / "data", folder / "data")
    for path in (*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / "notebooks" / "solutions").glob("*.ipynb")):
        notebook = nbformat.read(path, 4)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        if path.parent.name == "notebooks" and path.stem in SHORTER:
            _shorten(notebook, SHORTER[path.stem])
        target = folder / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        nbformat.write(notebook, target)
    return folder


def _shorten(notebook, replaced):
    """Compute less, and do not assert what only the whole computation reaches."""
    for long, short in replaced.items():
        cells = [cell for cell in notebook.cells if cell.cell_type == "code" and long in cell.source]
        assert cells, f"no cell holds {long!r} any more: bring SHORTER in line"
        for cell in cells:
            cell.source = cell.source.replace(long, short)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = re.sub("^ *assert .*", "", cell.source, flags=re.MULTILINE)


def _when_ready(server, home, folder, seconds=120):
    """The server writes its address and token to a file once it listens."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        for path in (home / "runtime").glob("jpserver-*.json"):
            told = json.loads(path.read_text() or "null")
            if told:
                assert told["token"] and told["hostname"] == "127.0.0.1"
                return Lab(folder, told["url"], told["token"])
        time.sleep(0.2)
    raise RuntimeError(f"JupyterLab did not start:\n{(home / 'lab.log').read_text()[-3000:]}")
