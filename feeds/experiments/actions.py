"""What staff do with an experiment, and what readers say to it."""

from datetime import datetime, timedelta
from random import sample

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from feeds import tasks
from feeds.experiments import running
from feeds.experiments.buckets import SLOTS
from feeds.experiments.models import LEAST_ARMS, MOST_ARMS, MOST_DAYS, Departure, Experiment, Slot, State
from feeds.experiments.upkeep import end, locked
from feeds.ranking.models import ReaderRanking
from feedsite.errors import Conflict, Invalid, NotFound


@transaction.atomic
def start(experiment: Experiment) -> Experiment:
    """Lets the lots fall, from the next page on or from `starts_at`; its readers are set aside until then.

    Other processes notice within `running.KNOWN_SECONDS`. Raises Conflict unless it is a draft, Invalid with what is
    to be mended in it.
    """
    experiment = locked(experiment, State.DRAFT)
    begins_at = first_moment(experiment.starts_at)
    check_ready(experiment, begins_at)
    take_slots(experiment, experiment.percent)
    experiment.state, experiment.started_at = State.RUNNING, begins_at
    experiment.save(update_fields=["state", "started_at"])
    transaction.on_commit(running.forget)
    return experiment


def first_moment(starts_at: datetime | None) -> datetime:
    """When an experiment begins that is started at this moment: not before what was set."""
    now = timezone.now()
    return max(starts_at, now) if starts_at else now


def check_ready(experiment: Experiment, begins_at: datetime) -> None:
    arms = list(experiment.arms.all())
    if not LEAST_ARMS <= len(arms) <= MOST_ARMS:
        raise Invalid(f"Give it {LEAST_ARMS} to {MOST_ARMS} arms.")
    if sum(arm.share for arm in arms) != 100:
        raise Invalid("The shares of its arms must be 100 per cent together.")
    check_end(experiment.ends_at, begins_at)


def check_end(ends_at: datetime, started_at: datetime) -> None:
    """`started_at` may be still to come; raises Invalid."""
    if not max(started_at, timezone.now()) < ends_at <= started_at + timedelta(days=MOST_DAYS):
        reason = f"It must end after this moment and after its start, and at most {MOST_DAYS} days after that."
        raise Invalid(reason, fields={"ends_at": [reason]})


def take_slots(experiment: Experiment, many: int) -> None:
    """So many hundredths of all readers, by lot among the free ones; raises Invalid when there are not as many."""
    free = set(range(SLOTS)) - set(Slot.objects.values_list("pk", flat=True))
    if len(free) < many:
        reason = f"Only {len(free)} % of the readers are in no other experiment."
        raise Invalid(reason, fields={"percent": [reason]})
    try:
        with transaction.atomic():
            Slot.objects.bulk_create(Slot(slot, experiment.pk) for slot in sample(sorted(free), many))
    except IntegrityError as taken:
        raise Conflict("Another experiment has just taken these readers. Try again.") from taken


@transaction.atomic
def stop(experiment: Experiment, *, because: str) -> Experiment:
    """Everybody is back to their own setting at their next page; the reason is kept, and a last look is taken.

    Raises Conflict unless it runs, Invalid without a reason.
    """
    if not because.strip():
        raise Invalid("Say why it is stopped.", fields={"reason": ["Say why it is stopped."]})
    experiment = end(experiment, because.strip())
    tasks.look_at_experiment.delay_on_commit(experiment.pk)
    return experiment


@transaction.atomic
def extend(experiment: Experiment, *, days: int) -> Experiment:
    """Lets it run that much longer. Raises Conflict unless it runs, Invalid past MOST_DAYS in all."""
    experiment = locked(experiment, State.RUNNING)
    ends_at = experiment.ends_at + timedelta(days=days)
    check_end(ends_at, experiment.started_at or ends_at)
    experiment.ends_at = ends_at
    experiment.save(update_fields=["ends_at"])
    transaction.on_commit(running.forget)
    return experiment


@transaction.atomic
def widen(experiment: Experiment, *, percent: int) -> Experiment:
    """Lets more readers take part, `percent` in all; nobody changes arms, for an arm is drawn by the salt alone.

    Raises Conflict unless it runs, Invalid for fewer than take part or more than are free.
    """
    experiment = locked(experiment, State.RUNNING)
    if not experiment.percent < percent <= SLOTS:
        raise Invalid(f"Give more than {experiment.percent} and at most {SLOTS} per cent.")
    take_slots(experiment, percent - experiment.percent)
    experiment.percent = percent
    experiment.save(update_fields=["percent"])
    transaction.on_commit(running.forget)
    return experiment


# --- Readers -------------------------------------------------------------------------------------


def leave(*, reader: User, name: str) -> Experiment:
    """The reader is out from the next page on, and stays out; once is enough. Raises NotFound for a draft or none."""
    experiment = Experiment.objects.filter(name=name).exclude(state=State.DRAFT).first()
    if experiment is None:
        raise NotFound()
    Departure.objects.bulk_create([Departure(experiment=experiment, reader=reader)], ignore_conflicts=True)
    return experiment


@transaction.atomic
def take_no_part(reader: User) -> None:
    """No experiment from the next page on, now or later."""
    ReaderRanking.objects.update_or_create(user=reader, defaults={"no_experiments": True})
    leave_current(reader)


def leave_current(reader: User) -> None:
    """Leaves the experiment that orders the reader's home, where there is one."""
    found = running.find_for(reader.pk, reader.ranking)
    if found:
        Departure.objects.bulk_create([Departure(experiment_id=found.pk, reader=reader)], ignore_conflicts=True)


def take_part(reader: User) -> None:
    """Experiments may choose the reader again; those they have left do not."""
    ReaderRanking.objects.filter(pk=reader.pk).update(no_experiments=False)
