"""Staff, and what they do, as tests need it."""

from typing import Any

from accounts import actions as accounts
from accounts.models import User
from moderation import actions
from moderation.models import Act, Decision
from posts.models import Post
from tests.helpers import PASSWORD
from tests.telling import told


def staff(name: str, role: str = "moderator") -> User:
    """Fresh from the table: permissions are kept on the object that was asked."""
    user = accounts.sign_up(username=name, email=f"{name}@example.org", password=PASSWORD)
    actions.make_staff(user=user, role=role)
    return User.objects.get(pk=user.pk)


def on_post(actor: User | None, act: Act, post: Post, **more: Any) -> Decision:
    return actions.decide(actor=actor, act=act, about=post.author, post=post, reason="a test", **more)


def on_person(actor: User | None, act: Act, about: User, **more: Any) -> Decision:
    return actions.decide(actor=actor, act=act, about=about, reason="a test", **more)


def said(api: Any, user: User) -> list[str]:
    """What moderators have told the user, the newest first."""
    return [one["text"] for one in told(api, user) if one["type"] == "moderation"]
