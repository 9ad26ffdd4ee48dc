/* Panels that move: the nearest of the drawings that were made when the site was built.

A panel is <div class="nst-panel" data-frames="panels/NAME"> around a still picture. When it comes near the view, its
frames.js is loaded, which calls nstFrames(NAME, {controls, frames, pictures, words, …}): a frame is a row of the
places of all controls, then which picture, then which words. Then it gets its controls, native ones with labels.
*/
"use strict";

{
  const english = {
    drawings: count => `${count} drawings, made beforehand.`,
    gaps: "Not every combination is among them: where one is missing, the other controls go back to where there is a " +
      "drawing.",
    elsewhere: names => `Only in JupyterLab: ${names.join(", ")}.`,
    computed: "In JupyterLab every position is computed.",
    live: "The button that computes a picture of your own is there, too.",
    between: " ",
  };
  const chinese = {
    drawings: count => `共 ${count} 幅图，事先画好。`,
    gaps: "并非每种组合都有：缺的时候，其他控件会退到有图的位置。",
    elsewhere: names => `只在 JupyterLab 里能动：${names.join("、")}。`,
    computed: "在 JupyterLab 里，每个位置都能当场算出。",
    live: "计算你自己的图像的按钮，也在那里。",
    between: "",
  };
  const words = document.documentElement.lang.startsWith("zh") ? chinese : english;

  const waiting = {};

  window.nstFrames = (name, told) => waiting[name]?.(told);

  class Panel {
    constructor(box, told) {
      Object.assign(this, told, {box, inputs: [], folder: box.dataset.frames});
      this.image = box.querySelector("img");
      this.link = box.querySelector("figure a");
      this.caption = box.querySelector("figcaption");
      this.caption.setAttribute("aria-live", "polite");
      this.note = box.querySelector(".nst-note");
      this.here = this.frames[0];
      this.addControls();
      this.note.textContent = this.explained();
      this.show(this.here);
      box.classList.add("nst-moves");
    }

    addControls() {
      const form = document.createElement("form");
      form.className = this.controls.length > 8 ? "nst-controls nst-many" : "nst-controls";
      form.addEventListener("submit", event => event.preventDefault());
      this.controls.forEach((control, number) => {
        const label = document.createElement("label");
        const words = document.createElement("span");
        words.textContent = control.label;
        const input = this.inputs[number] = this.input(control);
        input.setAttribute("aria-label", control.label);
        const change = () => this.moved(number, this.position(number));
        input.addEventListener(control.kind === "slider" ? "input" : "change", change);
        label.append(words, input);
        if (control.kind === "slider") label.append(document.createElement("output"));
        form.append(label);
      });
      this.box.prepend(form);
    }

    input(control) {
      const last = control.choices.length - 1;
      if (control.kind === "list") {
        const list = document.createElement("select");
        list.append(...control.choices.map(words => new Option(words)));
        return list;
      }
      const input = document.createElement("input");
      if (control.kind === "switch") return Object.assign(input, {type: "checkbox", disabled: last < 1});
      return Object.assign(input, {type: "range", min: 0, max: last, step: 1, disabled: last < 1});
    }

    position(number) {
      const input = this.inputs[number];
      const {kind} = this.controls[number];
      return kind === "list" ? input.selectedIndex : kind === "switch" ? Number(input.checked) : Number(input.value);
    }

    /* What the moved control says counts most; of the frames that have it, the one where the others move least. */
    moved(number, to) {
      const wanted = this.here.slice(0, this.controls.length);
      wanted[number] = to;
      let best = Infinity;
      let chosen = this.here;
      for (const frame of this.frames) {
        let far = 0;
        for (let one = 0; one < wanted.length; one++) far += this.apart(one, frame[one], wanted[one], one === number);
        if (far < best) [best, chosen] = [far, frame];
      }
      this.show(chosen);
    }

    apart(number, one, other, moved) {
      if (one === other) return 0;
      const {kind, choices} = this.controls[number];
      const far = kind === "slider" ? 0.5 + Math.abs(one - other) / choices.length : 1;
      return far * (moved ? 1000 : 1);
    }

    show(frame) {
      this.here = frame;
      const [picture, words] = frame.slice(this.controls.length);
      const address = `${this.folder}/${this.pictures[picture]}`;
      if (this.image.getAttribute("src") !== address) this.image.src = address;
      this.link.href = address;
      this.image.alt = this.words[words];
      this.caption.textContent = this.words[words];
      this.controls.forEach((control, number) => this.mark(control, this.inputs[number], frame[number]));
    }

    mark(control, input, place) {
      const words = control.choices[place];
      if (control.kind === "list") input.selectedIndex = place;
      if (control.kind === "switch") input.checked = place === 1;
      if (control.kind !== "slider") return;
      input.value = place;
      input.setAttribute("aria-valuetext", words);
      input.nextElementSibling.textContent = words;
    }

    explained() {
      const parts = [words.drawings(this.frames.length)];
      if (!this.whole) parts.push(words.gaps);
      if (this.elsewhere.length) parts.push(words.elsewhere(this.elsewhere));
      parts.push(words.computed);
      if (this.live) parts.push(words.live);
      return parts.join(words.between);
    }
  }

  const seen = new IntersectionObserver(entries => {
    for (const {isIntersecting, target} of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      const name = target.dataset.frames.split("/").pop();
      waiting[name] = told => new Panel(target, told);
      const script = document.createElement("script");
      script.src = `${target.dataset.frames}/frames.js`;
      document.head.append(script);
    }
  }, {rootMargin: "200px"});

  document.querySelectorAll(".nst-panel[data-frames]").forEach(box => seen.observe(box));
}
