"""Settings pages, and sign-up. The other account pages are allauth's own, with our templates."""

from typing import Any

from allauth.account import views as allauth
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from oauth2_provider.models import AccessToken

from accounts import actions
from accounts.forms import PrivacyForm, ProfileForm
from feedsite.errors import DomainError, TooMany
from feedsite.languages import checked_language, remember
from feedsite.pages import Request, checked, next_url, page, show_errors, signed_in

# More than anybody makes by hand; a script that signs in again and again may.
MOST_TOKENS_SHOWN = 100
PRIVATE_NOW = gettext_lazy("Your account is private. Who wants to follow you asks first.")
PUBLIC_NOW = gettext_lazy("Your account is public. Everybody may read and follow you.")
# Where the session keeps a new token until the next page has shown it.
TOKEN_MADE = "token_made"  # noqa: S105 a key, no secret


class SignupView(allauth.SignupView):
    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)
        except TooMany:
            raise
        except DomainError as error:  # the name was taken while the form was filled in
            return self.form_invalid(show_errors(form, error))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def settings_profile(request: Request) -> HttpResponse:
    user = request.user
    if request.method != "POST":
        form = ProfileForm(initial={"display_name": user.display_name, "bio": user.bio})
        return render(request, "accounts/settings_profile.html", {"form": form})
    form = ProfileForm(request.POST, request.FILES)
    try:
        form.save(user)
    except DomainError as error:
        user.refresh_from_db()
        return render(request, "accounts/settings_profile.html", {"form": show_errors(form, error)}, status=422)
    messages.success(request, _("Your profile is saved."))
    return redirect("settings_profile")


@require_POST
@page
def language(request: Request) -> HttpResponse:
    """The language of a button in the side column, or of the settings; kept with the account where there is one."""
    code = checked_language(request.POST.get("language", ""))
    if request.user.is_authenticated:
        actions.change_language(request.user, code)
    response = redirect(next_url(request))
    remember(response, code)
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def settings_privacy(request: Request) -> HttpResponse:
    if request.method != "POST":
        return render(request, "accounts/settings_privacy.html")
    sent = checked(PrivacyForm(request.POST))
    was_private = request.user.is_private
    with transaction.atomic():  # all of it or nothing
        user = actions.change_privacy(request.user, sent["is_private"])
        actions.show_likes(user, sent["shows_likes"])
    if user.is_private == was_private:
        messages.success(request, _("Your privacy settings are saved."))
    else:
        messages.success(request, PRIVATE_NOW if user.is_private else PUBLIC_NOW)
    return redirect("settings_privacy")


@require_safe
@signed_in
def settings_security(request: Request) -> HttpResponse:
    return render(request, "accounts/settings_security.html")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def settings_tokens(request: Request) -> HttpResponse:
    if request.method == "POST":
        request.session[TOKEN_MADE] = actions.issue_token(request.user)
        return redirect("settings_tokens")
    made = request.session.pop(TOKEN_MADE, None)
    tokens = AccessToken.objects.filter(user=request.user).order_by("-created")[:MOST_TOKENS_SHOWN]
    return render(request, "accounts/settings_tokens.html", {"tokens": tokens, "made": made})


@require_POST
@signed_in
def token_revoke(request: Request, token_id: int) -> HttpResponse:
    actions.revoke_token(get_object_or_404(AccessToken, pk=token_id, user=request.user))
    messages.success(request, _("The token is revoked. What used it is logged out."))
    return redirect("settings_tokens")
