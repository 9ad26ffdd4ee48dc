"""What a student's eyes and hands do in JupyterLab, as functions and one class."""

import time
from contextlib import contextmanager

LONG = 300_000  # milliseconds: a lesson on a slow, busy computer
SOON = 10_000  # milliseconds in which an answer must be there


class Page:
    """An open notebook."""

    def __init__(self, page):
        self.page = page
        self.code = page.locator(".jp-Notebook .jp-CodeCell")

    def run_all(self):
        """Run ▸ Run All Cells, until every code cell has its number, or one has an error."""
        self._menu("Run", "Run All Cells")
        end = time.monotonic() + LONG / 1000
        while time.monotonic() < end and not self.errors():
            prompts = self.page.locator(".jp-CodeCell .jp-InputPrompt").all_inner_texts()
            if all(prompt.strip("[]: ").isdigit() for prompt in prompts):
                return
            self.page.wait_for_timeout(500)
        assert self.errors(), f"the lesson did not come to its end: {prompts}"

    def errors(self):
        return self._outputs("application/vnd.jupyter.error")

    def noise(self):
        """What cells wrote to stderr: warnings, log lines."""
        return self._outputs("application/vnd.jupyter.stderr")

    def cell_with(self, text):
        return self.code.filter(has_text=text).first

    def write(self, cell, text):
        """Replace what a code cell holds, by the keyboard."""
        cell.locator(".cm-content").click()
        self.page.keyboard.press("ControlOrMeta+a")
        self.page.keyboard.insert_text(text)

    def run(self, cell):
        """Shift + Enter."""
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


@contextmanager
def opened(browser, lab, path):
    """A notebook in a tab of its own; its kernel ends with it."""
    page = browser.new_page(viewport={"width": 1280, "height": 1400})
    page.goto(lab.address(path))
    page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
    # It says “No Kernel” until there is one, and asks for one when cells are run before.
    page.locator(".jp-Toolbar-kernelName", has_text="Python").wait_for(timeout=60_000)
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for(timeout=60_000)
    notebook = Page(page)
    try:
        yield notebook
    finally:
        notebook.close()


def seen_to_change(picture, act, within=SOON, pixels=True):
    """Do something; milliseconds until another picture is there, or None if that never happens.

    pixels: until it looks different, too; not for a computation that may end where it began.
    """
    before, source = picture.screenshot(), picture.get_attribute("src")
    begun = time.monotonic()
    act()
    while picture.get_attribute("src") == source:
        if time.monotonic() - begun > within / 1000:
            return None
        time.sleep(0.005)
    taken = 1000 * (time.monotonic() - begun)
    while pixels and picture.screenshot() == before:
        if time.monotonic() - begun > within / 1000:
            return None
    return taken


def by_keyboard(panel):
    """Move the panel's first control by a key: the ways to do so, mildest first."""
    page = panel.page
    handle, choice, number = (panel.locator(what) for what in (".noUi-handle", "select", "input[type=number]"))
    if handle.count():
        return [lambda key=key: (handle.first.focus(), page.keyboard.press(key)) for key in
                ("ArrowRight", "ArrowLeft", "End", "Home")]
    if choice.count():
        return [lambda key=key: (choice.first.focus(), page.keyboard.press(key)) for key in ("ArrowDown", "ArrowUp")]
    if number.count():
        return [lambda: (number.first.focus(), page.keyboard.type("7"), page.keyboard.press("Enter"))]
    button = panel.locator("button:visible").last
    return [lambda: (button.focus(), page.keyboard.press("Space"))]


def by_mouse(panel):
    """Move the panel's first control by the mouse; a list of choices opens outside the page, so one is chosen."""
    handle, choice, number = (panel.locator(what) for what in (".noUi-handle", "select", "input[type=number]"))
    if handle.count():
        return [lambda share=share: _drag(panel, share) for share in (0.8, 0.2, 0.5)]
    if choice.count():
        return [lambda place=place: choice.first.select_option(index=place) for place in (1, 0, 2)]
    if number.count():
        return [lambda: (number.first.click(click_count=3), panel.page.keyboard.type("5\n"))]
    return [lambda: panel.locator("button:visible").first.click()]


def _drag(panel, share):
    """The slider's handle to a share of its track."""
    mouse, track = panel.page.mouse, panel.locator(".noUi-base").first.bounding_box()
    handle = panel.locator(".noUi-handle").first.bounding_box()
    mouse.move(handle["x"] + handle["width"] / 2, handle["y"] + handle["height"] / 2)
    mouse.down()
    mouse.move(track["x"] + share * track["width"], track["y"] + track["height"] / 2, steps=8)
    mouse.up()
