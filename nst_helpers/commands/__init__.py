"""The commands of `python -m nst_helpers`, one module each: `add` says what can be typed, and `run` does it.

TensorFlow is imported only where a command runs, so that --help answers at once.
"""

# Exit codes. A mistake in the program is a traceback and 1, as Python has it; 130 is what shells count for Ctrl-C.
DONE, FAILED, USAGE, STOPPED = 0, 1, 2, 130
EXIT_CODES = ("exit codes: 0 done, 1 something failed (a line says what), 2 the command line asks for what cannot be, "
              "130 stopped by Ctrl-C")
