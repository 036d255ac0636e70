"""What readers decide about the order of home."""

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts import actions as account_actions
from accounts.models import User
from feeds.ranking.models import Nudge, ReaderRanking
from feeds.ranking.values import SEED, Weights
from feedsite.errors import Invalid

MOST_NUDGES = 200


@transaction.atomic
def choose(*, reader: User, ranking: str, weights: Weights, diversity: bool) -> None:
    """The order of home and what counts in it; raises Invalid for a ranking that is none."""
    account_actions.change_ranking(reader, ranking)
    # The weights of the design are kept as none: whoever has those goes along when the design changes.
    kept = {} if weights == SEED else weights._asdict()
    ReaderRanking.objects.update_or_create(user=reader, defaults={"weights": kept, "diversity": diversity})


@transaction.atomic
def nudge(*, reader: User, author: User, amount: int) -> None:
    """More (1) or less (-1) of the author in ranked feeds from the next ranking on. They are not told."""
    if reader.pk == author.pk:
        raise Invalid(_("This is said of others, not of yourself."))
    if amount not in (1, -1):
        reason = _("Say 1 for more or -1 for less.")
        raise Invalid(reason, fields={"amount": [reason]})
    # Whoever says it of another at the same time waits here, so that the limit holds.
    User.objects.select_for_update(no_key=True).get(pk=reader.pk)
    own = Nudge.objects.filter(reader=reader)
    if own.filter(author=author).update(amount=amount, changed_at=Now()):
        return
    if own.count() >= MOST_NUDGES:
        reason = _("You have said so of %(most)d people, which is the most there can be. Take somebody back first.")
        raise Invalid(reason % {"most": MOST_NUDGES})
    Nudge.objects.create(reader=reader, author=author, amount=amount)


def end_nudge(*, reader: User, author: User) -> bool:
    """As much of the author as of others; True when that is new."""
    ended, _rows = Nudge.objects.filter(reader=reader, author=author).delete()
    return bool(ended)
