"""Posting and answering."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from feedsite import limits
from feedsite.errors import Invalid, NotFound
from posts.actions.attaching import checked_media, checked_poll, checked_quote, hang_media
from posts.actions.counting import count_comment, hold_thread
from posts.actions.outbox import announce_after_commit, claim_post_id, put_into_outbox
from posts.actions.owing import owe_of_post
from posts.actions.previewing import look_after_commit, owed_preview
from posts.actions.wording import checked_content, checked_warning, written
from posts.models import Media, Poll, Post, Visibility, as_id
from posts.queries import get_original


@transaction.atomic
def publish(
    *,
    author: User,
    content: str = "",
    visibility: str = Visibility.PUBLIC,
    content_warning: str = "",
    media_ids: Sequence[Any] = (),
    poll: dict[str, Any] | None = None,
    quote_of: Any = None,
    counts_as: str = "post",
) -> Post:
    """A new post of `author`, in the timelines of all who follow at their next read; `counts_as` names its limit.

    Raises Invalid naming the field to change, NotFound or Forbidden for what may not be quoted, TooMany.
    """
    post, media, made_poll = composed(author, content, content_warning, media_ids, poll)
    post.visibility = checked_visibility(visibility)
    post.quote_of = checked_quote(author, quote_of)
    limits.take(counts_as, author.pk)
    post.preview = owed_preview(post)
    post.pk = claim_post_id(author.pk)
    save(post, media, made_poll)
    put_into_outbox(post)
    owe_of_post(post)
    User.objects.filter(pk=author.pk).update(posts_count=F("posts_count") + 1)
    announce_after_commit(post, author)
    return post


@transaction.atomic
def comment(
    *, author: User, post_id: int, content: str = "", content_warning: str = "", media_ids: Sequence[Any] = ()
) -> Post:
    """A direct reply to a post that `author` may see; raises NotFound otherwise, Invalid, TooMany."""
    parent = get_original(author, post_id)
    reply, media, _ = composed(author, content, content_warning, media_ids, None)
    limits.take("comment", author.pk)
    reply.in_reply_to = parent
    reply.root_id = parent.root_id or parent.pk
    # A comment is seen by whoever sees the thread; its own word is the thread's, for display.
    reply.visibility = hold_thread(reply.root_id) or parent.visibility
    reply.preview = owed_preview(reply)
    count_comment(parent.pk, 1)
    save(reply, media, None)
    owe_of_post(reply)
    return reply


def post_or_answer(*, author: User, in_reply_to: Any = None, **said: Any) -> Post:
    """A new post, or with `in_reply_to` a comment, which has neither a poll nor a quote nor an audience of its own."""
    if in_reply_to in (None, ""):
        return publish(author=author, **said)
    for name in ("poll", "quote_of"):
        if said.pop(name, None):
            raise Invalid(fields={name: [_("A comment has none. Leave it out, or write a post.")]})
    said.pop("visibility", None)
    parent_id = as_id(in_reply_to)
    if parent_id is None:
        raise NotFound()
    return comment(author=author, post_id=parent_id, **said)


def composed(
    author: User, content: Any, warning: Any, media_ids: Sequence[Any], poll: dict[str, Any] | None
) -> tuple[Post, list[Media], Poll | None]:
    """The post in memory with what is to hang on it, all of it judged."""
    media = checked_media(author, media_ids) if media_ids else []
    made_poll = checked_poll(poll)
    post = written(author, checked_content(content, may_be_empty=bool(media or made_poll)))
    post.content_warning = checked_warning(warning)
    post.media_count, post.has_poll = len(media), made_poll is not None
    return post, media, made_poll


def save(post: Post, media: Sequence[Media], poll: Poll | None) -> None:
    post.save(force_insert=True)
    look_after_commit(post.preview)
    if media:
        hang_media(post, media)
    if poll:
        poll.post = post
        poll.save(force_insert=True)


def checked_visibility(visibility: str) -> str:
    if visibility not in Visibility.values:
        reason = _("Choose one of %(names)s.") % {"names": ", ".join(Visibility.values)}
        raise Invalid(fields={"visibility": [reason]})
    return visibility
