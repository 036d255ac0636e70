"""Accounts that a request names."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from feedsite.errors import Invalid, NotFound
from social import queries


def find_user(viewer: Any, **by: Any) -> User:
    """The account, if the viewer may know of it; raises NotFound."""
    user = User.objects.filter(**by).first()
    if user is None or not queries.may_know_of(viewer, user):
        raise NotFound()
    return user


def find_other(viewer: User, user_id: int) -> User:
    """Somebody else's account, even if it blocks the viewer, who may still block or mute it."""
    if user_id == viewer.pk:
        raise Invalid(_("You cannot do this to yourself."))
    user = User.objects.active().filter(pk=user_id).first()
    if user is None:
        raise NotFound()
    return user
