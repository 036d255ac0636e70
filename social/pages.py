"""What every page knows of whom one knows."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from social import queries

MOST_SHOWN = 99


def requests_waiting(request: HttpRequest) -> dict[str, Any]:
    """Context of every template: `waiting`, how many ask to follow the private account that looks.

    "" for nobody, "99+" for more than anybody counts. Asked once, and only where it is shown.
    """
    return {"waiting": SimpleLazyObject(lambda: shown_waiting(request.user))}


def shown_waiting(user: Any) -> str:
    """One query that reads MOST_SHOWN rows and one, and for public accounts none."""
    if not (user.is_authenticated and user.is_private):
        return ""
    number = queries.waiting(user)[: MOST_SHOWN + 1].count()
    return f"{MOST_SHOWN}+" if number > MOST_SHOWN else str(number or "")
