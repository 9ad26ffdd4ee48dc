"""The command line and pictures as people have them: transparent ones, odd names, profiles that are broken."""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from nst_helpers.__main__ import main
from nst_helpers.images import load_alpha, load_image, noise_image, save_image
from nst_helpers.networks import data_folder
from nst_helpers.shipped import shipped_picture

QUICK = ["--size", "64", "--scales", "1", "--iterations", "2", "--quiet"]


@pytest.fixture(scope="module")
def style(tmp_path_factory):
    return str(save_image(noise_image(48, 48, 1), tmp_path_factory.mktemp("style") / "style.png"))


@pytest.fixture
def cut_out(tmp_path):
    """A picture that is transparent to the left."""
    alpha = np.tile(np.repeat([0, 255], 80), (120, 1))
    return str(save_image(noise_image(120, 160, 0), tmp_path / "cut_out.png", alpha=alpha))


@pytest.mark.parametrize("ending", ["png", "webp", "jpg"])
def test_a_transparent_picture_stays_so_and_a_jpeg_says_that_it_cannot(ending, cut_out, style, tmp_path, capsys):
    output = tmp_path / f"made.{ending}"
    assert main(["transfer", cut_out, style, "--output", str(output), "--folder", str(tmp_path / "all"), *QUICK]) == 0
    told = capsys.readouterr().out
    for path in [tmp_path / "all" / "picture.png", *([output] if ending != "jpg" else [])]:
        alpha = load_alpha(path)
        assert alpha.shape == (48, 64) and alpha[:, :28].max() < 20 and alpha[:, -28:].min() > 235
    lines = [line for line in told.splitlines() if "white" in line]
    assert len(lines) == (ending == "jpg")
    if ending == "jpg":
        assert load_alpha(output) is None and load_image(output)[:, :24].min() > 240


def test_an_opaque_picture_stays_opaque(style, tmp_path, capsys):
    assert main(["transfer", style, style, "--output", str(tmp_path / "made.png"), *QUICK]) == 0
    with Image.open(tmp_path / "made.png") as picture:
        assert picture.mode == "RGB"
    assert "white" not in capsys.readouterr().out


@pytest.mark.parametrize("name", ["x" * 251 + ".png", "风" * 83 + ".png", "price $5.png", "it's; so.png", "%s.png"])
def test_every_name_that_the_system_takes_is_taken(name, style, tmp_path):
    assert main(["transfer", style, style, "--output", str(tmp_path / name), *QUICK]) == 0
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_name_that_is_too_long_is_told_before_the_work(style, tmp_path, capsys):
    assert main(["transfer", style, style, "--output", str(tmp_path / ("x" * 252 + ".png")), *QUICK]) == 1
    told = capsys.readouterr().err
    assert told.startswith("error: --output ") and "too long" in told.lower() and told.count("\n") == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("address", ["https://example.org/me.jpg", "ftp://example.org/me.jpg", "HTTP://a.b/c d"])
def test_an_address_is_called_one(address, style, tmp_path, capsys):
    assert main(["transfer", address, style, "--output", str(tmp_path / "a.png"), *QUICK]) == 1
    assert capsys.readouterr().err.startswith(f"error: {address}: nothing is fetched from the network here. Download")


def test_a_broken_profile_is_one_line_of_warning(style, tmp_path, capsys):
    file = io.BytesIO()
    Image.new("RGB", (40, 40), (200, 90, 10)).save(file, "PNG", icc_profile=b"x" * 300)
    (tmp_path / "scan.png").write_bytes(file.getvalue())
    assert main(["transfer", str(tmp_path / "scan.png"), style, "--output", str(tmp_path / "a.png"), *QUICK]) == 0
    lines = [line for line in capsys.readouterr().err.splitlines() if "profile" in line]
    assert len(lines) == 1 and re.match(r"warning: \S*scan\.png: its colour profile cannot be used", lines[0])


def test_the_readmes_lines_make_the_commands_picture(tmp_path):
    """One default, in one place: what is loaded in full is reduced by the settings, wherever it is loaded."""
    from nst_helpers.settings import Settings
    from nst_helpers.transfer import transfer

    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert 'transfer(load_image("me.jpg"), load_image("data/style/woodcut.jpg"), Settings(style_weight=60))' in readme
    content, style = (data_folder() / name for name in ("content/temple.jpg", "style/woodcut.jpg"))
    assert main(["transfer", str(content), str(style), "--style-weight", "60", "--output", str(tmp_path / "a.png"),
                 *QUICK]) == 0
    settings = Settings(style_weight=60, size=64, scales=1, iterations=2)
    result = transfer(load_image(content), load_image(style), settings)
    result.save(tmp_path)
    np.testing.assert_array_equal(load_image(tmp_path / "a.png"), load_image(tmp_path / "picture.png"))


def test_a_larger_size_than_512_is_had_from_python_too():
    from nst_helpers.schedule import pyramid
    from nst_helpers.settings import Settings

    content = shipped_picture("temple")
    assert max(pyramid(*content.shape[:2], Settings(size=768))[-1][:2]) == max(content.shape[:2]) > 512
