"""`Idempotency-Key`: a POST that is repeated is answered as the first time and done once."""

import functools
import hashlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import orjson
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.response import Response

from accounts.models import IdempotentRequest
from feedsite.errors import Invalid, Unprocessable
from feedsite.rendering import encode

LONGEST_KEY = 200
KEPT = timedelta(hours=24)


def idempotent(handler: Callable[..., Response]) -> Callable[..., Response]:
    """For the `post` of an API view. The key, what it does and its answer commit together.

    A parallel repeat waits for the first on the key's unique index and then answers the same.
    """

    @functools.wraps(handler)
    def handle(view: Any, request: Any, *args: Any, **kwargs: Any) -> Response:
        if "Idempotency-Key" not in request.headers:
            return handler(view, request, *args, **kwargs)
        return once(request, [request._request.body], lambda: handler(view, request, *args, **kwargs))

    return handle


def once(request: Any, said: Sequence[bytes], act: Callable[[], Response]) -> Response:
    """What `act` answers, or under a key that was used before what it answered then.

    `said` is what the request asks for; uploads name their content by its digest.
    """
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return act()
    checked(key)
    fingerprint = fingerprint_of(request, said)
    with transaction.atomic():
        known = remembered(request.user, key, fingerprint)
        if known.status is not None:
            return Response(orjson.loads(known.body), status=known.status)
        answer = act()
        known.status, known.body = answer.status_code, encode(answer.data).decode()
        known.save(update_fields=["status", "body"])
        return answer


def checked(key: str) -> None:
    if not key.strip() or len(key) > LONGEST_KEY or not key.isprintable():
        reason = _("Give 1 to %(most)d printable characters.") % {"most": LONGEST_KEY}
        raise Invalid(reason, fields={"Idempotency-Key": [reason]})


def fingerprint_of(request: Any, said: Sequence[bytes]) -> str:
    whole = b"\0".join([request.method.encode(), request.get_full_path().encode(), *said])
    return hashlib.sha256(whole).hexdigest()


def remembered(user: Any, key: str, fingerprint: str) -> IdempotentRequest:
    """The row of this key, new (status None) or with the first answer; raises Unprocessable for another body."""
    IdempotentRequest.objects.filter(user=user, key=key, created_at__lt=timezone.now() - KEPT).delete()
    IdempotentRequest.objects.bulk_create(
        [IdempotentRequest(user=user, key=key, fingerprint=fingerprint)], ignore_conflicts=True
    )
    row = IdempotentRequest.objects.select_for_update().get(user=user, key=key)
    if row.fingerprint != fingerprint:
        raise Unprocessable(_("This Idempotency-Key was used for another request. Use a fresh one."))
    return row
