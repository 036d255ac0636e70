"""Stories as tests tell them."""

from datetime import timedelta
from typing import Any

from django.db import connection

from accounts.models import User
from posts import actions
from posts.models import Media, Story
from tests.media import uploaded

DAY = timedelta(hours=24)


def told(owner: User, caption: str = "", content: bytes | None = None) -> Story:
    """A story with a picture that really lies in the store."""
    media = uploaded(owner, content, alt="A wall")
    return actions.publish_story(owner=owner, media_id=media.pk, caption=caption)


def drawn(owner: User, **more: Any) -> Story:
    """The same in a moment: a row of media without files."""
    sizes = {size: [f"{size}-0.webp", 10, 10, 99] for size in ("full", "preview")}
    facts = {"folder": "0" * 32, "files": sizes, "width": 10, "height": 10, "digest": bytes(32)}
    media = Media.objects.create(owner=owner, kind="image", **facts)
    return actions.publish_story(owner=owner, media_id=media.pk, **more)


def aged(story: Story, by: timedelta) -> Story:
    """The story as if it had been told that much earlier: its time is in its id."""
    earlier = story.pk - (int(by.total_seconds() * 1000) << 12)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO story SELECT %s, caption, owner_id FROM story WHERE id = %s", [earlier, story.pk])
        for table in ("media", "post", "story_seen"):
            cursor.execute(f"UPDATE {table} SET story_id = %s WHERE story_id = %s", [earlier, story.pk])
        cursor.execute("DELETE FROM story WHERE id = %s", [story.pk])
    return Story.objects.get(pk=earlier)
