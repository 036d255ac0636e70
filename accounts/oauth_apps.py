"""Apps that people register to sign others in: OAuth 2.1, by authorisation code with PKCE only."""

from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from oauth2_provider.generators import generate_client_secret
from oauth2_provider.models import Application

from accounts.models import User
from feedsite import text
from feedsite.errors import Conflict, Invalid, invalid_fields

MOST_APPS = 20
MOST_ADDRESSES = 10
LONGEST_NAME, LONGEST_ADDRESS = 50, 500
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def apps_by(owner: User) -> QuerySet[Application]:
    return Application.objects.filter(user=owner).order_by("-pk")


@transaction.atomic
def register(*, owner: User, name: str, addresses: str, is_confidential: bool) -> tuple[Application, str]:
    """A new app and its secret, told once ("" for one that cannot keep any); `addresses` are parted by white space.

    Raises Invalid naming the field, and Conflict for more than MOST_APPS.
    """
    User.objects.select_for_update(no_key=True).get(pk=owner.pk)
    if apps_by(owner).count() >= MOST_APPS:
        raise Conflict(_("You have %(most)d apps. Delete one first.") % {"most": MOST_APPS})
    secret = generate_client_secret() if is_confidential else ""
    kind = Application.CLIENT_CONFIDENTIAL if is_confidential else Application.CLIENT_PUBLIC
    app = Application(user=owner, client_type=kind, client_secret=secret)
    app.authorization_grant_type = Application.GRANT_AUTHORIZATION_CODE
    return change(app, name=name, addresses=addresses), secret


def change(app: Application, *, name: str, addresses: str) -> Application:
    """Raises Invalid naming the field."""
    app.name = checked_name(name)
    app.redirect_uris = " ".join(checked_address(address) for address in listed(addresses))
    try:
        app.clean()
    except ValidationError as error:
        raise invalid_fields(error) from error
    app.save()
    return app


def new_secret(app: Application) -> str:
    """A fresh secret, told once; the old one is good no more."""
    secret: str = generate_client_secret()
    app.client_secret = secret
    app.save(update_fields=["client_secret", "updated"])
    return secret


def delete(app: Application) -> None:
    """Everybody who let it in is rid of it."""
    app.delete()


def checked_name(name: str) -> str:
    cleaned = " ".join(text.clean(name).split())
    if text.is_blank(cleaned) or len(cleaned) > LONGEST_NAME:
        raise invalid("name", _("Give it a name of at most %(most)d characters.") % {"most": LONGEST_NAME})
    return cleaned


def listed(addresses: str) -> list[str]:
    found = list(dict.fromkeys(addresses.split()))
    if not found or len(found) > MOST_ADDRESSES:
        raise invalid("addresses", _("Give 1 to %(most)d addresses, one a line.") % {"most": MOST_ADDRESSES})
    return found


def checked_address(address: str) -> str:
    """An address that codes may be sent to: encrypted on the way, or on the person's own machine."""
    try:
        parts = urlsplit(address)
        is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    except ValueError:
        is_safe = False
    if not is_safe or not parts.hostname or "#" in address or parts.username or len(address) > LONGEST_ADDRESS:
        said = {"address": address[:100]}
        raise invalid("addresses", _("%(address)s must begin with https:// (or be on localhost).") % said)
    return address


def invalid(field: str, reason: str) -> Invalid:
    return Invalid(reason, fields={field: [reason]})
