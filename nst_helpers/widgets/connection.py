"""A page whose connection to the kernel broke and is there again: what it was sending may never have come.

When a page connects, ipywidgets' part in it asks the kernel for all widgets: that is how the kernel learns of it.
"""

import logging
import weakref
from collections.abc import Callable
from typing import Any

from ipywidgets import Widget
from ipywidgets.comm import get_comm_manager

CONTROL = "jupyter.widget.control"  # the channel that a page opens when it connects
_listening: list[weakref.WeakMethod] = []


def when_connected_anew(method: Callable[[], object]) -> None:
    """Have a method called whenever a page connects, first of all a page that had lost its connection.

    Args:
        method: of an object, which is not kept alive by it.
    """
    _listening.append(weakref.WeakMethod(method))
    manager: Any = get_comm_manager()
    manager.register_target(CONTROL, _opened)


def _opened(comm, message):
    Widget.handle_control_comm_opened(comm, message)
    _listening[:] = [reference for reference in _listening if reference()]
    for method in [reference() for reference in _listening]:
        try:
            if method:
                method()
        except Exception:  # the page must get its widgets, whatever one of them thinks of it
            logging.getLogger(__name__).exception("a widget could not follow the new connection")
