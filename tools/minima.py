"""Lower one loss from several starts until it hardly falls (nst_helpers/experiments/minima.py); a quarter of an hour.

    python tools/minima.py            where out of date
    python tools/minima.py --check    compute nothing; say whether it is
"""

import sys
from dataclasses import asdict
from functools import partial

import stamps

from nst_helpers.experiments.minima import kicked, lowered, objective_of, pairs, starts
from nst_helpers.networks import data_folder
from nst_helpers.settings import Settings
from nst_helpers.shipped import shipped_picture

FOLDER = data_folder() / "runs"
CONTENT, STYLE = "temple", "great_waves"
COMMON = {"size": 128, "scales": 1, "iterations": 1000, "style_weight": 25.0}
BESIDE = 400  # iterations of a descent that does not begin anew
# {name: how it begins: None at the start of this name, or at the mean of two ends, with noise of so many gray levels}
DESCENTS = {"photograph": None, "noise": None, "second_noise": None, "kicked_noise": ("noise", "noise", 10.0),
            "half_way": ("photograph", "noise", 0.0), "kicked_photograph": ("photograph", "photograph", 10.0)}


def main(arguments=None):
    return stamps.main(arguments, __doc__, read_recipes(), is_stale, compute, "minima")


def read_recipes():
    """One: pictures, settings and descents together, for some begin where others ended."""
    return {"minima": {"content": CONTENT, "style": STYLE, "settings": COMMON, "beside": BESIDE,
                       "descents": DESCENTS}}


def compute(name, recipe):
    """All descents; what is known is kept after each, for a run of this length may be cut short."""
    settings, ends, seen = Settings(**recipe["settings"]), {}, {}
    content, style = (shipped_picture(recipe["content"], settings.size),
                      shipped_picture(recipe["style"], round(settings.style_scale * settings.size)))
    objective, begun = objective_of(content, style, settings), starts(content)
    for descent, beside in recipe["descents"].items():
        start, iterations, watch = begun.get(descent), settings.iterations, partial(keep_in, seen, descent)
        if beside:
            start, iterations, watch = kicked(mean_of(ends, *beside[:2]), beside[2]), recipe["beside"], None
        ends[descent] = lowered(start, objective, iterations, settings, watch)
        print(descent, told_of(ends[descent]), flush=True)
        stamps.keep_picture(picture_of(descent), ends[descent].image)
        whole = len(ends) == len(recipe["descents"])
        stamps.keep_note(FOLDER / f"{name}.json", told(recipe, settings, ends, seen, whole))
    return f"{len(ends)} descents"


def keep_in(seen, descent, mark, picture):
    seen.setdefault(mark, {})[descent] = picture


def mean_of(ends, one, other):
    return (ends[one].image + ends[other].image) / 2


def told(recipe, settings, ends, seen, whole):
    """The note: of each descent its numbers, and how far the pictures of those that begin anew were apart."""
    apart = {mark: {pair: stamps.digits(number) for pair, number in pairs(pictures).items()}
             for mark, pictures in seen.items()}
    return {"stamp": stamp(recipe) if whole else "", "settings": asdict(settings), "beside": recipe["beside"],
            "apart": apart, "ends": {name: told_of(end) for name, end in ends.items()}}


def told_of(end):
    """An `End` as a note has it, but its picture."""
    return {"losses": {part: stamps.digits(value, 5) for part, value in end.losses.items()},
            "force": stamps.digits(end.force), "totals": {mark: stamps.digits(total, 5) for mark, total in
                                                          end.totals.items()}}


def picture_of(name):
    return FOLDER / f"minima_{name}.webp"


def is_stale(name, recipe):
    """Whether it is missing or cut short, or of other settings, descents or another network."""
    return stamps.is_stale(FOLDER / f"{name}.json", stamp(recipe), map(picture_of, recipe["descents"]))


def stamp(recipe):
    return stamps.digest([stamps.text(recipe), stamps.text(asdict(Settings(**recipe["settings"])))],
                         [stamps.network_file("compact")])


if __name__ == "__main__":
    sys.exit(main())
