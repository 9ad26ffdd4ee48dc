"""The package behind the course: neural style transfer after Gatys, Ecker and Bethge (2016).

Names are imported from their modules, as in `from nst_helpers.transfer import Settings, transfer`. Read
the modules in this order:

- `images`, `networks`, `losses`, `optimizers`: the parts; they know nothing of each other, but that
  networks look at images;
- `transfer`: joins them; `run`: the same in a thread, to be watched, paused and changed; `checkpoint` and `sweep`:
  a run that goes on after a break, and many of them;
- `experiments`: what is measured of all this; `widgets`, `diagrams`, `plots`: what is moved and drawn; `exercises`:
  what is asked; `python -m nst_helpers`: the command line.

Importing the package itself is instant; the modules that need TensorFlow import it (some seconds).
"""

__version__ = "0.2.0"
