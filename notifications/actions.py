"""What one does with what one is told. Page and API call the same functions."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from feedsite.errors import Invalid
from notifications import channels, queries
from notifications.locks import hold_notices
from notifications.mailboxes import is_zone, next_morning
from notifications.models import Mail, Mailbox, Notification, Preference, ThreadMute
from notifications.preferences import wishes
from posts.models import Post
from posts.queries import get_original
from social.models import NoticeType


@transaction.atomic
def read(*, user: User, up_to: int | None = None) -> int:
    """Marks that one and all older as read, or all; how many that were. Other open pages follow."""
    hold_notices(user.pk)
    unread = Notification.objects.of(user).unread()
    changed = (unread if up_to is None else unread.filter(place__lte=up_to)).update(is_read=True)
    if changed:
        newest = queries.NEWEST if up_to is None else up_to
        transaction.on_commit(lambda: tell_read(user, read_up_to=str(newest)))
    return changed


@transaction.atomic
def read_one(*, user: User, group_id: int) -> bool:
    """Marks one as read; True when it was not."""
    hold_notices(user.pk)
    changed = Notification.objects.of(user).unread().filter(pk=group_id).update(is_read=True)
    if changed:
        transaction.on_commit(lambda: tell_read(user, read_group=str(group_id)))
    return bool(changed)


def tell_read(user: User, **read: str) -> None:
    channels.tell_unread(user.pk, queries.unread_count(user), **read)


def mute_thread(*, user: User, post_id: int) -> int:
    """Tells the user nothing more of the thread the post is in; the id of the post it began with.

    Raises NotFound for a post that the user may not see.
    """
    post = get_original(user, post_id)
    root_id = post.root_id or post.pk
    ThreadMute.objects.get_or_create(user=user, root_id=root_id)
    transaction.on_commit(lambda: tell_read(user))
    return root_id


def unmute_thread(*, user: User, post_id: int) -> int:
    """Takes that back, also of a thread that the user may not see any more; the id it began with."""
    found = Post.objects.visible_to(user).filter(pk=post_id).values_list("root", flat=True).first()
    root_id = found or post_id
    ThreadMute.objects.filter(user=user, root=root_id).delete()
    transaction.on_commit(lambda: tell_read(user))
    return root_id


@transaction.atomic
def choose(*, user: User, types: Mapping[str, Mapping[str, Any]], time_zone: str | None = None) -> None:
    """Changes what is given of how the user wants to be told; raises Invalid naming what to change."""
    known = wishes(user)
    for kind, changes in types.items():
        if kind == NoticeType.MODERATION and changes.get("page") is False:
            reason = _("What moderators say always stands in your list.")
            raise Invalid(reason, fields={kind: [reason]})
        wish = {"page": known[kind].page, "email": known[kind].email, "push": known[kind].push, **changes}
        Preference.objects.update_or_create(user=user, type=kind, defaults=wish)
    if time_zone is not None:
        set_time_zone(user, time_zone)


def set_time_zone(user: User, time_zone: str) -> None:
    if not is_zone(time_zone):
        reason = _("This is no time zone. Write it like Europe/Lisbon.")
        raise Invalid(reason, fields={"time_zone": [reason]})
    box, _made = Mailbox.objects.select_for_update().get_or_create(user=user)
    box.time_zone = time_zone
    if box.digest_at is not None:
        box.digest_at = next_morning(timezone.now(), time_zone)
    box.save(update_fields=["time_zone", "digest_at"])


@transaction.atomic
def stop_mail(*, user: User) -> None:
    """Ends all e-mail about notifications, for whoever has the link that each of them carries."""
    hold_notices(user.pk)
    choose(user=user, types={kind.value: {"email": Mail.OFF.value} for kind in NoticeType})
    Mailbox.objects.filter(user=user).update(now_at=None, digest_at=None)
    Notification.objects.of(user).exclude(mail=Mail.OFF).update(mail=Mail.OFF)
