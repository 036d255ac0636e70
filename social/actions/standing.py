"""Blocking and muting, and who is not to be suggested."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from feedsite.errors import Invalid
from social.actions.following import end_follow, end_request
from social.actions.pairs import count_relations, insert_if_absent, lock_pair
from social.models import Block, Mute

CLEARED_AT_ONCE = 1000


@transaction.atomic
def block(*, blocker: User, blocked: User) -> bool:
    """Neither sees the other from now on; follows and requests end both ways. True when that is new."""
    if blocker.pk == blocked.pk:
        raise Invalid(_("You cannot block yourself."))
    lock_pair(blocker.pk, blocked.pk)
    made = insert_if_absent("block", "blocker_id, blocked_id", blocker.pk, blocked.pk)
    if made:
        for one, other in sorted([(blocker.pk, blocked.pk), (blocked.pk, blocker.pk)]):
            end_request(one, other)
            end_follow(one, other)
        count_relations({pk: {"relations_version": 1} for pk in (blocker.pk, blocked.pk)})
    return made


@transaction.atomic
def unblock(*, blocker: User, blocked: User) -> bool:
    lock_pair(blocker.pk, blocked.pk)
    ended, _rows = Block.objects.filter(blocker=blocker, blocked=blocked).delete()
    if ended:
        count_relations({pk: {"relations_version": 1} for pk in (blocker.pk, blocked.pk)})
    return bool(ended)


@transaction.atomic
def mute(*, muter: User, muted: User, expires_at: datetime | None = None) -> bool:
    """Leaves `muted` out of `muter`'s timeline until `expires_at`, or until it is taken back.

    A mute that stands already is given the new end. True when there was none.
    """
    if muter.pk == muted.pk:
        raise Invalid(_("You cannot mute yourself."))
    if expires_at is not None and expires_at <= timezone.now():
        reason = _("Give a time to come.")
        raise Invalid(reason, fields={"expires_at": [reason]})
    lock_pair(muter.pk, muted.pk)
    _mute, made = Mute.objects.update_or_create(
        muter=muter, muted=muted, defaults={"expires_at": expires_at}, create_defaults={"expires_at": expires_at}
    )
    count_relations({muter.pk: {"relations_version": 1}})
    return made


@transaction.atomic
def unmute(*, muter: User, muted: User) -> bool:
    lock_pair(muter.pk, muted.pk)
    ended, _rows = Mute.objects.filter(muter=muter, muted=muted).delete()
    if ended:
        count_relations({muter.pk: {"relations_version": 1}})
    return bool(ended)


def clear_mutes() -> int:
    """Deletes mutes that have ended, the oldest first; how many, CLEARED_AT_ONCE at most.

    Nothing waits for it: whoever asks about a mute asks when it ends.
    """
    ended = Mute.objects.filter(expires_at__lte=timezone.now()).order_by("expires_at")
    keys = list(ended.values_list("muter_id", "muted_id")[:CLEARED_AT_ONCE])
    # Asked again in the DELETE: one that was given a new end meanwhile stays.
    ended = Mute.objects.filter(pk__in=keys, expires_at__lte=timezone.now())
    return ended.delete()[0] if keys else 0


def dismiss(*, viewer: User, person: User) -> bool:
    """Never suggests `person` to the viewer again; True when that is new."""
    if viewer.pk == person.pk:
        raise Invalid(_("You are never suggested to yourself."))
    return insert_if_absent("dismissal", "viewer_id, person_id", viewer.pk, person.pk)
