"""The website in a real browser, read from the disk with the network off."""

import json
import re
from collections import Counter
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from site_for_tests import DRAWN, HUB
from website.editions import editions
from website.frames import panels_in
from website.texts import reference

ROOT = Path(__file__).resolve().parents[2]
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
LESSONS = sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
# What is made, not found: Sphinx's own pages too. All others are those of the edition and of the package's reference.
MADE = ("index", "gallery", "search", "genindex", "py-modindex")
EVERY = sorted(f"{name}.html" for name in (*MADE, *editions()[0].documents(), *reference()))
# One of each kind: dark colours and a narrow page change nothing that differs between lessons.
SOME = ["index.html", "gallery.html", "08_gradient_descent.html", "solutions/05_style_loss.html",
        "reference/networks.html"]
CHINESE = sorted(path.stem for path in (ROOT / "notebooks" / "zh").glob("[0-9][0-9]_*.ipynb"))
every_chinese = pytest.mark.parametrize("lesson", CHINESE or [pytest.param("", marks=pytest.mark.skip(
    "notebooks/zh holds no lesson yet"))])
LIMIT = 4_000_000  # bytes of a page, with all that it loads


@pytest.fixture(scope="session")
def pages(site):
    """{path in the site: HTML}"""
    return {path.relative_to(site).as_posix(): path.read_text(encoding="utf-8") for path in site.rglob("*.html")}


@contextmanager
def opened(browser, site, name, viewport=DESKTOP, **options):
    """A page of the site, without a network; at the end nothing may have gone wrong. `page.asked` is what it loaded."""
    context, trouble = browser.new_context(viewport=viewport, **options), []

    def only_from_the_site(route):
        page.asked.append(route.request.url)
        if route.request.url.startswith(site.as_uri() + "/"):
            return route.continue_()
        trouble.append(f"asked for {route.request.url}")
        return route.abort()

    context.set_offline(True)
    page = context.new_page()
    page.asked = []
    context.route("**/*", only_from_the_site)
    page.on("console", lambda message: trouble.append(message.text) if message.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: trouble.append(str(error)))
    # Aborted is what is still under way when a page is left, "csp" a script where scripts are switched off.
    page.on("requestfailed", lambda request: trouble.append(f"{request.url}: {request.failure}")
            if request.failure not in ("net::ERR_ABORTED", "csp") else None)
    try:
        page.goto(f"{site.as_uri()}/{name}", wait_until="load")
        page.wait_for_function("!window.MathJax?.startup?.promise || MathJax.startup.promise.then(() => true)")
        yield page
        assert not trouble
    finally:
        context.close()


def serious(page, without=()):
    """What axe-core finds that keeps somebody from reading, in words. (Preloading would fetch the stylesheet again.)

    without: selectors of what is not looked at, since it looks alike on another page that is.
    """
    context, options = {"exclude": [[one] for one in without]}, {"resultTypes": ["violations"], "preload": False}
    found = Axe().run(page, context=context if without else None, options=options).response["violations"]
    return [f"{one['id']} ({one['impact']}): {one['help']}: {one['nodes'][0]['html'][:200]}"
            for one in found if one["impact"] in ("serious", "critical")]


