"""Stored pictures are small, and look as before."""

import base64
import io
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
from PIL import Image, ImageDraw

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import notebook_pictures as tool  # noqa: E402


def encoded(picture, kind="PNG", **options):
    file = io.BytesIO()
    picture.save(file, kind, **options)
    return file.getvalue()


def drawing():
    picture = Image.new("RGB", (600, 300), "white")
    pen = ImageDraw.Draw(picture)
    for number in range(12):
        color = (20 * number, 90, 250 - 20 * number)
        pen.ellipse((20 + 40 * number, 40, 200 + 30 * number, 260), outline=color, width=3)
    return picture.resize((300, 150), Image.Resampling.BICUBIC)


def photograph(seed=0):
    return Image.open(ROOT / "data" / "content" / "temple.jpg").convert("RGB").resize((320, 240)).rotate(seed)


def opened(data):
    return Image.open(io.BytesIO(data))


def notebook(*pictures, html=()):
    """A notebook with one cell that shows pictures, (bytes, mime), and some within HTML."""
    outputs = [nbformat.v4.new_output("display_data", {mime: base64.b64encode(data).decode(), "text/plain": "words"})
               for data, mime in pictures]
    outputs += [nbformat.v4.new_output("display_data", {
        "text/html": f'<img src="data:{mime};base64,{base64.b64encode(data).decode()}" alt="words">'})
        for data, mime in html]
    return nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("show()", id="a", outputs=outputs)])


def stored(book):
    return [data for output in book.cells[0].outputs for data, _ in tool._pictures(output)]


def test_a_drawing_gets_a_palette_and_looks_the_same():
    data = encoded(drawing())
    new = tool.small(data, "image/png")
    assert len(new) < 0.6 * len(data) and opened(new).mode == "P" and opened(new).size == (300, 150)
    assert tool.difference(new, data)[1] < tool.SEEN
    assert tool.small(new, "image/png") == new


def test_a_picture_that_a_palette_would_spoil_keeps_its_colors():
    rainbow = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
    data = encoded(Image.fromarray(rainbow))
    new = tool.small(data, "image/png")
    assert np.array_equal(np.asarray(opened(new).convert("RGB")), rainbow)


def test_what_is_transparent_stays_so():
    picture = drawing().convert("RGBA")
    picture.putalpha(Image.linear_gradient("L").resize(picture.size))
    data = encoded(picture)
    assert tool.small(data, "image/png") == data and opened(tool.half(data, "image/png")).mode == "RGBA"


def test_a_photograph_keeps_its_quality():
    data = encoded(photograph(), "JPEG", quality=88)
    new = tool.small(data, "image/jpeg")
    assert len(new) < len(data) and tool.difference(new, data)[0] < 0.5 and opened(new).info["progressive"]
    assert opened(new).quantization == opened(data).quantization
    assert tool.small(new, "image/jpeg") == new


@pytest.mark.parametrize(("picture", "kind"), [(drawing, "PNG"), (photograph, "JPEG")])
def test_a_worked_lesson_shows_the_lessons_pictures_at_half_the_width(picture, kind):
    mime, data = f"image/{kind.lower()}", encoded(picture(), kind)
    lesson, solved = notebook((data, mime), html=[(data, mime)]), notebook((data, mime), html=[(data, mime)])
    tool.shrink(lesson)
    tool.shrink(solved, lesson)
    width, height = picture().size
    assert [opened(one).size for one in stored(lesson)] == [(width, height)] * 2
    assert [opened(one).size for one in stored(solved)] == [(width // 2, height // 2)] * 2
    assert 'alt="words"' in solved.cells[0].outputs[1].data["text/html"]
    before = nbformat.writes(solved)
    tool.shrink(solved, lesson)
    assert nbformat.writes(solved) == before


def test_what_the_lesson_does_not_show_stays_large():
    ours = encoded(photograph(), "JPEG")
    lesson, solved = notebook((ours, "image/jpeg")), notebook((encoded(photograph(180), "JPEG"), "image/jpeg"))
    other = notebook((ours, "image/jpeg"))
    other.cells[0].id = "b"
    for book in (solved, other):
        tool.shrink(book, lesson)
        assert opened(stored(book)[0]).size == (320, 240)


def test_the_step_changes_pictures_only(tmp_path, capsys):
    (tmp_path / "solutions").mkdir()
    data = encoded(drawing())
    for folder in (tmp_path, tmp_path / "solutions"):
        nbformat.write(notebook((data, "image/png")), folder / "90_small.ipynb")
    tool.main([str(tmp_path)])
    for folder, width in ((tmp_path, 300), (tmp_path / "solutions", 150)):
        book = nbformat.read(folder / "90_small.ipynb", as_version=4)
        assert book.cells[0].id == "a" and book.cells[0].source == "show()"
        assert opened(stored(book)[0]).width == width
    before = [path.read_bytes() for path in sorted(tmp_path.rglob("*.ipynb"))]
    tool.main([str(tmp_path)])
    assert [path.read_bytes() for path in sorted(tmp_path.rglob("*.ipynb"))] == before
    assert "MB before" in capsys.readouterr().out
