"""What counts as words in a text, and what in it is no words: formulas, code, numbers, links, placeholders."""

import re

# Formulas first: a dollar in code is none, and code in a formula is none either.
FORMULA = re.compile(r"(?<![\\$])\$\$.+?\$\$|(?<![\\$])\$(?!\s)(?:[^$\\\n]|\\.|\n)+?(?<!\s)\$", re.S)
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.S)
TARGET = re.compile(r"\]\(([^()\s]*(?:\([^()]*\)[^()\s]*)*)\)")  # what a Markdown link leads to
ADDRESS = re.compile(r"https?://[^\s)>\]，。；、）]+")
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
TEXT_IN_FORMULA = re.compile(r"\\(?:text|mbox|textrm)\{([^{}]*)\}")
WORD = re.compile(r"[^\W\d_]{2,}")
# No words where they stand alone.
NAMES = {"dB", "ms", "min", "px", "kB", "MiB", "GiB", "dpi", "conv", "Adam", "AdaGrad", "AdaDelta", "AMSGrad",
         "RMSprop", "Rprop", "Keras", "TensorFlow", "SciPy", "NumPy", "Chambolle", "Polyak", "Johnson", "Gatys"}
CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def placeholders(text):
    """The outermost {…} of a template, in their order; {{ and }} are braces. A Latin brace without its mate is text."""
    found, depth, start, place = [], 0, 0, 0
    while place < len(text):
        letter = text[place]
        if depth == 0 and text[place : place + 2] in ("{{", "}}"):
            place += 2
            continue
        if letter == "{":
            start, depth = (place if depth == 0 else start), depth + 1
        elif letter == "}" and depth:
            depth -= 1
            if depth == 0:
                found.append(text[start : place + 1])
        place += 1
    return found


def formulas(text):
    """The formulas of a Markdown text as sorted strings, their spaces and the words in them left out."""
    return sorted(_plain(match.group()) for match in FORMULA.finditer(CODE.sub("", text)))


def codes(text):
    """The code spans of a Markdown text, sorted."""
    return sorted(" ".join(match.group().split()) for match in CODE.finditer(text))


def links(text):
    """What the links of a Markdown text lead to, sorted; bare addresses too."""
    return sorted({*TARGET.findall(text), *ADDRESS.findall(text)})


def without(text, *patterns, instead=" "):
    """A text without what fits the patterns."""
    for pattern in patterns:
        text = pattern.sub(instead, text)
    return text


def prose(text, markdown=True):
    """A text without its formulas, code, link targets and tags; of a template also without its placeholders."""
    if markdown:
        return without(text, CODE, FORMULA, re.compile(r"(?<=\])\([^()\s]*\)"), ADDRESS, TAG)
    text = FORMULA.sub(" ", text)
    for placeholder in placeholders(text):
        text = text.replace(placeholder, " ")
    return text


def has_words(text, markdown=True):
    """Is there anything to translate? A word of two letters: no unit, no name, no abbreviation in capitals."""
    if markdown:
        formulas_words = " ".join(TEXT_IN_FORMULA.findall(text))
        text = f"{prose(text)} {formulas_words}"
    else:
        text = prose(text, markdown=False)
    return any(word not in NAMES and not word.isupper() and not CHINESE.search(word) for word in WORD.findall(text))


def _plain(formula):
    return "".join(TEXT_IN_FORMULA.sub(r"\\text{}", formula).split())