def nothing_is_moved_sideways(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


CUT = """() => {
    const found = [], box = one => one.getBoundingClientRect();
    for (const one of document.querySelectorAll(".bd-header-article :is(a, button)")) {
        const {left, right, top, width} = box(one);
        if (width && (left < 0 || right > innerWidth || top < 0)) found.push(one.outerHTML.slice(0, 90));
    }
    for (const one of document.querySelectorAll(".bd-article .math:has(> mjx-container)")) {
        const outer = box(one), inner = box(one.querySelector("mjx-math"));
        const scrolls = one.tabIndex === 0 && getComputedStyle(one).overflowX === "auto";
        if (inner.left < outer.left - 1 || inner.right > outer.right + 1 && !scrolls) found.push(one.textContent);
    }
    for (const {width, height, naturalWidth, naturalHeight, src} of document.images) {
        const drawn = width / height, made = naturalWidth / naturalHeight;
        if (width > 40 && made && Math.abs(drawn / made - 1) > 0.05) found.push(`${src}: ${width} × ${height}`);
    }
    return found;
}"""


def nothing_is_cut(page):
    """The header's buttons and every formula can be seen, or scrolled from its beginning, and pictures are as made."""
    found = page.evaluate(CUT)
    assert found == []
    return True


def on_a_telephone(page):
    """The same page, as narrow as a telephone."""
    page.set_viewport_size(PHONE)
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


def weight(site, asked):
    """Bytes of the files behind these addresses, each once."""
    files = {unquote(urlsplit(address).path) for address in asked}
    return sum(Path(file).stat().st_size for file in files if Path(file).is_file())


# Every page


def test_every_page_is_opened(pages):
    """Those of other editions have tests of their own."""
    assert {name for name in pages if not name.startswith("zh/")} == set(EVERY) and len(LESSONS) == 12


@pytest.mark.parametrize("name", EVERY)
def test_a_page_opens_whole(browser, site, name):
    with opened(browser, site, name) as page:
        assert nothing_is_moved_sideways(page)
        page.evaluate("document.querySelectorAll('img').forEach(one => { one.loading = 'eager'; })")
        page.wait_for_function("[...document.images].every(one => one.complete)")
        assert page.evaluate("[...document.images].every(one => one.naturalWidth > 0)")
        assert weight(site, page.asked) < LIMIT
        formulas = page.locator("mjx-container").count()
        assert formulas == page.locator("span.math, div.math").count() or formulas > page.locator("div.math").count()
        assert page.locator("mjx-merror").count() == 0
        shown = page.evaluate("document.querySelector('main').innerText")
        assert not re.search(r"\\[(\[]|\$\$", re.sub(r"(?m)^.*`.*$", "", shown)) or name.startswith("reference")
        assert nothing_is_cut(page)
        on_a_telephone(page)
        assert nothing_is_moved_sideways(page) and nothing_is_cut(page)


@pytest.mark.parametrize("name", ["08_gradient_descent.html", "00_start_here.html", "search.html"])
def test_a_page_is_for_everybody(browser, site, name):
    with opened(browser, site, name) as page:
        assert serious(page) == []


@pytest.mark.parametrize("name", SOME)
@pytest.mark.parametrize("viewport, scheme", [(DESKTOP, "dark"), (PHONE, "light")], ids=["dark", "telephone"])
def test_dark_and_narrow_pages(browser, site, name, viewport, scheme):
    with opened(browser, site, name, viewport, color_scheme=scheme) as page:
        assert nothing_is_moved_sideways(page)
        light = page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert light == (scheme == "light")
        assert serious(page) == []


def test_every_link_leads_somewhere(site, pages):
    names = {name: set(re.findall(r'\bid="([^"]+)"', text)) for name, text in pages.items()}
    for name, text in pages.items():
        for tag, address in set(re.findall(r'<(\w+)[^>]*?\s(?:href|src)="([^"]*)"', text)):
            parts = urlsplit(unescape(address))
            if parts.scheme:
                assert tag == "a" and parts.scheme in ("https", "http", "mailto"), (name, address)
                continue
            assert not parts.netloc, (name, address)
            file = ((site / name).parent / unquote(parts.path)).resolve() if parts.path else site / name
            assert file.is_file() and file.is_relative_to(site), (name, address)
            if parts.fragment and file.suffix == ".html":
                assert unquote(parts.fragment) in names[file.relative_to(site).as_posix()], (name, address)


def test_pictures_have_words_and_chinese_says_so(pages):
    for name in EVERY:
        for image in re.findall(r"<img [^>]*>", pages[name]):
            # Sphinx's sign that folds a part of the list of modules is an ornament.
            ornament = "logo" in image or 'class="toggler"' in image
            assert re.search(r'alt="[^"]{5,}"', image) or ornament, (name, image)
    marked = "".join(re.findall(r'<span[^>]* lang="zh"[^>]*>([^<]+)</span>', pages["00_start_here.html"]))
    assert "格拉姆矩阵" in marked
    titles = Counter(re.search(r"<title>(.*?)</title>", pages[name], re.DOTALL)[1] for name in EVERY)
    assert max(titles.values()) == 1


def test_the_buttons_lead_to_the_projects_home(pages):
    from website.project import repository

    home = urlsplit(repository()).path.strip("/")
    links = [unescape(link) for link in re.findall(r'<a href="([^"]+)"', pages["05_style_loss.html"])]
    for host, path in (("mybinder.org", f"/v2/gh/{home}/HEAD"),
                       ("colab.research.google.com", f"/github/{home}/blob/HEAD")):
        assert any(urlsplit(one).netloc == host and path in one and "notebooks/05_style_loss.ipynb" in one
                   for one in links), host
    assert any(one.startswith(f"{HUB}/hub/user-redirect/git-pull?repo=") and home.split("/")[-1] in one
               for one in links)


def test_what_the_download_button_gives_has_no_outputs(site):
    notebook = json.loads((site / "_sources/05_style_loss.ipynb").read_text(encoding="utf-8"))
    assert len(notebook["cells"]) > 50 and not any(cell.get("outputs") for cell in notebook["cells"])


def test_the_site_is_not_too_large_for_a_stick(site):
    """Without most of the drawings here, 32 MB, which `make site` counts too; and without what no page needs."""
    assert sum(path.stat().st_size for path in site.rglob("*") if path.is_file()) < 47_000_000
    assert not list(site.rglob("jupyter_execute"))


# Two languages


@every_chinese
def test_a_lesson_leads_to_its_other_language_and_back(browser, site, lesson):
    with opened(browser, site, f"{lesson}.html") as page:
        switch = page.locator("a.nst-edition")
        assert switch.inner_text() == "中文" and switch.get_attribute("lang") == "zh"
        page.asked.clear()  # of one page, not of both
        with page.expect_navigation():
            switch.click()
        assert page.url.endswith(f"/zh/{lesson}.html") and page.locator("html").get_attribute("lang").startswith("zh")
        title = page.locator("article h1").inner_text()
        assert re.match(rf"{lesson[:2]} [^a-z]*[\u4e00-\u9fff]", title) or lesson[:2] in ("09", "10"), title
        assert nothing_is_moved_sideways(page) and page.locator("mjx-merror").count() == 0
        page.evaluate("document.querySelectorAll('img').forEach(one => { one.loading = 'eager'; })")
        page.wait_for_function("[...document.images].every(one => one.complete && one.naturalWidth > 0)")
        assert weight(site, page.asked) < LIMIT
        with page.expect_navigation():
            page.locator("a.nst-edition").click()
        assert page.url.endswith(f"/{lesson}.html") and "/zh/" not in page.url


@every_chinese
def test_a_chinese_page_speaks_chinese_around_its_lesson(browser, site, lesson):
    with opened(browser, site, f"zh/{lesson}.html") as page:
        cells = nbformat.read(ROOT / "notebooks" / "zh" / f"{lesson}.ipynb", as_version=4).cells
        asked = ["prediction" in cell.metadata.get("tags", []) for cell in cells]
        assert page.locator(".nst-prediction fieldset").count() == sum(asked) > 0
        for part, font in (("mjx-mi mjx-c", "MJXTEX"), (".fa-bars", "Font Awesome"), ("article pre span", "monospace"),
                           ("article p", "Noto Sans SC")):
            families = page.locator(part).first.evaluate("one => getComputedStyle(one).fontFamily")
            assert font in families, (part, families)
        for button in page.locator(".nst-prediction button").all():
            assert button.inner_text() in ("就选这个", "重新选择") or not button.is_visible()
        aids = " ".join(page.locator(".nst-aids").all_inner_texts())
        assert not re.search(r"(?:\b[a-z]{2,}\b[ ,]+){3}", aids.replace("make lab", "")), aids[:300]
        for panel in page.locator(".nst-panel[data-frames]").all():
            panel.scroll_into_view_if_needed()
            panel.locator(".nst-controls").wait_for()
            assert "事先画好" in panel.locator(".nst-note").inner_text()
            control = panel.locator(".nst-controls :is(input, select):enabled").first
            assert _changes(page, panel, control) or panel.locator("input").count() > 1
            page.wait_for_function("one => one.complete && one.naturalWidth > 0",
                                   arg=panel.locator("img").element_handle())
        assert serious(page, without=["pre", "mjx-container"]) == []
        assert nothing_is_cut(page)
        on_a_telephone(page)
        assert nothing_is_moved_sideways(page) and nothing_is_cut(page)


def test_words_are_found(browser, site):
    with opened(browser, site, "search.html?q=Chambolle") as page:
        page.wait_for_selector("#search-results li a")
        assert "06 Total variation" in page.locator("#search-results").inner_text()


def test_on_paper_there_is_only_the_lesson(browser, site):
    """In black on white, with what was folded open, but for code that is not the lesson's subject."""
    with opened(browser, site, "03_content_loss.html", color_scheme="dark") as page:
        page.emulate_media(media="print")
        page.wait_for_function("getComputedStyle(document.body).backgroundColor === 'rgb(255, 255, 255)'")
        for part in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".bd-header-article", ".nst-aids", "details.hide",
                     "#jb-print-docs-body", ".nst-button"):
            assert not any(one.is_visible() for one in page.locator(part).all()), part
        assert page.locator("article h1").is_visible()
        assert page.evaluate("[...document.querySelectorAll('article pre')].every(one => one.scrollWidth <= "
                             "one.clientWidth + 1)")
        words = page.locator("article details", has_text="Laplacian pyramid").locator("p").first
        figures = page.locator("article details > img")
        page.wait_for_function("[...document.images].every(one => one.complete && one.naturalWidth > 0)")
        assert words.is_visible() and figures.count() and all(one.is_visible() for one in figures.all())
        page.emulate_media(media="screen")
        page.wait_for_function("document.documentElement.dataset.theme === 'dark'")
        assert not words.is_visible() and not figures.first.is_visible()


