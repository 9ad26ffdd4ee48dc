"""Which cells of a lesson must run before one of them can: the browser need not wait for all the others."""

import ast
import symtable


def before(sources, wanted):
    """The cells to run for these ones.

    Args:
        sources: the code cells of a notebook, in order.
        wanted: the places in it of those that are to run.

    Returns:
        The places of all that must run, in order: the wanted ones, and whatever binds a name that these use.
    """
    places, missing = [], set()
    for place, source in reversed(list(enumerate(sources))):
        used, bound = names(source)
        if place in wanted or bound & missing:
            places.insert(0, place)
            missing = (missing - bound) | used
    return places


def names(source):
    """(names that a cell takes from the cells before it, names that it binds or changes)."""
    used, bound = set(), set()
    for statement in _in_order(ast.parse(source).body):
        taken, given = _names(statement)
        used |= taken - bound
        bound |= given
    return used, bound


def _in_order(statements):
    """The statements, those inside loops and the like as well: what a loop binds, its body does not take."""
    for one in statements:
        if isinstance(one, ast.For):
            yield ast.Assign([one.target], one.iter, lineno=0)
        elif isinstance(one, ast.With):
            yield from (ast.Assign([item.optional_vars or ast.Name("_")], item.context_expr, lineno=0)
                        for item in one.items)
        elif isinstance(one, ast.If | ast.While):
            yield ast.Expr(one.test)
        else:
            yield one
            continue
        yield from _in_order(one.body + getattr(one, "orelse", []))


def _names(statement):
    table = symtable.symtable(ast.unparse(statement), "cell", "exec")
    tables, own = [table], table.get_symbols()
    for one in tables:
        tables += one.get_children()
    used = {symbol.get_name() for one in tables for symbol in one.get_symbols()
            if symbol.is_referenced() and (one is table or symbol.is_global())}
    # Who sets an item or an attribute, or appends, changes a value that other cells then use.
    changed = {node.value.id for node in ast.walk(statement)
               if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.value, ast.Name)
               and (isinstance(node.ctx, ast.Store) or getattr(node, "attr", "") == "append")}
    return used, {symbol.get_name() for symbol in own if symbol.is_assigned() or symbol.is_imported()} | changed
