from datetime import timedelta

from celery import shared_task
from django.utils import timezone

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