def test_folded_code_opens(browser, site):
    with opened(browser, site, "05_style_loss.html") as page:
        folded = page.locator("details.hide").first
        assert not folded.locator("pre").first.is_visible()
        folded.locator("summary").click()
        assert folded.locator("pre").first.is_visible()
        # Words below a brace take up the place that they need, and no more: MathJax measured them in the right face.
        braces = page.locator("mjx-munder:has(> mjx-row mjx-mtext):has(> mjx-row > mjx-base > mjx-texatom)")
        apart = braces.evaluate_all("""all => all.map(one => [one, one.querySelector("mjx-texatom")].map(part =>
            part.getBoundingClientRect()).map(({left, right}) => (left + right) / 2)).map(([one, two]) => one - two)""")
        assert len(apart) == 2 and max(map(abs, apart)) < 4


# Panels


def panels(lesson):
    return [name for name, *_ in panels_in(ROOT / "notebooks" / f"{lesson}.ipynb")[1]]


def state(panel):
    return panel.locator("img").get_attribute("src"), panel.locator("figcaption").inner_text()


@pytest.mark.parametrize("lesson", LESSONS)
def test_every_panel_moves(browser, site, lesson):
    """By the keyboard: each control of each panel changes the picture, and back."""
    with opened(browser, site, f"{lesson}.html") as page:
        for name in panels(lesson):
            panel = page.locator(f"[data-frames='panels/{name}']")
            assert not any(f"/panels/{name}/" in address for address in page.asked), "loaded before it is in view"
            panel.scroll_into_view_if_needed()
            panel.locator(".nst-controls").wait_for()
            assert panel.locator("figcaption").get_attribute("aria-live") == "polite"
            changes = [_changes(page, panel, control) for control in
                       panel.locator(".nst-controls :is(input, select):enabled").all()]
            assert changes and any(changes), name
            assert all(changes) or lesson not in DRAWN, (name, changes)
            page.wait_for_function("one => one.complete && one.naturalWidth > 0",
                                   arg=panel.locator("img").element_handle())


