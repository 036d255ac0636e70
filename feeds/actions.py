"""What staff decide about delivery and trends, and which learned ranking is served."""

from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from feeds import rates
from feeds.models import HiddenTrend, RankerModel
from feeds.ranking import learned, linear
from feedsite.errors import Conflict, Invalid
from posts.models import AuthorState, Pin
from posts.text import find_tag

# Of models that were served, to go back to, and of those that never were, to compare, so many each are kept.
RANKERS_KEPT = 20


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


@transaction.atomic
def keep_ranker(
    *, model: linear.Model, report: dict[str, Any], source: str, is_better: bool, judged_against: int | None
) -> RankerModel:
    """Keeps a trained model, and serves it if it is better than what is served, the model `judged_against`.

    It is not served where another was put in place meanwhile, nor where it learned from other people while the one
    that is served learned from those of this site.
    """
    current = lock_rankers()
    kept = RankerModel.objects.create(
        trained_at=model.trained_at, source=source, weights=linear.as_json(model), report=report
    )
    from_elsewhere = current is not None and current.source != source == RankerModel.Source.HIGGS
    if is_better and not from_elsewhere and judged_against == (current and current.pk):
        kept.promoted_at, kept.replaced = timezone.now(), current
        put_in_place(kept)
    for never_served in (True, False):
        others = RankerModel.objects.filter(is_current=False, promoted_at__isnull=never_served).order_by("-pk")
        others.filter(pk__in=others.values("pk")[RANKERS_KEPT:]).delete()
    return kept


@transaction.atomic
def roll_back_ranker() -> RankerModel | None:
    """Serves the model that the current one replaced again; the formula (None) where that replaced none.

    Raises Conflict where none is served.
    """
    current = lock_rankers()
    if current is None:
        raise Conflict("No model is served, so there is none to go back from.")
    put_in_place(current.replaced)
    return current.replaced


@transaction.atomic
def serve_ranker(kept: RankerModel) -> None:
    """Serves a model that was served before, whatever is in its place.

    Raises Conflict for one that never was, or cannot be any more. There is no way to serve one that did not beat what
    was served when it was trained.
    """
    lock_rankers()
    kept.refresh_from_db()
    if kept.promoted_at is None:
        raise Conflict(f"{kept} did not beat what was served, so it is not put in its place.".capitalize())
    try:
        learned.servable(kept)
    except linear.BadModel as error:
        raise Conflict(f"{kept} cannot be served: {error}.".capitalize()) from error
    put_in_place(kept)


def lock_rankers() -> RankerModel | None:
    """The current model, while nobody else may change which that is."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE ranker_model IN SHARE ROW EXCLUSIVE MODE")
    return RankerModel.objects.current()


def put_in_place(kept: RankerModel | None) -> None:
    RankerModel.objects.filter(is_current=True).update(is_current=False)
    if kept is not None:
        kept.is_current = True
        kept.save(update_fields=["is_current", "promoted_at", "replaced"])
