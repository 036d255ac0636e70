from celery import shared_task

from social import actions, queries

ACCEPT_AT_ONCE = 200


@shared_task
def accept_waiting(owner_id: int, after: int = 0) -> None:
    """Lets in who asked before the account became public, some hundreds a task, each starting the next."""
    last = actions.accept_waiting(owner_id, after=after, most=ACCEPT_AT_ONCE)
    if last is not None:
        accept_waiting.delay(owner_id, last)


@shared_task
def sweep_requests() -> None:
    """Finds who still waits for an account that is public: the message was lost, or they asked that moment."""
    for owner_id in queries.public_but_asked():
        accept_waiting.delay(owner_id)


@shared_task
def clear_mutes() -> None:
    """Deletes mutes that have ended; nobody is kept from hearing by them."""
    while actions.clear_mutes():
        pass
