"""What people are told of decisions: by a notification, and who is suspended by a letter with a way to answer."""

from feedsite.languages import speaking_to
from moderation import tasks, words
from moderation.models import Appeal, Decision, Letter
from social.actions import notify_moderation


def tell(decision: Decision) -> None:
    """Tells the person of a decision, in their language; a dismissal is nothing to tell them of."""
    with speaking_to(decision.about):
        said = words.told(decision)
    if said:
        say(decision, said)


def tell_answer(appeal: Appeal) -> None:
    """Tells the person that their appeal was refused; where it was granted the undoing tells them."""
    with speaking_to(appeal.author):
        said = words.refused(appeal)
    say(appeal.decision, said)


def say(decision: Decision, said: str) -> None:
    if decision.about.is_active:
        notify_moderation(recipient_id=decision.about_id, text=said)
        return
    letter = Letter.objects.create(decision=decision, recipient=decision.about, text=said)
    tasks.send_letter.delay_on_commit(letter.pk)
