"""Who is signed in, with what the frame of every page shows of them."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.db.models import F, Func, IntegerField

from accounts.models import User


class Backend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's, and whoever a session brings has `unread_notifications` as well.

    It comes in the query that every page makes anyway. `notifications_unread` belongs to the notifications
    app; it is reached through the database so that accounts need not import it.
    """

    def get_user(self, user_id: Any) -> User | None:
        unread = Func(F("pk"), function="notifications_unread", output_field=IntegerField())
        user = User.objects.filter(pk=user_id).annotate(unread_notifications=unread).first()
        return user if user is not None and self.user_can_authenticate(user) else None
