"""What a student's eyes and hands do in JupyterLab, as functions and one class.

Everything waits for what a student would wait for: a number beside a cell, a word, another picture. Nothing waits for
a while; LIMIT only ends what never comes.
"""

import time
from contextlib import contextmanager

from playwright.sync_api import expect

LIMIT = 300_000  # milliseconds: on a slow, busy computer, too, whatever is awaited has come by then
expect.set_options(timeout=LIMIT)


class Page:
    """An open notebook."""

    def __init__(self, page):
        self.page = page
        self.code = page.locator(".jp-Notebook .jp-CodeCell")

    def run_all(self):
        """Run ▸ Run All Cells, until every code cell has its number, or one has an error."""
        self._menu("Run", "Run All Cells")
        self._until_run(range(self.code.count()))

    def run_places(self, places):
        """Run these code cells, counted from 0, until each has its number, or one has an error."""
        for place in places:
            self.run(self.code.nth(place))
        self._until_run(places)

    def errors(self):
        return self._outputs("application/vnd.jupyter.error")

    def noise(self):
        """What cells wrote to stderr: warnings, log lines."""
        return self._outputs("application/vnd.jupyter.stderr")

    def until_pictures_are_there(self):
        """Every picture of the notebook, in texts, outputs and panels, is in the page."""
        self.page.wait_for_function("""() => [...document.querySelectorAll(".jp-Notebook img")].every(
            one => one.complete && one.naturalWidth)""", polling=100)

    def cell_with(self, text):
        return self.code.filter(has_text=text).first

    def write(self, cell, text):
        """Replace what a code cell holds, by the keyboard."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)

    def run(self, cell):
        """Shift + Enter; a folded cell is unfolded first."""
        folded = cell.locator(".jp-Cell-inputWrapper .jp-Placeholder-content")
        if folded.count():
            folded.click()
        cell.locator(".cm-content").click()
        self.page.keyboard.press("Shift+Enter")

    def close(self):
        self._menu("Kernel", "Shut Down Kernel")
        self.page.close()

    def _menu(self, menu, entry):
        self.page.locator(".lm-MenuBar-item", has_text=menu).first.click()
        self.page.locator(".lm-Menu-item:visible", has_text=entry).first.click()

    def _outputs(self, kind):
        return self.page.locator(f'.jp-OutputArea-output[data-mime-type="{kind}"]').all_inner_texts()

    def _until_run(self, places):
        """The numbers come with the kernel's answers; what the cells print has come, too, once the kernel is idle."""
        self.page.wait_for_function("""places => {
            if (document.querySelector('[data-mime-type="application/vnd.jupyter.error"]')) return true;
            const cells = document.querySelectorAll(".jp-Notebook .jp-CodeCell");
            return places.every(place => {  // a folded cell shows no prompt at all; the cells around it do
                const prompt = cells[place].querySelector(".jp-InputPrompt")?.textContent;
                return !prompt || /\\d/.test(prompt); }); }""", arg=list(places), polling=100)
        self.until_idle()

    def until_idle(self):
        self.page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()


@contextmanager
def opened(lab, path):
    """A notebook in a tab of its own; its kernel ends with it."""
    page = lab.context.new_page()
    page.set_default_timeout(LIMIT)
    page.goto(lab.address(path))
    page.wait_for_selector(".jp-Notebook .jp-CodeCell")
    # It says “No Kernel” until there is one, and asks for one when cells are run before.
    page.locator(".jp-Toolbar-kernelName", has_text="Python").wait_for()
    notebook = Page(page)
    notebook.until_idle()
    try:
        yield notebook
    finally:
        notebook.close()


def seen_to_change(picture, act, pixels=True):
    """Do something, and wait until another picture is there; milliseconds until then.

    pixels: until it looks different, too; not for a computation that may end where it began.
    """
    before, source = picture.screenshot(), picture.get_attribute("src")
    begun = time.monotonic()
    act()
    picture.page.wait_for_function("([picture, source]) => picture.getAttribute('src') !== source",
                                   arg=[picture.element_handle(), source], polling=10)
    taken = 1000 * (time.monotonic() - begun)
    if pixels:
        until_other_than(picture, before)
    return taken


def until_other_than(picture, before):
    """Wait until a screenshot of it differs from this one."""
    end = time.monotonic() + LIMIT / 1000
    while picture.screenshot() == before:
        assert time.monotonic() < end, "the picture still looks as it did"


def by_keyboard(panel):
    """Move the panel's first control by a key."""
    page = panel.page
    handle, choice, number = _controls(panel)
    if handle.count():
        # An arrow moves it by one step, which need not show; to an end does, if it was not there at first.
        last = handle.first.get_attribute("aria-valuenow") == handle.first.get_attribute("aria-valuemax")
        for keys in (("ArrowRight", "ArrowLeft"), ("Home", "End") if last else ("End", "Home")):
            _first_that_moves(handle.first, [lambda key=key: (handle.first.focus(), page.keyboard.press(key))
                                             for key in keys])
    elif choice.count():
        ways = [lambda key=key: (choice.first.focus(), page.keyboard.press(key)) for key in ("ArrowDown", "ArrowUp")]
        _first_that_moves(choice.first, ways)
    elif number.count():
        _first_that_moves(number.first, [lambda: (number.first.focus(), page.keyboard.type("7\n"))])
    else:
        panel.locator("button:visible").last.focus()
        page.keyboard.press("Space")


def by_mouse(panel):
    """Move the panel's first control by the mouse; a list of choices opens outside the page, so one is chosen."""
    handle, choice, number = _controls(panel)
    if handle.count():
        _first_that_moves(handle.first, [lambda share=share: _drag(panel, share) for share in (0.8, 0.2)])
    elif choice.count():
        _first_that_moves(choice.first, [lambda place=place: choice.first.select_option(index=place)
                                         for place in (1, 0)])
    elif number.count():
        _first_that_moves(number.first, [lambda: (number.first.click(click_count=3), panel.page.keyboard.type("5\n"))])
    else:
        panel.locator("button:visible").first.click()


def _controls(panel):
    return [panel.locator(what) for what in (".noUi-handle", "select", "input[type=number]")]


def _first_that_moves(control, ways):
    """Try one way after the other: at its end, a slider goes one way only."""
    stands = "one => one.getAttribute('aria-valuetext') ?? one.value"
    before = control.evaluate(stands)
    for way in ways:
        way()
        if control.evaluate(stands) != before:
            return
    raise AssertionError("the control does not move")


def _drag(panel, share):
    """The slider's handle to a share of its track."""
    panel.locator(".noUi-base").first.scroll_into_view_if_needed()  # a high picture may have pushed it out of sight
    mouse, track = panel.page.mouse, panel.locator(".noUi-base").first.bounding_box()
    handle = panel.locator(".noUi-handle").first.bounding_box()
    mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    mouse.down()
    mouse.move(track["x"] + share * track["width"], track["y"] + track["height"] / 2, steps=8)
    mouse.up()
