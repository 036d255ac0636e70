"""Staff pages of experiments: a draft is written in a form; what runs is looked at, and led by actions of the list."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe

from feeds.experiments import actions, checks, outcomes
from feeds.experiments.checks import METRICS
from feeds.experiments.forms import GUARDS, WEIGHTS, ArmForm, ArmFormSet, ExperimentForm
from feeds.experiments.models import LEAST_ARMS, MOST_ARMS, SLOTS, Arm, Experiment, Look
from feeds.trends.admin import ReasonForm
from feedsite.admin import StaffList
from feedsite.errors import DomainError

WEEK_DAYS = 7
GUARDED = "It is stopped when one of these is clearly worse than that in an arm. Empty: it is only watched."


class ArmInline(admin.StackedInline):
    """The arms of a draft."""

    model = Arm
    form, formset = ArmForm, ArmFormSet
    extra, min_num, max_num = 0, LEAST_ARMS, MOST_ARMS
    fieldsets = (
        (None, {"fields": (("name", "share"), "about", ("ranking", "diversity", "swaps"))}),
        (
            "Weights of the formula",
            {
                "fields": (tuple(WEIGHTS),),
                "description": "Empty: as the reader has set. They count where the order is “What matters to you”.",
            },
        ),
    )


class ArmShown(admin.TabularInline):
    """The arms of what runs or ran."""

    model = Arm
    extra, max_num, can_delete = 0, 0, False
    fields = readonly_fields = ("name", "share", "about", "decides")

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    @admin.display(description="what it decides")
    def decides(self, arm: Arm) -> str:
        return decided_words(arm)


def decided_words(arm: Arm) -> str:
    said = [f"order {arm.ranking}"] if arm.ranking else []
    said += [f"{name} {weight:g}" for name, weight in arm.weights.items()]
    if arm.diversity is not None:
        said.append("authors spread" if arm.diversity else "authors not spread")
    if arm.swaps:
        said.append(f"swaps {arm.swaps:g}")
    return ", ".join(said) or "nothing: as the reader has set"


@admin.register(Experiment)
class ExperimentPages(StaffList):
    form = ExperimentForm
    list_display = ("title", "name", "stage", "met", "split", "guards", "ends_at", "results")
    list_filter = ("state",)
    search_fields = ("name__startswith",)
    search_help_text = "The start of a name"
    ordering = ("-id",)
    sortable_by = ()
    action_form = ReasonForm
    actions = ("start", "stop", "longer", "wider", "count")

    def get_queryset(self, request: Any) -> Any:
        last = Look.objects.filter(experiment=OuterRef("pk")).order_by("-day").values("figures")[:1]
        return super().get_queryset(request).prefetch_related("arms").annotate(figures=Subquery(last))

    def has_add_permission(self, request: Any) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)

    def has_change_permission(self, request: Any, obj: Experiment | None = None) -> bool:
        """Only drafts have a form; the list's actions lead what runs."""
        return super().has_change_permission(request, obj) and (obj is None or obj.is_draft)

    def has_delete_permission(self, request: Any, obj: Experiment | None = None) -> bool:
        return obj is not None and obj.is_draft and super().has_delete_permission(request, obj)

    def get_inlines(self, request: Any, obj: Experiment | None) -> list[Any]:
        return [ArmInline if obj is None or obj.is_draft else ArmShown]

    def get_fieldsets(self, request: Any, obj: Experiment | None = None) -> Any:
        told = ("Told to readers", {"fields": ("title", "about") if obj is None else ("title", "about", "preview")})
        if obj is None or obj.is_draft:
            return [
                (None, {"fields": ("name", "readers", "percent", "starts_at", "ends_at")}),
                told,
                ("Guardrails", {"fields": (tuple(GUARDS[:4]), tuple(GUARDS[4:])), "description": GUARDED}),
            ]
        times = ("started_at", "ends_at", "stopped_at", "stopped_because")
        shown = ("name", "stage", *times, "readers", "percent", "guardrail_words", "results")
        return [(None, {"fields": shown}), told]

    def get_readonly_fields(self, request: Any, obj: Experiment | None = None) -> Any:
        if obj is None or obj.is_draft:
            return ("preview",)
        return (
            *("name", "stage", "started_at", "ends_at", "stopped_at", "stopped_because", "readers", "percent"),
            *("title", "about", "preview", "guardrail_words", "results"),
        )

    # --- What is shown ---

    @admin.display(description="state", ordering="state")
    def stage(self, experiment: Experiment) -> str:
        if experiment.stage == experiment.get_state_display() or experiment.started_at is None:
            return experiment.stage
        return f"{experiment.stage}, {experiment.started_at:%-d %B %Y, %H:%M} UTC"

    @admin.display(description="readers met")
    def met(self, experiment: Any) -> str:
        return f"{sum(outcomes.split_of(experiment.figures or {}, list(experiment.arms.all()))[0]):,}"

    @admin.display(description="sample ratio")
    def split(self, experiment: Any) -> str:
        if not experiment.figures:
            return "-"
        met, shares = outcomes.split_of(experiment.figures, list(experiment.arms.all()))
        is_broken = checks.split_always(met, shares) < checks.SRM_ALARM
        return mark_safe('<strong class="errornote">broken</strong>') if is_broken else "clean"  # noqa: S308 no input

    @admin.display(description="guardrails")
    def guards(self, experiment: Any) -> str:
        if not experiment.guardrails:
            return "none"
        arms = [arm.name for arm in experiment.arms.all()]
        broken = list(checks.breaches(experiment.figures or {}, arms, experiment.guardrails))
        return ", ".join(f"{one.metric.title} broken by {one.arm}" for one in broken) or "hold"

    @admin.display(description="results")
    def results(self, experiment: Experiment) -> str:
        if experiment.is_draft:
            return "-"
        return format_html('<a href="{}">Results</a>', reverse("experiment_results", args=[experiment.name]))

    @admin.display(description="guardrails")
    def guardrail_words(self, experiment: Experiment) -> str:
        allowed = experiment.guardrails
        said = (f"{metric.title}: {allowed[metric.name]} %" for metric in METRICS if metric.name in allowed)
        return ", ".join(said) or "none"

    @admin.display(description="what readers will read")
    def preview(self, experiment: Experiment) -> str:
        if experiment.pk is None:
            return "-"
        return format_html_join(
            mark_safe("<br>"),
            "Above home: “You are in the test “{}” (arm {}). Leave”. In the settings: “{} {}”",
            ((experiment.title, arm.name, experiment.about, arm.about) for arm in experiment.arms.all()),
        )

    # --- What is done ---

    @admin.action(description="Start", permissions=["change"])
    def start(self, request: Any, queryset: Any) -> None:
        self.each(request, queryset, "started", actions.start)

    @admin.action(description="Stop, for the reason given", permissions=["change"])
    def stop(self, request: Any, queryset: Any) -> None:
        because = request.POST.get("reason", "")
        self.each(request, queryset, "stopped", lambda one: actions.stop(one, because=because))

    @admin.action(description="A week longer", permissions=["change"])
    def longer(self, request: Any, queryset: Any) -> None:
        self.each(request, queryset, "a week longer", lambda one: actions.extend(one, days=WEEK_DAYS))

    @admin.action(description="Twice as many readers", permissions=["change"])
    def wider(self, request: Any, queryset: Any) -> None:
        twice = lambda one: actions.widen(one, percent=min(2 * one.percent, SLOTS))  # noqa: E731
        self.each(request, queryset, "with more readers", twice)

    @admin.action(description="Count anew", permissions=["change"])
    def count(self, request: Any, queryset: Any) -> None:
        self.each(request, queryset.filter(state="running"), "counted", outcomes.look_at)

    def each(self, request: Any, queryset: Any, done: str, what: Callable[[Experiment], Any]) -> None:
        for experiment in queryset:
            try:
                what(experiment)
            except DomainError as error:
                self.message_user(request, f"{experiment.name}: {error.detail}", messages.ERROR)
            else:
                self.log_change(request, experiment, done)
                self.message_user(request, f"{experiment.name}: {done}.", messages.SUCCESS)
