"""The experiments that run, as each process knows them: asked for every few seconds, not with every page."""

import time
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from feeds.experiments.buckets import bucket, drawn, slot_of
from feeds.experiments.models import Arm, Experiment, State
from feeds.ranking.values import Choice

# So late a start may be noticed. A stop, and who leaves, are asked for with each page.
KNOWN_SECONDS = 5.0


@dataclass(frozen=True)
class ArmKnown:
    pk: int
    name: str
    about: str
    share: int
    # The fields of Choice that it decides.
    decides: dict[str, object]

    def over(self, choice: Choice) -> Choice:
        """The arm laid over a reader's own choice; weights it does not name stay the reader's."""
        changed = dict(self.decides)
        weights = changed.pop("weights", {})
        return choice._replace(**changed, weights=choice.weights._replace(**weights))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Running:
    """An experiment as it was a few seconds ago at most."""

    pk: int
    name: str
    title: str
    about: str
    salt: str
    readers: str
    started_at: datetime
    ends_at: datetime
    slots: frozenset[int]
    arms: tuple[ArmKnown, ...]

    def is_for(self, setting: str) -> bool:
        """Whether readers who have set that order take part."""
        return self.readers in ("", setting) and self.started_at <= timezone.now() < self.ends_at

    def arm_of(self, reader_id: int) -> ArmKnown:
        return drawn(bucket(self.salt, reader_id), [(arm, arm.share) for arm in self.arms])


class Known:
    """What one process remembers; several threads may ask the tables at the same moment, and no harm done."""

    def __init__(self) -> None:
        self.until = 0.0
        self.experiments: tuple[Running, ...] = ()

    def now(self) -> tuple[Running, ...]:
        if time.monotonic() >= self.until:
            self.experiments = load()
            self.until = time.monotonic() + KNOWN_SECONDS
        return self.experiments


known = Known()


def forget() -> None:
    """This process asks anew with the next page."""
    known.until = 0.0


def load() -> tuple[Running, ...]:
    """1 query while nothing runs, else 3."""
    found = Experiment.objects.filter(state=State.RUNNING).order_by("pk").prefetch_related("arms", "slots")
    return tuple(
        Running(
            *(one.pk, one.name, one.title, one.about, one.salt, one.readers),
            started_at=one.started_at or one.ends_at,  # the database has it that what runs has started
            ends_at=one.ends_at,
            slots=frozenset(slot.pk for slot in one.slots.all()),
            arms=tuple(arm_known(arm) for arm in one.arms.all()),
        )
        for one in found
    )


def arm_known(arm: Arm) -> ArmKnown:
    given = {"ranking": arm.ranking or None, "diversity": arm.diversity, "swaps": arm.swaps}
    decides: dict[str, object] = {name: value for name, value in given.items() if value is not None}
    return ArmKnown(arm.pk, arm.name, arm.about, arm.share, decides | ({"weights": arm.weights} if arm.weights else {}))


def find_for(reader_id: int, setting: str) -> Running | None:
    """The experiment whose lot has fallen on the reader; at most one, for each has slots of its own."""
    experiments = known.now()
    if not experiments:
        return None
    slot = slot_of(reader_id)
    return next((one for one in experiments if slot in one.slots and one.is_for(setting)), None)
