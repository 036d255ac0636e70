from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from notifications import delivery, limits, mail, push_messages, push_sending

# How often e-mails are handed out that are due.
MAIL_SECONDS = 5
CLEARED_AT_ONCE = 1000
# A push service that had no time is asked once more; later it would be no news.
PUSH_AGAIN_SECONDS = 90


@shared_task
def deliver_owed() -> None:
    """Tells people what they are owed. Nothing else asks for it, so nothing can get lost on the way."""
    delivery.deliver_owed()


@shared_task
def sweep_mail() -> None:
    """Hands out the e-mails that are due; what is not begun before the next round is dropped and handed out then."""
    for user_id in mail.due(timezone.now()):
        send_mail.apply_async((user_id,), expires=MAIL_SECONDS)


@shared_task
def send_mail(user_id: int) -> None:
    mail.send_due(user_id, timezone.now(), time_is_up=SoftTimeLimitExceeded)


@shared_task
def clear_read() -> None:
    """Forgets what was read and is older than READ_KEPT, a batch at a time."""
    before = timezone.now() - limits.READ_KEPT
    while delivery.clear_read(before, most=CLEARED_AT_ONCE) == CLEARED_AT_ONCE:
        pass


@shared_task
def push(user_id: int, group_id: int, only: list[int] | None = None) -> None:
    """Shows a notification on the person's devices, or those of `only`, by the rules of this moment."""
    message = push_messages.message_of(user_id, group_id)
    if message is None:
        return
    again = push_sending.deliver(user_id, message, only)
    if again and only is None:
        push.apply_async((user_id, group_id, again), countdown=PUSH_AGAIN_SECONDS)
