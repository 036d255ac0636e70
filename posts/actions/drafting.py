"""What is not posted yet: begun, kept, and posted when its author says or when it is due."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from feedsite import limits
from feedsite.errors import Conflict, DomainError, Invalid, NotFound
from feedsite.languages import speaking_to
from posts import text
from posts.actions.attaching import checked_media, checked_quote
from posts.actions.publishing import checked_visibility, composed, post_or_answer
from posts.actions.wording import checked_warning, invalid_content
from posts.models import Draft, Media, Post, as_id
from posts.queries import find_visible, get_original

logger = logging.getLogger(__name__)
MOST_DRAFTS = 100
MOST_CHARACTERS = 20_000
MOST_OPTIONS, OPTION_LENGTH = 6, 200
LONGEST_WAIT = timedelta(days=366)


@transaction.atomic
def save_draft(*, author: User, draft_id: int | None = None, **given: Any) -> Draft:
    """Begins a draft, or changes what is given of one; with `due_at` it is posted then.

    Raises NotFound, TooMany, and Invalid naming what to change: before a draft is scheduled only sizes are judged.
    """
    draft = new_draft(author) if draft_id is None else get_draft(author, draft_id)
    media_ids = given.pop("media_ids", None)
    for name, value in columns(author, given).items():
        setattr(draft, name, value)
    limits.take("draft", author.pk)
    draft.problem = ""
    draft.save()
    if media_ids is not None:
        hang_on_draft(draft, checked_media(author, media_ids))
    if draft.due_at is not None:
        check_publishable(draft)
    return draft


def new_draft(author: User) -> Draft:
    if Draft.objects.of(author).count() >= MOST_DRAFTS:
        raise Invalid(_("You have %(most)d drafts. Post or delete one first.") % {"most": MOST_DRAFTS})
    return Draft(author=author)


def get_draft(author: User, draft_id: int) -> Draft:
    """The author's own draft, locked; raises NotFound."""
    draft = Draft.objects.of(author).select_related("author").select_for_update(of=("self",)).filter(pk=draft_id)
    if not (found := draft.first()):
        raise NotFound()
    return found


def columns(author: User, given: Mapping[str, Any]) -> dict[str, Any]:
    """What is given as it is kept."""
    checks: dict[str, Callable[[Any], Any]] = {
        "content": kept_content,
        "content_warning": checked_warning,
        "visibility": checked_visibility,
        "in_reply_to": lambda post_id: answered(author, post_id),
        "quote_of": lambda post_id: checked_quote(author, post_id),
        "poll": kept_poll,
        "due_at": checked_due,
    }
    return {name: checks[name](value) for name, value in given.items()}


def answered(author: User, post_id: Any) -> Post | None:
    """The post that the draft answers; raises NotFound."""
    return None if post_id in (None, "") else get_original(author, as_id(post_id) or 0)


def kept_content(content: Any) -> str:
    content = text.clean(str(content))
    if len(content) > MOST_CHARACTERS:
        raise invalid_content(_("A draft has at most %(most)d characters.") % {"most": MOST_CHARACTERS})
    return content


