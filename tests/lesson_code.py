"""The functions that a lesson writes by hand, taken out of its source, so that tests can call them."""

import ast
from pathlib import Path

import numpy as np

SOURCES = Path(__file__).resolve().parent.parent / "notebooks" / "sources"
CURVATURE = np.array([100.0, 1.0, 0.01])  # of the ravine in three dimensions that rules walk down, by hand and packaged


def lesson_functions(lesson, *names, **space):
    """Functions and classes as a lesson defines them; of several with one name, the last: the solution.

    Args:
        lesson: as in "01_convolution".
        names: what is wanted, with what it calls.
        space: what else they need; the lesson's imports are there already.

    Returns:
        A list, in the order of the names.
    """
    body = ast.parse((SOURCES / f"{lesson}.py").read_text(encoding="utf-8")).body
    imports = [node for node in body if isinstance(node, ast.Import | ast.ImportFrom)]
    found = {node.name: node for node in body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    module = ast.Module([*imports, *(found[name] for name in names)], [])
    exec(compile(module, lesson, "exec"), space)
    return [space[name] for name in names]


def path(step, w, memory, steps=100):
    """The points, (steps, …), that a step of an optimizer, by hand or packaged, makes of w in this ravine."""
    points = []
    for _ in range(steps):
        w, memory = step(w, CURVATURE * w, memory)
        points.append(np.asarray(w))
    return np.array(points)
