from datetime import datetime, timedelta

from celery import shared_task
from django.utils import timezone

from accounts import letters, upkeep
from accounts.models import IdempotentRequest
from feedsite import windows


@shared_task
def clear_idempotency() -> None:
    """Forgets the answers a day old, after which a key may be used anew."""
    IdempotentRequest.objects.filter(created_at__lt=timezone.now() - timedelta(hours=24)).delete()


@shared_task
def clear_limits() -> None:
    """Forgets what PostgreSQL counted for the limits while Redis was away."""
    windows.clear()


@shared_task
def clear_access() -> None:
    upkeep.clear_access()


@shared_task
def send_confirmation(address_id: int) -> None:
    letters.send_confirmation(address_id)


@shared_task
def tell_of_log_in(user_id: int, browser: str, system: str, place: str, moment: str) -> None:
    letters.tell_of_log_in(user_id, browser, system, place, datetime.fromisoformat(moment))
