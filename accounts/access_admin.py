"""Staff pages of what lets people and programs in: tokens, apps, invitations."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from oauth2_provider.models import AccessToken, Application, Grant, IDToken, RefreshToken

from accounts import actions, invitations, oauth_apps
from accounts.access_models import Invitation
from feedsite.admin import StaffList, user_link

# Of what other packages bring the rest would show secrets, or what is not there.
for model in (AccessToken, Application, Authenticator, EmailAddress, Grant, IDToken, RefreshToken, UserSession):
    admin.site.unregister(model)


class AccessList(StaffList):
    """Rows of one person each, found by the username; they are looked at and ended."""

    # The way to whose it is.
    owned_by = "user"
    ordering = ["-id"]
    sortable_by = ["id"]
    search_help_text = "The owner's username"

    def has_change_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: Any, obj: Any = None) -> bool:
        return False

    def has_end_permission(self, request: Any) -> bool:
        names = self.opts
        return bool(request.user.has_perm(f"{names.app_label}.delete_{names.model_name}"))

    def get_search_results(self, request: Any, queryset: Any, search_term: str) -> tuple[Any, bool]:
        term = search_term.strip().removeprefix("@").lower()
        return (queryset.filter(**{f"{self.owned_by}__username": term}) if term else queryset), False

    @admin.display(description="owner")
    def owner(self, row: Any) -> str:
        owner = getattr(row, self.owned_by)
        return user_link(owner) if owner else "nobody"


@admin.register(AccessToken)
class TokenPages(AccessList):
    """Who has an app connected since when. The token itself is stored nowhere, only its hash."""

    list_display = ["id", "owner", "scope", "application", "created", "expires"]
    fields = ["owner", "scope", "application", "created", "expires"]
    list_select_related = ["user", "application"]
    list_filter = ["created", "expires"]
    search_fields = ["user__username"]
    actions = ["revoke"]

    @admin.action(description="Revoke: the app must sign in again", permissions=["end"])
    def revoke(self, request: Any, queryset: Any) -> None:
        tokens = list(queryset)
        for token in tokens:
            actions.revoke_token(token)
        self.message_user(request, f"{len(tokens)} revoked.", messages.SUCCESS)


@admin.register(Application)
class AppPages(AccessList):
    """The apps that members registered, to sign others in."""

    list_display = ["id", "name", "owner", "client_type", "redirect_uris", "created"]
    fields = ["name", "owner", "client_type", "redirect_uris", "created"]
    list_select_related = ["user"]
    list_filter = ["created"]
    search_fields = ["user__username"]
    actions = ["remove"]

    @admin.action(description="Delete, with all it was let into", permissions=["end"])
    def remove(self, request: Any, queryset: Any) -> None:
        apps = list(queryset)
        for app in apps:
            oauth_apps.delete(app)
        self.message_user(request, f"{len(apps)} deleted.", messages.SUCCESS)


@admin.register(Invitation)
class InvitationPages(AccessList):
    """Who invites whom. The code stands nowhere here: it would let staff sign up in a member's name."""

    owned_by = "made_by"
    list_display = ["id", "owner", "uses_count", "most_uses", "created_at", "expires_at", "revoked_at"]
    fields = ["owner", "uses_count", "most_uses", "guest_names", "created_at", "expires_at", "revoked_at"]
    list_select_related = ["made_by"]
    list_filter = ["created_at", "expires_at"]
    search_fields = ["made_by__username"]
    actions = ["revoke"]

    @admin.display(description="who came by it")
    def guest_names(self, invitation: Invitation) -> str:
        guests = invitation.guests.select_related("user")[:100]
        return ", ".join(str(guest.user) for guest in guests) or "nobody"

    @admin.action(description="Take back", permissions=["end"])
    def revoke(self, request: Any, queryset: Any) -> None:
        taken = list(queryset)
        for invitation in taken:
            invitations.revoke(invitation)
        self.message_user(request, f"{len(taken)} taken back.", messages.SUCCESS)
