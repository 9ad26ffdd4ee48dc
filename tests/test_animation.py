"""The film of how a picture formed."""

import numpy as np
import pytest
from PIL import Image, ImageSequence

from nst_helpers import animation
from nst_helpers.animation import ENDINGS, HOLD, SHORTEST, Film, save_animation, small_frame


def shown(path):
    """[(the frame as an array, for how long it stands), …]"""
    with Image.open(path) as film:
        return [(np.asarray(frame.convert("RGB"), float), frame.info["duration"])
                for frame in ImageSequence.Iterator(film)]


@pytest.mark.parametrize("name", ["a.gif", "a.webp"])
def test_the_animation_ends_at_the_picture(tmp_path, name):
    frames = [np.full((4, 6, 3), 10, np.uint8), np.full((8, 12, 3), 200, np.uint8)]
    save_animation(frames, tmp_path / name)
    (first, _), (last, _) = shown(tmp_path / name)
    assert first.shape == last.shape == (8, 12, 3)
    assert abs(first.mean() - 10) < 3 and abs(last.mean() - 200) < 3


@pytest.mark.parametrize("ending", ENDINGS)
def test_frames_come_in_order_and_the_last_one_is_held(tmp_path, ending):
    film, grays = Film(16, 24), range(0, 250, 25)
    for gray in grays:
        film.add(np.full((8, 12, 3), gray, np.float32))
    path = film.save(tmp_path / f"film{ending}", seconds=2)
    found = shown(path)
    assert [round(frame.mean() / 25) * 25 for frame, _ in found] == list(grays)
    assert [time for _, time in found] == [200] * 9 + [HOLD]
    with Image.open(path) as picture:
        assert picture.info["loop"] == 0  # for ever


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_film_of_many_frames_is_longer_rather_than_too_fast(tmp_path, ending):
    film = Film(8, 8)
    for number in range(25):
        film.add(np.full((8, 8, 3), 10 * number))
    assert {time for _, time in shown(film.save(tmp_path / f"film{ending}", seconds=0.1))} == {SHORTEST, HOLD}


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_single_frame_is_a_picture(tmp_path, ending, photograph):
    film = Film(64, 96)
    film.add(photograph)
    with Image.open(film.save(tmp_path / f"film{ending}")) as picture:
        assert np.abs(np.asarray(picture.convert("RGB"), float) - photograph).mean() < 8


@pytest.mark.parametrize("ending", ENDINGS)
def test_frames_look_like_their_pictures(tmp_path, ending, photograph):
    """A wrong palette, or one frame's for another, would be off by far more than 256 colors are."""
    film = Film(64, 96)
    for image in (photograph, 255 - photograph, photograph[::-1]):
        film.add(image)
    for (frame, _), image in zip(shown(film.save(tmp_path / f"film{ending}")),
                                 (photograph, 255 - photograph, photograph[::-1]), strict=True):
        assert np.abs(frame - image).mean() < 8


@pytest.mark.parametrize("ending", ENDINGS)
def test_frames_are_decoded_one_at_a_time(monkeypatch, ending):
    """Frames are kept as compressed bytes, and no two of them are held decoded while a film is written."""
    real, alive, most = animation._decoded, [], [0]

    class Held(Image.Image):
        def __del__(self):
            alive.pop()

    def decoded(kept, size):
        frame = real(kept, size)
        frame.__class__ = Held
        alive.append(None)
        most[0] = max(most[0], len(alive))
        return frame

    film = Film(64, 64)
    for number in range(30):
        film.add(np.full((32, 32, 3), 8 * number))
    assert film.held < 30 * 32 * 32 * 3 / 2
    monkeypatch.setattr(animation, "_decoded", decoded)
    film.encoded(ending)
    assert most[0] <= 3


def test_a_film_that_cannot_be_written_leaves_the_old_one(tmp_path, monkeypatch):
    (tmp_path / "film.gif").write_bytes(b"old")
    film = Film(4, 4)
    film.add(np.zeros((4, 4, 3)))

    def full(*_):
        raise OSError("no space left")

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(OSError, match="no space"):
        film.save(tmp_path / "film.gif")
    assert [path.name for path in tmp_path.iterdir()] == ["film.gif"]
    assert (tmp_path / "film.gif").read_bytes() == b"old"


def test_a_frame_is_small_and_never_enlarged():
    wide = small_frame(np.full((10, 480, 3), 99.6))
    assert wide.shape == (5, 240, 3) and wide.dtype == np.uint8 and (wide == 100).all()
    assert small_frame(np.zeros((3, 4, 3))).shape == (3, 4, 3)
