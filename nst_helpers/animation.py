"""How a picture formed, as a short film."""

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from PIL import Image

from nst_helpers.arrays import Frame
from nst_helpers.arrays import Image as Picture
from nst_helpers.images import resize_image, to_uint8
from nst_helpers.system import write_whole

FRAME_SIZE = 240  # pixels, longer side
ENDINGS = (".gif", ".webp")
HOLD = 2000  # milliseconds that the last frame stays
SHORTEST = 20  # milliseconds of a frame: browsers show one for longer if it asks for less
_SAMPLE = 100  # pixels: longer side of what a frame's 256 colors are chosen by; all of it would take ten times as long


class Film:
    """Pictures that become frames of one size. Each is kept as a JPEG of quality 95 from the moment it comes.

    Args:
        height, width: of every frame in pixels; what is smaller is enlarged.
    """

    def __init__(self, height: int, width: int):
        self._size, self._kept = (width, height), []

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def held(self) -> int:
        """Bytes of memory, for the frames that are kept."""
        return sum(map(len, self._kept))

    def add(self, image: Picture | Frame) -> None:
        """One more frame: a picture (height, width, 3), 0–255, of any size."""
        file = io.BytesIO()
        Image.fromarray(to_uint8(image)).save(file, "JPEG", quality=95, subsampling="4:4:4")
        self._kept.append(file.getvalue())

    def encoded(self, ending: str, seconds: float = 6.0) -> bytes:
        """The film as a file's contents: it runs for ever, and holds its last frame.

        Args:
            ending: one of ENDINGS. seconds: how long it takes without the hold; no frame is shorter than SHORTEST.
        """
        pace = max(SHORTEST, round(1000 * seconds / len(self)))
        file, options = io.BytesIO(), {"save_all": True, "loop": 0, "duration": [pace] * (len(self) - 1) + [HOLD]}
        if ending == ".gif":
            frames = map(_in_few_colors, self._frames())
            next(frames).save(file, "GIF", append_images=frames, **options)
        else:
            _Reel(self._kept, self._size).save(file, "WEBP", **options)
        return file.getvalue()

    def save(self, path: Path, seconds: float = 6.0) -> Path:
        """Write the film, whole or not at all; OSError where the place will not do. Arguments as in `encoded`."""
        write_whole(path, self.encoded(path.suffix.lower(), seconds))
        return path

    def _frames(self) -> Iterator[Image.Image]:
        return (_decoded(kept, self._size) for kept in self._kept)


class _Reel(Image.Image):
    """Frames as one picture of many, as Pillow's own of files are: each is decoded when it is turned to.

    Pillow takes the frames of a .webp from a list, which would hold all of them decoded at once.
    """

    def __init__(self, kept, size):
        super().__init__()
        self._kept, self._size, self._mode, self.n_frames = kept, size, "RGB", len(kept)
        self.seek(0)

    def seek(self, frame: int) -> None:
        self.im, self._at = _decoded(self._kept[frame], self.size).im, frame

    def tell(self) -> int:
        return self._at


def _decoded(kept, size):
    with Image.open(io.BytesIO(kept)) as picture:
        return picture.resize(size, Image.Resampling.BICUBIC)


def _in_few_colors(frame):
    sample = frame.copy()
    sample.thumbnail((_SAMPLE, _SAMPLE), Image.Resampling.NEAREST)
    return frame.quantize(palette=sample.quantize(256), dither=Image.Dither.NONE)


def save_animation(frames: Sequence[Frame], path: Path, seconds: float = 6.0) -> None:
    """How a picture formed, as an animated .gif or .webp that ends with a pause; written whole or not at all.

    Args:
        frames: pictures (height, width, 3) uint8, of different size too; each is brought to the last one's.
        path: where. seconds: how long it takes.
    """
    film = Film(*frames[-1].shape[:2])
    for frame in frames:
        film.add(frame)
    film.save(path, seconds)


def small_frame(image: Picture, size: int = FRAME_SIZE) -> Frame:
    """A picture (height, width, 3) as a film's frame: uint8, its longer side at most `size` pixels."""
    factor = min(1.0, size / max(image.shape[:2]))
    small = resize_image(image, max(1, round(image.shape[0] * factor)), max(1, round(image.shape[1] * factor)))
    return to_uint8(small)
