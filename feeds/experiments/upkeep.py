"""What is done about experiments by themselves: hourly looks, one experiment a task, and the end of what is over."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Least
from django.utils import timezone

from feeds.experiments import checks, outcomes, running
from feeds.experiments.models import Experiment, Look, Slot, State
from feedsite.errors import Conflict

OVER = "Its time was over."


def due(now: datetime) -> list[int]:
    """Ids of the experiments to be looked at: those that run, and those that ended without a last look."""
    last = Look.objects.filter(experiment=OuterRef("pk"), at__gte=Least(OuterRef("stopped_at"), OuterRef("ends_at")))
    runs = Q(state=State.RUNNING, started_at__lte=now)
    ended = Q(state=State.STOPPED, stopped_at__gt=F("started_at")) & ~Exists(last)
    return list(Experiment.objects.filter(runs | ended).order_by("pk").values_list("pk", flat=True))


def look_after(experiment_id: int, now: datetime) -> None:
    """Looks at an experiment, and stops it when it is over or does harm. Twice is fine, and gone is fine."""
    experiment = Experiment.objects.filter(pk=experiment_id).exclude(state=State.DRAFT).first()
    if experiment is None:
        return
    look = outcomes.look_at(experiment, now)
    because = reason_to_stop(experiment, look, now) if experiment.is_running else ""
    if because and (ended := end_if_running(experiment, because)):
        outcomes.look_at(ended, ended.stopped_at)


def reason_to_stop(experiment: Experiment, look: Look, now: datetime) -> str:
    """A broken guardrail, or that it is over; "" while it may go on."""
    arms = [arm.name for arm in experiment.arms.all()]
    broken = next(iter(checks.breaches(look.figures, arms, experiment.guardrails)), None)
    if broken is None:
        return OVER if experiment.ends_at <= now else ""
    way = "fell below" if broken.metric.good > 0 else "rose above"
    return f"Guardrail: “{broken.metric.title}” of arm {broken.arm} {way} what is allowed, {broken.percent} %."


def locked(experiment: Experiment, state: State) -> Experiment:
    """The experiment as it is, held until the transaction ends; raises Conflict in another state."""
    found = Experiment.objects.select_for_update().get(pk=experiment.pk)
    if found.state != state:
        raise Conflict(f"{found.name} is {found.get_state_display().lower()}.")
    return found


@transaction.atomic
def end(experiment: Experiment, because: str) -> Experiment:
    """Stops it and keeps why; raises Conflict unless it runs."""
    experiment = locked(experiment, State.RUNNING)
    experiment.state, experiment.stopped_at = State.STOPPED, timezone.now()
    experiment.stopped_because = because[:300]
    experiment.save(update_fields=["state", "stopped_at", "stopped_because"])
    Slot.objects.filter(experiment=experiment).delete()
    transaction.on_commit(running.forget)
    return experiment


def end_if_running(experiment: Experiment, because: str) -> Experiment | None:
    try:
        return end(experiment, because)
    except Conflict:  # staff were quicker, who have a last look of their own
        return None
