"""The site's own words in the languages of its editions; the lessons and what the package says bring their own."""

from contextlib import contextmanager

from nst_helpers.words import set_language
from website.editions import SPHINX

WORDS = {"zh": {
    "The check": "检查", "How it is drawn": "怎样画出来的",
    "This is how it begins; with JavaScript it can be moved here, and in JupyterLab it can do everything.":
        "这是起始状态；有 JavaScript 时可以在这里拖动，在 JupyterLab 里则什么都能做。",
    "This one needs Python behind it: run the lesson in JupyterLab. Here is how it looks.":
        "这个面板背后要有 Python：请在 JupyterLab 里运行本课。这里是它的样子。",
    "Here it stands still; in JupyterLab it can do everything.": "这里它是静止的；在 JupyterLab 里则什么都能做。",
    "On the English page it moves.": "英文页上可以拖动。",
    "What will be measured": "检查会度量什么",
    "If your answer is not taken: what usually goes wrong": "答案没有通过？常见的错误",
    "What of “{text}”? {why}": "“{text}”呢？{why}",
    "Hint {number}": "提示 {number}", "How to run it": "怎样运行",
    "Exercises check themselves where Python runs: in JupyterLab ({lab} on your computer), or by the rocket at the top "
    "of this page on Binder, Colab ({colab}) or your school’s JupyterHub. Replace the dots in the cell above, run it "
    "with Shift + Enter, then the check; it says what is right, or where the answer fails.":
        "在能运行 Python 的地方，练习会自己检查：在 JupyterLab 里（在你的计算机上运行 {lab}），或者按本页顶部的火箭，"
        "到 Binder、Colab（{colab}）或学校的 JupyterHub。请把上面单元格里的省略号换成答案，按 Shift + Enter 运行，"
        "再运行检查；检查会说明哪里对了，哪里不对。",
    "which needs a cell first": "要先加一个单元格", "One way to solve it": "一种解法（英文）",
    "The lessons": "课程", "Lessons": "课程",
}}


def say(language: str, text: str) -> str:
    """A text of the site in a language; English for what nobody has translated."""
    return WORDS.get(language, {}).get(text, text)


@contextmanager
def speaking(language: str):
    """While it lasts, the package speaks the language of an edition: hints, panels."""
    set_language(SPHINX.get(language, language))
    try:
        yield
    finally:
        set_language(None)
