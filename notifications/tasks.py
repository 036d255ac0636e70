from celery import shared_task

from notifications import push_sending

# A push service that had no time is asked once more; later it would be no news.
PUSH_AGAIN_SECONDS = 90


@shared_task
def push(user_id: int, message: dict[str, str], only: list[int] | None = None) -> None:
    again = push_sending.deliver(user_id, message, only)
    if again and only is None:
        push.apply_async((user_id, message, again), countdown=PUSH_AGAIN_SECONDS)
