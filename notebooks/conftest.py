"""For `pytest --nbval notebooks/01_convolution.ipynb`: compares as tests/nbval_numbers.py says."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
from nbval_numbers import pytest_collect_file  # noqa: F401
