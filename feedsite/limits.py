"""How often one may do what.

Actions ask here once what was sent is judged good and before they write, so that the page, the API and all tokens of
an account share one count. Only requests count: tasks, commands and the staff side do as they must.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from feedsite import windows
from feedsite.addresses import client_of
from feedsite.errors import TooMany
from feedsite.windows import Took


class Limit(NamedTuple):
    """So many in any stretch of so many seconds, which is a day at most."""

    most: int
    seconds: int


MINUTE, HOUR = 60, 3600
LIMITS = {
    # Of an account:
    "post": Limit(5, MINUTE),
    "edit": Limit(30, MINUTE),
    "draft": Limit(120, MINUTE),  # pages keep a draft while it is written
    "comment": Limit(60, MINUTE),
    "message": Limit(30, MINUTE),  # answers to stories
    "share": Limit(30, MINUTE),
    "like": Limit(120, MINUTE),
    "bookmark": Limit(120, MINUTE),
    "vote": Limit(60, MINUTE),
    "story": Limit(20, MINUTE),
    "follow": Limit(100, MINUTE),
    "list": Limit(120, MINUTE),
    "upload": Limit(60, 10 * MINUTE),
    "profile": Limit(60, HOUR),
    "report": Limit(30, HOUR),
    "appeal": Limit(10, HOUR),
    "token": Limit(60, HOUR),
    "password": Limit(10, 5 * MINUTE),  # asked of who is signed in; those that fail
    "second_factor": Limit(10, 5 * MINUTE),
    "export": Limit(5, HOUR),
    "invite": Limit(30, HOUR),
    "impression": Limit(60, MINUTE),
    # Of an account, or of an address where nobody is signed in:
    "search": Limit(120, MINUTE),
    "complete": Limit(300, MINUTE),
    # Of an address:
    "sign_up": Limit(100, HOUR),
    "log_in": Limit(30, 5 * MINUTE),  # those that fail
    "mail": Limit(20, HOUR),
    # Of what was typed, whether or not there is such an account:
    "log_in_name": Limit(10, 5 * MINUTE),
    "mail_to": Limit(5, HOUR),
}


@dataclass
class Visit:
    """A request that is being answered, and what it has taken of which limit."""

    client: str
    took: dict[str, Took] = field(default_factory=dict)


visit: ContextVar[Visit | None] = ContextVar("visit", default=None)


@contextmanager
def counting(request: HttpRequest) -> Iterator[Visit]:
    """What is done inside counts; for the middleware."""
    now = Visit(client_of(request))
    before = visit.set(now)
    try:
        yield now
    finally:
        visit.reset(before)


def client() -> str:
    """The address the request in hand came from, as limits count it; empty outside of requests."""
    now = visit.get()
    return now.client if now else ""


def asker(viewer: Any) -> int | str:
    """Whom reads count for: the account, or the address where nobody is signed in."""
    return viewer.pk or client()


def take(kind: str, who: int | str) -> None:
    """Counts one of a kind for an account's id, an address or a name; raises TooMany when the window is full.

    One Redis round trip. What raised counts for nothing, so waiting helps whoever keeps trying.
    """
    limit = LIMITS[kind]
    now = visit.get()
    if now is None or not settings.RATE_LIMITS:
        return
    took = now.took[kind] = windows.take(name(kind, who), limit.most, limit.seconds)
    if took.remaining < 0:
        raise TooMany(reason(took.wait_seconds), retry_after_seconds=took.wait_seconds)


def give_back(kind: str, who: int | str) -> None:
    """Takes back what was counted before it was known whether it should be, such as a log-in that did not fail."""
    now = visit.get()
    if now is not None and settings.RATE_LIMITS:
        windows.give_back(name(kind, who))
        now.took.pop(kind, None)


def name(kind: str, who: int | str) -> str:
    """What was typed may be long, and be an e-mail address; neither is kept."""
    if isinstance(who, str):
        who = hashlib.blake2b(who.encode(), digest_size=16).hexdigest()
    return f"{kind}:{who}"


def reason(seconds: int) -> str:
    return _("This was often enough for now. Try again in %(time)s.") % {"time": duration(seconds)}


def duration(seconds: int) -> str:
    """In words, rounded up: "40 seconds", "3 minutes"."""
    if seconds <= 2 * MINUTE:
        return ngettext("%(count)d second", "%(count)d seconds", seconds) % {"count": seconds}
    if seconds <= 2 * HOUR:
        minutes = -(-seconds // MINUTE)
        return ngettext("%(count)d minute", "%(count)d minutes", minutes) % {"count": minutes}
    hours = -(-seconds // HOUR)
    return ngettext("%(count)d hour", "%(count)d hours", hours) % {"count": hours}


def wait_seconds(took: dict[str, Took]) -> int:
    """How long it is worth waiting after a refusal."""
    return max((one.wait_seconds for one in took.values() if one.remaining < 0), default=MINUTE)


def headers(took: dict[str, Took]) -> dict[str, str]:
    """What was taken, as the IETF's draft-ietf-httpapi-ratelimit-headers has it; none where nothing was.

    `RateLimit-Policy: "post";q=5;w=60` and `RateLimit: "post";r=3;t=42`: 3 are left, one more in 42 seconds.
    """
    if not took:
        return {}
    policies = [f'"{kind}";q={LIMITS[kind].most};w={LIMITS[kind].seconds}' for kind in took]
    states = [f'"{kind}";r={max(one.remaining, 0)};t={one.wait_seconds}' for kind, one in took.items()]
    return {"RateLimit-Policy": ", ".join(policies), "RateLimit": ", ".join(states)}
