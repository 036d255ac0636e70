"""What is asked of the what-if."""

from typing import Any

from django import forms
from django.conf import settings

from feeds import rates
from feeds.meter import WHOLE


class WhatIfForm(forms.Form):
    """A strategy with its threshold and costs, and the day whose posts and reads are replayed."""

    strategy = forms.ChoiceField(
        choices=[
            ("adaptive", "Adaptive"),
            ("hybrid", "Fixed threshold"),
            ("push", "Push everybody"),
            ("pull", "Pull everybody"),
        ]
    )
    threshold = forms.IntegerField(
        min_value=0,
        max_value=WHOLE,
        help_text="Fixed: the most followers of an author who is pushed, by the steps of the table below 1,000."
        " Adaptive: the most feeds a post is written into.",
    )
    push_cost = forms.FloatField(
        label="Push cost (µs)", min_value=0.001, max_value=1e6, help_text="Writing one entry, H."
    )
    pull_cost = forms.FloatField(
        label="Pull cost (µs)", min_value=0.001, max_value=1e6, help_text="Asking one author at one read, L."
    )
    day = forms.ChoiceField(choices=[("yesterday", "The last full day"), ("today", "Today so far")])


def what_if_form(sent: dict[str, Any] | None = None) -> WhatIfForm:
    """The form with what was sent; what was not is as the site does it now."""
    rules = rates.rules()
    now = {
        "strategy": rules.strategy,
        "threshold": rules.threshold,
        "push_cost": settings.FEED_PUSH_COST_US,
        "pull_cost": settings.FEED_PULL_COST_US,
        "day": "yesterday",
    }
    return WhatIfForm(now | (sent or {}))
