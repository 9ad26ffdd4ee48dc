/* What the theme leaves: paper is white whatever the screen is, and wide formulas are scrolled by the keyboard too. */
"use strict";

{
  const root = document.documentElement;
  matchMedia("print").addEventListener("change", ({matches}) => {
    if (matches) root.dataset.screen = root.dataset.theme;
    root.dataset.theme = matches ? "light" : root.dataset.screen;
  });

  addEventListener("load", async () => {
    await window.MathJax?.startup?.promise;
    for (const one of document.querySelectorAll("div.math")) {
      if (one.scrollWidth > one.clientWidth) {
        one.tabIndex = 0;
        one.setAttribute("role", "group");
        one.setAttribute("aria-label", "formula");
      }
    }
  });
}
