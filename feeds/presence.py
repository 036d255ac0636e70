"""Who is connected, and whether what let them in still holds; asked for a whole process at once."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.sessions.models import Session
from django.utils import timezone
from oauth2_provider.models import AccessToken

from accounts.models import User


@dataclass(frozen=True)
class Pass:
    """What let a socket in: a token, or a session with the password it was made under."""

    reader_id: int
    token_id: int | None = None
    session_key: str | None = None
    session_hash: str = ""


def of_token(token: AccessToken) -> Pass:
    return Pass(token.user_id, token_id=token.pk)


def of_session(user: User, session_key: str) -> Pass:
    return Pass(user.pk, session_key=session_key, session_hash=user.get_session_auth_hash())


def still_good(passes: Iterable[Pass]) -> set[Pass]:
    """Those not revoked, logged out, expired or suspended since; 3 queries however many there are."""
    passes = set(passes)
    now = timezone.now()
    users = User.objects.active().in_bulk([found.reader_id for found in passes])
    tokens = AccessToken.objects.filter(pk__in=[found.token_id for found in passes], expires__gt=now)
    token_ids = set(tokens.values_list("pk", flat=True))
    sessions = Session.objects.filter(pk__in=[found.session_key for found in passes if found.session_key])
    keys = set(sessions.filter(expire_date__gt=now).values_list("pk", flat=True))
    return {found for found in passes if found.reader_id in users and holds(found, users, token_ids, keys)}


def holds(found: Pass, users: dict[int, User], token_ids: set[int], session_keys: set[str]) -> bool:
    if found.token_id is not None:
        return found.token_id in token_ids
    # A changed password ends the sessions made under the old one.
    return found.session_key in session_keys and users[found.reader_id].get_session_auth_hash() == found.session_hash
