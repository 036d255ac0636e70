"""Staff page of the learned ranking: each model with its report, which is served, and the way back."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from feeds import actions
from feeds.ranking import reports
from feeds.ranking.models import RankerModel
from feedsite.admin import StaffList
from feedsite.errors import DomainError


@admin.register(RankerModel)
class RankerModelPages(StaffList):
    """Models come from `manage.py train_ranker`; here they are read, put back in place and taken out of it."""

    list_display = ["trained", "source", "is_current", "sessions", "ndcg", "over", "promoted_at"]
    ordering = ["-id"]
    sortable_by = ()
    fields = (
        "trained_at",
        "source",
        "is_current",
        "promoted_at",
        "replaced",
        "about",
        "orders",
        "probabilities",
        "weighs",
    )
    actions = ["serve", "roll_back"]

    def has_change_permission(self, request: Any, obj: RankerModel | None = None) -> bool:
        """For the list's actions; a model itself is only read."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: Any, obj: RankerModel | None = None) -> bool:
        return False

    @admin.display(description="trained")
    def trained(self, model: RankerModel) -> str:
        return f"{model.trained_at:%d %b %Y %H:%M}"

    @admin.display(description="sessions")
    def sessions(self, model: RankerModel) -> str:
        return f"{sum(model.report['sessions'].values()):,}"

    @admin.display(description="NDCG@10")
    def ndcg(self, model: RankerModel) -> str:
        return f"{dict(model.report['quality'])['learned']['ndcg']:.3f}"

    @admin.display(description="over what was served (95 % interval)")
    def over(self, model: RankerModel) -> str:
        rival = model.report["rival"]
        by = model.report["over"][rival]
        return f"{by['mean']:+.3f} ({by['low']:+.3f} to {by['high']:+.3f}) over the {rival}"

    @admin.display(description="trained on")
    def about(self, model: RankerModel) -> str:
        return reports.about(model.report)

    @admin.display(description="orders")
    def orders(self, model: RankerModel) -> str:
        said = format_html_join("", "<p>{}</p>", ((line,) for line in reports.gains(model.report)))
        return table(reports.ORDERS, reports.orders(model.report)) + said

    @admin.display(description="probabilities")
    def probabilities(self, model: RankerModel) -> str:
        """What was said and what was seen of each action, in ten steps of as many posts each."""
        found = (
            (reports.truthfulness(model.report, action), table((), reports.calibration(model.report, action)))
            for action in reports.learned(model.report["probabilities"])
        )
        return format_html_join("", "<p>{}</p>{}", found)

    @admin.display(description="weights")
    def weighs(self, model: RankerModel) -> str:
        """What one more of a feature adds to the log-odds of each action."""
        known = model.weights["actions"]
        return table(("feature", *reports.learned(known)), reports.weights(known))

    @admin.action(description="Serve the selected model again", permissions=["change"])
    def serve(self, request: Any, queryset: Any) -> None:
        if len(queryset) != 1:
            return self.message_user(request, "Select one model.", messages.ERROR)
        try:
            actions.serve_ranker(queryset[0])
        except DomainError as error:
            return self.message_user(request, str(error), messages.ERROR)
        self.log_change(request, queryset[0], "Served again.")
        return self.message_user(request, "It is served by every process within a minute.", messages.SUCCESS)

    @admin.action(description="Go back to the model before the current one", permissions=["change"])
    def roll_back(self, request: Any, queryset: Any) -> None:
        current = RankerModel.objects.current()
        try:
            former = actions.roll_back_ranker()
        except DomainError as error:
            return self.message_user(request, str(error), messages.ERROR)
        self.log_change(request, current, "Not served any more.")
        said = f"{former} is served again." if former else "There was none before, so the formula is served."
        return self.message_user(request, f"{said} Every process knows within a minute.", messages.SUCCESS)


def table(head: Iterable[str], rows: Iterable[Sequence[str]]) -> SafeString:
    """A table whose first column names its rows; wider than a phone it is scrolled."""
    heads = format_html_join("", '<th scope="col">{}</th>', ((cell,) for cell in head))
    cells = ((row[0], format_html_join("", "<td>{}</td>", ((cell,) for cell in row[1:]))) for row in rows)
    body = format_html_join("", '<tr><th scope="row">{}</th>{}</tr>', cells)
    return format_html(
        '<div class="results" tabindex="0"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>',
        heads,
        body,
    )
