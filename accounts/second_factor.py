"""The second factor of a log-in: an authenticator app, a passkey, or a recovery code."""

import base64
import hashlib

from allauth.mfa.base.internal.flows import delete_dangling_recovery_codes
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.encoding import force_bytes

from accounts.models import User

Type = Authenticator.Type


def is_on(user: User) -> bool:
    """Whether a password is not enough to come in."""
    return Authenticator.objects.filter(user_id=user.pk, type__in=[Type.TOTP, Type.WEBAUTHN]).exists()


@transaction.atomic
def use_code(user: User, typed: str) -> Authenticator | None:
    """Whose code it is: the app's or the list of recovery codes; None for a wrong one. Each is good once.

    That is kept in the rows themselves, and they are locked: a code seen over a shoulder is worth nothing,
    and Redis may be away.
    """
    code = "".join(typed.split())
    rows = Authenticator.objects.select_for_update().filter(user_id=user.pk).exclude(type=Type.WEBAUTHN)
    for row in rows.order_by("-type"):
        if takes_app_code(row, code) if row.type == Type.TOTP else row.wrap().validate_code(code):
            row.user = user
            return row
    return None


def takes_app_code(row: Authenticator, code: str) -> bool:
    """Whether the code is one of this half minute, or of its neighbours, and newer than the last one used."""
    secret = decrypt(row.data["secret"])
    for counter in yield_hotp_counters_from_time():
        is_it = constant_time_compare(format_hotp_value(hotp_value(secret, counter)), code)
        if is_it and counter > row.data.get("used_counter", 0):
            row.data["used_counter"] = counter
            row.last_used_at = timezone.now()
            row.save(update_fields=["data", "last_used_at"])
            return True
    return False


@transaction.atomic
def remove_all(user: User) -> bool:
    """For staff who know that somebody has lost everything: the password alone lets them in again. True if any was."""
    removed, _by_model = Authenticator.objects.filter(user_id=user.pk).delete()
    return bool(removed)


def remove(authenticator: Authenticator) -> None:
    """The last one takes the recovery codes with it."""
    authenticator.delete()
    delete_dangling_recovery_codes(authenticator.user)


def fernet() -> MultiFernet:
    """Encrypts with the site's secret; what an older one encrypted is still read (SECRET_KEY_FALLBACKS)."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    digests = [hashlib.sha256(b"second factor:" + force_bytes(secret)).digest() for secret in secrets]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
