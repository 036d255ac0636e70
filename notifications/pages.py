"""What every page knows of what one has not read."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from notifications import queries


def unread(request: HttpRequest) -> dict[str, Any]:
    """Context of every template: `unread`, how many notifications are unread, "" for none and "99+" for many.

    It came with the person; a session made before that is asked for itself.
    """
    return {"unread": SimpleLazyObject(lambda: shown_unread(request.user))}


def shown_unread(user: Any) -> str:
    if not user.is_authenticated:
        return ""
    number = getattr(user, "unread_notifications", None)
    return shown_number(queries.unread_count(user) if number is None else number)


def shown_number(number: int) -> str:
    return f"{queries.MOST_UNREAD - 1}+" if number >= queries.MOST_UNREAD else str(number or "")
