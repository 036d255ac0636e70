"""Where somebody is signed in: the sessions of their browsers, listed and ended."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from accounts import tasks
from accounts.devices import browser_and_system, coarse_address
from accounts.models import User
from feedsite.addresses import client_of

# Of one account at a time; the oldest are ended when there are more.
MOST_SESSIONS = 30
# When somebody was last seen is told roughly, so that most requests write nothing.
SEEN_AT, SEEN_EVERY = "seen_at", timedelta(hours=1)
# A browser remembers for whom somebody has logged in here, without saying who: then it is no new device to them.
KNOWN_COOKIE, KNOWN_DAYS, MOST_KNOWN = "known_here", 400, 10
NO_ADDRESS = "0.0.0.0"  # noqa: S104 what a row says whose address is not known


def of(user: User) -> QuerySet[UserSession]:
    """Those that still hold, newest first; one query."""
    alive = Session.objects.filter(expire_date__gt=timezone.now()).values("session_key")
    return UserSession.objects.filter(user_id=user.pk, session_key__in=alive).order_by("-last_seen_at")[:MOST_SESSIONS]


@transaction.atomic
def began(request: HttpRequest, user: User, response: HttpResponseBase, *, is_first: bool) -> None:
    """Notes a log-in by browser; one from a browser that the account has not used is told by mail."""
    note(request)
    end(UserSession.objects.filter(user_id=user.pk).order_by("-last_seen_at")[MOST_SESSIONS:])
    marks = known_here(request)
    mark = salted_hmac("known here", str(user.pk), algorithm="sha256").hexdigest()[:20]
    if mark not in marks and not is_first:
        browser, system = browser_and_system(agent_of(request))
        tasks.tell_of_log_in.delay_on_commit(user.pk, browser, system, place_of(request), timezone.now().isoformat())
    remember_here(response, [mark, *(known for known in marks if known != mark)][:MOST_KNOWN])


def note(request: HttpRequest) -> None:
    """That the session of this request is in use, by which browser and from about where."""
    now = timezone.now()
    UserSession.objects.update_or_create(
        session_key=request.session.session_key,
        defaults={
            "user_id": request.user.pk,
            "ip": place_of(request) or NO_ADDRESS,
            "user_agent": agent_of(request),
            "last_seen_at": now,
        },
    )
    request.session[SEEN_AT] = now.timestamp()


def is_due(request: HttpRequest) -> bool:
    """Whether it is long since the session was last noted."""
    seen_at: float = request.session.get(SEEN_AT, 0)
    return timezone.now().timestamp() - seen_at > SEEN_EVERY.total_seconds()


def end_others(user: User, keep: str | None) -> None:
    """Ends all sessions of the account but the one with this key."""
    end(UserSession.objects.filter(user_id=user.pk).exclude(session_key=keep or ""))


def renew(request: HttpRequest) -> None:
    """For a session that is about to get another key: it is noted anew when the request ends."""
    UserSession.objects.filter(session_key=request.session.session_key).delete()
    request.session.pop(SEEN_AT, None)


def end(rows: Iterable[UserSession]) -> None:
    keys = [row.session_key for row in rows]
    Session.objects.filter(session_key__in=keys).delete()
    UserSession.objects.filter(session_key__in=keys).delete()


def place_of(request: HttpRequest) -> str:
    """The network the request came from; "" when that is not known."""
    return coarse_address(client_of(request).partition("/")[0])


def agent_of(request: HttpRequest) -> str:
    longest: Any = UserSession._meta.get_field("user_agent").max_length
    return request.META.get("HTTP_USER_AGENT", "").replace("\0", "")[:longest]


def browser_named(request: HttpRequest) -> str:
    """What people call the browser: "Firefox on Android"."""
    browser, system = browser_and_system(agent_of(request))
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("A browser")


def known_here(request: HttpRequest) -> list[str]:
    try:
        marks = signing.loads(request.COOKIES.get(KNOWN_COOKIE, ""), salt=KNOWN_COOKIE)
    except signing.BadSignature:
        return []
    return list(marks)


def remember_here(response: HttpResponseBase, marks: list[str]) -> None:
    response.set_cookie(
        KNOWN_COOKIE,
        signing.dumps(marks, salt=KNOWN_COOKIE),
        max_age=KNOWN_DAYS * 86_400,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
