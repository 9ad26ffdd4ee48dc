"""Sphinx's settings for the site; `tools/make_site.py` writes what it reads, and calls it once an edition."""

import os
import sys
from pathlib import Path

DOCS = Path(__file__).resolve().parent
sys.path[:0] = [str(DOCS.parent / "tools"), str(DOCS.parent)]  # this checkout, whatever is installed

from website.editions import SPHINX  # noqa: E402
from website.project import NAME, repository  # noqa: E402

import nst_helpers  # noqa: E402

nst_edition = os.environ.get("NST_SITE_LANGUAGE", "en")

project, author = NAME, "The authors of this course"
copyright = "prose and figures CC BY 4.0, code MIT"
release = nst_helpers.__version__
language = SPHINX.get(nst_edition, nst_edition)

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.mathjax", "website.extension"]
exclude_patterns = []

# The lessons are shown as they were stored: nothing is run.
nb_execution_mode = "off"
nb_merge_streams = True
myst_enable_extensions = ["amsmath", "dollarmath"]
myst_heading_anchors = 3
myst_dmath_double_inline = True  # `$$ … $$` inside a paragraph

# MathJax comes along; without its menu and what lessons never use it is half as large.
mathjax_path = "mathjax/startup.js"
mathjax_options = {"defer": "defer"}
mathjax3_config = {
    "loader": {"load": ["input/tex", "output/chtml", "a11y/assistive-mml"]},
    "chtml": {"scale": 0.95},
}

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
napoleon_numpy_docstring = False
napoleon_use_ivar = True
python_display_short_literal_types = True
add_module_names = False

html_theme = "sphinx_book_theme"
html_title = NAME
html_static_path = [str(DOCS / "_static")]
templates_path = [str(DOCS / "_templates")]
html_css_files = ["course.css"]
html_js_files = [("panels.js", {"defer": "defer"}), ("choices.js", {"defer": "defer"}),
                 ("reading.js", {"defer": "defer"})]
html_favicon = str(DOCS / "_static" / "icon.svg")
html_show_sphinx = False
html_show_search_summary = False  # it would fetch pages, which a browser allows only where they come from a server
html_last_updated_fmt = None
html_permalinks_icon = "#"
html_context = {"default_mode": "auto"}
suppress_warnings = ["ref.python"]  # errors that two modules offer: either place will do
html_theme_options = {
    # OWNER/REPO is named in one place, pyproject.toml; which hub a school has, NST_JUPYTERHUB says.
    "repository_url": repository(),
    "repository_branch": "HEAD",
    "path_to_docs": "notebooks",
    "use_repository_button": True,
    "use_fullscreen_button": False,
    "launch_buttons": {
        "notebook_interface": "jupyterlab",
        "binderhub_url": "https://mybinder.org",
        "colab_url": "https://colab.research.google.com",
        "jupyterhub_url": os.environ.get("NST_JUPYTERHUB", ""),
    },
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
    "show_toc_level": 2,
    "home_page_in_toc": True,
    "max_navbar_depth": 1,  # the reference's pages stand on its own first page
    "search_as_you_type": False,
    "article_header_end": ["edition-switch", "article-header-buttons"],
    **{place: [] for place in ("navbar_start", "navbar_center", "navbar_end", "navbar_persistent")},
    "footer_content_items": ["copyright"],
}
