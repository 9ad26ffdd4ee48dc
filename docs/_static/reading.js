/* A formula that is wider than the page can be scrolled by the keyboard too, once MathJax has drawn it. */
"use strict";

addEventListener("load", async () => {
  await window.MathJax?.startup?.promise;
  for (const one of document.querySelectorAll("div.math")) {
    if (one.scrollWidth > one.clientWidth) {
      one.tabIndex = 0;
      one.setAttribute("role", "group");
      one.setAttribute("aria-label", "formula");
    }
  }
  document.documentElement.dataset.read = "ready";
});
