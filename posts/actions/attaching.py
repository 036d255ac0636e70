"""What hangs on a new post: media that were uploaded before, a poll, what it quotes."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from feedsite.errors import Forbidden, Invalid, NotFound
from posts import text
from posts.models import Media, Poll, Post, as_id
from posts.queries import get_original

MOST_MEDIA = 4
POLL_OPTIONS = (2, 6)
POLL_OPTION_LENGTH = 80
POLL_SECONDS = (5 * 60, 30 * 24 * 3600)


def checked_media(owner: User, media_ids: Sequence[Any]) -> list[Media]:
    """The owner's waiting uploads of these ids in this order, locked; raises Invalid naming what to change."""
    ids = [as_id(media_id) for media_id in media_ids]
    if len(ids) > MOST_MEDIA:
        raise invalid("media_ids", _("A post has at most %(most)d pictures and videos.") % {"most": MOST_MEDIA})
    if None in ids or len(set(ids)) < len(ids):
        raise invalid("media_ids", _("Give the id of each upload once."))
    waiting = Media.objects.waiting().filter(owner=owner, pk__in=ids).order_by("pk")  # all lock them in this order
    found = {media.pk: media for media in waiting.select_for_update()}
    if len(found) < len(ids):
        raise invalid("media_ids", _("An upload is not there any more, or hangs on another post. Upload it again."))
    if any(media.status == Media.Status.FAILED for media in found.values()):
        raise invalid("media_ids", _("An upload could not be read. Remove it, or try another file."))
    return [found[pk or 0] for pk in ids]


def hang_media(post: Post, media: Sequence[Media]) -> None:
    for position, one in enumerate(media):
        one.post, one.position, one.draft = post, position, None
    Media.objects.bulk_update(media, ["post", "position", "draft"])


def checked_poll(asked: dict[str, Any] | None) -> Poll | None:
    """The poll in memory, from `{options, multiple?, seconds}`; raises Invalid naming what to change."""
    if not asked:
        return None
    options = [" ".join(text.clean(str(option)).split()) for option in asked.get("options") or []]
    least, most = POLL_OPTIONS
    if not least <= len(options) <= most or any(text.is_blank(option) for option in options):
        reason = _("A poll has %(least)d to %(most)d options, and each says something.")
        raise invalid("poll", reason % {"least": least, "most": most})
    if any(len(option) > POLL_OPTION_LENGTH for option in options):
        raise invalid("poll", _("An option has at most %(most)d characters.") % {"most": POLL_OPTION_LENGTH})
    if len(set(options)) < len(options):
        raise invalid("poll", _("Two options are the same."))
    shortest, longest = POLL_SECONDS
    seconds = asked.get("seconds")
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not shortest <= seconds <= longest:
        reason = _("A poll lasts from %(minutes)d minutes to %(days)d days.")
        raise invalid("poll", reason % {"minutes": shortest // 60, "days": longest // 86400})
    ends_at = timezone.now() + timedelta(seconds=seconds)
    return Poll(options=options, votes=[0] * len(options), is_multiple=bool(asked.get("multiple")), ends_at=ends_at)


def checked_quote(author: User, post_id: Any) -> Post | None:
    """The public post to be quoted; raises NotFound, or Forbidden for one that is not for everybody."""
    if post_id in (None, ""):
        return None
    known = as_id(post_id)
    if known is None:
        raise NotFound()
    quoted = get_original(author, known)
    if not quoted.is_public:
        raise Forbidden(_("Only public posts can be quoted."))
    return quoted


def invalid(field: str, reason: str) -> Invalid:
    return Invalid(reason, fields={field: [reason]})
