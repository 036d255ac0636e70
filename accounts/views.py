"""Settings pages, and sign-up. The other account pages are allauth's own, with our templates."""

from typing import Any

from allauth.account import views as allauth
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts import actions
from accounts.adapter import invite_of
from accounts.forms import PrivacyForm, ProfileForm
from accounts.models import MentionsFrom
from feedsite.errors import DomainError, TooMany
from feedsite.languages import checked_language, remember
from feedsite.pages import Request, checked, next_url, page, show_errors, signed_in

PRIVATE_NOW = gettext_lazy("Your account is private. Who wants to follow you asks first.")
PUBLIC_NOW = gettext_lazy("Your account is public. Everybody may read and follow you.")


class SignupView(allauth.SignupView):
    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "invite": invite_of(self.request)}

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
        return render(request, "accounts/settings_privacy.html", {"mentions": MentionsFrom.choices})
    sent = checked(PrivacyForm(request.POST))
    was_private = request.user.is_private
    with transaction.atomic():  # all of it or nothing
        user = actions.change_privacy(request.user, sent["is_private"])
        actions.show_likes(user, sent["shows_likes"])
        reach = {name: sent[name] for name in ("in_search", "in_suggestions")}
        actions.change_reach(user, mentions_from=sent["mentions_from"] or None, **reach)
    if user.is_private == was_private:
        messages.success(request, _("Your privacy settings are saved."))
    else:
        messages.success(request, PRIVATE_NOW if user.is_private else PUBLIC_NOW)
    return redirect("settings_privacy")
