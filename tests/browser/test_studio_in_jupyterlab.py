"""The studio in a real JupyterLab, by a person's hands."""

import io
import re

import nbformat
import numpy as np
import pytest
from conftest import ARTIFACTS, ROOT
from pages import opened, until_other_than
from PIL import Image
from playwright.sync_api import expect
from website.slices import before

QUICK = "Studio(Settings(size=128, scales=2, iterations=400))"


def notebook_of(lab, name, *cells):
    """A new notebook of these code cells, in the lab's folder; its path there."""
    path = lab.folder / "notebooks" / f"{name}.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    nbformat.write(notebook, path)
    return f"notebooks/{name}.ipynb"


def sources_of(lesson):
    """The code cells of a stored lesson."""
    return [cell.source for cell in nbformat.read(ROOT / "notebooks" / lesson, 4).cells if cell.cell_type == "code"]


def place_of(sources, *texts):
    """The place of the first cell that holds all of these."""
    return next(place for place, source in enumerate(sources) if all(text in source for text in texts))


class Hands:
    """What one does with the studio."""

    def __init__(self, notebook):
        self.notebook, self.page = notebook, notebook.page
        self.box = self.page.locator(".nst-studio")
        self.said = self.box.locator(":scope > .widget-html").first  # not what stands below a button
        self.box.wait_for()

    def press(self, name):
        self.box.locator("button", has_text=name).first.click()

    def words(self):
        return self.said.inner_text()

    def until(self, *texts):
        """Wait until the words hold one of these; the words then."""
        expect(self.said).to_have_text(re.compile("|".join(map(re.escape, texts))))
        return self.words()

    def begin(self):
        """Press start; and once more where the studio, on a slow or busy computer, warns that it will take long."""
        self.press("start")
        if "once more" in self.until("running: iteration", "Press start once more"):
            self.press("start")
        self.until("running: iteration")

    def answer(self):
        """The kernel runs another cell meanwhile."""
        self.notebook.run(self.notebook.code.nth(2))
        self.page.locator("text=six times seven is 42").last.wait_for()
        self.notebook.until_idle()

    def iteration(self):
        return int(self.words().split("iteration ")[1].split()[0])

    def turn_to(self, tab):
        self.box.locator(".lm-TabBar-tab", has_text=tab).click()

    def number(self, label, value):
        """Type a number into the control of this label."""
        control = self.box.locator(".widget-text", has_text=re.compile(rf"^\s*{label}\s*$")).locator("input")
        control.fill(str(value))
        control.press("Enter")

    def upload(self, role, path):
        with self.page.expect_file_chooser() as asked:
            self.press(f"upload {role}")
        asked.value.set_files(path)

    def shoot(self, name):
        self.box.screenshot(path=ARTIFACTS / f"studio_{name}.png")


@pytest.fixture(scope="module")
def notebook_with_a_studio(lab):
    """The studio of lesson 11 in a notebook of its own, with a cell behind it: one kernel serves several tests."""
    with opened(lab, path_with_a_studio(lab)) as notebook:
        notebook.run(notebook.code.nth(0))
        yield notebook


@pytest.fixture
def studio(notebook_with_a_studio):
    """A new studio, in place of the one that an earlier test has left."""
    notebook_with_a_studio.page.evaluate("""() => document.querySelectorAll(".nst-studio").forEach(
        one => one.classList.replace("nst-studio", "left"))""")
    notebook_with_a_studio.run(notebook_with_a_studio.code.nth(1))
    return Hands(notebook_with_a_studio)


def path_with_a_studio(lab):
    sources = sources_of("11_full_transfer.ipynb")
    *needed, place = before(sources, [place_of(sources, "Studio(")])
    cell = "\n".join([*sources[place].splitlines()[:-1], QUICK])
    imports = "\n".join(sources[one] for one in needed)
    return notebook_of(lab, "studio", imports, cell, "print('six times seven is', 6 * 7)")


def test_a_run_is_started_paused_changed_resumed_and_saved(studio, lab):
    studio.shoot("at_first")
    studio.begin()
    studio.press("pause")
    held = studio.until("paused")
    studio.answer()
    assert studio.iteration() < 400 and studio.words() == held
    studio.shoot("paused")
    studio.number("style weight", 40)
    studio.press("resume")
    studio.until("Left: left alone")
    told = studio.until("finished")
    assert "style_weight = 40" in told and "iteration 400 of 400" in told
    assert studio.box.locator("img:visible").count() >= 5  # two thumbnails, two pictures, the curves
    studio.shoot("compared")
    studio.press("save")
    studio.until("saved in")
    saved = lab.folder / "notebooks" / "output" / "studio"
    names = {path.relative_to(saved).as_posix() for path in saved.rglob("*") if path.is_file()}
    one = {"picture.png", "settings.json", "history.csv", "losses.png", "formation.gif"}
    assert names == one | {f"changed/{name}" for name in one} | {"changed/changes.json"}
    left, changed = (np.asarray(Image.open(saved / place / "picture.png"), float) for place in (".", "changed"))
    assert left.shape == changed.shape and np.abs(left - changed).mean() > 2
    assert Image.open(saved / "formation.gif").n_frames > 3


