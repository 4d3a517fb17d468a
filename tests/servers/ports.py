"""A port of this machine that nobody uses."""

from __future__ import annotations

import socket


def free_port() -> int:
    """Return its number."""
    with socket.socket() as own:
        own.bind(("127.0.0.1", 0))
        return int(own.getsockname()[1])
