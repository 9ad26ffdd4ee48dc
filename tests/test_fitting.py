"""Pictures too small for the deepest layer: whatever the error advises works, by itself and with its own number."""

import re
from dataclasses import replace

import pytest

from nst_helpers.errors import ImageError
from nst_helpers.fitting import require_size
from nst_helpers.settings import Settings

WRONG = {  # (settings, content, styles): height and width
    "a small content": (Settings(), (33, 33), [(300, 400)]),
    "a narrow content": (Settings(size=128), (1000, 90), [(300, 400)]),
    "a content whose size is small": (Settings(size=40), (600, 800), [(300, 400)]),
    "a narrow style": (Settings(size=256, style_scale=1), (300, 400), [(600, 20)]),
    "a very narrow style": (Settings(size=128), (300, 400), [(8000, 90)]),
    "a small style": (Settings(), (300, 400), [(5, 9)]),
    "one of two styles": (Settings(), (300, 400), [(300, 400), (7, 9)]),
    "both": (Settings(size=64), (600, 800), [(20, 200)]),
}


def told(network, settings, content, styles):
    """The words of the error; "" where there is none."""
    try:
        require_size(network, settings, content, styles)
    except ImageError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("case", WRONG)
def test_each_piece_of_advice_works(case, compact):
    settings, content, styles = WRONG[case]
    words = told(compact, settings, content, styles)
    assert re.match(r"the (content|style) picture's shorter side is \d+ pixels at the coarsest", words)
    followed = 0
    for name, number in re.findall(r"(scales|size|style_scale)=([\d.]+)", words):
        kind = float if name == "style_scale" else int
        assert told(compact, replace(settings, **{name: kind(number)}), content, styles) == "", (name, number)
        step = {"scales": 1, "size": -1, "style_scale": -0.01}[name]  # the nearest that works
        assert told(compact, replace(settings, **{name: kind(number) + step}), content, styles) != ""
        followed += 1
    for role, side in re.findall(r"a (content|style) picture whose shorter side is at least (\d+)", words):
        shape = content if role == "content" else min(styles, key=min)
        grown = tuple(round(length * int(side) / min(shape)) for length in shape)
        others = [style for style in styles if style != shape]
        assert told(compact, settings, grown if role == "content" else content,
                    [grown, *others] if role == "style" else styles) == ""
        followed += 1
    layer = re.search(r"layers no deeper than (conv\d_\d)", words)[1]
    assert told(compact, replace(settings, content_layers=[layer], style_layers=[layer]), content, styles) == ""
    assert followed or case in ("both", "a very narrow style")  # these need two things at once


def test_the_number_is_that_of_the_file_and_not_of_the_coarsest_size(compact):
    """33 by 33 is refused: 16 would be less."""
    (side,) = re.findall(r"at least (\d+) pixels", told(compact, *WRONG["a small content"]))
    assert int(side) > 33


def test_the_setting_that_helps_a_narrow_style_is_named(compact):
    assert "style_scale=" in told(compact, *WRONG["a narrow style"])


def test_what_fits_is_not_refused(compact):
    require_size(compact, Settings(), (300, 400), [(300, 400), (64, 64)])
