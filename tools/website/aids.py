"""What stands below an exercise on the site: hints, one after the other and only on demand, and how to run it."""

from html import escape

from nst_helpers.exercises import find
from nst_helpers.words import translated
from website.project import repository
from website.speech import say

HOW = ("Exercises check themselves where Python runs: in JupyterLab ({lab} on your computer), or by the rocket at "
       "the top of this page on Binder, Colab ({colab}) or your school’s JupyterHub. Replace the dots in the cell "
       "above, run it with Shift + Enter, then the check; it says what is right, or where the answer fails.")
MOST = 6  # hints of an exercise; the commonest mistakes come first


def hints(name, language="en"):
    """What an exercise says to the usual wrong answers, or asks for: a few lines of plain text, at least one."""
    exercise = find(name)
    if hasattr(exercise, "wishes"):
        return [translated(f"{wish.text}: {wish.limits()}") for wish in exercise.wishes]
    if hasattr(exercise, "options"):
        return [say(language, "What of “{text}”? {why}").format(text=translated(one.text).rstrip(".。"),
                                                                why=translated(one.why)) for one in _wrong(exercise)]
    symptom = [exercise.symptom] if getattr(exercise, "symptom", "") else []
    return [translated(hint) for hint in [*symptom, *list(getattr(exercise, "mistakes", {}))[:MOST]]]


def _wrong(choice):
    """Wrong options in the order of their reasons, which has nothing to do with that of their letters.

    One is kept back where there are several: whoever could strike out all of them would have the answer.
    """
    wrong = sorted((one for one in choice.options.values() if not one.right), key=lambda one: one.why)
    return wrong[:max(len(wrong) - 1, 1)]


def aids(name, links, lesson):
    """One block of HTML: without a blank line, which would end it in Markdown."""
    exercise, told, language = find(name), hints(name, links.language), links.language
    wanted = hasattr(exercise, "wishes")
    title = "What will be measured" if wanted else "If your answer is not taken: what usually goes wrong"
    listed = "".join(f"<li>{escape(hint)}</li>" if wanted else
                     f"<li><details><summary>{say(language, 'Hint {number}').format(number=number)}</summary>"
                     f"{escape(hint)}</details></li>" for number, hint in enumerate(told, 1))
    block = f"<details><summary>{say(language, title)}</summary><ol>{listed}</ol></details>" if told else ""
    colab = f'<a href="{repository()}#other-ways-to-install">{say(language, "which needs a cell first")}</a>'
    told = say(language, HOW).format(lab="<code>make lab</code>", colab=colab)
    return (f'<div class="nst-aids">{block}<details><summary>{say(language, "How to run it")}</summary><p>{told}</p>'
            f'</details><p><a href="{links.english_page(f"solutions/{lesson}")}">'
            f'{say(language, "One way to solve it")}</a></p></div>')
