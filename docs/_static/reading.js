/* What the theme leaves: paper is white whatever the screen is, with what was folded open; a formula wider than its line
   shrinks a little, and what is still too wide is scrolled, by the keyboard too. */
"use strict";

{
  const SMALLEST = 0.75; // of a formula's size: below that its indices cannot be read
  const root = document.documentElement;

  matchMedia("print").addEventListener("change", ({matches}) => {
    if (matches) {
      root.dataset.screen = root.dataset.theme;
      for (const one of document.images) one.loading = "eager"; // paper shows what was not scrolled to, too
    }
    root.dataset.theme = matches ? "light" : root.dataset.screen;
    for (const one of document.querySelectorAll(".bd-article details:not(.hide, .nst-aids *, .nst-prediction *)")) {
      if (matches && !one.open) [one.open, one.dataset.folded] = [true, ""];
      else if (!matches && "folded" in one.dataset) { one.open = false; delete one.dataset.folded; }
    }
    fit();
  });

  /* Measure all, then change all: else the page is laid out anew for each formula. */
  function fit() {
    const formulas = [...document.querySelectorAll(".bd-article .math:has(> mjx-container)")];
    const wholes = [...document.querySelectorAll(".nst-whole")]; // a formula with the mark behind it
    formulas.forEach(one => { one.style.fontSize = ""; one.classList.remove("nst-wide"); });
    wholes.forEach(one => { one.style.whiteSpace = ""; });
    const shares = formulas.map(one => one.clientWidth / one.querySelector("mjx-math").getBoundingClientRect().width);
    const tight = wholes.filter(one => one.getBoundingClientRect().width > one.closest("p, li, td, dd, div").clientWidth);
    tight.forEach(one => { one.style.whiteSpace = "normal"; });
    formulas.forEach((one, place) => {
      const share = shares[place]; // not a number: within what is folded
      if (share < 0.999) one.style.fontSize = `${Math.max(SMALLEST, share - 0.01)}em`;
      const scrolls = share < SMALLEST;
      one.classList.toggle("nst-wide", scrolls);
      for (const [name, value] of [["tabindex", "0"], ["role", "group"], ["aria-label", "formula"]]) {
        if (scrolls) one.setAttribute(name, value);
        else one.removeAttribute(name);
      }
    });
  }

  let width = innerWidth;
  addEventListener("resize", () => {
    if (innerWidth !== width) fit();
    width = innerWidth;
  });
  document.addEventListener("toggle", fit, true); // what was folded had no width
  addEventListener("load", async () => {
    await window.MathJax?.startup?.promise;
    fit();
  });
}
