from allauth.account import views as allauth
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as passkeys
from django.urls import include, path, re_path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView
from oauth2_provider import views as oauth

from accounts import invitation_views, program_views, security_views, views
from feedsite.pages import page

to_profile = require_safe(RedirectView.as_view(pattern_name="settings_profile"))
to_security = require_safe(RedirectView.as_view(pattern_name="settings_security"))

# Of the OAuth toolkit only what the authorisation code with PKCE takes: introspection and the rest stay away.
oauth_urls = [
    path("oauth/authorize", program_views.AuthorizeView.as_view(), name="authorize"),
    path("oauth/token", oauth.TokenView.as_view(), name="token"),
    path("oauth/revoke", oauth.RevokeTokenView.as_view(), name="revoke-token"),
    path(
        ".well-known/oauth-authorization-server",
        oauth.OAuthServerMetadataView.as_view(),
        name="oauth-server-metadata",
    ),
]
security_urls = [
    path("app", security_views.confirmed_first(totp.activate_totp), name="mfa_activate_totp"),
    path("app/remove", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("codes", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("codes/new", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("passkeys", to_security, name="mfa_list_webauthn"),
    path("passkeys/add", security_views.confirmed_first(passkeys.add_webauthn), name="mfa_add_webauthn"),
    path("passkeys/<id:pk>/rename", passkeys.edit_webauthn, name="mfa_edit_webauthn"),
    path("passkeys/<id:pk>/remove", passkeys.remove_webauthn, name="mfa_remove_webauthn"),
    path("sessions/end", security_views.sessions_end_others, name="sessions_end_others"),
    path("sessions/<id:session_id>/end", security_views.session_end, name="session_end"),
]

urlpatterns = [
    path("", include((oauth_urls, "oauth2_provider"))),
    path("login/code", page(mfa.authenticate), name="mfa_authenticate"),
    path("login/passkey", passkeys.login_webauthn, name="mfa_login_webauthn"),
    path("account/confirm/code", page(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("account/confirm/passkey", passkeys.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    re_path(
        r"^email/confirm/(?P<key>[-:\w]+)$", security_views.ConfirmEmailView.as_view(), name="account_confirm_email"
    ),
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
    path("settings/security/email", page(allauth.email), name="account_email"),
    path("language", views.language, name="language"),
    path("settings", to_profile),
    path("settings/", to_profile, name="settings"),
    path("settings/profile", views.settings_profile, name="settings_profile"),
    path("settings/privacy", views.settings_privacy, name="settings_privacy"),
    path("settings/security", security_views.settings_security, name="settings_security"),
    path("settings/security", security_views.settings_security, name="mfa_index"),
    path("settings/security/", include(security_urls)),
    path("settings/tokens", program_views.settings_tokens, name="settings_tokens"),
    path("settings/tokens/<id:token_id>/revoke", program_views.token_revoke, name="token_revoke"),
    path("settings/tokens/apps/<id:app_id>/revoke", program_views.app_revoke, name="app_revoke"),
    path("settings/apps", program_views.settings_apps, name="settings_apps"),
    path("settings/apps/<id:app_id>", program_views.settings_app, name="settings_app"),
    path("settings/apps/<id:app_id>/secret", program_views.app_secret, name="app_secret"),
    path("settings/apps/<id:app_id>/delete", program_views.app_delete, name="app_delete"),
    path("settings/invitations", invitation_views.settings_invitations, name="settings_invitations"),
    path(
        "settings/invitations/<id:invitation_id>/revoke",
        invitation_views.invitation_revoke,
        name="invitation_revoke",
    ),
]
