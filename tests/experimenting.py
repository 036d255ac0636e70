"""Experiments as tests need them."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from feeds.experiments import actions, exposures, running
from feeds.experiments.buckets import SLOTS, bucket
from feeds.experiments.models import Arm, Experiment
from feeds.rates import rows

CONTROL = {"name": "as-set", "about": "Home as you have set it."}
TREATED = {"name": "what-matters", "about": "What matters to you comes first.", "ranking": "engagement"}


def drafted(name: str = "fresher", *, arms: Any = (CONTROL, TREATED), **more: Any) -> Experiment:
    given = {
        "title": "A fresher home",
        "about": "Whether home is better in another order.",
        "percent": SLOTS,
        "salt": "s",
    } | more
    given.setdefault("ends_at", timezone.now() + timedelta(days=14))
    experiment = Experiment.objects.create(name=name, **given)
    for arm in arms:
        Arm.objects.create(experiment=experiment, **({"share": 100 // max(len(arms), 2)} | arm))
    return experiment


def running_one(name: str = "fresher", **more: Any) -> Experiment:
    """It runs, and this process knows."""
    experiment = actions.start(drafted(name, **more))
    running.forget()
    return experiment


def put_in(reader: User, experiment: Experiment, arm: str) -> None:
    """Chooses a salt by which the lot gives the reader this arm."""
    names = [one.name for one in experiment.arms.all()]
    for n in range(1000):
        place = int(bucket(f"salt {n}", reader.pk) * len(names))
        if names[place] == arm:
            Experiment.objects.filter(pk=experiment.pk).update(salt=f"salt {n}")
            return running.forget()
    raise AssertionError("no salt gives this arm")


def crowd(many: int) -> list[int]:
    """Ids of so many new accounts, in one statement; they are the same each time, and so are all lots."""
    made = rows(
        "INSERT INTO accounts_user (id, username, password, display_name, bio, avatar, is_superuser)"
        " SELECT 1000000 + n, 'crowd' || n, '!', '', '', '', false FROM generate_series(1, %(many)s) n RETURNING id",
        many=many,
    )
    return [pk for (pk,) in made]


def meet(experiment: Experiment, readers: list[int]) -> None:
    """What their first pages would log, by the functions that their pages ask."""
    (known,) = [one for one in running.load() if one.pk == experiment.pk]
    exposures.log(known.pk, [(pk, known.arm_of(pk).pk, "chronological") for pk in readers])
