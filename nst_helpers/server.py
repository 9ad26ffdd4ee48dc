"""Lets a page send photographs: a Jupyter server takes no more than 10 MB at once, and breaks the connection beyond.

An extension of Jupyter's server. Installing the package switches it on for the servers of that environment
(tools/jupyter, setup.py); elsewhere README.md has the line for a server's own configuration.
"""

from typing import Any

SETTING = "websocket_max_message_size"  # Tornado's name for it
MOST = 256 * 1024 * 1024  # bytes


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "nst_helpers.server"}]


def _load_jupyter_server_extension(app: Any) -> None:
    """Raise the limit, unless whoever runs the server has set one."""
    app.web_app.settings.setdefault(SETTING, MOST)
