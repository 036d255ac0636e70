"""What is shown for a day: told, seen, answered, taken back, and cleared away when the day is over."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from feedsite import limits
from feedsite.errors import Forbidden, Invalid, TooMany
from posts import tasks, text
from posts.actions.attaching import checked_media, invalid
from posts.actions.publishing import publish
from posts.actions.wording import checked_content
from posts.models import (
    CAPTION_LENGTH,
    MOST_STORIES,
    Media,
    Post,
    Story,
    StorySeen,
    Visibility,
    oldest_living_id,
)
from posts.stories import get_story


@transaction.atomic
def publish_story(*, owner: User, media_id: Any, caption: Any = "") -> Story:
    """Shows an upload of one's own for a day; a video that is being prepared appears when it is ready.

    Raises Invalid naming what to change, TooMany.
    """
    caption = checked_caption(caption)
    media = checked_story_media(owner, media_id)
    if Story.objects.filter(owner=owner, pk__gte=oldest_living_id()).count() >= MOST_STORIES:
        raise TooMany(
            _("You have %(most)d stories today. Delete one, or wait until one ends.") % {"most": MOST_STORIES}
        )
    limits.take("story", owner.pk)
    story = Story.objects.create(owner=owner, caption=caption)
    media.story, media.draft = story, None
    media.save(update_fields=["story", "draft"])
    return story


def checked_story_media(owner: User, media_id: Any) -> Media:
    """The owner's waiting upload, locked; raises Invalid."""
    try:
        return checked_media(owner, [media_id])[0]
    except Invalid as error:
        raise invalid("media_id", error.detail) from error


def checked_caption(caption: Any) -> str:
    cleaned = text.clean(str(caption))
    if len(cleaned) > CAPTION_LENGTH:
        raise invalid("caption", _("A caption has at most %(most)d characters.") % {"most": CAPTION_LENGTH})
    return "" if text.is_blank(cleaned) else cleaned


def see_story(*, viewer: User, story_id: int) -> Story:
    """Notes that the viewer has seen a visible story, once; of its owner nothing is noted."""
    story = get_story(viewer, story_id)
    note_seen(viewer, story)
    return story


def note_seen(viewer: User, story: Story) -> None:
    """The same for a story that the viewer is being shown."""
    if story.owner_id == viewer.pk or story.seen:  # type: ignore[attr-defined]
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO story_seen (story_id, viewer_id, seen_at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [story.pk, viewer.pk, timezone.now()],
        )


@transaction.atomic
def reply_to_story(*, author: User, story_id: int, content: Any) -> Post:
    """A private post to the story's owner, which names the story while that lives.

    Whoever else is named in it is not told and does not see it. Raises NotFound, Forbidden for one's own story,
    Invalid, TooMany.
    """
    story = get_story(author, story_id)
    if story.owner_id == author.pk:
        raise Forbidden(_("This story is your own. Write a post instead."))
    words = addressed(story, checked_content(content))
    post = publish(author=author, content=words, visibility=Visibility.PRIVATE, counts_as="message")
    said = {"mentions": [story.owner.username], "mentioned_ids": [story.owner_id], "story": story}
    Post.objects.filter(pk=post.pk).update(**said)
    post.refresh_from_db(fields=list(said))
    return post


def addressed(story: Story, content: str) -> str:
    """The words with the owner's name before them, which makes the post theirs to read; raises Invalid."""
    owner = story.owner
    if owner.username in text.entities(content).mentions:
        return content
    over = text.length(content) - story.reply_max_length
    if over > 0:
        reason = _("This is %(over)d too long: a reply to %(name)s has at most %(most)d characters.")
        raise invalid("content", reason % {"over": over, "name": owner.name, "most": story.reply_max_length})
    return f"@{owner.username} {content}"


def delete_story(*, actor: User, story_id: int) -> None:
    """Takes one's own story away everywhere at once; raises Forbidden for a visible one of somebody else."""
    story = get_story(actor, story_id)
    if story.owner_id != actor.pk:
        raise Forbidden(_("Only its owner can delete a story."))
    remove_stories([story.pk])


@transaction.atomic
def remove_stories(story_ids: Sequence[int]) -> None:
    """Removes stories with their media; what answers them no longer names them. The files follow within a minute."""
    Post.objects.filter(story__in=story_ids).update(story=None, version=F("version") + 1)
    StorySeen.objects.filter(story__in=story_ids).delete()
    Story.objects.filter(pk__in=story_ids).delete()
    tasks.remove_files.delay_on_commit()


def forget_seen() -> None:
    """Forgets the looks at stories that went at the same moment."""
    StorySeen.objects.filter(story_id__lt=oldest_living_id()).delete()