def kept_poll(poll: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """A poll that need not be whole yet; empty options are not kept."""
    if not poll:
        return None
    options = [text.clean(str(option))[:OPTION_LENGTH] for option in poll.get("options") or []][:MOST_OPTIONS]
    options = [option for option in options if not text.is_blank(option)]
    seconds = poll.get("seconds")
    if not options:
        return None
    return {
        "options": options,
        "multiple": bool(poll.get("multiple")),
        "seconds": seconds if isinstance(seconds, int) else 86_400,
    }


def checked_due(moment: datetime | None) -> datetime | None:
    if moment is None:
        return None
    now = timezone.now()
    if not now < moment <= now + LONGEST_WAIT:
        reason = _("Choose a time to come, within a year.")
        raise Invalid(reason, fields={"due_at": [reason]})
    return moment


def hang_on_draft(draft: Draft, media: Sequence[Media]) -> None:
    Media.objects.filter(draft=draft).exclude(pk__in=[one.pk for one in media]).update(draft=None)
    for position, one in enumerate(media):
        one.draft, one.position = draft, position
    Media.objects.bulk_update(media, ["draft", "position"])


def check_publishable(draft: Draft) -> None:
    """Raises what posting the draft would raise now, so that its author need not learn of it when it is due."""
    composed(draft.author, draft.content, draft.content_warning, media_of(draft), draft.poll)


def media_of(draft: Draft) -> list[int]:
    return list(Media.objects.filter(draft=draft).order_by("position").values_list("pk", flat=True))


@transaction.atomic
def publish_draft(*, author: User, draft_id: int) -> Post:
    """Posts the author's draft now. A second call finds nothing: raises NotFound."""
    return post_of(get_draft(author, draft_id))


@transaction.atomic
def publish_in_place_of(*, author: User, draft_id: Any, **said: Any) -> Post:
    """Posts what the author has made of a draft, which goes; raises Conflict when it is gone, perhaps posted."""
    drafts = Draft.objects.of(author).filter(pk=as_id(draft_id) or 0)
    if not drafts.select_for_update().first():
        raise Conflict(_("This draft was posted or deleted meanwhile. Look before you post it again."))
    post = post_or_answer(author=author, **said)
    drafts.delete()
    return post


def post_of(draft: Draft) -> Post:
    """The post that a locked draft becomes; the draft is gone with the same commit."""
    check_still_there(draft)
    post = post_or_answer(
        author=draft.author,
        content=draft.content,
        content_warning=draft.content_warning,
        visibility=draft.visibility,
        media_ids=media_of(draft),
        poll=draft.poll,
        in_reply_to=draft.in_reply_to_id,
        quote_of=draft.quote_of_id,
    )
    draft.delete()
    return post


def check_still_there(draft: Draft) -> None:
    """Raises NotFound, in words for the list of drafts, when what it answers or quotes is gone since."""
    if is_gone(draft.author, draft.in_reply_to_id):
        raise NotFound(_("The post it answers is not available any more."))
    if is_gone(draft.author, draft.quote_of_id):
        raise NotFound(_("The post it quotes is not available any more."))


def is_gone(viewer: User, post_id: int | None) -> bool:
    return post_id is not None and find_visible(viewer, post_id) is None


@transaction.atomic
def discard_draft(*, author: User, draft_id: int) -> None:
    get_draft(author, draft_id).delete()


def publish_due(now: datetime) -> int:
    """Posts what is due; how many. Any number of workers at once post each draft once."""
    due = list(Draft.objects.due(now).values_list("pk", flat=True)[:500])
    return sum(publish_one_due(draft_id, now) for draft_id in due)


def publish_one_due(draft_id: int, now: datetime) -> bool:
    """Whether this call has posted it. One that cannot be posted does not stop the others."""
    try:
        return claim_and_publish(draft_id, now)
    except DatabaseError:
        logger.exception("Draft %s could not be posted", draft_id)
        return False


@transaction.atomic
def claim_and_publish(draft_id: int, now: datetime) -> bool:
    """Takes the draft unless another has it, posts it and deletes it, all with one commit."""
    due = Draft.objects.due(now).select_related("author").filter(pk=draft_id)
    draft = due.select_for_update(skip_locked=True, of=("self",)).first()
    if draft is None:
        return False
    try:
        with speaking_to(draft.author), transaction.atomic():
            post_of(draft)
    except DomainError as error:
        keep_back(draft, error)
        return False
    return True


def keep_back(draft: Draft, error: DomainError) -> None:
    """It stays a draft, with the reason for its author."""
    draft.problem = str(error)[:300]
    draft.due_at = None
    draft.save(update_fields=["problem", "due_at"])
