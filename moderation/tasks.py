from celery import shared_task
from django.utils import timezone

from moderation import actions, letters, queries

# How often is looked for what was lost on the way; what is not begun before the next round is dropped.
SWEEP_SECONDS = 60


@shared_task
def answer_reports(case_id: int) -> None:
    """Tells those who reported it what came of a case."""
    while actions.answer_reports(case_id):
        pass


@shared_task
def sweep_reports() -> None:
    for case_id in queries.unanswered_cases():
        answer_reports.apply_async((case_id,), expires=SWEEP_SECONDS)


@shared_task
def send_letter(letter_id: int) -> None:
    letters.send(letter_id, timezone.now())


@shared_task
def sweep_letters() -> None:
    for letter_id in letters.due(timezone.now()):
        send_letter.apply_async((letter_id,), expires=SWEEP_SECONDS)
