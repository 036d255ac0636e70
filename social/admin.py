"""Staff pages of follows, requests, blocks, mutes and lists of people: to look things up in, and to end them."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Count, Q

from accounts.models import User
from feedsite.admin import StaffList, user_link
from feedsite.errors import NotFound
from social import actions
from social.models import List
from social.rows import BlockRow, FollowRequestRow, FollowRow, MuteRow


class EdgePages(StaffList):
    """A list of edges between two people, `source` and `target` naming the columns."""

    source = target = ""
    list_display_links = None
    sortable_by: tuple[str, ...] = ()
    search_fields = ["key"]
    search_help_text = "A username: both ways. Two usernames: from the first to the second."
    actions = ["end"]

    def get_list_select_related(self, request: Any) -> list[str]:
        return [self.source, self.target]

    def get_ordering(self, request: Any) -> Any:
        """The order of the table's key, and so no sorting."""
        return [self.source, self.target]

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_end_permission(self, request: Any) -> bool:
        return request.user.has_perm(f"social.delete_{self.opts.model_name}")

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> tuple[Any, bool]:
        names = [name.removeprefix("@").lower() for name in search_term.split()]
        if not names:
            return queryset, False
        known = dict(User.objects.filter(username__in=names).values_list("username", "pk"))
        ids = [known.get(name, 0) for name in names]
        if len(ids) == 1:
            return queryset.filter(Q(**{self.source: ids[0]}) | Q(**{self.target: ids[0]})), False
        return queryset.filter(**{self.source: ids[0], self.target: ids[1]}), False

    @admin.display(description="from")
    def one(self, row: Any) -> str:
        return user_link(getattr(row, self.source))

    @admin.display(description="to")
    def other(self, row: Any) -> str:
        return user_link(getattr(row, self.target))

    @admin.action(description="End what is selected", permissions=["end"])
    def end(self, request: Any, queryset: Any) -> None:
        pairs = selected_pairs(request)
        people = User.objects.in_bulk({pk for pair in pairs for pk in pair})
        ended = sum(self.end_edge(people[one], people[other]) for one, other in pairs if {one, other} <= people.keys())
        self.message_user(request, f"{ended} ended.", messages.SUCCESS)

    end_edge: Callable[[User, User], bool]


def selected_pairs(request: Any) -> list[tuple[int, int]]:
    """The ids in the keys that were ticked; a select-all over many pages means those on this one."""
    keys = [key.partition("-") for key in request.POST.getlist(ACTION_CHECKBOX_NAME)]
    return [(int(one), int(other)) for one, _, other in keys if one.isdecimal() and other.isdecimal()]


@admin.register(FollowRow)
class FollowPages(EdgePages):
    source, target = "follower", "followee"
    list_display = ["one", "other", "delivery", "created_at"]

    def delivery(self, row: FollowRow) -> str:
        """How the one gets the other's posts: written into the feed, or fetched when reading."""
        return "pulled" if row.pull else "pushed"

    def end_edge(self, one: User, other: User) -> bool:
        return actions.unfollow(follower=one, author=other)


@admin.register(FollowRequestRow)
class FollowRequestPages(EdgePages):
    source, target = "follower", "followee"
    list_display = ["one", "other", "created_at"]

    def end_edge(self, one: User, other: User) -> bool:
        try:
            actions.reject_follow(owner=other, follower=one)
        except NotFound:
            return False
        return True


@admin.register(BlockRow)
class BlockPages(EdgePages):
    source, target = "blocker", "blocked"
    list_display = ["one", "other", "created_at"]

    def end_edge(self, one: User, other: User) -> bool:
        return actions.unblock(blocker=one, blocked=other)


@admin.register(MuteRow)
class MutePages(EdgePages):
    source, target = "muter", "muted"
    list_display = ["one", "other", "created_at", "expires_at"]

    def end_edge(self, one: User, other: User) -> bool:
        return actions.unmute(muter=one, muted=other)


@admin.register(List)
class ListPages(StaffList):
    """Lists of people, by their owners. Only looked at: they are nobody's business but their owner's."""

    list_display = ["name", "by", "members_count", "created_at"]
    list_display_links = None
    list_select_related = ["owner"]
    search_fields = ["owner__username"]
    search_help_text = "The owner's username."
    ordering = ["-pk"]

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: Any) -> Any:
        return super().get_queryset(request).annotate(members_count=Count("members"))

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> tuple[Any, bool]:
        name = search_term.strip().removeprefix("@").lower()
        return queryset.filter(owner__username=name) if name else queryset, False

    @admin.display(description="owner")
    def by(self, one: List) -> str:
        return user_link(one.owner)

    @admin.display(description="people")
    def members_count(self, one: List) -> int:
        return int(one.members_count)  # type: ignore[attr-defined]
