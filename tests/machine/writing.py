"""What the histories do to what is posted already or not yet: edits, deletes undone, comments, posts for later."""

from datetime import timedelta

from django.db import connection
from django.utils import timezone

from accounts.models import User
from posts import actions as posts
from posts.models import Draft, Post
from tests.machine import engine

# Longer than what is posted later waits.
LATER = timedelta(hours=2)


def restore(post_id: int) -> None:
    """Its author undoes the delete; what was not deleted, or is a share, stays as it is."""
    with engine.refusals():
        posts.restore(actor=author_of(post_id), post_id=post_id)


def change_visibility(post_id: int, visibility: str) -> None:
    """By its author's edit; a share has no audience of its own."""
    with engine.refusals():
        posts.edit(actor=author_of(post_id), post_id=post_id, visibility=visibility)


def change_words(post_id: int, mentioned: User | None) -> None:
    """They name somebody else or nobody then: a private post is for others."""
    content = f"hello again @{mentioned.username}" if mentioned else "hello again"
    with engine.refusals():
        posts.edit(actor=author_of(post_id), post_id=post_id, content=content)


def comment(author: User, post_id: int) -> int | None:
    with engine.refusals():
        return posts.comment(author=author, post_id=post_id, content="hm").pk
    return None


def author_of(post_id: int) -> User:
    return Post._base_manager.select_related("author").get(pk=post_id).author


def schedule(author: User, visibility: str, name: str) -> None:
    """A post for later; by its warning it is known once it is posted."""
    soon = timezone.now() + timedelta(hours=1)
    said = {"content": "later", "content_warning": name, "visibility": visibility}
    posts.save_draft(author=author, due_at=soon, **said)


def publish_due() -> list[int]:
    """The clock has come to all that is scheduled: the ids of what a beat has posted."""
    known = set(posted_later())
    posts.publish_due(timezone.now() + LATER)
    return [pk for pk in posted_later() if pk not in known]


def posted_later() -> dict[int, str]:
    """{id: name} of what was scheduled and is posted, deleted or not."""
    return dict(Post._base_manager.exclude(content_warning="").order_by("pk").values_list("pk", "content_warning"))


def contradictions(scheduled: list[str]) -> list[str]:
    """What was scheduled and is neither posted nor waiting, or is there twice; comments that say another audience."""
    there = sorted([*posted_later().values(), *Draft.objects.values_list("content_warning", flat=True)])
    lost = [] if there == sorted(scheduled) else [f"of {sorted(scheduled)} there is {there}"]
    return [*lost, *audiences()]


def audiences() -> list[str]:
    """Comments that say another audience than the thread has."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT format('comment %s says %s in a thread for %s', c.id, c.visibility, r.visibility)
              FROM post c JOIN post r ON r.id = c.root_id WHERE c.visibility <> r.visibility
        """)
        return [what for (what,) in cursor.fetchall()]
