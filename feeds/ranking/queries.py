"""Questions about what readers chose of ranking."""

from accounts.models import User
from feeds.ranking.models import Nudge
from social.queries import blocks_viewer


def nudges(reader: User) -> list[Nudge]:
    """Of whom the reader wants more or less and may know, by name; `actions.MOST_NUDGES` at most."""
    told = Nudge.objects.filter(~blocks_viewer(reader, "author"), reader=reader, author__is_active=True)
    return list(told.select_related("author").order_by("author__username"))


def nudge_of(reader: User, author: User) -> int:
    """1 for more, -1 for less, 0 for as much as of others."""
    return Nudge.objects.filter(reader=reader, author=author).values_list("amount", flat=True).first() or 0
