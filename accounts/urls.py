from allauth.account import views as allauth
from django.urls import path, re_path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from accounts import views
from feedsite.pages import page

to_profile = require_safe(RedirectView.as_view(pattern_name="settings_profile"))
to_security = require_safe(RedirectView.as_view(pattern_name="settings_security"))

urlpatterns = [
    path("login", page(allauth.login), name="account_login"),
    path("signup", page(views.SignupView.as_view()), name="account_signup"),
    path("logout", allauth.logout, name="account_logout"),
    path("account/inactive", allauth.account_inactive, name="account_inactive"),
    path("account/confirm", page(allauth.reauthenticate), name="account_reauthenticate"),
    path("password/change", page(allauth.password_change), name="account_change_password"),
    path("password/set", allauth.password_set, name="account_set_password"),
    path("password/reset", page(allauth.password_reset), name="account_reset_password"),
    path("password/reset/done", allauth.password_reset_done, name="account_reset_password_done"),
    path(
        "password/reset/key/done",
        allauth.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)$",
        allauth.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    # allauth's code names this address; the e-mail address itself is shown under security.
    path("settings/email", to_security, name="account_email"),
    path("language", views.language, name="language"),
    path("settings", to_profile),
    path("settings/", to_profile, name="settings"),
    path("settings/profile", views.settings_profile, name="settings_profile"),
    path("settings/privacy", views.settings_privacy, name="settings_privacy"),
    path("settings/security", views.settings_security, name="settings_security"),
    path("settings/tokens", views.settings_tokens, name="settings_tokens"),
    path("settings/tokens/<id:token_id>/revoke", views.token_revoke, name="token_revoke"),
]
