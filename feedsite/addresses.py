"""Who is at the other end of a request, whatever the request says of it."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest

# Providers give a household or a server that many bits of IPv6 to choose from.
PREFIX_V6 = 64
# Where the server that hands on the request says of no address, as behind a unix socket.
UNKNOWN = "unknown"


def client_of(request: HttpRequest) -> str:
    """The client's address as limits count it: IPv4 whole, IPv6 as its network `2001:db8::/64`.

    Each of the TRUSTED_PROXY_COUNT proxies adds to the right of X-Forwarded-For whom it was asked by, so the client is
    that many from the right. What stands further left is whatever the client wrote there.
    """
    nearest = request.META.get("REMOTE_ADDR", "")
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    trusted = settings.TRUSTED_PROXY_COUNT
    told = hops[-trusted] if 0 < trusted <= len(hops) else ""
    return as_counted(told) or as_counted(nearest) or UNKNOWN


def as_counted(told: str) -> str:
    """The address as limits count it; empty for what is none."""
    try:
        address = ipaddress.ip_address(without_port(told.strip()))
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((int(address), PREFIX_V6), strict=False))


def without_port(told: str) -> str:
    """Some proxies add the port: `192.0.2.7:4711`, `[2001:db8::7]:4711`."""
    if told.startswith("["):
        return told[1:].partition("]")[0]
    return told.partition(":")[0] if told.count(":") == 1 else told
