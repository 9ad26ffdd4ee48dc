"""The small pictures beside the lessons in README.md: a part of a picture that each lesson shows, as it is stored.

    python tools/thumbnails.py
"""

import base64
import io
from pathlib import Path

import nbformat
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "docs" / "thumbnails"
SIZE = 192, 128
FORMATS = "image/png", "image/jpeg", "image/webp"

# {lesson: (which of its pictures, from 0; the part of it, in shares of its sides: left, top, right, bottom)}.
PARTS = {
    "00_start_here": (0, (0.05, 0.02, 0.95, 0.6)),
    "01_convolution": (0, (0.46, 0.52, 0.87, 0.98)),
    "02_feature_maps": (0, (0.0, 0.07, 0.5, 1.0)),
    "03_content_loss": (0, (0.34, 0.5, 0.66, 1.0)),
    "04_gram_matrices": (1, (0.02, 0.57, 0.46, 0.92)),
    "05_style_loss": (0, (0.36, 0.06, 0.97, 0.97)),
    "06_total_variation": (8, (0.01, 0.08, 0.49, 0.95)),
    "07_total_loss": (0, (0.0, 0.03, 1.0, 1.0)),
    "08_gradient_descent": (0, (0.05, 0.5, 0.95, 1.0)),
    "09_rmsprop": (0, (0.5, 0.55, 1.0, 0.99)),
    "10_adam": (0, (0.05, 0.45, 0.95, 1.0)),
    "11_full_transfer": (0, (0.02, 0.0, 0.98, 0.72)),
}


def pictures_of(path):
    """The stored pictures of a notebook, in order."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            for kind in FORMATS:
                if kind in data:
                    yield Image.open(io.BytesIO(base64.b64decode(data[kind]))).convert("RGB")
                    break


def thumbnail(lesson):
    """The small picture of a lesson, `SIZE` pixels: the part that is named, cut around its middle to that form."""
    number, (left, top, right, bottom) = PARTS[lesson]
    picture = list(pictures_of(ROOT / "notebooks" / f"{lesson}.ipynb"))[number]
    width, height = picture.size
    left, top, right, bottom = left * width, top * height, right * width, bottom * height
    wide, high = right - left, bottom - top
    factor = min(wide / SIZE[0], high / SIZE[1])
    left, top = left + (wide - factor * SIZE[0]) / 2, top + (high - factor * SIZE[1]) / 2
    box = left, top, left + factor * SIZE[0], top + factor * SIZE[1]
    return picture.resize(SIZE, Image.Resampling.LANCZOS, box)


def main():
    FOLDER.mkdir(exist_ok=True)
    for lesson in PARTS:
        thumbnail(lesson).save(FOLDER / f"{lesson[:2]}.jpg", quality=85, subsampling=0)
    print(f"{len(PARTS)} small pictures are in {FOLDER.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
