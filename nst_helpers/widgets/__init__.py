"""Things to move: each function of these modules returns one box with named controls and a picture.

`base` holds the box; `convolution` the widgets of lesson 01, `features` those of lesson 02.
"""

from nst_helpers.extras import require

require("lessons", "ipywidgets")
