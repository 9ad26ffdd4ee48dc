"""What lesson 06 shows of another library is what that library computes, and is up to date."""

import json
import sys
from pathlib import Path

import numpy as np

from nst_helpers.experiments.denoising import exact_minimum, with_noise
from nst_helpers.images import load_image
from nst_helpers.networks import data_folder
from nst_helpers.shipped import shipped_picture

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
import denoised

FOLDER = data_folder() / "denoised"


def test_what_is_shipped_is_as_its_recipes_ask():
    assert denoised.main(["--check"]) == 0


def test_the_library_finds_the_exact_minimum():
    from skimage.restoration import denoise_tv_chambolle

    noisy = with_noise(shipped_picture("coffee", 64), 20).astype(float)
    theirs = denoise_tv_chambolle(noisy, weight=13, eps=1e-8, max_num_iter=2000, channel_axis=-1)
    difference = (theirs - exact_minimum(noisy, 13.0))[:-2, :-2]  # it ties the last row and column too
    assert np.sqrt(np.mean(difference**2)) < 2 and np.sqrt(np.mean((theirs - noisy) ** 2)) > 10


def test_the_shipped_picture_is_the_librarys():
    recipe = json.loads((FOLDER / "scikit_image.json").read_text(encoding="utf-8"))["recipe"]
    cup = shipped_picture("coffee", recipe["size"])
    ours = exact_minimum(with_noise(cup, recipe["sigma"]).astype(float), recipe["gamma"])
    difference = (np.clip(ours, 0, 255) - load_image(FOLDER / "scikit_image.webp"))[:-1, :-1]
    assert np.sqrt(np.mean(difference**2)) < 1.3
