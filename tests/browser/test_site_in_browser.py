"""The lessons as web pages, in a browser without a network: from a teacher's web space, or from a stick.

The pages are opened as files, so there is no server; a request for anything else is refused and fails the test.
"""

import importlib.util
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

ROOT = Path(__file__).resolve().parents[2]
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 360, "height": 740}


def load_tool():
    spec = importlib.util.spec_from_file_location("build_site", ROOT / "tools" / "build_site.py")
    module = sys.modules["build_site"] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


tool = load_tool()
LESSONS = sorted(path.stem for path in tool.NOTEBOOKS.glob("[0-9][0-9]_*.ipynb"))
PAGES = ["index.html", *tool.TEXTS.values(), *(f"{folder}{lesson}.html" for lesson in LESSONS
                                              for folder in ("", "solutions/"))]
# One of each kind: dark colours and a narrow page change nothing that differs between lessons.
SOME = ["index.html", "sources.html", "00_start_here.html", "10_adam.html", "solutions/05_style_loss.html"]


@pytest.fixture(scope="module")
def folder(browser, tmp_path_factory):
    """The site; not built where there is no browser to look at it."""
    target = tmp_path_factory.mktemp("web") / "site"
    tool.build(target)
    return target


def follow(page, link):
    """Click the first of these links, once all of the page is there: who leaves earlier stops what is being loaded."""
    page.wait_for_load_state("networkidle")
    page.locator(link).first.click()


