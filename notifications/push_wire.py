"""One message to one device: sealed so that only the device reads it, and handed to its push service. No database."""

import hashlib
import json
import time
from collections.abc import Mapping
from email.utils import parseaddr
from enum import Enum
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import http_ece
import httpcore
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from py_vapid import Vapid02

from notifications.push_keys import encoded
from posts.links import addresses
from posts.links.addresses import Refused
from posts.links.fetching import Backend

# A push service takes a message and says so at once; more is not waited for.
SECONDS = 5
# What a push service keeps for a device that is off; older news is on the site.
TTL_SECONDS = 24 * 3600
TOKEN_SECONDS = 3600
# With what sealing adds it stays far below the 4096 bytes that every push service takes.
LONGEST_TITLE, LONGEST_BODY = 120, 400


class Outcome(Enum):
    SENT = "sent"
    GONE = "gone"
    # Not now: too many at once, or the service has trouble of its own.
    LATER = "later"
    REFUSED = "refused"


class Device(NamedTuple):
    """What is known of a subscription: its address and the two keys the browser made."""

    endpoint: str
    p256dh: bytes
    auth: bytes


def deliver(device: Device, message: Mapping[str, Any], vapid: Vapid02) -> Outcome:
    """Hands the message over; whatever the other side does, it is over after SECONDS."""
    try:
        url = addresses.checked_url(device.endpoint)
        status = post(url, headers(url, message, vapid), sealed(device, message))
    except Refused:
        return Outcome.REFUSED
    except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError):
        return Outcome.LATER
    return outcome(status)


def outcome(status: int) -> Outcome:
    """A redirect is refused like any other answer that is no yes: messages go where the browser said, or nowhere."""
    if 200 <= status < 300:
        return Outcome.SENT
    if status in (404, 410):
        return Outcome.GONE
    return Outcome.LATER if status == 429 or status >= 500 else Outcome.REFUSED


def sealed(device: Device, message: Mapping[str, Any]) -> bytes:
    """The message as RFC 8291 wants it, with a key of its own."""
    return http_ece.encrypt(
        payload(message),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=device.p256dh,
        auth_secret=device.auth,
        version="aes128gcm",
    )


def payload(message: Mapping[str, Any]) -> bytes:
    """What the service worker shows, and nothing more: {title, body, url, tag}."""
    told = {
        "title": message["title"][:LONGEST_TITLE],
        "body": message["body"][:LONGEST_BODY],
        "url": message["url"],
        "tag": message["tag"],
    }
    return json.dumps(told, ensure_ascii=False).encode()


def headers(url: str, message: Mapping[str, Any], vapid: Vapid02) -> list[tuple[bytes | str, bytes | str]]:
    return [
        ("Authorization", authorization(url, vapid)),
        ("Content-Encoding", "aes128gcm"),
        ("Content-Type", "application/octet-stream"),
        ("TTL", str(TTL_SECONDS)),
        ("Urgency", "normal"),
        # A message that still waits there is replaced by the next of its tag, so one sent twice is shown once.
        ("Topic", encoded(hashlib.sha256(message["tag"].encode()).digest()[:24])),
        ("User-Agent", "Feedsite"),
    ]


def authorization(url: str, vapid: Vapid02) -> str:
    """Who sends (RFC 8292): signed for this push service alone, and only for a while."""
    place = urlsplit(url)
    claims: dict[str, Any] = {
        "aud": f"{place.scheme}://{place.netloc}",
        "exp": int(time.time()) + TOKEN_SECONDS,
        "sub": f"mailto:{parseaddr(settings.PUSH_CONTACT)[1]}",
    }
    return vapid.sign(claims)["Authorization"]


def post(url: str, told: list[tuple[bytes | str, bytes | str]], body: bytes) -> int:
    """The status that is answered; the rest of the answer is not read. Raises Refused for what may not be asked."""
    if not url.startswith("https://"):
        raise Refused("not encrypted")
    backend = Backend(time.monotonic() + SECONDS)
    with (
        httpcore.ConnectionPool(max_connections=1, retries=0, network_backend=backend) as pool,
        pool.stream("POST", url, headers=told, content=body) as response,
    ):
        return response.status
