from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from posts.models import Post

ERASE_AT_ONCE = 500


@shared_task
def erase_deleted() -> None:
    """Erases what was deleted over DELETED_KEEP_HOURS ago, a batch at a time."""
    before = timezone.now() - timedelta(hours=settings.DELETED_KEEP_HOURS)
    while ids := list(Post.objects.filter(deleted_at__lt=before).values_list("pk", flat=True)[:ERASE_AT_ONCE]):
        Post.objects.filter(pk__in=ids).delete()
