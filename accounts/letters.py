"""Mails about one's account that no request waits for."""

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from accounts import addresses
from accounts.models import User
from feedsite.languages import speaking_to


def send_confirmation(address_id: int) -> None:
    """Gone or confirmed meanwhile is fine: then nothing is sent."""
    waiting = EmailAddress.objects.select_related("user").filter(pk=address_id, verified=False)
    address = waiting.filter(user__is_active=True).first()
    if address is not None:
        link = addresses.confirmation_url(address)
        send(address.user, address.email, "account/email/email_confirmation", {"activate_url": link})


def tell_of_log_in(user_id: int, browser: str, system: str, place: str, moment: datetime) -> None:
    user = User.objects.active().filter(pk=user_id).first()
    if user is not None and addresses.is_confirmed(user):
        about = {"browser": browser, "system": system, "place": place, "moment": moment}
        about["security_url"] = settings.SITE_URL + reverse("settings_security")
        send(user, user.email or "", "account/email/new_device", about)


def send(user: User, to: str, template: str, about: dict[str, Any]) -> None:
    """`template` names the mail's files but for `_subject.txt` and `_message.txt`."""
    context = {"username": user.username, "current_site": {"domain": settings.SITE_URL.partition("://")[2]}, **about}
    with speaking_to(user):
        subject = " ".join(render_to_string(f"{template}_subject.txt", context).split())
        body = render_to_string(f"{template}_message.txt", context)
    EmailMessage(f"{settings.ACCOUNT_EMAIL_SUBJECT_PREFIX}{subject}", body, to=[to]).send()
