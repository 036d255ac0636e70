"""Every page of the site, as somebody meets it. A new page belongs into PAGES: tests/test_every_page.py asks."""

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.contrib import admin
from django.test import Client, override_settings
from django.urls import URLPattern, URLResolver, get_resolver
from oauth2_provider.models import Application

from accounts import addresses, invitations, oauth_apps, second_factor
from accounts.models import User
from feedsite.limits import LIMITS
from tests.community import Community
from tests.helpers import PASSWORD
from tests.passkeys import credential

# Whole pages by others, which we only fill: Django's admin and the API's document.
THEIRS = ("/admin/", "/api/v1/docs")
LAB = ("/admin/feeds/lab/", "/admin/feeds/experiments/")


@dataclass(frozen=True)
class Visit:
    """Somebody opens an address, or sends a form to it; `path` names ids of the community in braces."""

    who: str
    path: str
    status: int = 200
    form: dict[str, Any] = field(default_factory=dict, hash=False)
    by: Callable[[Community, Client], Any] | None = None

    def __str__(self) -> str:
        return f"{self.who or 'visitor'} {'sends to' if self.form else 'opens'} {self.path}"

    def is_ours(self) -> bool:
        return self.path.startswith(LAB) or not self.path.startswith(THEIRS)

    def address(self, town: Community) -> str:
        return self.path.format(**town.ids) if "{" in self.path else self.path

    def answer(self, town: Community) -> Any:
        """What the site answers; where it leads elsewhere, what is there."""
        client = client_of(town, self.who)
        if self.by:
            response = self.by(town, client)
        elif self.form:
            response = client.post(self.address(town), {k: str(v).format(**town.ids) for k, v in self.form.items()})
        else:
            response = client.get(self.address(town), follow=True)
        assert response.status_code == self.status, f"{self}: {response.status_code}"
        return response


def client_of(town: Community, who: str) -> Client:
    client = Client(raise_request_exception=False)
    if who:
        client.force_login(town.people[who])
    return client


# --- Pages that take more than an address ---


def reset_key(town: Community, client: Client) -> Any:
    bob = town.people["bob"]
    key = f"{user_pk_to_url_str(bob)}-{default_token_generator.make_token(bob)}"
    return client.get(f"/password/reset/key/{key}", follow=True)


def forged(town: Community, client: Client) -> Any:
    return Client(enforce_csrf_checks=True).post("/posts", {"content": "x"})


def broken(town: Community, client: Client) -> Any:
    with mock.patch("feeds.views.timeline.home", side_effect=RuntimeError), mock.patch("logging.Logger.error"):
        return client.get("/")


def hurried(town: Community, client: Client) -> Any:
    with override_settings(RATE_LIMITS=True):
        for _ in range(LIMITS["mail_to"].most + 1):
            answer = client.post("/password/reset", {"email": "nobody@example.org"})
    return answer


def just_deleted(town: Community, client: Client) -> Any:
    """A page with something said at its top, and an undo."""
    return client.post(f"/posts/{town.ids['quiet']}/delete", follow=True)


def proven(client: Client, path: str) -> Any:
    """A page that asks for the password first."""
    client.post("/account/confirm", {"password": PASSWORD})
    return client.get(path)


def app_set_up(town: Community, client: Client) -> Any:
    return proven(client, "/settings/security/app")


def passkey_added(town: Community, client: Client) -> Any:
    return proven(client, "/settings/security/passkeys/add")


def guarded(town: Community, client: Client, path: str) -> Any:
    """A page of somebody who has a second factor."""
    bob = town.people["bob"]
    secret = second_factor.fernet().encrypt(b"JBSWY3DPEHPK3PXP").decode()
    Authenticator.objects.create(user=bob, type="totp", data={"secret": secret})
    RecoveryCodes.activate(bob)
    Authenticator.objects.create(user=bob, type="webauthn", data={"name": "bob", "credential": credential()})
    client.post("/account/confirm", {"password": PASSWORD})
    return client.get(path, follow=True)


def of_guarded(path: str) -> Callable[[Community, Client], Any]:
    return lambda town, client: guarded(town, client, path)


def code_asked(town: Community, client: Client) -> Any:
    guarded(town, client, "/")
    return Client().post("/login", {"login": "bob", "password": PASSWORD}, follow=True)


