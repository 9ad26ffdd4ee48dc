"""The package in another language: words are put into it where they are shown, and English stays as it is."""

import subprocess
import sys
from pathlib import Path

import ipywidgets
import numpy as np
import pytest
from matplotlib.text import Text

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tools"))
from languages import catalogs

from nst_helpers import exercises, fonts, lettering, plots, words
from nst_helpers.errors import NSTError
from nst_helpers.exercises.predictions import page
from nst_helpers.widgets import base, speech

CATALOG = {
    "noise σ = {value}": "噪声 σ = {value}", "{name} noise": "{name}噪声", "grey": "灰色", "loss": "损失",
    "{abs(gain):.1f} dB {'better' if gain > 0 else 'worse'} than before":
        "比以前{'better' if gain > 0 else 'worse'} {abs(gain):.1f} dB",
    "better": "好", "worse": "差", "Noise {sigma}: ": "噪声 {sigma}：", "press the button": "按按钮",
    "{{braces}} of {count}": "{count} 的{{braces}}", "It stopped.": "停了。",
    "the file {name} is empty": "文件 {name} 是空的",
    "✓ {name}: right. {self.praise}": "✓ {name}：对了。{self.praise}", "your sum lacks a term.": "和里少了一项。",
    "{wave} to {2 * wave}": "{wave} 到 {2 * wave}",
    "Neural style transfer: pictures painted in the manner of others.": "神经风格迁移",
    ", step {number} of {STEPS}": "，第 {number} 步，共 {STEPS} 步",
    " (the nearest to {ratio:.2g})": "（最接近 {ratio:.2g}）",
    "; thick: changed on the way": "；粗线：中途改过", "1 to {iterations}{thick}": "1 到 {iterations}{thick}",
    "The numbers add up to {total}: a flat area ": "总和是 {total}：均匀处", "keeps its brightness.": "亮度不变。",
    "After {steps} steps: {ends}. Limit {limit}": "{steps} 步后：{ends}。上限 {limit}", "momentum": "动量法",
    "beyond all numbers": "大得无法表示", "strength of a map.": "特征图的强度。", "{name} picture": "{name}图像",
    "{name} = {value!r}: choose one of {', '.join(choices)}": "{name} = {value!r}：请从 {', '.join(choices)} 中选",
    "what to see (default: {shown!s})": "看什么（默认：{shown!s}）", "{key} is {kind(value)}": "{key} 是{kind(value)}",
    "content: {content:.2g}": "内容：{content:.2g}",
    "first": "第一", "a long label of two lines": "两行的长标签", "figure|dusk": "黄昏",
}
LABELS = {"灰色": "grey", "{name}噪声": "{name} noise"}


@pytest.fixture
def chinese(tmp_path, monkeypatch):
    """A small catalogue, and Chinese chosen."""
    for domain, table in ((words.DOMAIN, CATALOG), (words.LABELS, LABELS)):
        path = tmp_path / "zh_CN" / "LC_MESSAGES" / f"{domain}.mo"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(catalogs.compiled(table))
    monkeypatch.setattr(words, "FOLDER", tmp_path)
    monkeypatch.setattr(words, "_chosen", None)
    forget()
    words.set_language("zh_CN")
    yield
    forget()


def forget():
    for cached in (words._in, words._catalog, fonts._font, lettering._font):
        cached.cache_clear()


@pytest.fixture
def no_font(monkeypatch):
    monkeypatch.setattr(fonts, "_font", lambda name: None)


def test_english_is_what_stands_in_the_code():
    assert words.language() == "en" and words.translated("noise σ = 3") == "noise σ = 3"
    assert fonts.settings() == {} and fonts.font_file() is None


