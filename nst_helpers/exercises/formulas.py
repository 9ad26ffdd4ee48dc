"""Numbers and formulas as students write them: "2/3", Fraction(2, 3), "2 / (curvature * beta)"."""

import ast
import math
import operator
from collections.abc import Mapping
from numbers import Real
from typing import Any

from nst_helpers.errors import NSTError

OPERATORS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
             ast.Pow: operator.pow, ast.UAdd: operator.pos, ast.USub: operator.neg}
FUNCTIONS = {name: getattr(math, name) for name in ("sqrt", "exp", "log", "sin", "cos", "tan", "tanh", "floor", "ceil")}
FUNCTIONS |= {"abs": abs, "min": min, "max": max}
CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e}
LONGEST = 300  # characters


class FormulaError(NSTError, ValueError):
    """What was written is no formula; the message says what to write."""


def value(answer: Any, variables: Mapping[str, float]) -> float:
    """The value of an answer: a number as it is, a text as a formula of the variables.

    Args:
        answer: a number, a fraction, or text. variables: {name: number}.

    Raises:
        FormulaError: no number and no formula of these variables.
    """
    if isinstance(answer, str):
        return _computed(answer, variables)
    try:
        if isinstance(answer, Real) or getattr(answer, "shape", None) in ((), (1,)):
            return float(answer)
    except (TypeError, ValueError, OverflowError):
        pass
    raise FormulaError(f"a number or a formula in quotation marks is wanted{_of(variables)}, not "
                       f"{type(answer).__name__}.")


def _computed(text, variables):
    written = text.replace("·", "*").replace("×", "*").replace("−", "-")
    if "^" in written:
        raise FormulaError("in Python a power is written **, as in x**2.")
    try:
        tree = ast.parse(written.strip(), mode="eval") if len(written) <= LONGEST else None
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        tree = None
    if tree is None:
        raise FormulaError(f"“{text[:60]}” is no Python expression: write 2*x, not 2x, and close every bracket.")
    try:
        return float(_of_node(tree.body, variables))
    except ZeroDivisionError:
        raise FormulaError("that divides by 0.") from None
    except (OverflowError, ValueError, TypeError) as error:
        if isinstance(error, FormulaError):
            raise
        raise FormulaError(f"that cannot be computed: {error}.") from None


def _of_node(node, variables):
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float) and not isinstance(node.value, bool):
        return float(node.value)
    if isinstance(node, ast.Name):
        return _named(node.id, variables)
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](_of_node(node.left, variables), _of_node(node.right, variables))
    if isinstance(node, ast.UnaryOp) and type(node.op) in OPERATORS:
        return OPERATORS[type(node.op)](_of_node(node.operand, variables))
    if isinstance(node, ast.Call) and not node.keywords:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
        if name in FUNCTIONS:
            return FUNCTIONS[name](*(_of_node(argument, variables) for argument in node.args))
    raise FormulaError(f"only + − * / **, brackets, {', '.join(sorted(FUNCTIONS))} can stand in it{_of(variables)}.")


def _named(name, variables):
    known = CONSTANTS | variables
    if name not in known:
        raise FormulaError(f"{name} is unknown here: a formula{_of(variables) or ' of numbers alone'} is wanted.")
    return known[name]


def _of(variables):
    return f" of {', '.join(variables)}" if variables else ""
