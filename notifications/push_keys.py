"""The key pair by which push services know this site: made when it is first needed, the same for every process."""

import base64
import hashlib
import hmac
from typing import NamedTuple

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from py_vapid import Vapid02

from notifications.models import PushKey


class Pair(NamedTuple):
    row_id: int
    vapid: Vapid02

    @property
    def public(self) -> str:
        """As browsers take it for `applicationServerKey`: the point's 65 bytes in base64url."""
        point = self.vapid.public_key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return encoded(point)


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def current() -> Pair:
    """The site's pair. Of several processes that find none, the first to write makes it for all.

    A row that this SECRET_KEY does not open was sealed under another; it and all that was subscribed with it go.
    """
    row = PushKey.objects.first()
    if row is not None and (pair := opened(row)):
        return pair
    if row is not None:
        PushKey.objects.filter(sealed=row.sealed).delete()
    PushKey.objects.bulk_create([PushKey(id=1, sealed=made())], ignore_conflicts=True)
    pair = opened(PushKey.objects.get())
    if pair is None:
        raise RuntimeError("Another process of this site has another SECRET_KEY.")
    return pair


def made() -> bytes:
    vapid = Vapid02()
    vapid.generate_keys()
    return seal().encrypt(vapid.private_pem())


def opened(row: PushKey) -> Pair | None:
    try:
        return Pair(row.pk, Vapid02.from_pem(seal().decrypt(bytes(row.sealed))))
    except InvalidToken:
        return None


def seal() -> Fernet:
    derived = hmac.digest(settings.SECRET_KEY.encode(), b"push key", hashlib.sha256)
    return Fernet(base64.urlsafe_b64encode(derived))