@pytest.mark.parametrize(("english", "chinese_words"), [
    ("press the button", "按按钮"), (" press the button ", " 按按钮 "), ("noise σ = 40", "噪声 σ = 40"),
    ("grey noise", "灰色噪声"), ("灰色 noise", "灰色噪声"), ("2.5 dB worse than before", "比以前差 2.5 dB"),
    ("Noise 3: PSNR 22.0 dB, 1.5 dB better than before.", "噪声 3：PSNR 22.0 dB，比以前好 1.5 dB。"),
    ("{braces} of 3", "3 的{braces}"), ("nobody knows this", "nobody knows this"), ("", ""),
    ("Nobody knows. It stopped.", "Nobody knows。停了。"), ("grey\nloss", "灰色\n损失"),
    ("2 to 4", "2 到 4"), ("Press the button to begin. It will take long.",) * 2,
    ("x dB better than before", "x dB better than before"),  # no number stands there
    # Put together: a part that begins with its mark, one that ends with a space, lists, marks in brackets.
    ("PSNR 22.0 dB, 1.5 dB better than before, step 4 of 9.", "PSNR 22.0 dB，比以前好 1.5 dB，第 4 步，共 9 步。"),
    ("content: 0.5 (the nearest to 28)", "内容：0.5（最接近 28）"),
    ("1 to 9; thick: changed on the way", "1 到 9；粗线：中途改过"),
    ("noise σ = 3, step 1 of 2", "噪声 σ = 3，第 1 步，共 2 步"),
    ("The numbers add up to 1: a flat area keeps its brightness.", "总和是 1：均匀处亮度不变。"),
    ("After 4 steps: momentum 1.2e-05, Adam 3. Limit 0.5, step 1 of 2.",
     "4 步后：动量法 1.2e-05，Adam 3。上限 0.5，第 1 步，共 2 步。"),
    ("After 4 steps: Adam 3, momentum beyond all numbers. Limit 0.5", "4 步后：Adam 3，动量法 大得无法表示。上限 0.5"),
    ("After 4 steps: AdaGrad 3. Limit 0.5.", "4 步后：AdaGrad 3。上限 0.5。"),
    ("G(3, 5) = 0.3: strength of a map.", "G(3, 5) = 0.3：特征图的强度。"),
    ("1.5 dB better than before, step 4 of 9", "比以前好 1.5 dB，第 4 步，共 9 步"),
    # What is typed stays as it is typed.
    ("grey = 'loss': choose one of grey, momentum, lbfgs", "grey = 'loss'：请从 grey, momentum, lbfgs 中选"),
    ("what to see (default: grey)", "看什么（默认：grey）"),
    ("there is no such file", "there is no such file"), ("x is grey", "x 是灰色"),  # few letters, and unknown words
])
def test_a_text_is_found_whole_as_a_template_or_in_parts(chinese, english, chinese_words):
    assert words.translated(english) == chinese_words


def test_the_environment_chooses_and_the_call_decides(chinese, monkeypatch):
    words.set_language(None)
    assert words.language() == "en"
    monkeypatch.setenv(words.VARIABLE, "zh_CN")
    assert words.language() == "zh_CN" and words.translated("loss") == "损失"
    words.set_language("en")
    assert words.translated("loss") == "loss"
    monkeypatch.setenv(words.VARIABLE, "tlh")
    words.set_language(None)
    assert words.language() == "en"
    with pytest.raises(ValueError, match="there is no language 'tlh': choose one of en, zh_CN"):
        words.set_language("tlh")


@pytest.mark.filterwarnings("ignore:Glyph")  # here may be no font
def test_a_figure_speaks_in_titles_labels_legends_and_ticks(chinese, monkeypatch):
    figure, axes = plots.subplots()
    axes.plot([1, 2], label="grey noise")
    axes.set(title="loss", xlabel="noise σ = 3", xticks=[0, 1], xticklabels=["first", "2"], ylabel=r"$\gamma$")
    axes.legend()
    monkeypatch.setattr(fonts, "font_file", lambda: ("any", 0))
    monkeypatch.setattr(fonts, "settings", dict)
    plots.png(figure)
    shown = {text.get_text() for text in figure.findobj(Text)}
    assert {"损失", "噪声 σ = 3", "灰色噪声", "第一", r"$\gamma$"} <= shown and "loss" not in shown


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize(("label", "shown"), [
    ("起点：grey", "起点：灰色"), ("momentum，η = 16", "动量法，η = 16"), ("2.54  momentum", "2.54  动量法"),
    ("dusk", "黄昏"), ("dusk: loss 0.3", "黄昏：损失 0.3"), ("只看 dusk，3", "只看 dusk，3"),
    ("灰色: η = 4", "灰色：η = 4"), ("2.6  Adam", "2.6  Adam"), ("conv4_1，通道 18", "conv4_1，通道 18"), (162, 162)])
