"""Notifications as tests make them and look at them."""

from typing import Any

from accounts.models import User
from feedsite import live as live_messages
from notifications import tasks
from tests.helpers import run_tasks


def deliver() -> None:
    """Everything that happened until now is told."""
    run_tasks()
    tasks.deliver_owed()
    run_tasks()


def told(api: Any, user: User, query: str = "") -> list[dict[str, Any]]:
    """What the user is shown, newest first, when all is delivered."""
    deliver()
    status, answer = api(user).get(f"/notifications{query}")
    assert status == 200
    return answer["notifications"]


def short(api: Any, user: User) -> list[tuple[str, list[str], int]]:
    """(type, names of the newest actors, how many) of each."""
    return [
        (one["type"], [actor["username"] for actor in one["actors"]], one["actors_count"]) for one in told(api, user)
    ]


def unread(api: Any, user: User) -> int:
    return int(api(user).get("/notifications?limit=1")[1]["unread_count"])


def caught(monkeypatch: Any) -> list[tuple[dict[str, Any], list[int]]]:
    """(frame, readers) of what is handed to the sockets' processes from here on."""
    sent: list[tuple[dict[str, Any], list[int]]] = []
    monkeypatch.setattr(live_messages, "publish", lambda readers, frame, **more: sent.append((frame, list(readers))))
    return sent
