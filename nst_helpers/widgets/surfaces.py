"""Where lessons 08 to 10 import `nst_helpers.experiments.landscapes` from."""

from nst_helpers.experiments.landscapes import SURFACES, Surface, corners, curvatures, height, run, slope, turned

__all__ = ["SURFACES", "Surface", "corners", "curvatures", "height", "run", "slope", "turned"]
