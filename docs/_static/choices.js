/* Predictions to commit to: one choice, then the answer to it, which this browser remembers.

Stored is a group of folded paragraphs, one a choice, which work without this script too. The script makes of them a
list to choose from and a button; what is right is read off the paragraph that was chosen.
*/
"use strict";

{
  const chinese = document.documentElement.lang.startsWith("zh");
  const words = chinese ? {commit: "就选这个", forget: "重新选择"} : {commit: "Commit to it", forget: "Forget my choice"};

  class Prediction {
    constructor(box, number) {
      this.box = box;
      this.answers = [...box.querySelectorAll("details")];
      this.key = `nst-prediction:${location.pathname.split("/").pop()}:${this.answers[0].getAttribute("name")}`;
      this.question = box.querySelector("p");
      this.field = document.createElement("fieldset");
      this.answer = document.createElement("div");
      this.answer.setAttribute("role", "status");
      const legend = document.createElement("legend");
      legend.append(...this.question.childNodes);
      this.radios = this.answers.map((_, place) => Object.assign(document.createElement("input"),
        {type: "radio", name: `nst-prediction-${number}`, value: place}));
      const labels = this.answers.map((one, place) => {
        const label = document.createElement("label");
        label.append(this.radios[place], one.querySelector("summary").textContent);
        return label;
      });
      this.commit = this.button(words.commit, () => this.decide(this.radios.findIndex(one => one.checked)));
      this.again = this.button(words.forget, () => this.forget());
      this.field.addEventListener("change", () => { this.commit.disabled = false; });
      this.field.append(legend, ...labels, this.commit, this.again);
      this.question.remove();
      this.answers.forEach(one => { one.hidden = true; });
      box.prepend(this.field, this.answer);
      this.recall();
    }

    button(words, action) {
      const button = Object.assign(document.createElement("button"), {type: "button", textContent: words});
      button.className = "nst-button";
      button.addEventListener("click", action);
      return button;
    }

    decide(place) {
      if (place < 0) return;
      this.keep(place);
      this.radios.forEach((one, other) => { one.disabled = true; one.checked = other === place; });
      const told = [...this.answers[place].children].slice(1).map(one => one.cloneNode(true));
      const first = told[0].querySelector("strong");
      first.className = first.textContent.startsWith("✓") ? "nst-right" : "nst-wrong";
      this.answer.replaceChildren(...told);
      this.commit.hidden = true;
      this.again.hidden = false;
    }

    forget() {
      this.keep(null);
      this.radios.forEach(one => { one.disabled = false; one.checked = false; });
      this.answer.replaceChildren();
      this.commit.hidden = false;
      this.commit.disabled = this.again.hidden = true;
      this.radios[0].focus();
    }

    /* A browser that keeps nothing, as some do for files, only forgets. */
    keep(place) {
      try {
        if (place === null) localStorage.removeItem(this.key);
        else localStorage.setItem(this.key, place);
      } catch { /* as it is */ }
    }

    recall() {
      let kept = null;
      try { kept = localStorage.getItem(this.key); } catch { /* as it is */ }
      if (kept !== null && this.radios[kept]) this.decide(Number(kept));
      else [this.commit.disabled, this.again.hidden] = [true, true];
    }
  }

  document.querySelectorAll(".nst-prediction").forEach((box, number) => new Prediction(box, number));
}