def test_names_in_a_label_of_the_language_are_translated_too(chinese, monkeypatch, label, shown):
    monkeypatch.setattr(fonts, "font_file", lambda: ("some font", 0))
    assert fonts.drawn(label) == shown


def test_a_mark_between_two_parts_is_the_languages_own(chinese):
    assert words.mark(":") == "：" and "<p>“b”：B</p>" in page("05-x", "?", {"a": "A", "b": "B"}, "a")
    words.set_language("en")
    assert words.mark(":") == ": " and "<p>“b”: B</p>" in page("05-x", "?", {"a": "A", "b": "B"}, "a")


def test_a_name_of_figures_stays_where_it_is_typed(chinese):
    assert words.translated("dusk") == "dusk"


def test_bars_over_words_speak_with_the_languages_font(chinese, monkeypatch):
    """Their labels are empty until they are drawn."""
    family = ["DejaVu Sans", "Some Chinese Font"]
    figure, axes = plots.subplots()
    axes.barh(["loss", "第一"], [1, 2])
    monkeypatch.setattr(fonts, "font_file", lambda: ("any", 0))
    monkeypatch.setattr(fonts, "settings", lambda: {"font.family": family})
    plots.png(figure)
    labels = axes.get_yticklabels()
    assert [label.get_text() for label in labels] == ["损失", "第一"]
    assert all(label.get_fontfamily() == family for label in labels)


def test_every_figure_of_a_diagram_is_written_by_the_one_function_that_speaks():
    """A figure that wrote itself had boxes for its Chinese letters."""
    package = Path(plots.__file__).parent
    writers = [path.name for path in package.rglob("*.py") if ".savefig(" in path.read_text("utf-8")]
    assert writers == ["plots.py"]


def test_a_figure_without_a_font_keeps_english_and_says_so_once(chinese, monkeypatch, capfd):
    monkeypatch.setattr(fonts, "FONTS", {"zh_CN": ("No Such Font",)})
    monkeypatch.setattr(fonts, "_FILES", fonts.re.compile("no such file"))
    figure, axes = plots.subplots()
    axes.set(title="loss", xlabel="灰色噪声")  # the second as a Chinese lesson writes it
    plots.png(figure)
    plots.png(figure)
    assert (axes.get_title(), axes.get_xlabel()) == ("loss", "grey noise")
    assert capfd.readouterr().err.count("no font with the letters of zh_CN was found") == 1


@pytest.mark.filterwarnings("ignore:Glyph")
def test_words_with_a_formula_take_the_languages_face_first(chinese, monkeypatch):
    """matplotlib's formulas take the letters of the first face alone."""
    family = ["DejaVu Sans", "Some Chinese Font"]
    figure, axes = plots.subplots()
    axes.set(xlabel=r"loss $y_t$", ylabel="loss")
    monkeypatch.setattr(fonts, "settings", lambda: {"font.family": family})
    plots._speak(figure)
    assert axes.xaxis.label.get_fontfamily() == family[::-1] and axes.yaxis.label.get_fontfamily() == family


def test_pillow_writes_what_has_no_chinese_letter_with_the_face_that_has_raised_ones(chinese, monkeypatch):
    """10⁻⁶ is a box in the Chinese fonts."""
    monkeypatch.setattr(lettering, "drawn", words.translated)
    monkeypatch.setattr(lettering, "font_file", lambda: (lettering.DEJAVU.with_stem("DejaVuSansMono"), 0))  # any other
    pen = lettering.font(16)
    assert pen.latin.getname()[0] == "DejaVu Sans" and pen.getname()[0] == "DejaVu Sans Mono"
    assert pen.getlength("10⁻⁶ β₁ = 3") == pen.latin.getlength("10⁻⁶ β₁ = 3") != pen.getlength("10⁻⁶ β₁ = 灰")
    assert pen.getbbox("loss") == super(lettering.SpeakingFont, pen).getbbox("损失")
    assert pen.getmask2("10⁻⁶")[0].size == pen.latin.getmask2("10⁻⁶")[0].size