def _changes(page, panel, control):
    """Whether the picture or its words follow a control that is moved by the keyboard; at an end, the other way."""
    before = state(panel)
    keys = ["Space"] if control.get_attribute("type") == "checkbox" else ["ArrowRight", "ArrowDown", "ArrowLeft",
                                                                        "ArrowUp"]
    for key in keys:
        control.press(key)
        if state(panel) != before:
            return True
    return False


def test_a_panel_follows_the_mouse_and_says_what_is_missing(browser, site):
    with opened(browser, site, "08_gradient_descent.html") as page:
        panel = page.locator(".nst-panel").first
        panel.scroll_into_view_if_needed()
        panel.locator(".nst-controls").wait_for()
        before, control = state(panel), panel.get_by_label("β")
        box = control.bounding_box()
        page.mouse.click(box["x"] + 3, box["y"] + box["height"] / 2)
        after = state(panel)
        assert before[0] != after[0] and before[1] != after[1]
        assert panel.locator("img").get_attribute("alt") == after[1]
        assert "drawings, made beforehand" in panel.locator(".nst-note").inner_text()


def test_a_panel_is_touched(browser, site):
    with opened(browser, site, "01_convolution.html", PHONE, has_touch=True) as page:
        panel = page.locator(".nst-panel").first
        panel.scroll_into_view_if_needed()
        panel.locator(".nst-controls").wait_for()
        before, control = state(panel), panel.get_by_label("row i")
        box = control.bounding_box()
        page.touchscreen.tap(box["x"] + box["width"] - 4, box["y"] + box["height"] / 2)
        assert state(panel) != before
        many = page.locator(".nst-panel").nth(1)
        many.scroll_into_view_if_needed()
        many.locator(".nst-controls.nst-many").wait_for()
        assert many.locator("input").count() == 9 and many.evaluate("""one => [...one.querySelectorAll("input, output")]
            .every(part => part.getBoundingClientRect().right < one.getBoundingClientRect().right)""")
        assert nothing_is_moved_sideways(page)
        assert serious(page) == []