def passkey_kept(town: Community, client: Client, what: str) -> Any:
    guarded(town, client, "/")
    return client.get(f"/settings/security/passkeys/{Authenticator.objects.get(type='webauthn').pk}/{what}")


def an_app(town: Community) -> Application:
    made, _ = oauth_apps.register(
        owner=town.people["bob"], name="alice", addresses="https://example.org", is_confidential=True
    )
    return made


def app_asks(town: Community, client: Client) -> Any:
    wish = {"client_id": an_app(town).client_id, "response_type": "code", "code_challenge": "x" * 43}
    return client.get("/oauth/authorize", {**wish, "code_challenge_method": "S256"})


def app_opened(town: Community, client: Client) -> Any:
    client.post(f"/settings/apps/{an_app(town).pk}/secret")
    return client.get(f"/settings/apps/{Application.objects.get().pk}")


def apps_listed(town: Community, client: Client) -> Any:
    an_app(town)
    return client.get("/settings/apps")


def address_confirmed(town: Community, client: Client) -> Any:
    address = EmailAddress.objects.create(user=town.people["bob"], email="new@example.org")
    return client.get(urlsplit(addresses.confirmation_url(address)).path)


def with_invitations(town: Community, client: Client) -> Any:
    keeper = User.objects.get(username="keeper")  # as it is now: of the staff
    invitations.invite(inviter=keeper, most_uses=5, days=7, note="carol")
    invitations.revoke(invitations.invite(inviter=keeper, most_uses=1, days=1))
    return client.get("/settings/invitations")


def not_open(registration: str) -> Callable[[Community, Client], Any]:
    def asking(town: Community, client: Client) -> Any:
        with override_settings(REGISTRATION=registration):
            return client.get("/signup")

    return asking


def token_made(town: Community, client: Client) -> Any:
    return client.post("/settings/tokens", {}, follow=True)


