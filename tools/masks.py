"""The masks that the course ships, in data/masks: by color and position, from its own photographs.

    python tools/masks.py [temple_sky …]

Each is a grey PNG as large as its photograph: white is here, black is elsewhere, and the edge between is soft.
"""

import argparse

import numpy as np
from PIL import Image
from scipy import ndimage

from nst_helpers.colors import brightness
from nst_helpers.images import to_uint8
from nst_helpers.networks import data_folder
from nst_helpers.shipped import shipped_picture

FOLDER = data_folder() / "masks"


def astronaut_head():
    """Skin and hair: warm colors above the collar, without holes."""
    image = shipped_picture("astronaut")
    rows, columns = np.indices(image.shape[:2])
    near = ((columns - 224) / 92) ** 2 + ((rows - 100) / 98) ** 2 < 1
    warm = image[..., 0] - image[..., 2] > 22
    whole = ndimage.binary_fill_holes(ndimage.binary_closing(near & warm, iterations=4))
    return soft(without_specks(opened(whole, 12)), 3.0)


def temple_sky():
    """Sky and lake: light, and rather blue than red; without the temple's own light places."""
    image = ndimage.gaussian_filter(shipped_picture("temple"), (1.5, 1.5, 0))
    light = (brightness(image) > 128) & (image[..., 2] > image[..., 0] - 4)
    return soft(without_specks(opened(light, 4)), 2.0)


MASKS = {"astronaut_head": astronaut_head, "temple_sky": temple_sky}


def opened(here, radius):
    """Without what is narrower than a disk of this radius; beyond the border it goes on as it is there."""
    rows, columns = np.indices((2 * radius + 1,) * 2) - radius
    padded = np.pad(here, radius, mode="edge")
    return ndimage.binary_opening(padded, rows**2 + columns**2 <= radius**2)[radius:-radius, radius:-radius]


def without_specks(here, least=600):
    """Only what has so many pixels in one piece."""
    pieces, _ = ndimage.label(here)
    return (np.bincount(pieces.ravel()) >= least)[pieces] & here


def soft(here, pixels):
    """A map, 0–255, whose edge goes over into black within a few pixels."""
    return 255 * ndimage.gaussian_filter(here.astype(np.float32), pixels, mode="nearest")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[[], *MASKS], help="which ones (default: all)")
    FOLDER.mkdir(exist_ok=True)
    for name in parser.parse_args().names or MASKS:
        Image.fromarray(to_uint8(MASKS[name]())).save(FOLDER / f"{name}.png", optimize=True)


if __name__ == "__main__":
    main()
