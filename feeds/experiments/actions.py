"""What staff do with an experiment, and what readers say to it."""

from datetime import datetime, timedelta
from random import sample

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import User
from feeds.experiments import checks, outcomes, running
from feeds.experiments.buckets import SLOTS
from feeds.experiments.models import LEAST_ARMS, MOST_ARMS, MOST_DAYS, Departure, Experiment, Slot, State
from feeds.ranking.models import ReaderRanking
from feedsite.errors import Conflict, Invalid, NotFound

OVER = "Its time was over."


@transaction.atomic
def start(experiment: Experiment) -> Experiment:
    """Lets the lots fall, from the next page on; other processes notice within `running.KNOWN_SECONDS`.

    Raises Conflict unless it is a draft, Invalid with what is to be mended in it.
    """
    experiment = locked(experiment, State.DRAFT)
    now = timezone.now()
    check_ready(experiment, now)
    take_slots(experiment, experiment.percent)
    experiment.state, experiment.started_at = State.RUNNING, now
    experiment.save(update_fields=["state", "started_at"])
    transaction.on_commit(running.forget)
    return experiment


def locked(experiment: Experiment, state: State) -> Experiment:
    """The experiment as it is, held until the transaction ends; raises Conflict in another state."""
    found = Experiment.objects.select_for_update().get(pk=experiment.pk)
    if found.state != state:
        raise Conflict(f"{found.name} is {found.get_state_display().lower()}.")
    return found


def check_ready(experiment: Experiment, now: datetime) -> None:
    arms = list(experiment.arms.all())
    if not LEAST_ARMS <= len(arms) <= MOST_ARMS:
        raise Invalid(f"Give it {LEAST_ARMS} to {MOST_ARMS} arms.")
    if sum(arm.share for arm in arms) != 100:
        raise Invalid("The shares of its arms must be 100 per cent together.")
    check_end(experiment.ends_at, now, now)


def check_end(ends_at: datetime, started_at: datetime, now: datetime) -> None:
    if not now < ends_at <= started_at + timedelta(days=MOST_DAYS):
        reason = f"It must end after this moment, and at most {MOST_DAYS} days after its start."
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
    """Everybody is back to their own setting at their next page; the reason is kept.

    Raises Conflict unless it runs, Invalid without a reason.
    """
    if not because.strip():
        raise Invalid("Say why it is stopped.", fields={"reason": ["Say why it is stopped."]})
    experiment = locked(experiment, State.RUNNING)
    experiment.state, experiment.stopped_at = State.STOPPED, timezone.now()
    experiment.stopped_because = because.strip()[:300]
    experiment.save(update_fields=["state", "stopped_at", "stopped_because"])
    Slot.objects.filter(experiment=experiment).delete()
    transaction.on_commit(running.forget)
    return experiment


@transaction.atomic
def extend(experiment: Experiment, *, days: int) -> Experiment:
    """Lets it run that much longer. Raises Conflict unless it runs, Invalid past MOST_DAYS in all."""
    experiment = locked(experiment, State.RUNNING)
    ends_at = experiment.ends_at + timedelta(days=days)
    check_end(ends_at, experiment.started_at or ends_at, timezone.now())
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


def look_after(now: datetime) -> None:
    """Looks at all that runs: stops what is over, and what does harm. Twice is fine."""
    for experiment in Experiment.objects.filter(state=State.RUNNING).order_by("pk").prefetch_related("arms"):
        look = outcomes.look_at(experiment, now)
        arms = [arm.name for arm in experiment.arms.all()]
        broken = next(iter(checks.breaches(look.figures, arms, experiment.guardrails)), None)
        because = breach_words(broken) if broken else OVER if experiment.ends_at <= now else ""
        if because:
            stop_if_running(experiment, because)


def breach_words(broken: checks.Breach) -> str:
    way = "fell below" if broken.metric.good > 0 else "rose above"
    return f"Guardrail: “{broken.metric.title}” of arm {broken.arm} {way} what is allowed, {broken.percent} %."


def stop_if_running(experiment: Experiment, because: str) -> None:
    try:
        stop(experiment, because=because)
    except Conflict:  # staff were quicker
        return


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
