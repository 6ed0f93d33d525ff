"""Ports that are free on loopback."""

import socket
from collections.abc import Iterable
from contextlib import ExitStack


def free_ports(wanted: Iterable[int]) -> list[int]:
    """Return one free port for each wanted one: that port where it is free, else any; all different."""
    with ExitStack() as stack:
        found = []
        for port in wanted:
            holder = stack.enter_context(socket.socket())
            holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                holder.bind(("127.0.0.1", port))
            except OSError:
                holder.bind(("127.0.0.1", 0))
            found.append(int(holder.getsockname()[1]))
        return found
