"""Choosing from what a poll offers."""

from collections.abc import Sequence
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from feeds import tasks as feeds_tasks
from feedsite import limits
from feedsite.errors import Conflict, Forbidden, Invalid, NotFound
from posts.models import Poll
from posts.queries import get_visible

ONCE = """
INSERT INTO poll_vote (poll_id, user_id, choices, created_at) VALUES (%s, %s, %s, now()) ON CONFLICT DO NOTHING
"""
# Nothing when the poll is over. Whoever counts at the same moment waits for the row and counts on.
COUNT = """
UPDATE poll SET voters_count = voters_count + 1, votes = ARRAY(
         SELECT v.votes + (v.place - 1 = ANY (%(choices)s))::int
           FROM unnest(poll.votes) WITH ORDINALITY AS v(votes, place) ORDER BY v.place)
 WHERE post_id = %(poll)s AND ends_at > clock_timestamp()
"""


@transaction.atomic
def vote(*, actor: User, post_id: int, choices: Sequence[Any]) -> Poll:
    """Votes once in the poll of a visible post: `choices` are numbers of options, from 0.

    Raises NotFound, Invalid naming what to change, Forbidden for one's own poll, TooMany, and
    Conflict when the poll is over or the actor has voted.
    """
    post = get_visible(actor, post_id)
    poll = Poll.objects.filter(post=post).first()
    if poll is None:
        raise NotFound()
    if post.author_id == actor.pk:
        raise Forbidden(_("One does not vote in a poll of one's own."))
    chosen = checked_choices(poll, choices)
    limits.take("vote", actor.pk)
    count(poll, actor, chosen)
    feeds_tasks.tell_card_after_commit(poll.pk)
    poll.refresh_from_db()
    poll.chosen = chosen
    return poll


def count(poll: Poll, voter: User, choices: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(ONCE, [poll.pk, voter.pk, choices])
        if not cursor.rowcount:
            raise Conflict(_("You have voted in this poll."))
        cursor.execute(COUNT, {"poll": poll.pk, "choices": choices})
        if not cursor.rowcount:
            raise Conflict(_("This poll is over."))


def checked_choices(poll: Poll, choices: Sequence[Any]) -> list[int]:
    """The numbers, rising; raises Invalid when they do not fit the poll."""
    numbers = sorted({number for number in choices if isinstance(number, int) and not isinstance(number, bool)})
    if len(numbers) < len(choices) or not numbers:
        raise invalid(
            _("Choose one of the options.") if not poll.is_multiple else _("Choose one or more of the options.")
        )
    if numbers[0] < 0 or numbers[-1] >= len(poll.options):
        raise invalid(_("This poll has no such option."))
    if len(numbers) > 1 and not poll.is_multiple:
        raise invalid(_("Choose one option only."))
    return numbers


def invalid(reason: str) -> Invalid:
    return Invalid(reason, fields={"choices": [reason]})
