"""Every shipped content in every shipped style, on one sheet: data/gallery/contact_sheet.jpg.

    python tools/contact_sheet.py [--size 384] [--output FILE] [--content temple,cat] [--style woodcut]
"""

import argparse
from pathlib import Path

import numpy as np
from tqdm import tqdm

from nst_helpers.images import resize_image, save_image
from nst_helpers.networks import data_folder
from nst_helpers.settings import Settings
from nst_helpers.shipped import picture_names, shipped_picture
from nst_helpers.transfer import transfer

CELL = 200  # pixels across
GAP = 6


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", type=int, default=384, help="longer side of each transfer")
    parser.add_argument("--output", type=Path, default=data_folder() / "gallery" / "contact_sheet.jpg")
    parser.add_argument("--content", help="names, separated by commas (default: all)")
    parser.add_argument("--style", help="names, separated by commas (default: all)")
    parser.add_argument("--network", default="compact")
    options = parser.parse_args()
    contents, styles = pictures("content", options.content), pictures("style", options.style)
    settings = Settings(size=options.size, network=options.network)
    bar = tqdm(total=len(contents) * len(styles), unit="picture")
    rows = [[blank(), *(cell(style) for style in styles.values())]]
    for content in contents.values():
        row = [cell(content)]
        for style in styles.values():
            row.append(cell(transfer(content, style, settings).image))
            bar.update()
        rows.append(row)
    print(save_image(sheet(rows), options.output))


def pictures(folder, names):
    """{name: image} of the shipped pictures of a folder, in alphabetical order."""
    return {name: shipped_picture(name) for name in (names.split(",") if names else picture_names(folder))}


def cell(image):
    """The largest square in the middle of an image, (CELL, CELL, 3)."""
    side = min(image.shape[:2])
    top, left = (image.shape[0] - side) // 2, (image.shape[1] - side) // 2
    return resize_image(image[top : top + side, left : left + side], CELL, CELL)


def blank():
    return np.full((CELL, CELL, 3), 255, np.float32)


def sheet(rows):
    """All cells, with white gaps between them."""
    framed = [[np.pad(image, ((0, GAP), (0, GAP), (0, 0)), constant_values=255) for image in row] for row in rows]
    return np.concatenate([np.concatenate(row, axis=1) for row in framed])


if __name__ == "__main__":
    main()
