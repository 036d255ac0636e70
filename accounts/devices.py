"""What people call a browser, from what it calls itself, and the network it comes from. Pure."""

from ipaddress import ip_address, ip_network

# The first whose mark is there: many browsers claim to be others too.
BROWSERS = [
    *(("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser/", "Samsung Internet"), ("Vivaldi/", "Vivaldi")),
    *(("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("CriOS/", "Chrome"), ("Chrome/", "Chrome")),
    ("Safari/", "Safari"),
]
SYSTEMS = [
    *(("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS")),
    *(("Windows", "Windows"), ("Macintosh", "Mac"), ("Linux", "Linux")),
]


def browser_and_system(user_agent: str) -> tuple[str, str]:
    """("Firefox", "Android"); either is empty when nothing tells."""
    return first_named(user_agent, BROWSERS), first_named(user_agent, SYSTEMS)


def first_named(text: str, names: list[tuple[str, str]]) -> str:
    return next((name for mark, name in names if mark in text), "")


def coarse_address(address: str) -> str:
    """The network an address is in, which says about where somebody is: 203.0.113.0, 2001:db8:1::; "" for junk."""
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    mapped = getattr(found, "ipv4_mapped", None)
    found = mapped or found
    network = ip_network((found, 24 if found.version == 4 else 48), strict=False)
    return str(network.network_address)
