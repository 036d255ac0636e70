"""What every staff page shares: its name, its log-in, and lists that stay quick however long they get."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.html import format_html

COUNTED_AT_MOST = 10_000

admin.site.site_header = admin.site.site_title = "Feedsite staff"
admin.site.index_title = "What is here"
admin.site.enable_nav_sidebar = False  # the lists need its room
# The site's own log-in page, with its limit on guesses. Who is signed in but no staff gets 403.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


class ShortPaginator(Paginator):
    """Counts no further than COUNTED_AT_MOST: whoever wants what lies beyond searches for it."""

    @cached_property
    def count(self) -> int:  # type: ignore[override]
        return self.object_list.order_by()[:COUNTED_AT_MOST].count()  # type: ignore[attr-defined]


class StaffList(admin.ModelAdmin):
    """Base of the site's lists: rows are looked at and acted on, never made here."""

    paginator = ShortPaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER  # each would count the whole table
    list_per_page = 50
    list_max_show_all = 0

    def has_add_permission(self, request: Any) -> bool:
        return False


def user_link(user: Any) -> str:
    """The @name, leading to the account's staff page."""
    return format_html('<a href="{}">@{}</a>', reverse("admin:accounts_user_change", args=[user.pk]), user.username)
