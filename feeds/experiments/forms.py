"""The staff's forms of an experiment and its arms."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.utils import timezone

from feeds.experiments.actions import check_end, first_moment
from feeds.experiments.checks import METRICS
from feeds.experiments.models import LEAST_ARMS, MOST_ARMS, Arm, Experiment
from feeds.ranking.values import SEED, Weights
from feedsite.errors import Invalid

GUARDS = [f"guard_{metric.name}" for metric in METRICS]
WEIGHTS = [f"weight_{name}" for name in Weights._fields]
USUAL_DAYS = 14
MOST_WEIGHT = 2.0


class ExperimentForm(forms.ModelForm):
    """With a field for each guardrail."""

    class Meta:
        model = Experiment
        fields = ("name", "title", "about", "readers", "percent", "starts_at", "ends_at")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance._state.adding:
            soon = timezone.now().replace(second=0, microsecond=0)
            self.initial.setdefault("ends_at", soon + timedelta(days=USUAL_DAYS))
        for metric, name in zip(METRICS, GUARDS, strict=True):
            self.fields[name].initial = self.instance.guardrails.get(metric.name)

    def clean_ends_at(self) -> Any:
        """It starts at this moment at the earliest."""
        ends_at = self.cleaned_data["ends_at"]
        try:
            check_end(ends_at, first_moment(self.cleaned_data.get("starts_at")))
        except Invalid as error:
            raise forms.ValidationError(error.fields["ends_at"]) from error
        return ends_at

    def save(self, commit: bool = True) -> Experiment:
        given = {metric.name: self.cleaned_data[name] for metric, name in zip(METRICS, GUARDS, strict=True)}
        self.instance.guardrails = {name: percent for name, percent in given.items() if percent is not None}
        saved: Experiment = super().save(commit)
        return saved


def guard_field(title: str, good: int) -> forms.IntegerField:
    said = "Per cent it may fall." if good > 0 else "Per cent it may rise."
    return forms.IntegerField(label=title, required=False, min_value=1, max_value=1000, help_text=said)


def weight_field(name: str) -> forms.FloatField:
    seed = getattr(SEED, name)
    return forms.FloatField(
        label=name.capitalize(),
        required=False,
        min_value=0.0,
        max_value=MOST_WEIGHT,
        help_text=f"The seed formula has {seed:g}.",
    )


class ArmForm(forms.ModelForm):
    """With a field for each weight of the formula."""

    class Meta:
        model = Arm
        fields = ("name", "about", "share", "ranking", "diversity", "swaps")
        widgets: ClassVar = {"about": AdminTextInputWidget(attrs={"class": "vLargeTextField"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        whether = [("unknown", "As the reader has set"), ("true", "Yes"), ("false", "No")]
        self.fields["diversity"].widget.choices = whether  # type: ignore[attr-defined]
        for field in WEIGHTS:
            self.fields[field].initial = self.instance.weights.get(field.removeprefix("weight_"))

    def save(self, commit: bool = True) -> Arm:
        given = {field.removeprefix("weight_"): self.cleaned_data[field] for field in WEIGHTS}
        self.instance.weights = {name: weight for name, weight in given.items() if weight is not None}
        saved: Arm = super().save(commit)
        return saved


# Fields of a class are found by the admin; those of an instance are not.
for metric, guard in zip(METRICS, GUARDS, strict=True):
    ExperimentForm.base_fields[guard] = ExperimentForm.declared_fields[guard] = guard_field(metric.title, metric.good)
for weight in WEIGHTS:
    ArmForm.base_fields[weight] = ArmForm.declared_fields[weight] = weight_field(weight.removeprefix("weight_"))


class ArmFormSet(forms.BaseInlineFormSet):
    def clean(self) -> None:
        """Two to four arms, each with a name of its own, whose shares are everybody."""
        super().clean()
        if any(self.errors):
            return
        kept = [form.cleaned_data for form in self.forms if form.cleaned_data and not form.cleaned_data.get("DELETE")]
        if not LEAST_ARMS <= len(kept) <= MOST_ARMS:
            raise forms.ValidationError(f"Give it {LEAST_ARMS} to {MOST_ARMS} arms.")
        if (whole := sum(one["share"] for one in kept)) != 100:
            raise forms.ValidationError(f"The shares of the arms are {whole} per cent together; make it 100.")
