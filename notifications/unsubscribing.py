"""The link in each e-mail by which one ends them without logging in."""

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.urls import reverse

from accounts.models import User
from feedsite.errors import NotFound

signer = Signer(salt="notifications.unsubscribe")


def url(user: User) -> str:
    return settings.SITE_URL + reverse("notifications_stop", args=[signer.sign(str(user.pk))])


def find_user(token: str) -> User:
    """Whose e-mails the link ends; raises NotFound for one that was not made here. It never expires."""
    try:
        user = User.objects.active().filter(pk=int(signer.unsign(token))).first()
    except (BadSignature, ValueError):
        user = None
    if user is None:
        raise NotFound()
    return user
