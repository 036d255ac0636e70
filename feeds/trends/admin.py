"""Staff pages of trends: what rises, with a word to hide it, and what is hidden, with the way back."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.utils.html import format_html
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from feeds import actions
from feeds.trends.models import HiddenTrend, Rising
from feedsite.admin import StaffList, user_link
from feedsite.errors import DomainError


class ReasonForm(ActionForm):
    reason = forms.CharField(label=_("Reason:"), max_length=200, required=False)


@admin.register(Rising)
class RisingPages(StaffList):
    list_display = ["what", "place", "accounts", "rose", "score_now", "is_hidden"]
    list_display_links = None
    list_filter = ["kind"]
    list_select_related = ["post__author"]
    ordering = ["kind", "place"]
    sortable_by = ()
    action_form = ReasonForm
    actions = ["hide"]

    def has_change_permission(self, request: Any, obj: Rising | None = None) -> bool:
        """For the list's actions; a row has no page: it is gone a minute later."""
        return obj is None and super().has_change_permission(request)

    def has_delete_permission(self, request: Any, obj: Rising | None = None) -> bool:
        return False

    @admin.display(description=_("trend"))
    def what(self, trend: Rising) -> str:
        if trend.tag:
            return format_html('<a href="{}">#{}</a>', trend.get_absolute_url(), trend.tag)
        if trend.post is None:
            return "-"
        words = Truncator(trend.post.content).chars(90) or trend.post_id
        return format_html('<a href="{}">@{}: {}</a>', trend.post.get_absolute_url(), trend.post.author.username, words)

    @admin.display(description=_("rose most"))
    def rose(self, trend: Rising) -> str:
        return f"{trend.rose_at:%d %b %H:%M}"

    @admin.display(description=_("score"))
    def score_now(self, trend: Rising) -> str:
        return f"{trend.score:.1f}"

    @admin.display(description=_("hidden"), boolean=True)
    def is_hidden(self, trend: Rising) -> bool:
        return trend.pk in self.hidden

    def get_queryset(self, request: Any) -> Any:
        self.hidden = set(Rising.objects.hidden().values_list("pk", flat=True))
        return super().get_queryset(request)

    @admin.action(description=_("Hide from the trends, for the reason given"), permissions=["change"])
    def hide(self, request: Any, queryset: Any) -> None:
        try:
            for trend in queryset:
                actions.hide_trend(
                    staff=request.user, reason=request.POST.get("reason", ""), tag=trend.tag, post_id=trend.post_id
                )
        except DomainError as error:
            reasons = [reason for several in error.fields.values() for reason in several]
            self.message_user(request, " ".join(reasons), messages.ERROR)


class HiddenForm(forms.ModelForm):
    class Meta:
        model = HiddenTrend
        fields = ("tag", "post", "reason")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        post = said.get("post")
        try:
            actions.check_hideable(tag=said.get("tag", ""), post_id=post and post.pk, reason=said.get("reason", ""))
        except DomainError as error:
            raise forms.ValidationError(error.fields) from error
        return said


@admin.register(HiddenTrend)
class HiddenTrendPages(StaffList):
    form = HiddenForm
    list_display = ["__str__", "reason", "by", "hidden_at"]
    list_select_related = ["hidden_by"]
    ordering = ["-id"]
    sortable_by = ()
    search_fields = ["tag__startswith"]
    search_help_text = _("The start of a hashtag")
    raw_id_fields = ("post",)
    actions = ["show"]

    def has_add_permission(self, request: Any) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)

    def has_change_permission(self, request: Any, obj: HiddenTrend | None = None) -> bool:
        return obj is None and super().has_change_permission(request)

    def save_model(self, request: Any, obj: HiddenTrend, form: Any, change: bool) -> None:
        hidden = actions.hide_trend(staff=request.user, reason=obj.reason, tag=obj.tag, post_id=obj.post_id)
        obj.pk = hidden.pk

    @admin.display(description=_("hidden by"))
    def by(self, hidden: HiddenTrend) -> str:
        return user_link(hidden.hidden_by) if hidden.hidden_by else "-"

    @admin.action(description=_("Show among the trends again"), permissions=["delete"])
    def show(self, request: Any, queryset: Any) -> None:
        hidden = list(queryset)
        self.log_deletions(request, queryset)  # who took it back, and when
        for one in hidden:
            actions.show_trend(one)
        said = ngettext("%d trend may be shown again.", "%d trends may be shown again.", len(hidden))
        self.message_user(request, said % len(hidden), messages.SUCCESS)
