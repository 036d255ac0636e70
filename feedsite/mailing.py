"""The server that takes e-mail, out of one address: `smtp://user:password@host:587`."""

from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from feedsite import env


class Server(NamedTuple):
    """In the order in which the settings name it."""

    host: str = "localhost"
    port: int = 25
    user: str = ""
    password: str = ""
    # TLS once connected, and from the start.
    starts_tls: bool = False
    is_tls: bool = False


def from_url(url: str) -> Server:
    """`smtp://` goes over to TLS unless it is for this machine itself, `smtps://` begins with it; raises BadSetting."""
    if not url:
        return Server()
    parts = urlsplit(url)
    is_tls = parts.scheme == "smtps"
    try:
        port = parts.port
    except ValueError:
        port = 0
    if not parts.hostname or port == 0:
        raise env.BadSetting("EMAIL_URL must look like smtp://user:password@host:587.")
    starts_tls = not is_tls and parts.hostname not in ("localhost", "127.0.0.1", "::1")
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    return Server(parts.hostname, port or (465 if is_tls else 587), user, password, starts_tls, is_tls)
