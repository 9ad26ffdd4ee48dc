"""Names from data and settings, said in the language in use where they are printed."""

import re
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
from languages import catalogs

from nst_helpers import fonts, names, words
from nst_helpers.settings import SCHEDULES
from nst_helpers.shipped import picture_names

CATALOG = {"momentum": "动量法", "grey": "灰色", "noise": "噪声", "{name} noise": "{name}噪声",
           "RMSprop, rotated": "转过的 RMSprop", "figure|dusk": "黄昏", "figure|last light": "余晖",
           "average": "平均", "figure|average": "平均池化"}


@pytest.fixture
def chinese(tmp_path, monkeypatch):
    """A small catalogue, and Chinese chosen."""
    path = tmp_path / "zh_CN" / "LC_MESSAGES" / f"{words.DOMAIN}.mo"
    path.parent.mkdir(parents=True)
    path.write_bytes(catalogs.compiled(CATALOG))
    monkeypatch.setattr(words, "FOLDER", tmp_path)
    monkeypatch.setattr(words, "_chosen", "zh_CN")
    forget()
    yield
    forget()


def forget():
    for cached in (words._in, words._catalog):
        cached.cache_clear()


@pytest.mark.parametrize(("name", "said"), [
    ("dusk", "黄昏"), ("last_light", "余晖"), ("momentum", "动量法"), ("grey noise", "灰色噪声"), ("黄昏", "黄昏"),
    ("dusk, last_light", "黄昏，余晖"), ("RMSprop, rotated", "转过的 RMSprop"), ("momentum, Adam", "动量法，Adam"),
    ("average", "平均池化"), ("second_noise", "second_noise"), ("nobody", "nobody"), ("", "")])
def test_a_name_is_said_in_the_language_where_it_is_printed(chinese, name, said):
    assert names.named(name) == said


def test_in_a_table_a_chinese_letter_of_a_name_counts_two_columns(chinese):
    name = names.named("momentum")
    assert f"{name:8}|{name:<8}|{name:>8}|{name:^8}|" == "动量法  |动量法  |  动量法| 动量法 |"
    assert f"{name:3}|{name}|{name!s}" == "动量法|动量法|动量法" and f"{names.named('Adam'):6}|" == "Adam  |"


def test_a_name_is_itself_in_english():
    assert names.named("last_light") == "last_light" and f"{names.named('dusk'):>6}" == "  dusk"


@pytest.fixture
def shipped_chinese():
    """Chinese as it is shipped."""
    words.set_language("zh_CN")
    yield
    words.set_language(None)


def test_what_data_and_settings_name_has_a_chinese_name(shipped_chinese):
    """Rows of tables, legends and titles take their words from these."""
    known = (*picture_names("content"), *picture_names("style"), *SCHEDULES, "plain", "robust", "random")
    assert [name for name in known if not re.search("[\u3400-\u9fff]", names.named(name))] == []


def test_without_a_font_a_figure_has_these_names_in_english_and_one_line_says_so(shipped_chinese, monkeypatch, capsys):
    fonts._font.cache_clear()
    monkeypatch.setattr(fonts, "FONTS", {"zh_CN": ("No Such Font",)})
    monkeypatch.setattr(fonts, "_FILES", re.compile("no such file"))
    labels = [names.named("night_swirls"), names.named("plain"), "plain", "灰色 noise", names.named("robust, grey")]
    assert [fonts.drawn(label) for label in labels] == [
        "night swirls", "plain", "plain", "grey noise", "robust, grey"]
    told = capsys.readouterr().err
    assert told.count("\n") == 1 and told.startswith("没有找到 zh_CN 的字体") and "fonts-noto-cjk" in told
    fonts._font.cache_clear()


def test_a_family_without_a_regular_face_lends_its_nearest():
    """As families do that call their faces W3 and W6."""
    def face(name, weight, style="normal"):
        return SimpleNamespace(name=name, weight=weight, style=style)

    found = fonts._first([face("A", 700), face("B", 400, "italic"), face("B", 500), face("B", "light"), face("C", 400),
                          face("B", "unheard of")],
                         ["A", "B", "C"])
    assert (found.name, found.weight) == ("B", 500)
    faces = [face("D", 500), face("D", "regular"), face("D", 300)]
    assert fonts._first(faces, ["D"]).weight == "regular" and fonts._first(faces, ["A"]) is None
