"""Things to move: each function of these modules returns one box with named controls and a picture.

`base` holds the box, `controls` its sliders and lists, `live` what computes behind a button; `studio` is a whole
transfer to play with. The others are of one subject each, `convolution`, `features`, `gram` …; they draw, and what they
show is computed in `nst_helpers.experiments`.
"""

from nst_helpers.extras import require

require("lessons", "ipywidgets")
