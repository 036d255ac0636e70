"""Which addresses of the internet may be asked. What anybody writes into a post decides nothing here."""

import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor, TimeoutError
from urllib.parse import quote, urlsplit, urlunsplit

from django.conf import settings

PORTS = {80, 443}
LONGEST_HOST = 253
# Not `is_global`, or reached by way of something that answers for addresses inside.
CLOSED = [
    ipaddress.ip_network(network)
    for network in (
        *("192.0.0.0/24", "192.88.99.0/24"),
        "168.63.129.16/32",  # what machines in one cloud are told their secrets by
        *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),  # Teredo and other tunnels, 6to4, documents
    )
]
# Everything public lies in here: not what stands for IPv4 (::ffff:, 64:ff9b::), nor what is local.
OPEN_IPV6 = ipaddress.ip_network("2000::/3")


class Refused(Exception):
    """This is not asked, or what it answers is not taken."""


def is_public(address: str) -> bool:
    """Whether anybody on the internet could reach it, so that asking it tells nobody anything new."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if found.version == 6 and found not in OPEN_IPV6:
        return False
    if found.is_multicast or found.is_reserved or not found.is_global:
        return False
    return not any(found.version == network.version and found in network for network in CLOSED)


def checked_url(url: str) -> str:
    """The URL in plain characters; raises Refused for what no link to a page looks like."""
    try:
        parts = urlsplit(url)
        port, host = parts.port, (parts.hostname or "").encode("idna").decode()
    except ValueError as error:  # UnicodeError is one
        raise Refused("no address of a page") from error
    if parts.scheme not in ("http", "https") or parts.username is not None or parts.password is not None:
        raise Refused("not http, or somebody's name in it")
    if not host or len(host) > LONGEST_HOST or (port is not None and port not in PORTS):
        raise Refused("no host, or another port than those of the web")
    place = f"[{host}]" if ":" in host else host
    path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
    query = quote(parts.query, safe="/%:@!$&'()*+,;=~-._?")
    return urlunsplit((parts.scheme, place if port is None else f"{place}:{port}", path, query, ""))


def reachable(host: str, port: int, seconds: float) -> list[tuple[str, int]]:
    """(address, port) to connect to, none of them inside; raises Refused when the host has any that is.

    Whoever connects takes one of these and does not ask for the name again: its next answer may be another.
    """
    if (chosen := settings.LINK_PREVIEW_TEST_HOSTS.get(host)) is not None:
        return [chosen]
    found = resolved(host, port, seconds)
    if port not in PORTS or not found or not all(is_public(address) for address in found):
        raise Refused("not on the internet")
    return [(address, port) for address in found]


def resolved(host: str, port: int, seconds: float) -> list[str]:
    """All addresses of a name; the system's resolver knows no limit, so it is asked by a thread."""
    pool = ThreadPoolExecutor(1, thread_name_prefix="resolver")
    try:
        asked = pool.submit(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(place[0]) for *_, place in asked.result(max(seconds, 0))))
    except (OSError, UnicodeError, TimeoutError) as error:
        raise Refused("no such host") from error
    finally:
        pool.shutdown(wait=False)
