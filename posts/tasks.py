from datetime import datetime, timedelta

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from posts import actions, files, transcoding
from posts.links import looking
from posts.models import Media, Post, Story, TakenDown

ERASE_AT_ONCE = 500
# Of one video, with everything around it; and how often is looked for those that were interrupted.
TRANSCODE_SECONDS = 900
SWEEP_SECONDS = 10
# How often links are handed out that nobody has looked at.
LINKS_SECONDS = 10


@shared_task
def erase_deleted() -> None:
    """Erases what was deleted over DELETED_KEEP_HOURS ago, and by staff over REMOVED_KEEP_DAYS, a batch at a time.

    What is held or hidden stays: it may come back.
    """
    erase_before(timezone.now() - timedelta(hours=settings.DELETED_KEEP_HOURS), TakenDown.NO)
    erase_before(timezone.now() - timedelta(days=settings.REMOVED_KEEP_DAYS), TakenDown.REMOVED)


def erase_before(moment: datetime, taken_down: TakenDown) -> None:
    gone = Post.objects.filter(deleted_at__lt=moment, taken_down=taken_down)
    while ids := list(gone.values_list("pk", flat=True)[:ERASE_AT_ONCE]):
        actions.erase(ids)


@shared_task
def publish_due() -> None:
    """Posts the drafts whose time has come."""
    actions.publish_due(timezone.now())


@shared_task
def look_at_link(preview_id: int) -> None:
    looking.look(preview_id)


@shared_task
def sweep_links() -> None:
    """Hands out what waits; what is not begun before the next round is dropped and handed out then."""
    for preview_id in looking.owed():
        look_at_link.apply_async((preview_id,), expires=LINKS_SECONDS)


# Not acknowledged late: a message that takes minutes would be given to a second worker meanwhile. Whoever is killed
# is noticed by `sweep_media`.
@shared_task(acks_late=False, soft_time_limit=TRANSCODE_SECONDS - 60, time_limit=TRANSCODE_SECONDS)
def transcode(media_id: int) -> None:
    transcoding.transcode(media_id)


@shared_task
def sweep_media() -> None:
    """Hands out again what was lost or is nobody's any more; what waits in the queue anyway is dropped there."""
    for media_id in transcoding.interrupted(timezone.now()):
        transcode.apply_async((media_id,), expires=SWEEP_SECONDS)


@shared_task
def remove_files() -> None:
    """Removes the files whose rows are gone, and of uploads that were never finished."""
    while files.remove_leftovers(timezone.now()) == files.REMOVED_AT_ONCE:
        pass


@shared_task
def clear_uploads() -> None:
    """Forgets uploads that nothing was made of for a day; `remove_files` takes their files."""
    Media.objects.abandoned(timezone.now()).delete()


@shared_task
def end_stories() -> None:
    """Removes the stories whose day is over, a batch at a time; nobody sees them since the moment it was."""
    while ids := list(Story.objects.ended().order_by("pk").values_list("pk", flat=True)[:ERASE_AT_ONCE]):
        actions.remove_stories(ids)
    actions.forget_seen()
