"""/settings/tokens and /settings/apps: what may act for somebody, and the apps that they make themselves."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from oauth2_provider.models import AccessToken, Application
from oauth2_provider.views import AuthorizationView

from accounts import actions, grants, oauth_apps
from accounts.forms import AppForm, TokenForm
from feedsite.errors import DomainError, TooMany
from feedsite.pages import Request, checked, show_errors, signed_in

# More than anybody makes by hand; a script that signs in again and again may.
MOST_TOKENS_SHOWN = 100
# Where the session keeps what is told once, until the next page has shown it.
TOKEN_MADE, SECRET_MADE = "token_made", "secret_made"  # noqa: S105 keys, no secrets


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def settings_tokens(request: Request) -> HttpResponse:
    form: Form = TokenForm(initial={"scope": "read write"})
    status = 200
    if request.method == "POST":
        # A form without the choice asks for all a token can do.
        form = TokenForm({"scope": "read write", **request.POST.dict()})
        try:
            request.session[TOKEN_MADE] = actions.issue_token(request.user, **checked(form))
            return redirect("settings_tokens")
        except TooMany:
            raise
        except DomainError as error:
            form, status = show_errors(form, error), 422
    shown = {
        "form": form,
        "made": request.session.pop(TOKEN_MADE, None),
        "tokens": grants.tokens_of(request.user)[:MOST_TOKENS_SHOWN],
        "apps": grants.apps_of(request.user)[:MOST_TOKENS_SHOWN],
    }
    return render(request, "accounts/settings_tokens.html", shown, status=status)


@require_POST
@signed_in
def token_revoke(request: Request, token_id: int) -> HttpResponse:
    actions.revoke_token(get_object_or_404(AccessToken, pk=token_id, user=request.user))
    messages.success(request, _("The token is revoked. What used it is logged out."))
    return redirect("settings_tokens")


@require_POST
@signed_in
def app_revoke(request: Request, app_id: int) -> HttpResponse:
    app = get_object_or_404(grants.apps_of(request.user), pk=app_id)
    grants.revoke_app(request.user, app)
    messages.success(request, _("%(app)s can no longer act for you.") % {"app": app.name})
    return redirect("settings_tokens")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def settings_apps(request: Request) -> HttpResponse:
    form: Form = AppForm()
    status = 200
    if request.method == "POST":
        form = AppForm(request.POST)
        try:
            app, secret = oauth_apps.register(owner=request.user, **checked(form))
            request.session[SECRET_MADE] = secret
            return redirect("settings_app", app.pk)
        except TooMany:
            raise
        except DomainError as error:
            form, status = show_errors(form, error), 422
    shown = {"form": form, "apps": oauth_apps.apps_by(request.user)}
    return render(request, "accounts/settings_apps.html", shown, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@never_cache
def settings_app(request: Request, app_id: int) -> HttpResponse:
    app = get_object_or_404(oauth_apps.apps_by(request.user), pk=app_id)
    form: Form = AppForm(initial={"name": app.name, "addresses": app.redirect_uris.replace(" ", "\n")})
    status = 200
    if request.method == "POST":
        form = AppForm(request.POST)
        try:
            sent = checked(form)
            oauth_apps.change(app, name=sent["name"], addresses=sent["addresses"])
            messages.success(request, _("The app is saved."))
            return redirect("settings_app", app.pk)
        except TooMany:
            raise
        except DomainError as error:
            form, status = show_errors(form, error), 422
    shown = {"form": form, "app": app, "secret": request.session.pop(SECRET_MADE, None)}
    return render(request, "accounts/settings_app.html", shown, status=status)


@require_POST
@signed_in
def app_secret(request: Request, app_id: int) -> HttpResponse:
    app = get_object_or_404(oauth_apps.apps_by(request.user), pk=app_id, client_type=Application.CLIENT_CONFIDENTIAL)
    request.session[SECRET_MADE] = oauth_apps.new_secret(app)
    return redirect("settings_app", app.pk)


@require_POST
@signed_in
def app_delete(request: Request, app_id: int) -> HttpResponse:
    oauth_apps.delete(get_object_or_404(oauth_apps.apps_by(request.user), pk=app_id))
    messages.success(request, _("The app is deleted, and with it all it was let into."))
    return redirect("settings_apps")


@method_decorator(never_cache, name="dispatch")
class AuthorizeView(AuthorizationView):  # type: ignore[misc]
    """An app asks to act for somebody: what it wants, whose it is, and where the answer goes."""

    template_name = "accounts/authorize.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().get_context_data(**kwargs)
        shown["goes_to"] = urlsplit(kwargs.get("redirect_uri") or "").netloc
        return shown

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponseBase:
        """Browsers follow a form only to where the page says that forms may lead; this one ends at the app."""
        answer: Any = super().render_to_response(context, **kwargs)
        target = urlsplit(context.get("redirect_uri") or "")
        if target.netloc:
            answer._csp_update = {"form-action": [f"{target.scheme}://{target.netloc}"]}
        return answer  # type: ignore[no-any-return]
