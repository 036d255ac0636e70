"""Staff pages of delivery: how each author's posts travel, and the pin that overrides it; of trends and experiments."""

from typing import Any

from django.contrib import admin
from django.utils import timezone

from feeds import actions, rates
from feeds.experiments.admin import ExperimentPages
from feeds.policy import ACTIVE, EVERYBODY, NEVER
from feeds.ranking.admin import RankerModelPages
from feeds.trends.admin import HiddenTrendPages, RisingPages
from feedsite.admin import StaffList, user_link
from posts.models import AuthorState
from social.models import Follow

__all__ = ["AuthorPages", "ExperimentPages", "HiddenTrendPages", "RankerModelPages", "RisingPages"]


@admin.register(AuthorState)
class AuthorPages(StaffList):
    list_display = ["by", "posts_a_day", "pushed_to", "pin", "unsettled"]
    list_filter = ["pin", "unsettled"]
    list_select_related = ["user"]
    ordering = ["-user"]
    search_fields = ["user__username__startswith"]
    search_help_text = "The start of a username"
    fields = ["by", "posts_a_day", "pushed_to", "followers", "pin", "unsettled"]
    readonly_fields = ["by", "posts_a_day", "pushed_to", "followers", "unsettled"]

    def has_delete_permission(self, request: Any, obj: AuthorState | None = None) -> bool:
        return False

    def save_model(self, request: Any, obj: AuthorState, form: Any, change: bool) -> None:
        actions.pin_author(author=obj.user, pin=obj.pin)

    @admin.display(description="author", ordering="user")
    def by(self, state: AuthorState) -> str:
        return user_link(state.user)

    @admin.display(description="posts a day")
    def posts_a_day(self, state: AuthorState) -> str:
        row = (state.pk, 0, state.posting, state.last_post_id, state.cutoff, state.pin)
        return f"{rates.author_of(row, timezone.now(), {}).posts_per_day:.2f}"

    @admin.display(description="pushed to", ordering="cutoff")
    def pushed_to(self, state: AuthorState) -> str:
        """The cut-off in words."""
        named = {EVERYBODY: "everybody", ACTIVE: "all active readers", NEVER: "nobody"}
        return named.get(state.cutoff, f"readers of {2.0**state.cutoff:.3g} pages a day or more")

    def followers(self, state: AuthorState) -> str:
        edges = Follow.objects.filter(followee=state.pk)
        return f"{edges.filter(pull=False).count():,} pushed, {edges.filter(pull=True).count():,} pulled"