@contextmanager
def opened(browser, folder, name, viewport=DESKTOP, **options):
    """A page of the site, without a network; at the end nothing may have gone wrong."""
    context, trouble = browser.new_context(viewport=viewport, **options), []

    def only_from_the_site(route):
        if route.request.url.startswith(folder.as_uri() + "/"):
            return route.continue_()
        trouble.append(f"asked for {route.request.url}")
        return route.abort()

    context.set_offline(True)
    context.route("**/*", only_from_the_site)
    page = context.new_page()
    page.on("console", lambda message: trouble.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    # Aborted is what is still under way when a page is left; what is not there fails in another way.
    page.on("requestfailed", lambda request: trouble.append(f"{request.url}: {request.failure}")
            if request.failure != "net::ERR_ABORTED" else None)
    try:
        page.goto(f"{folder.as_uri()}/{name}", wait_until="load")
        yield page
        assert not trouble
    finally:
        context.close()


def serious(page):
    """What axe-core finds that keeps somebody from reading, in words. (Preloading would fetch the stylesheet again.)"""
    found = Axe().run(page, options={"resultTypes": ["violations"], "preload": False}).response["violations"]
    return [f"{one['id']} ({one['impact']}): {one['help']}: {one['nodes'][0]['html'][:200]}"
            for one in found if one["impact"] in ("serious", "critical")]


def heading(page):
    return page.locator("h1").inner_text()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_whole(browser, folder, name):
    with opened(browser, folder, name) as page:
        widths = page.eval_on_selector_all("img", "all => all.map(one => [one.complete, one.naturalWidth])")
        assert all(complete and width > 0 for complete, width in widths)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page must be moved sideways"


@pytest.mark.parametrize("name", [name for name in PAGES if name in SOME or not name.startswith("solutions/")])
def test_a_page_is_for_everybody(browser, folder, name):
    """Solutions are like their lessons; axe needs seconds a page."""
    with opened(browser, folder, name) as page:
        assert serious(page) == []


@pytest.mark.parametrize("lesson", LESSONS)
def test_formulas_are_drawn(browser, folder, lesson):
    """By the font that came along: every formula has a box, higher where it stands in a line of its own."""
    with opened(browser, folder, f"{lesson}.html") as page:
        boxes = page.eval_on_selector_all("math", """all => all.map(one => {
            const box = one.getBoundingClientRect();
            return [box.width, box.height, one.checkVisibility()]; })""")
        assert len(boxes) > 5 or lesson == LESSONS[-1]
        assert all(3 < width < 800 and 5 < height < 250 and seen for width, height, seen in boxes)
        assert page.evaluate("document.fonts.ready.then(all => [...all].map(one => one.status))") == (
            ["loaded"] if boxes else ["unloaded"])


def test_brackets_and_roots_grow(browser, folder):
    """Without MathML, or without a font for it, both would keep the height of a letter."""
    with opened(browser, folder, "06_total_variation.html") as page:
        root = page.locator(".formula msqrt").first
        assert root.bounding_box()["height"] > 1.2 * root.locator("mi").first.bounding_box()["height"]
    with opened(browser, folder, "03_content_loss.html") as page:
        bracket = page.locator(".formula mtable >> xpath=preceding-sibling::*[1]").first
        assert bracket.bounding_box()["height"] > 30


@pytest.mark.parametrize("name", SOME)
@pytest.mark.parametrize("viewport, scheme", [(DESKTOP, "dark"), (PHONE, "light")], ids=["dark", "telephone"])
def test_dark_and_narrow_pages(browser, folder, name, viewport, scheme):
    with opened(browser, folder, name, viewport, color_scheme=scheme) as page:
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page must be moved sideways"
        light = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert light == (scheme == "light")
        assert serious(page) == []


def test_from_the_cover_through_all_lessons_and_back(browser, folder):
    with opened(browser, folder, "index.html") as page:
        page.locator(".lesson").first.click()
        seen = [heading(page)]
        for lesson in LESSONS[1:]:
            follow(page, "main a[rel=next]")
            page.wait_for_url(f"**/{lesson}.html")
            seen.append(heading(page))
        assert [words[:2] for words in seen] == [lesson[:2] for lesson in LESSONS]
        assert page.locator("main a[rel=next]").count() == 0
        for before in reversed(seen[:-1]):
            follow(page, ".bar a[rel=prev]")
            assert heading(page) == before
        follow(page, ".home")
        assert page.url == f"{folder.as_uri()}/index.html"


def test_from_a_lesson_to_its_solution_and_back(browser, folder):
    with opened(browser, folder, "04_gram_matrices.html") as page:
        follow(page, ".turn a")
        assert "/solutions/04_gram_matrices.html#Exercise-1" in page.url
        assert page.locator("[id^=Exercise-1]").bounding_box()["y"] < DESKTOP["height"]
        follow(page, ".twin a")
        assert page.url == f"{folder.as_uri()}/04_gram_matrices.html"


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "telephone"])
def test_contents_lead_to_their_sections(browser, folder, viewport):
    with opened(browser, folder, "01_convolution.html", viewport) as page:
        link = page.locator(".contents a").nth(4)
        if viewport is PHONE:
            assert not link.is_visible()
            page.locator(".contents summary").click()
        link.click()
        assert 0 <= page.locator("h3, h2").nth(4).bounding_box()["y"] < 200


def test_with_keys_alone(browser, folder):
    """The first Tab offers to skip the navigation; long code is scrolled by the arrow keys."""
    with opened(browser, folder, "02_feature_maps.html", PHONE) as page:
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        code = page.locator("pre.code[tabindex]:visible").first  # some are folded
        code.focus()
        for _ in range(4):
            page.keyboard.press("ArrowRight")
        page.wait_for_function("document.activeElement.scrollLeft > 0", timeout=5000)


def test_on_paper_there_is_only_the_lesson(browser, folder):
    with opened(browser, folder, "05_style_loss.html", color_scheme="dark") as page:
        page.emulate_media(media="print")
        colour = page.evaluate("getComputedStyle(document.querySelector('.code .kn')).color")
        assert colour == "rgb(123, 45, 158)", "paper is white, whatever the screen is"
        for part in (".bar", ".contents", "main .steps", "footer", ".twin"):
            assert not page.locator(part).is_visible(), part
        assert page.evaluate("[...document.querySelectorAll('pre')].every(one => one.scrollWidth <= one.clientWidth)")
