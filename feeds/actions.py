"""What staff decide about delivery."""

from django.db import transaction

from accounts.models import User
from feeds import rates
from feedsite.errors import Invalid
from posts.models import AuthorState, Pin


@transaction.atomic
def pin_author(*, author: User, pin: str) -> None:
    """Pushes (`push`) or pulls (`pull`) an author for everybody, whatever the policy says; empty takes it back.

    It is above the cap. Edges follow within seconds (`feeds.mover`). Raises Invalid for another word.
    """
    if pin not in ("", *Pin.values):
        raise Invalid(fields={"pin": [f"Choose one of {', '.join(Pin.values)}, or nothing."]})
    AuthorState.objects.update_or_create(user=author, defaults={"pin": pin})
    rates.judge_authors([author.pk])
