"""Sharing: a post of the sharer's own that has no text and shows the original at its place."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from feedsite import limits
from feedsite.errors import Forbidden, NotFound
from posts.actions.counting import count_share
from posts.actions.deleting import remove
from posts.actions.outbox import announce_after_commit, claim_post_id, put_into_outbox
from posts.actions.owing import owe_of_share
from posts.models import Post
from posts.queries import find_share, get_original
from social.actions.pairs import is_blocked_either_way, lock_pair


@transaction.atomic
def share(*, actor: User, post_id: int) -> Post:
    """Brings a public post to the actor's followers, once; a share shares what it shows.

    Answers the original with its fresh count; raises NotFound, Forbidden for what is not for everybody, TooMany.
    """
    original = get_original(actor, post_id)
    lock_pair(actor.pk, original.author_id)
    if is_blocked_either_way(actor.pk, original.author_id):  # since a moment ago
        raise NotFound()
    if not original.is_shareable:
        raise Forbidden(_("Only public posts can be shared, and no comments."))
    if find_share(actor, original) is None:
        limits.take("share", actor.pk)
        make_share(actor, original)
    original.refresh_from_db(fields=["shares_count"])
    return original


def make_share(sharer: User, original: Post) -> Post:
    """The share itself, for whoever holds the pair's lock and has checked that it may be."""
    made = Post(author=sharer, share_of=original, pk=claim_post_id(sharer.pk))
    made.save(force_insert=True)
    put_into_outbox(made)
    count_share(made, 1)
    owe_of_share(made)
    User.objects.filter(pk=sharer.pk).update(posts_count=F("posts_count") + 1)
    announce_after_commit(made, sharer)
    return made


@transaction.atomic
def unshare(*, actor: User, post_id: int) -> Post:
    """Takes the actor's share of a visible post back everywhere; answers the original with its fresh count."""
    original = get_original(actor, post_id)
    lock_pair(actor.pk, original.author_id)
    if made := find_share(actor, original):
        remove(made)
    original.refresh_from_db(fields=["shares_count"])
    return original
