"""Diagrams of the lessons, drawn by code: each function returns a figure that `plots.show` shows."""
