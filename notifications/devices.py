"""What people call a browser, from what it calls itself. Pure."""

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
