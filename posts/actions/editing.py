"""Changing what one has posted. How it read before is kept, for whoever may see the post."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from feeds import tasks as feeds_tasks
from feedsite import limits
from feedsite.errors import Forbidden, Invalid, NotFound
from posts import text
from posts.actions.outbox import announce_after_commit, lock_author, owe_again
from posts.actions.owing import owe_of_mentions, owe_of_post
from posts.actions.previewing import look_after_commit, owed_preview
from posts.actions.publishing import checked_visibility
from posts.actions.wording import checked_content, checked_warning, wording
from posts.models import Media, Post, Revision, Visibility
from posts.queries import get_visible


@transaction.atomic
def edit(
    *,
    actor: User,
    post_id: int,
    content: Any = None,
    content_warning: Any = None,
    visibility: str | None = None,
) -> Post:
    """Changes what is given of one's own post; what stays as it was is no edit.

    Raises NotFound, Forbidden for a visible post of somebody else, Invalid naming what to change, TooMany.
    """
    check_editable(get_visible(actor, post_id), actor)
    lock_author(actor.pk)
    post = Post.objects.select_for_update(no_key=True).filter(pk=post_id, deleted_at=None).first()
    if post is None:  # since a moment ago
        raise NotFound()
    before = (post.visibility, set(post.mentioned_ids))
    post.author = actor
    changed = {**new_words(post, content, content_warning), **new_audience(post, visibility)}
    if changed:
        limits.take("edit", actor.pk)
        write(post, changed)
        feeds_tasks.tell_card_after_commit(post.pk, visibility=before[0], mentioned=before[1])
        if "content" in changed:
            owe_of_mentions(post, before[1])
        if "visibility" in changed:
            owe_of_post(post)
        if reaches_more(*before, post):
            owe_again(post)
            announce_after_commit(post, actor)
    return post


def check_editable(post: Post, actor: User) -> None:
    if post.author_id != actor.pk:
        raise Forbidden(_("Only its author can edit a post."))
    if post.share_of_id:
        raise Forbidden(_("A share has no words of its own. Quote the post to say something."))


def new_words(post: Post, content: Any, content_warning: Any) -> dict[str, Any]:
    """The columns that new words change; none where it reads as before."""
    changed: dict[str, Any] = {}
    if content is not None:
        checked = checked_content(content, may_be_empty=bool(post.media_count or post.has_poll))
        changed |= reworded(post, checked) if checked != post.content else {}
    if content_warning is not None:
        warning = checked_warning(content_warning)
        changed |= {"content_warning": warning} if warning != post.content_warning else {}
    return changed | {"edited_at": timezone.now()} if changed else {}


def reworded(post: Post, content: str) -> dict[str, Any]:
    """The columns of a new text.

    Whom a private post names without being theirs to read, as a reply to a story may, an edit still leaves out.
    """
    said = wording(post.author_id, content)
    if post.visibility == Visibility.PRIVATE:
        left_out = text.names(post.content) - set(post.mentions)
        named = zip(said["mentions"], said["mentioned_ids"], strict=True)
        kept = {name: pk for name, pk in named if name not in left_out}
        said |= {"mentions": list(kept), "mentioned_ids": list(kept.values())}
    return said


def new_audience(post: Post, visibility: str | None) -> dict[str, Any]:
    if visibility is None or visibility == post.visibility:
        return {}
    if post.is_comment:
        reason = _("A comment is seen by whoever sees the thread. Who that is cannot be changed here.")
        raise Invalid(reason, fields={"visibility": [reason]})
    return {"visibility": checked_visibility(visibility)}


def write(post: Post, changed: dict[str, Any]) -> None:
    """Writes the columns, and keeps how the post read until now where its words change."""
    if "edited_at" in changed:
        keep_revision(post)
    for name, value in changed.items():
        setattr(post, name, value)
    if "content" in changed or "visibility" in changed:
        changed["preview"] = post.preview = owed_preview(post)
    post.save(update_fields=changed)
    look_after_commit(post.preview)
    if "visibility" in changed:  # a comment says whose thread it is in
        Post.objects.filter(root=post).update(visibility=post.visibility)


def keep_revision(post: Post) -> None:
    media = Media.objects.filter(post=post).order_by("position") if post.media_count else ()
    Revision.objects.create(
        post=post,
        content=post.content,
        content_html=post.content_html,
        content_warning=post.content_warning,
        visibility=post.visibility,
        media=[{"media_id": str(one.pk), "alt": one.alt} for one in media],
        written_at=post.edited_at or post.created_at,
    )


def reaches_more(old_visibility: str, old_mentioned: set[int], post: Post) -> bool:
    """Whether timelines may show the post to whom it was not pushed before: only private ones skip followers."""
    if post.is_comment or old_visibility != Visibility.PRIVATE:
        return False
    return post.visibility != Visibility.PRIVATE or not old_mentioned.issuperset(post.mentioned_ids)
