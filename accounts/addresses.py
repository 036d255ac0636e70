"""E-mail addresses: only one that its owner has confirmed is written to, but for asking them to."""

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse

from accounts.models import User

# Of a query of users: whether the address of each is confirmed.
HAS_CONFIRMED = Exists(EmailAddress.objects.filter(user_id=OuterRef("pk"), email=OuterRef("email"), verified=True))


def is_confirmed(user: User) -> bool:
    return User.objects.filter(HAS_CONFIRMED, pk=user.pk).exists()


@transaction.atomic
def confirm(user: User) -> None:
    """Takes the account's address for confirmed, where somebody vouches for it: staff, or the demo."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"primary": True, "verified": True})


def confirmation_url(address: EmailAddress) -> str:
    """A signed link, made only when the mail is: so it lies in no queue."""
    return settings.SITE_URL + reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key])