def test_a_run_is_stopped_and_everything_reset(studio):
    studio.turn_to("size and start")
    studio.number("iterations", 5000)
    studio.begin()
    studio.answer()
    assert "running" in studio.words()
    studio.press("stop")
    assert "iteration" in studio.until("stopped")
    studio.press("reset")
    studio.until("press start")


def test_a_good_file_is_taken_and_a_bad_one_answered(studio, tmp_path):
    good, bad = tmp_path / "mine.png", tmp_path / "broken.jpg"
    Image.fromarray(np.full((90, 120, 3), (200, 30, 30), np.uint8)).save(good)
    bad.write_bytes(b"\xff\xd8\xff this is no picture")
    thumbnail = studio.box.locator("img").first
    first = thumbnail.screenshot()
    studio.upload("content", good)
    assert "mine.png" in studio.until("taken as the content picture")
    until_other_than(thumbnail, first)
    studio.upload("content", bad)
    assert "broken.jpg" in studio.until("broken.jpg") and "content picture" not in studio.words()
    studio.shoot("bad_file")
    studio.press("estimate")
    studio.until("this will take about")


def photograph(color, megabytes):
    """A JPEG of this many megabytes: a plain picture, and notes of nothing."""
    file = io.BytesIO()
    Image.new("RGB", (320, 240), color).save(file, "JPEG")
    note = b"\xff\xfe\xff\xff" + bytes(65_533)
    return file.getvalue()[:2] + note * (megabytes * 1_000_000 // len(note) + 1) + file.getvalue()[2:]


def test_a_photograph_of_fifteen_megabytes_is_taken(studio, tmp_path):
    large = tmp_path / "camera.jpg"
    large.write_bytes(photograph((30, 160, 60), 15))
    first = studio.box.locator("img").first.screenshot()
    studio.upload("content", large)
    studio.until("camera.jpg: taken as the content picture")
    until_other_than(studio.box.locator("img").first, first)


def test_where_the_server_takes_less_the_loss_is_told_and_the_next_upload_works(limited_lab, tmp_path):
    large, small = tmp_path / "camera.jpg", tmp_path / "small.jpg"
    large.write_bytes(photograph((30, 160, 60), 15))
    small.write_bytes(photograph((200, 30, 30), 1))
    with opened(limited_lab, path_with_a_studio(limited_lab)) as notebook:
        notebook.run(notebook.code.nth(0))
        notebook.run(notebook.code.nth(1))
        studio = Hands(notebook)
        studio.upload("content", large)
        lost = studio.box.get_by_text("it is lost")
        lost.first.wait_for()
        assert "camera.jpg" not in studio.words()
        studio.shoot("lost")
        for number in (1, 2):  # what the page sent last must not stand in the way of what it sends now
            studio.upload("content", small)
            studio.until("small.jpg: taken as the content picture")
            expect(lost).to_have_count(2)  # below the style's and the mask's buttons only, where nothing has come yet
            small = small.rename(tmp_path / f"small{number}.jpg") if number > 1 else small
        studio.answer()


def test_a_mask_is_painted_by_hand(studio):
    """Pressed, drawn and let go over the photograph: the mask is there, and start takes it."""
    studio.box.locator(".jupyter-widget-Collapse-header", has_text="masks").click()
    picture = studio.box.locator(".nst-masks img")
    picture.scroll_into_view_if_needed()
    first = picture.screenshot()
    place = picture.bounding_box()
    # To and fro over half of the picture: a thin line would be less than one position of the deepest layer.
    corners = [(x, y) for y in (0.2, 0.35, 0.5, 0.65, 0.8) for x in (0.2, 0.8)]
    for number, (right, down) in enumerate(corners):
        studio.page.mouse.move(place["x"] + right * place["width"], place["y"] + down * place["height"], steps=4)
        if not number:
            studio.page.mouse.down()
    studio.page.mouse.up()
    until_other_than(picture, first)
    assert studio.box.locator(".nst-masks select").first.input_value() == "the style goes here"
    studio.shoot("mask")
    studio.begin()
    studio.press("stop")
    studio.until("stopped")
