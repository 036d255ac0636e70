"""What staff decide about delivery and trends."""

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from feeds import rates
from feeds.models import HiddenTrend
from feedsite.errors import Invalid
from posts.models import AuthorState, Pin
from posts.text import find_tag


@transaction.atomic
def pin_author(*, author: User, pin: str) -> None:
    """Pushes (`push`) or pulls (`pull`) an author for everybody, whatever the policy says; empty takes it back.

    It is above the cap. Edges follow within seconds (`feeds.mover`). Raises Invalid for another word.
    """
    if pin not in ("", *Pin.values):
        raise Invalid(fields={"pin": [f"Choose one of {', '.join(Pin.values)}, or nothing."]})
    AuthorState.objects.update_or_create(user=author, defaults={"pin": pin})
    rates.judge_authors([author.pk])


def hide_trend(*, staff: User, reason: str, tag: str = "", post_id: int | None = None) -> HiddenTrend:
    """Keeps a hashtag, however it is spelled, or a post out of the trends from the next read on; once is enough.

    Raises Invalid as `check_hideable` does.
    """
    check_hideable(tag=tag, post_id=post_id, reason=reason)
    known = find_tag(tag.removeprefix("#")) or ""
    decided = {"reason": reason.strip(), "hidden_by": staff}
    return HiddenTrend.objects.get_or_create(tag=known, post_id=post_id, defaults=decided)[0]


def check_hideable(*, tag: str, post_id: int | None, reason: str) -> None:
    """Raises Invalid where it is not exactly one of hashtag and post, or no reason is given."""
    if bool(tag) == bool(post_id):
        raise Invalid(fields={"tag": [_("Give a hashtag or a post, one of them.")]})
    if tag and not find_tag(tag.removeprefix("#")):
        raise Invalid(fields={"tag": [_("No hashtag is spelled like this.")]})
    if not reason.strip():
        raise Invalid(fields={"reason": [_("Say why, for the others on the staff.")]})


def show_trend(hidden: HiddenTrend) -> None:
    """Takes it back: it stands among the trends again while it rises."""
    hidden.delete()
