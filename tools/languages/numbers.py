"""Numbers in a text, so that a translation has the same: 1.6 million is 160 万, and two may be 2."""

import re
from collections import Counter
from collections.abc import Iterator

NUMBER = re.compile(r"(?<![A-Za-z_\d.])\d[\d,]*(?:\.\d+)*(?![\d_])\s*(thousand|million|billion|百万|千万|万|亿|千)?")
TIMES = {"thousand": 1e3, "million": 1e6, "billion": 1e9, "千": 1e3, "万": 1e4, "百万": 1e6, "千万": 1e7, "亿": 1e8}
WORDS = {"one": 1, "once": 1, "two": 2, "twice": 2, "half": 2, "second": 2, "both": 2, "double": 2, "three": 3,
         "third": 3, "four": 4, "quarter": 4, "fourth": 4, "five": 5, "fifth": 5, "six": 6, "sixth": 6, "seven": 7,
         "seventh": 7, "eight": 8, "eighth": 8, "nine": 9, "ninth": 9, "ten": 10, "tenth": 10, "eleven": 11,
         "twelve": 12, "twelfth": 12, "dozen": 12, "fifteen": 15, "sixteen": 16, "twenty": 20, "thirty": 30,
         "fifty": 50, "sixty": 60, "hundred": 100, "hundredth": 100, "thousand": 1000, "thousandth": 1000,
         "million": 1e6, "billion": 1e9}


def values(text: str) -> Counter:
    """The numbers of a text, as {value: how often}; what has two dots (a section) stays text."""
    found: Counter = Counter()
    for match in NUMBER.finditer(text):
        digits = match.group().replace(match.group(1) or "", "").strip().rstrip(",").replace(",", "")
        value = digits if digits.count(".") > 1 else round(float(digits) * TIMES.get(match.group(1) or "", 1), 9)
        found[value] += 1
    return found


def differences(english: str, chinese: str) -> Iterator[str]:
    """What one has and the other lacks; Chinese may have digits where English has words."""
    ours, theirs = values(english), values(chinese)
    lost = ours - theirs
    if lost:
        yield f"number missing: {', '.join(map(_plain, lost.elements()))}"
    spelled = {1.0, *(float(WORDS[word.rstrip("s")]) for word in re.findall(r"[a-z]+", english.lower())
                      if word.rstrip("s") in WORDS)}
    new = [value for value in (theirs - ours).elements() if value not in spelled]
    if new:
        yield f"number not in English: {', '.join(map(_plain, new))}"


def _plain(value):
    return value if isinstance(value, str) else f"{value:g}"