def test_where_no_script_runs_panels_and_predictions_can_be_read(browser, site):
    with opened(browser, site, "08_gradient_descent.html", java_script_enabled=False) as page:
        panel = page.locator(".nst-panel").first
        assert panel.locator("img").is_visible() and "JupyterLab" in panel.locator(".nst-note").inner_text()
        prediction = page.locator(".nst-prediction").first
        prediction.locator("summary").first.click()
        assert prediction.locator("details").first.locator("p").first.is_visible()


# Predictions and exercises


def test_a_prediction_is_committed_to_answered_and_remembered(browser, site):
    with opened(browser, site, "05_style_loss.html") as page:
        prediction = page.locator(".nst-prediction").first
        commit = prediction.get_by_role("button", name="Commit to it")
        assert commit.is_disabled()
        prediction.get_by_role("radio").first.check()
        commit.click()
        told = prediction.get_by_role("status").inner_text()
        assert told.startswith(("✓ Yes.", "✗ No.")) and prediction.get_by_role("radio").first.is_disabled()
        page.reload()
        assert page.locator(".nst-prediction").first.get_by_role("status").inner_text() == told
        page.locator(".nst-prediction").first.get_by_role("button", name="Forget my choice").click()
        assert page.locator(".nst-prediction").first.get_by_role("status").inner_text() == ""
        assert not page.locator(".nst-prediction").first.get_by_role("radio").first.is_disabled()


def test_an_exercise_shows_its_stub_and_hints_on_demand(browser, site):
    with opened(browser, site, "01_convolution.html") as page:
        assert "..." in page.locator(".cell.tag_exercise pre").first.inner_text()
        aids = page.locator(".nst-aids").first
        hint = aids.locator("li details").first
        assert not hint.is_visible()
        aids.locator("> details > summary").first.click()
        assert hint.is_visible() and len(hint.inner_text()) < 10
        hint.locator("summary").click()
        assert len(hint.inner_text()) > 30
        aids.get_by_text("How to run it").click()
        assert "make lab" in aids.inner_text()
        with page.expect_navigation():
            aids.get_by_role("link", name="One way to solve it").click()
        assert "solved" in page.locator("article h1").inner_text()
