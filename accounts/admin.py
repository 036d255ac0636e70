"""Staff pages of accounts; those of what lets people in are in `accounts/access_admin.py`."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.db.models import Q
from django.utils.html import format_html

from accounts import access_admin, actions, second_factor  # noqa: F401 found by Django only through this file
from accounts.models import User
from feedsite.admin import StaffList


class NewUserForm(AdminUserCreationForm):
    class Meta(AdminUserCreationForm.Meta):
        model = User
        fields = ("username", "email")

    def clean_email(self) -> str | None:
        return self.cleaned_data["email"].lower() if self.cleaned_data["email"] else None


class UserForm(UserChangeForm):
    class Meta(UserChangeForm.Meta):
        model = User

    def clean_email(self) -> str | None:
        return self.cleaned_data["email"].lower() if self.cleaned_data["email"] else None


@admin.register(User)
class UserPages(StaffList, UserAdmin):
    form = UserForm
    add_form = NewUserForm
    list_display = ["username", "display_name", "email", "is_active", "is_staff", "counters", "created_at"]
    list_filter = ["is_active", "is_staff", "is_private", "created_at"]
    ordering = ["-created_at"]
    sortable_by = ["username", "created_at"]  # what has an index
    search_fields = ["username", "display_name", "email"]
    search_help_text = "How the username, the display name or the e-mail address begins"
    actions = ["suspend", "restore", "remove_second_factor"]
    readonly_fields = [
        "picture", "followers_count", "following_count", "posts_count", "created_at", "last_login",
    ]  # fmt: skip
    fieldsets = [
        (None, {"fields": ["username", "email", "password"]}),
        ("Profile", {"fields": ["picture", "display_name", "bio", "is_private"]}),
        ("Counters", {"fields": ["followers_count", "following_count", "posts_count", "created_at", "last_login"]}),
        ("Rights", {"fields": ["is_active", "is_staff", "is_superuser", "groups", "user_permissions"]}),
    ]
    add_fieldsets = [
        (None, {"classes": ["wide"], "fields": ["username", "email", "usable_password", "password1", "password2"]})
    ]

    def has_add_permission(self, request: Any) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)

    def has_delete_permission(self, request: Any, obj: User | None = None) -> bool:
        """Accounts are suspended here; deleting one is its owner's, in the settings."""
        return False

    def get_readonly_fields(self, request: Any, obj: User | None = None) -> list[str]:
        """A username never changes, and who may read is its owner's to say: a form that was open for long would
        say it again. One's own rights and those of others are for superusers.
        """
        fields = [*self.readonly_fields, *(["username", "is_private"] if obj else [])]
        if not request.user.is_superuser:
            fields += ["is_staff", "is_superuser", "groups", "user_permissions"]
        return fields

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Beginnings of names, which an index finds; a leading @ is passed over."""
        term = search_term.strip().removeprefix("@").lower()
        if not term:
            return queryset, False
        beginnings = Q(username__startswith=term) | Q(email__startswith=term) | Q(display_name__istartswith=term)
        return queryset.filter(beginnings), False

    @admin.display(description="avatar")
    def picture(self, user: User) -> str:
        if not user.avatar_url:
            return "none"
        return format_html('<img src="{}" alt="" width="96" height="96" style="border-radius: 50%">', user.avatar_url)

    @admin.display(description="followers / following / posts")
    def counters(self, user: User) -> str:
        return f"{user.followers_count:,} / {user.following_count:,} / {user.posts_count:,}"

    @admin.action(description="Suspend: log out, and hide all they posted", permissions=["change"])
    def suspend(self, request: Any, queryset: Any) -> None:
        done = sum(actions.suspend(user) for user in queryset.exclude(pk=request.user.pk))
        self.message_user(request, f"{done} suspended (never oneself).", messages.SUCCESS)

    @admin.action(description="Restore a suspended account", permissions=["change"])
    def restore(self, request: Any, queryset: Any) -> None:
        done = sum(actions.restore(user) for user in queryset)
        self.message_user(request, f"{done} restored.", messages.SUCCESS)

    @admin.action(description="Remove the second factor of somebody who lost theirs", permissions=["change"])
    def remove_second_factor(self, request: Any, queryset: Any) -> None:
        if not request.user.is_superuser:
            queryset = queryset.filter(is_staff=False)
        done = sum(second_factor.remove_all(user) for user in queryset.exclude(pk=request.user.pk))
        self.message_user(request, f"{done} removed (never one's own).", messages.SUCCESS)