@pytest.mark.parametrize("anchor", ["la", "ma", "lm", "ld", "ls", "rt"])
def test_chinese_words_stand_on_the_line_of_latin_ones(chinese, monkeypatch, anchor):
    """A font with more room above its letters would hang them lower: the last line of a drawing was cut."""
    monkeypatch.setattr(lettering, "drawn", words.translated)
    monkeypatch.setattr(lettering, "font_file", lambda: (lettering.DEJAVU, 0))
    pen = lettering.font(16)
    wanted = super(lettering.SpeakingFont, pen).getbbox("损失", anchor=anchor)
    monkeypatch.setattr(lettering.SpeakingFont, "getmetrics", lambda self: (25, 9))
    high, deep = pen.latin.getmetrics()
    lower = {"a": high - 25, "m": round((high - deep - 25 + 9) / 2), "d": 9 - deep}.get(anchor[1], 0)
    left, top, right, bottom = pen.getbbox("loss", anchor=anchor)
    assert (left, top - lower, right, bottom - lower) == wanted
    assert pen.getmask2("loss", anchor=anchor)[1][1] - lower == wanted[1]


def test_the_moving_picture_of_lesson_01_speaks(chinese, monkeypatch):
    from nst_helpers.diagrams import convolution

    written = []
    monkeypatch.setattr(lettering, "drawn", lambda text: written.append(text) or text)
    convolution.walk([(2, 1, 1, 0)])
    assert "stride 1, padding 0" in written


def test_pillow_writes_the_language_too(chinese, monkeypatch):
    monkeypatch.setattr(fonts, "drawn", words.translated)
    monkeypatch.setattr(lettering, "drawn", words.translated)
    pen = base.font(16)
    assert pen.getlength("press the button") == super(lettering.SpeakingFont, pen).getlength("按按钮")
    assert pen.getbbox("grey noise", anchor="ls") == super(lettering.SpeakingFont, pen).getbbox("灰色噪声", anchor="ls")


def test_a_panel_speaks_and_its_values_stay(chinese):
    controls = {"kind": base.dropdown("press the button", ["grey", "other"], "grey"),
                "size": base.slider("loss", 3, 0, 9)}
    seen = []

    def draw(kind, size):
        seen.append((kind, size))
        return base.Drawing(base.encoded(np.zeros((4, 4, 3))), f"noise σ = {size}")

    panel = base.Panel(draw, controls)
    kind = panel.controls["kind"]
    assert kind.description == "按按钮" and panel.controls["size"].description == "损失"
    assert kind._options_labels == ("灰色", "other") and kind.value == "grey"
    panel.controls["size"].value = 5
    assert seen == [("grey", 3), ("grey", 5)] and panel.words.value == "噪声 σ = 5"
    stored, _ = panel._repr_mimebundle_()
    assert stored["text/plain"] == "噪声 σ = 5"
    speech.speak(ipywidgets.HBox([ipywidgets.Button(description="press the button")]))


def test_verdicts_and_errors_speak(chinese, capsys):
    exercises.show(exercises.Verdict(True, "✓ 01-x: right. It stopped."))
    exercises.show(exercises.Verdict(False, "✗ 01-x: your sum lacks a term."))
    assert capsys.readouterr().out == "✓ 01-x：对了。停了。\n✗ 01-x：和里少了一项。\n"
    assert str(NSTError("the file a.png is empty")) == "文件 a.png 是空的"


def test_the_command_line_speaks(capsys, chinese):
    from nst_helpers.__main__ import main

    with pytest.raises(SystemExit):
        main(["--help"])
    assert "神经风格迁移" in capsys.readouterr().out


def test_a_language_is_chosen_without_loading_anything():
    code = "import sys, nst_helpers.words; print(sorted({'numpy', 'matplotlib', 'ipywidgets'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_panel_that_speaks_begins_where_the_english_one_does(monkeypatch):
    """Putting choices into another language once chose the first for a moment, and cut the slider behind it."""
    from nst_helpers.widgets.features import feature_browser

    english = feature_browser().controls
    monkeypatch.setenv(words.VARIABLE, "zh_CN")
    spoken = feature_browser().controls
    assert {name: one.value for name, one in spoken.items()} == {name: one.value for name, one in english.items()}


def test_a_choice_in_another_language_is_still_that_choice(chinese):
    control = ipywidgets.Dropdown(options=[("loss", 1), ("grey", 2)], value=2)
    seen = []
    control.observe(lambda change: seen.append(change["new"]), "value")
    speech.speak(control)
    assert control.value == 2 and control.label == "灰色" and not seen, "nothing else was chosen meanwhile"
    control.label = "损失"
    assert seen == [1]
