"""Predictions: a question before the answer is in sight, by means that work without Python too.

A prediction is shown as a group of folded paragraphs, one a choice: whoever chooses opens one, by mouse or keyboard,
and reads what is right and why the others tempt. Nothing runs: it works in JupyterLab, stored or live, on a web page,
and where code is kept. The page remembers what was chosen by leaving it open. What the next cells print would give
the answer away; they hide it by `plots.show(…, folded="…")` in the same manner.
"""

import html
from collections.abc import Mapping

from nst_helpers.extras import require
from nst_helpers.plots import folded_html
from nst_helpers.words import mark, translated


def predict(name: str, question: str, choices: Mapping[str, str], right: str) -> None:
    """Ask for a prediction: the question, and the choices as buttons.

    Args:
        name: of the prediction, as in "05-divisor"; one name once in a lesson.
        question: a sentence or two.
        choices: {choice: why it is right, or why it tempts and is not}, two to four of them.
        right: the right choice, one of them.

    Raises:
        ValueError: not two to four choices, or the right one is not among them.
    """
    if not 2 <= len(choices) <= 4:
        raise ValueError(f"prediction {name}: {len(choices)} choices; two to four are needed")
    if right not in choices:
        raise ValueError(f"prediction {name}: {right!r} is none of the choices {list(choices)}")
    require("lessons", "IPython")
    from IPython.display import display

    listed = "\n".join(f"- {choice}" for choice in choices)
    display({"text/html": page(name, question, choices, right), "text/plain": f"{question}\n{listed}"}, raw=True)


def page(name: str, question: str, choices: Mapping[str, str], right: str) -> str:
    """The HTML of a prediction."""
    asked, choose = translated("Predict."), translated("Choose one.")
    parts = [f"<p><strong>{asked}</strong> {html.escape(question)} <em>{choose}</em></p>"]
    parts += [folded_html(choice, _answer(choice, choices, right), name) for choice in choices]
    return f'<div role="group" aria-label="{translated("Prediction")}">{"".join(parts)}</div>'


def _answer(chosen, choices, right):
    """What is said to a choice: whether it is right and why, then what is, then why the others tempt."""
    verdict = translated("✓ Yes.") if chosen == right else translated("✗ No.")
    lines = [f"<strong>{verdict}</strong> {html.escape(choices[chosen])}"]
    if chosen != right:
        is_right = translated(f"Right is “{html.escape(right)}”.")
        lines.append(f"<strong>{is_right}</strong> {html.escape(choices[right])}")
    lines += [f"“{html.escape(other)}”{mark(':')}{html.escape(why)}" for other, why in choices.items()
              if other not in (chosen, right)]
    return "".join(f"<p>{line}</p>" for line in lines)
