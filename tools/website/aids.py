"""What stands below an exercise on the site: hints, one after the other and only on demand, and how to run it."""

from html import escape

from nst_helpers.exercises import find
from website.project import repository

MOST = 6  # hints of an exercise; the commonest mistakes come first


def hints(name):
    """What an exercise says to the usual wrong answers, or asks for: a few lines of plain text."""
    exercise = find(name)
    if hasattr(exercise, "wishes"):
        return [f"{wish.text}: {wish.limits()}" for wish in exercise.wishes]
    symptom = [exercise.symptom] if getattr(exercise, "symptom", "") else []
    return [*symptom, *list(getattr(exercise, "mistakes", {}))[:MOST]]


def aids(name, links, lesson):
    """One block of HTML: without a blank line, which would end it in Markdown."""
    exercise, told = find(name), hints(name)
    wanted = hasattr(exercise, "wishes")
    title = "What will be measured" if wanted else "If your answer is not taken: what usually goes wrong"
    listed = "".join(f"<li>{escape(hint)}</li>" if wanted else
                     f"<li><details><summary>Hint {number}</summary>{escape(hint)}</details></li>"
                     for number, hint in enumerate(told, 1))
    block = f"<details><summary>{title}</summary><ol>{listed}</ol></details>" if told else ""
    solved, readme = links.to(f"solutions/{lesson}"), f"{repository()}#other-ways-to-install"
    return (f'<div class="nst-aids">{block}<details><summary>How to run it</summary><p>Exercises check themselves '
            f"where Python runs: in JupyterLab (<code>make lab</code> on your computer), or by the rocket at the top "
            f'of this page on Binder, Colab (<a href="{readme}">which needs a cell first</a>) or your school’s '
            f"JupyterHub. Replace the dots in the cell above, run it "
            f"with Shift + Enter, then the check; it says what is right, or where the answer fails.</p></details>"
            f'<p><a href="{solved}">One way to solve it</a></p></div>')
