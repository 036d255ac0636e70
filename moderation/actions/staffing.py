"""Who is one of the staff."""

from django.contrib.auth.models import Group
from django.db import transaction

from accounts.models import User
from moderation import permissions


@transaction.atomic
def make_staff(*, user: User, role: str) -> User:
    """Gives somebody a role of `permissions.ROLES` in place of another one."""
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    user.groups.remove(*Group.objects.filter(name__in=permissions.ROLES))
    user.groups.add(permissions.group_of(role))
    return user
