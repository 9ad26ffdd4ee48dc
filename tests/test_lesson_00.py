"""Lesson 00: its diagrams, the scan whose truth is known, and the exercise that is a picture."""

import importlib.util
import sys
from pathlib import Path

import numpy as np
import pytest
from lesson_code import lesson_source

from nst_helpers.diagrams.method import finished_picture, method
from nst_helpers.diagrams.pixels import enlarged_pixels, marked_spots
from nst_helpers.errors import SettingsError
from nst_helpers.exercises import verdict
from nst_helpers.experiments import scan as module
from nst_helpers.experiments.scan import Count, count, find_spots, load_scan, scan
from nst_helpers.plots import png
from nst_helpers.shipped import shipped_picture
