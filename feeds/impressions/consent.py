"""Whether it may be kept what somebody looks at: their own word, or their browser's for them."""

from typing import Any

# Global Privacy Control, and the older Do Not Track: "1" is a no. By their names in META, for this is asked with
# every page, and `request.headers` is made of all headers first.
REFUSALS = ("HTTP_SEC_GPC", "HTTP_DNT")


def may_keep(request: Any) -> bool:
    """No for visitors, for who has opted out, and for who asks not to be tracked by a header."""
    refused = any(request.META.get(name) == "1" for name in REFUSALS)
    return request.user.is_authenticated and not request.user.untracked and not refused