VISITOR = [
    "/", "/explore", "/login", "/signup", "/password/reset", "/password/reset/done", "/password/reset/key/done",
    "/account/inactive", "/@alice", "/@alice/followers", "/@alice/following", "/@alice/{thread}",
    "/@alice/{pictures_4}", "/@bob/{open_poll}", "/@alice/{thread}/likes", "/@bob/{shown}/shares",
    "/@bob/{shown}/quotes", "/@alice/{edited}/history", "/tags/quay", "/tags/nothing", "/@erin",
    "/@erin/followers", "/password/reset/key/1-nonsense", "/email/confirm/nonsense",
    "/@alice/comments", "/@alice/media", "/@carol/media",
    "/@bob/likes", "/@erin/media", "/@alice/{thread}/print", "/@carol/{warned}/print",
    "/search", "/search?q=quay", "/search?q=zebra", "/search?q=al&type=users", "/search?q=qu&type=hashtags",
    "/notifications/stop/{stop}", "/rules", "/appeal/{appeal}",
]  # fmt: skip
ALICE = [
    "/", "/?ranking=engagement", "/explore", "/public", "/compose", "/compose?quote={shown}", "/compose?draft={draft}",
    "/compose?draft={scheduled}", "/drafts", "/bookmarks", "/lists", "/lists/{list}", "/lists/{empty_list}",
    "/lists/{list}/members",
    "/lists/{empty_list}/members", "/lists/{list}/members?q=ca", "/@bob/lists", "/suggestions", "/follow-requests",
    "/@alice", "/@bob", "/@carol", "/@dave", "/@erin", "/@frank", "/@alice/followers", "/@bob/following",
    "/@alice/{thread}", "/@alice/{deep_comment}", "/@alice/{quiet}", "/@alice/{edited}", "/@alice/{private}",
    "/@alice/{pictures_1}", "/@alice/{pictures_3}", "/@carol/{warned}", "/@bob/{video}", "/@bob/{unprepared}",
    "/@bob/{broken_video}", "/@bob/{moving}", "/@bob/{linking}", "/@carol/{quoting}", "/@bob/{quoting_nothing}",
    "/@bob/{open_poll}", "/@bob/{voted_poll}", "/@alice/{own_poll}", "/@carol/{closed_poll}", "/@bob/{long}",
    "/@alice/{edited}/edit", "/@alice/{edited}/history", "/@alice/{thread}/likes", "/@bob/{shown}/shares",
    "/@bob/{shown}/quotes", "/@alice/{quiet}/likes", "/@alice/{quiet}/quotes", "/posts/{quiet}/delete", "/tags/quay",
    "/search", "/search?q=quay", "/search?q=zebra", "/search?q=al&type=users", "/search?q=qu&type=hashtags",
    "/search?q=" + "x" * 501,
    "/notifications", "/settings/notifications", "/settings/notifications/threads",
    "/settings/profile", "/settings/privacy", "/settings/security", "/settings/tokens", "/settings/blocks",
    "/settings/security/email", "/settings/apps",
    "/password/change", "/account/confirm", "/logout", "/offline", "/settings/devices",
    "/stories", "/stories/bob", "/stories/carol", "/stories/erin", "/stories/alice?story={own_story}",
    "/stories/alice?story={unseen_story}", "/stories/{own_story}/seen", "/stories/{own_story}/delete",
    "/compose/story", "/@alice/{story_answer}",
    "/@alice/comments", "/@alice/media", "/@alice/likes",
    "/@bob/comments", "/@bob/media", "/@bob/likes", "/@dave/comments", "/@frank/media", "/@bob/{open_poll}/print",
    "/@bob/{moving}/print", "/@alice/{quiet}/print", "/@carol/{quoting}/print", "/@bob/{quoting_nothing}/print",
    "/@bob/{video}/print",
    "/settings/ranking", "/settings/ranking?w=recency:20,media:80&diversity=on", "/posts/{thread}/why",
    "/posts/{followers_only}/why?list={list}", "/why-not", "/why-not?url={thread}", "/why-not?url={rising}",
    "/settings/ranking/experiments", "/rules", "/reports", "/posts/{shown}/report", "/@bob/report",
    "/settings/standing",
]  # fmt: skip
NEWCOMER = [
    "/", "/explore", "/tags/regatta", "/bookmarks", "/drafts", "/lists", "/@newcomer", "/@newcomer/followers",
    "/settings/blocks", "/settings/devices", "/stories", "/stories/newcomer", "/@newcomer/comments",
    "/@newcomer/media", "/@newcomer/likes", "/notifications", "/settings/notifications/threads",
    "/settings/ranking", "/settings/ranking/experiments", "/reports", "/settings/standing",
]  # fmt: skip
STAFF = ["/", "/follow-requests", "/@keeper", "/admin/", "/admin/feeds/lab/", "/admin/feeds/lab/what-if/"]
STAFF += ["/admin/feeds/experiments/fresher/", "/admin/feeds/experiments/tried/", "/admin/feeds/experiment/add/"]
STAFF += ["/admin/feeds/experiment/{draft_experiment}/change/", "/admin/feeds/experiment/{experiment}/change/"]
TOO_LONG = "x" * 300
SAID_NO = [
    Visit("alice", "/posts", 422, {"content": TOO_LONG, "content_warning": "y" * 300}),
    Visit("alice", "/posts", 422, {"content": "x", "poll": "One option", "due_at": "2020-01-01T10:00"}),
    Visit("alice", "/posts/{thread}/comments", 422, {"content": TOO_LONG}),
    Visit("alice", "/@alice/{thread}/edit", 422, {"content": TOO_LONG}),
    Visit("alice", "/compose/story", 422, {"caption": "z" * 300}),
    Visit("alice", "/stories/{story}/reply", 422, {"content": TOO_LONG}),
    Visit("alice", "/stories/bob?story=x", 400),
    Visit("alice", "/lists", 422, {"name": "z" * 300}),
    Visit("alice", "/settings/notifications", 422, {"time_zone": "Atlantis"}),
    Visit("alice", "/settings/profile", 422, {"display_name": "z" * 300, "bio": "x" * 999}),
    Visit("", "/signup", 200, {"username": "alice", "email": "no", "password1": "short"}),
    Visit("", "/login", 200, {"login": "alice", "password": "wrong"}),
    Visit("alice", "/password/change", 200, {"oldpassword": "no", "password1": "short"}),
    Visit("alice", "/settings/ranking", 422, {"ranking": "engagement", "recency": "7"}),
    Visit("alice", "/settings/ranking?w=fame:5", 400),
    Visit("alice", "/why-not?url=tea", 400),
    Visit("alice", "/why-not?url=1", 404),
    Visit("alice", "/posts/{shown}/report", 422, {"category": "ugly", "comment": "x" * 1001}),
    Visit("alice", "/posts/{quiet}/report", 403),
    Visit("", "/appeal/{appeal}", 422, {"text": " "}),
    Visit("", "/appeal/nonsense", 404),
    Visit("alice", "/?cursor=nonsense", 400),
    Visit("alice", "/?ranking=best", 400),
    Visit("alice", "/settings/ranking/to/best", 400, {"next": "/"}),
    Visit("bob", "/@alice/{thread}/edit", 403),
    Visit("", "/posts", 403, by=forged),
    Visit("alice", "/nowhere", 404),
    Visit("alice", "/posts/{thread}/story", 404),
    Visit("", "/@alice/{followers_only}", 404),
    Visit("bob", "/@alice/likes", 403),
    Visit("", "/sitemap-posts-2-1.xml", 404),
    Visit("alice", "/posts", 413, {"content": "x" * 300_000}),
    Visit("", "/password/reset", 429, by=hurried),
    Visit("alice", "/", 500, by=broken),
]
MORE = [
    Visit("", "/password/reset/key/1-set-password", by=reset_key),
    Visit("alice", "/settings/tokens", by=token_made),
    Visit("alice", "/settings/security/app", by=app_set_up),
    Visit("alice", "/settings/security/passkeys/add", by=passkey_added),
    Visit("bob", "/settings/security", by=of_guarded("/settings/security")),
    Visit("bob", "/settings/security/codes", by=of_guarded("/settings/security/codes")),
    Visit("bob", "/settings/security/codes/new", by=of_guarded("/settings/security/codes/new")),
    Visit("bob", "/settings/security/app/remove", by=of_guarded("/settings/security/app/remove")),
    Visit("bob", "/account/confirm/code", by=of_guarded("/account/confirm/code")),
    Visit("bob", "/account/confirm/passkey", by=of_guarded("/account/confirm/code")),
    Visit("bob", "/login/code", by=code_asked),
    Visit("bob", "/settings/security/passkeys/1/rename", by=lambda town, it: passkey_kept(town, it, "rename")),
    Visit("bob", "/settings/security/passkeys/1/remove", by=lambda town, it: passkey_kept(town, it, "remove")),
    Visit("alice", "/oauth/authorize", by=app_asks),
    Visit("alice", "/oauth/authorize", 400),
    Visit("bob", "/settings/apps/1", by=app_opened),
    Visit("bob", "/settings/apps", by=apps_listed),
    Visit("", "/email/confirm/x", by=address_confirmed),
    Visit("keeper", "/settings/invitations", by=with_invitations),
    Visit("", "/signup?by=invitation", by=not_open("invite")),
    Visit("", "/signup?by=nobody", by=not_open("closed")),
    Visit("", "/notifications/stop/{stop}", form={"List-Unsubscribe": "One-Click"}),
    Visit("alice", "/posts/{quiet}/delete", by=just_deleted),
    Visit("bob", "/"),
    Visit("bob", "/posts/{thread}/why"),
    Visit("bob", "/settings/ranking"),
    Visit("", "/api/v1/docs"),
    Visit("", "/admin/login/"),
    *(Visit("keeper", f"/admin/{model._meta.app_label}/{model._meta.model_name}/") for model in admin.site._registry),
]
PAGES = [
    *(Visit("", path) for path in VISITOR),
    *(Visit("alice", path) for path in ALICE),
    *(Visit("newcomer", path) for path in NEWCOMER),
    *(Visit("keeper", path) for path in STAFF),
    *SAID_NO,
    *MORE,
]


def one_of_each(visits: list[Visit]) -> list[Visit]:
    """The first visit of each kind: the same sort of address, by a member or a stranger, with the same outcome."""
    kinds: dict[Any, Visit] = {}
    for visit in visits:
        sort = re.sub(r"\{\w+\}", "{}", re.sub(r"@\w+", "@", visit.path.partition("?")[0]))
        kinds.setdefault((sort, visit.who != "", visit.status, bool(visit.form)), visit)
    return list(kinds.values())


def all_routes(resolver: Any = None, before: str = "") -> Iterator[tuple[str, Any]]:
    """(route, view) of every address of the site, but those inside Django's admin: they are its own."""
    for entry in (resolver or get_resolver()).url_patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver) and entry.app_name != "admin":
            yield from all_routes(entry, route)
        elif isinstance(entry, URLPattern):
            yield route, entry


# Valid HTML are all; a browser takes its time, so it looks at one of each kind, and at all when there is time to prove.
LOOKED_AT = PAGES if os.environ.get("PROVE") else one_of_each(PAGES)
