"""Web push: who asks to be told on a device, and telling them."""

import base64
import binascii
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from feedsite.errors import Conflict, Invalid, NotFound
from notifications import push_keys, tasks
from notifications.models import PushSubscription
from notifications.push_models import LONGEST_ENDPOINT, LONGEST_USER_AGENT
from posts.links import addresses

# The one that was added longest ago goes when there is one more.
MOST_DEVICES = 10
AUTH_BYTES = 16


def send(user_id: int, group_id: int) -> None:
    """Shows the notification on the person's devices, once it is committed, if they may still be told of it then."""
    tasks.push.delay_on_commit(user_id, group_id)


@transaction.atomic
def subscribe(
    *,
    user: User,
    endpoint: str,
    p256dh: str,
    auth: str,
    made_for: str = "",
    user_agent: str = "",
    session_key: str | None = None,
    token: Any = None,
) -> PushSubscription:
    """Keeps a device, in place of the one its session had; the same endpoint again is the same device.

    `made_for` is the public key the browser used. Raises Invalid, and Conflict when the site's key is another by now.
    """
    given = {
        "p256dh": checked_point(p256dh),
        "auth": checked_auth(auth),
        "user_agent": user_agent.replace("\0", "")[:LONGEST_USER_AGENT],
    }
    endpoint, pair = checked_endpoint(endpoint), push_keys.current()
    if made_for and made_for.rstrip("=") != pair.public:
        raise Conflict(_("The site has a new key. Subscribe again with the one of /push/key."))
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # one at a time for each person
    if session_key:
        PushSubscription.objects.filter(session_id=session_key).exclude(endpoint=endpoint).delete()
    fresh = {"failures": 0, "failing_since": None, "retry_at": None}
    owner = {"user": user, "key_id": pair.row_id, "session_id": session_key, "token": token}
    row, _made = PushSubscription.objects.update_or_create(endpoint=endpoint, defaults=given | owner | fresh)
    kept = PushSubscription.objects.of(user).values_list("pk", flat=True)[:MOST_DEVICES]
    PushSubscription.objects.filter(user=user).exclude(pk__in=list(kept)).exclude(pk=row.pk).delete()
    return row


def unsubscribe(*, user: User, subscription_id: int) -> None:
    """Nothing more is sent to that device; raises NotFound unless it is the person's own."""
    gone, _tables = PushSubscription.objects.of(user).filter(pk=subscription_id).delete()
    if not gone:
        raise NotFound()


def checked_endpoint(endpoint: str) -> str:
    """An address on the internet by its name. Where the name leads is looked at when something is sent there."""
    try:
        url = addresses.checked_url(endpoint) if len(endpoint) <= LONGEST_ENDPOINT else ""
    except addresses.Refused:
        url = ""
    host = urlsplit(url).hostname or ""
    is_name = "." in host and ":" not in host and not host.rpartition(".")[2].isdigit()
    if not url.startswith("https://") or not is_name or len(url) > LONGEST_ENDPOINT:
        raise wrong("endpoint", _("Give the https address of a push service, as the browser made it."))
    return url


def checked_point(text: str) -> bytes:
    raw = decoded(text)
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
    except ValueError:
        raw = b""
    if len(raw) != 65:
        raise wrong("p256dh", _("Give the public key that the browser made, in base64url."))
    return raw


def checked_auth(text: str) -> bytes:
    raw = decoded(text)
    if len(raw) != AUTH_BYTES:
        raise wrong("auth", _("Give the secret that the browser made, in base64url."))
    return raw


def decoded(text: str) -> bytes:
    """The bytes of base64url, with or without its padding; nothing when it is something else."""
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def wrong(field: str, reason: str) -> Invalid:
    return Invalid(reason, fields={field: [reason]})
