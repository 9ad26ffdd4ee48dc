"""The functions that a lesson writes by hand, taken out of its source, so that tests can call them."""

import ast
from pathlib import Path

SOURCES = Path(__file__).resolve().parent.parent / "notebooks" / "sources"


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
