"""The commands of `python -m nst_helpers`, one module each: `add` says what can be typed, and `run` does it.

TensorFlow is imported only where a command runs, so that --help answers at once.
"""

# Exit codes: wrong input; ended by Ctrl-C, as shells count it. A mistake in the program is a traceback, and 1.
ERROR, STOPPED = 2, 130
