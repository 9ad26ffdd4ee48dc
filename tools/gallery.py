"""The gallery: finished pictures at 512 pixels, with the settings that made each, in data/gallery.

    python tools/gallery.py [temple_night …]

`make gallery` paints all of them. What is said of each stands in gallery.json: the two pictures' names (several
styles with their weights), and the settings that are not the defaults.
"""

import argparse
import json

from tqdm import tqdm

from nst_helpers.diagnose import diagnose
from nst_helpers.images import load_image, save_image
from nst_helpers.networks import data_folder
from nst_helpers.settings import Settings
from nst_helpers.transfer import transfer

FOLDER = data_folder() / "gallery"
RECIPES = FOLDER / "gallery.json"


def main():
    recipes = json.loads(RECIPES.read_text(encoding="utf-8"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[[], *recipes], help="which ones (default: all)")
    names = parser.parse_args().names or list(recipes)
    for name in tqdm(names, unit="picture"):
        result = paint(recipes[name])
        for finding in diagnose(result):
            print(f"{name}: {finding.name}, {finding.sign}")
        save_image(result.image, FOLDER / f"{name}.jpg")


def paint(recipe):
    """The `Result` of one recipe: {"content", "style", "settings"}."""
    settings = Settings(**recipe["settings"])
    return transfer(*pictures(recipe, settings.size), settings)


def pictures(recipe, size):
    """(content picture with its longer side at most `size`, [(weight, style picture), …]) of a recipe."""
    content = load_image(data_folder() / "content" / f"{recipe['content']}.jpg", size)
    return content, [(weight, load_image(data_folder() / "style" / f"{style}.jpg", None))
                     for style, weight in recipe["style"].items()]


if __name__ == "__main__":
    main()
