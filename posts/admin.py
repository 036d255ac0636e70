"""Staff pages of posts: found, looked at and taken away, never edited in somebody's name."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import Truncator

from feedsite.admin import StaffList, user_link
from posts import actions
from posts.models import Post, as_id, first_id_at
from posts.text import tag_of


class KindFilter(admin.SimpleListFilter):
    title, parameter_name = "kind", "kind"
    RULES: ClassVar[dict[str, dict[str, Any]]] = {
        "post": {"root": None, "share_of": None},
        "comment": {"root__isnull": False},
        "share": {"share_of__isnull": False},
        "quote": {"quote_of__isnull": False},
    }

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [(kind, f"{kind.capitalize()}s") for kind in self.RULES]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.filter(**self.RULES.get(self.value() or "", {}))


class DeletedFilter(admin.SimpleListFilter):
    title, parameter_name = "deleted", "deleted"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "No"), ("yes", "Yes")]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.filter(deleted_at__isnull=self.value() == "no") if self.value() else queryset


class PostedFilter(admin.SimpleListFilter):
    """By the time in the id, so that the primary key answers."""

    title, parameter_name = "posted", "within"
    DAYS: ClassVar[dict[str, str]] = {"1": "the last 24 hours", "7": "the last 7 days", "30": "the last 30 days"}

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, str]]:
        return list(self.DAYS.items())

    def queryset(self, request: Any, queryset: Any) -> Any:
        days = self.value()
        if days not in self.DAYS:
            return queryset
        return queryset.filter(pk__gte=first_id_at(timezone.now() - timedelta(days=int(days))))


@admin.register(Post)
class PostPages(StaffList):
    list_display = ["excerpt", "by", "posted", "kind", "visibility", "counters", "deleted_at"]
    list_filter = [PostedFilter, KindFilter, "visibility", DeletedFilter]
    list_select_related = ["author"]
    ordering = ["-id"]
    sortable_by = ["posted"]
    search_fields = ["content"]
    search_help_text = "Words of the text, @username, #tag or the id of a post"
    fields = [
        "text", "by", "posted", "visibility", "kind", "answered", "thread", "shared", "quoted",
        "counters", "edited_at", "deleted_at",
    ]  # fmt: skip

    class Media:
        css: ClassVar = {"all": ["css/staff.css"]}

    def has_change_permission(self, request: Any, obj: Post | None = None) -> bool:
        return False

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> tuple[Any, bool]:
        term = search_term.strip()
        if term.startswith("@"):
            return queryset.filter(author__username=term[1:].lower()), False
        if term.startswith("#"):
            return queryset.filter(hashtags__contains=[tag_of(term[1:])]), False
        if as_id(term):
            return queryset.filter(pk=as_id(term)), False
        for word in term.split():
            queryset = queryset.filter(content__icontains=word)
        return queryset, False

    # Deleting here is the soft delete of the site, so what hangs on the post is not asked after.
    def get_deleted_objects(self, objs: Iterable[Post], request: Any) -> tuple[list[str], dict[str, int], set, list]:
        posts = list(objs)
        return [str(post) for post in posts], {"posts (hidden now, erased after a day)": len(posts)}, set(), []

    def delete_model(self, request: Any, obj: Post) -> None:
        actions.remove(obj)

    def delete_queryset(self, request: Any, queryset: Any) -> None:
        for post in queryset:
            actions.remove(post)

    @admin.display(description="text")
    def excerpt(self, post: Post) -> str:
        start = Truncator(post.content).chars(90) or "(a share)"
        return format_html('<div class="staff-excerpt">{}</div>', start)

    @admin.display(description="text")
    def text(self, post: Post) -> str:
        return format_html('<div class="staff-text">{}</div>', post.content)

    @admin.display(description="author")
    def by(self, post: Post) -> str:
        return user_link(post.author)

    @admin.display(ordering="-id")
    def posted(self, post: Post) -> str:
        return format_html('<span class="staff-moment">{}</span>', f"{post.created_at:%d %b %Y %H:%M}")

    @admin.display(description="likes / comments / shares")
    def counters(self, post: Post) -> str:
        return f"{post.likes_count:,} / {post.comments_count:,} / {post.shares_count:,}"

    def kind(self, post: Post) -> str:
        if post.share_of_id:
            return "share"
        if post.is_comment:
            return "comment"
        return "quote" if post.quote_of_id else "post"

    @admin.display(description="in reply to")
    def answered(self, post: Post) -> str:
        return post_link(post.in_reply_to_id)

    def thread(self, post: Post) -> str:
        return post_link(post.root_id)

    @admin.display(description="share of")
    def shared(self, post: Post) -> str:
        return post_link(post.share_of_id)

    @admin.display(description="quote of")
    def quoted(self, post: Post) -> str:
        return post_link(post.quote_of_id)


def post_link(post_id: int | None) -> str:
    """The id, leading to the post's staff page."""
    return format_html('<a href="../../{}/change/">{}</a>', post_id, post_id) if post_id else "-"
