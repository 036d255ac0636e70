"""Which two TCP ports the site uses: PORT for pages and API, the next one for the websocket."""

import socket

from feedsite.env import BadSetting
from feedsite.processes import DEFAULT_PORT

HOST = "127.0.0.1"
LAST_PORT = 65_534
TRIES = 100


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the servers do: a port whose old connections are still closing is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def demanded(port: int) -> int:
    """The port somebody asked for. Raises BadSetting when it or the next one cannot be had."""
    if port > LAST_PORT:
        raise BadSetting(f"PORT must be at most {LAST_PORT}: the port after it is used too.")
    for number in (port, port + 1):
        if not is_free(number):
            raise BadSetting(f"PORT={port} cannot be used: port {number} is taken (the site needs {port}, {port + 1}).")
    return port


def first_free() -> int:
    """The usual port, or the next pair of which both are free."""
    for port in range(DEFAULT_PORT, DEFAULT_PORT + 2 * TRIES, 2):
        if is_free(port) and is_free(port + 1):
            return port
    raise BadSetting("PORT must be set: no free pair of ports was found.")
