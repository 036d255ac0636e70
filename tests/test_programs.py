"""What acts for people through the API: tokens with scopes, and apps that they let in by OAuth."""

import base64
import hashlib
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from oauth2_provider.models import AccessToken, Application, RefreshToken

from accounts import actions, grants
from accounts.access_models import TokenUse
from accounts.models import User
from accounts.tasks import clear_access
from accounts.tokens import find_reading_token
from tests.helpers import queries_at_most
from tests.pages import page, signed_in, text_of

pytestmark = pytest.mark.django_db
VERIFIER = "a-long-and-random-text-that-nobody-else-can-know-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
HOME = "https://app.example.org/back"


def register(browser: Client, **more: str) -> tuple[Application, str]:
    """An app by the page, and its secret."""
    answer = browser.post("/settings/apps", {"name": "Gull", "addresses": HOME, **more}, follow=True)
    return Application.objects.get(), "".join(re.findall(r'id="token-value">([^<]+)<', text_of(answer)))


def asking(app: Application, **changes: str) -> str:
    wish = {"client_id": app.client_id, "redirect_uri": HOME, "response_type": "code", "scope": "read", "state": "s"}
    wish |= {"code_challenge": CHALLENGE, "code_challenge_method": "S256"} | changes
    return f"/oauth/authorize?{urlencode({name: value for name, value in wish.items() if value})}"


def hidden_in(html: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))


def let_in(person: Client, app: Application, **changes: str) -> str:
    """The code that the app is given."""
    address = asking(app, **changes)
    answer = person.post(address, {**hidden_in(page(person, address)), "allow": "on"})
    return parse_qs(urlsplit(answer["Location"]).query)["code"][0]


def trade(app: Application, **more: str) -> tuple[int, Any]:
    form = {"grant_type": "authorization_code", "client_id": app.client_id, "redirect_uri": HOME, **more}
    answer = Client().post("/oauth/token", form)
    return answer.status_code, answer.json()


def granted(person: Client, app: Application, **changes: str) -> dict[str, str]:
    status, answer = trade(app, code=let_in(person, app, **changes), code_verifier=VERIFIER)
    assert status == 200, answer
    return dict(answer)


def test_a_token_that_only_reads_writes_nothing_anywhere(alice: User, bob: User, api: Any) -> None:
    reader = api(token=actions.issue_token(alice, scope="read"))
    assert reader.get("/users/me")[0] == 200
    for method, path in [("post", "/posts"), ("patch", "/users/me"), ("delete", f"/users/{bob.pk}/follow")]:
        status, answer = reader.call(method, path, {"content": "x"})
        assert (status, answer["code"]) == (403, "forbidden"), path
        assert "write" in answer["detail"]
    assert reader.delete("/auth/token")[0] == 204


def test_a_token_that_only_writes_reads_nothing(alice: User, api: Any) -> None:
    raw = actions.issue_token(alice, scope="write")
    assert api(token=raw).post("/posts", {"content": "Moss."})[0] == 201
    assert api(token=raw).get("/timeline")[0] == 403
    assert api(token=raw).get("/site")[0] == 200
    assert find_reading_token(raw) is None  # what sockets and files ask


def test_a_token_is_named_and_says_roughly_when_it_was_used(browser: Client, alice: User, api: Any) -> None:
    browser.post("/settings/tokens", {"name": "Backup script", "scope": "read"})
    html = page(browser, "/settings/tokens")
    assert "Backup script" in html
    assert "only reads" in html
    raw = re.findall(r'id="token-value">([^<]+)<', html)[0]
    long_ago = timezone.now() - timedelta(days=3)
    TokenUse.objects.update(used_at=long_ago)
    for _ in range(2):
        assert api(token=raw).get("/users/me")[0] == 200
    assert TokenUse.objects.get().used_at > timezone.now() - timedelta(minutes=1)
    with queries_at_most(1):  # who it is; that it was used is known
        api(token=raw).get("/users/me")


def test_a_name_that_is_too_long_is_refused_with_a_reason(browser: Client) -> None:
    answer = browser.post("/settings/tokens", {"name": "x" * 51})
    assert answer.status_code == 422
    assert "At most 50" in text_of(answer)
    assert not AccessToken.objects.exists()


def test_an_app_is_let_in_and_locked_out(browser: Client, bob: User, api: Any) -> None:
    app, secret = register(browser)
    assert secret == ""
    html = page(signed_in(bob), asking(app))
    assert "Let Gull in?" in html
    assert "app.example.org" in html
    assert "post, follow" not in html
    answer = granted(signed_in(bob), app)
    assert api(token=answer["access_token"]).get("/users/me")[1]["username"] == "bob"
    assert api(token=answer["access_token"]).post("/posts", {"content": "x"})[0] == 403
    assert "Gull" in page(signed_in(bob), "/settings/tokens")
    assert "Gull" not in page(browser, "/settings/tokens")
    assert signed_in(bob).post(f"/settings/tokens/apps/{app.pk}/revoke")["Location"] == "/settings/tokens"
    assert api(token=answer["access_token"]).get("/users/me")[0] == 401
    status, answer = trade(app, grant_type="refresh_token", refresh_token=answer["refresh_token"])
    assert (status, answer["error"]) == (400, "invalid_grant")


def test_the_form_may_lead_to_the_app_and_nowhere_else(browser: Client) -> None:
    app, _ = register(browser)
    policy = browser.get(asking(app))["Content-Security-Policy"]
    assert re.search(r"form-action 'self' https://app\.example\.org(;|$)", policy)


@pytest.mark.parametrize(
    "changes",
    [
        {"code_challenge": ""},
        {"code_challenge_method": "plain", "code_challenge": VERIFIER},
        {"response_type": "token"},
        {"scope": "admin"},
    ],
)
def test_an_app_that_asks_otherwise_is_sent_back_with_an_error(browser: Client, changes: dict[str, str]) -> None:
    app, _ = register(browser)
    address = asking(app, **changes)
    answer = browser.get(address)
    if answer.status_code == 200:
        answer = browser.post(address, {**hidden_in(text_of(answer)), "allow": "on"})
    assert answer["Location"].startswith(HOME)
    sent = parse_qs(urlsplit(answer["Location"]).query)
    assert "error" in sent
    assert "code" not in sent


@pytest.mark.parametrize("changes", [{"redirect_uri": "https://evil.example.org/"}, {"client_id": "nobody"}])
def test_nobody_is_sent_to_an_address_that_is_not_the_apps(browser: Client, changes: dict[str, str]) -> None:
    app, _ = register(browser)
    answer = browser.get(asking(app, **changes))
    assert answer.status_code == 400
    assert "asks wrongly" in text_of(answer)


def test_a_code_takes_its_verifier_and_is_good_once(browser: Client, bob: User) -> None:
    app, _ = register(browser)
    code = let_in(signed_in(bob), app)
    assert trade(app, code=code, code_verifier="x" * 50)[0] == 400
    code = let_in(signed_in(bob), app)
    assert trade(app, code=code, code_verifier=VERIFIER)[0] == 200
    assert trade(app, code=code, code_verifier=VERIFIER)[0] == 400


def test_a_refreshed_token_replaces_the_old_one_and_a_stolen_old_one_ends_both(
    browser: Client, bob: User, api: Any
) -> None:
    app, _ = register(browser)
    first = granted(signed_in(bob), app, scope="read write")
    _, second = trade(app, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert api(token=first["access_token"]).get("/users/me")[0] == 401
    assert api(token=second["access_token"]).get("/users/me")[0] == 200
    assert trade(app, grant_type="refresh_token", refresh_token=first["refresh_token"])[0] == 400
    assert api(token=second["access_token"]).get("/users/me")[0] == 401


def test_an_app_with_a_secret_must_know_it(browser: Client, bob: User) -> None:
    app, secret = register(browser, is_confidential="on")
    assert len(secret) > 40
    assert secret not in page(browser, f"/settings/apps/{app.pk}")
    assert secret not in str(list(Application.objects.values()))
    code = let_in(signed_in(bob), app)
    assert trade(app, code=code, code_verifier=VERIFIER)[0] == 401
    assert trade(app, code=code, code_verifier=VERIFIER, client_secret=secret)[0] == 200
    browser.post(f"/settings/apps/{app.pk}/secret")
    again = let_in(signed_in(bob), app)
    assert trade(app, code=again, code_verifier=VERIFIER, client_secret=secret)[0] == 401


def test_ones_own_apps_are_edited_and_deleted_by_nobody_else(browser: Client, bob: User) -> None:
    app, _ = register(browser)
    granted(signed_in(bob), app)
    for path in ("", "/delete"):
        assert signed_in(bob).post(f"/settings/apps/{app.pk}{path}").status_code == 404
    browser.post(f"/settings/apps/{app.pk}", {"name": "Tern", "addresses": "https://a.example\nhttp://localhost:9/x"})
    app.refresh_from_db()
    assert (app.name, app.redirect_uris) == ("Tern", "https://a.example http://localhost:9/x")
    assert browser.post(f"/settings/apps/{app.pk}/delete")["Location"] == "/settings/apps"
    assert not RefreshToken.objects.exists()
    assert not AccessToken.objects.exists()


@pytest.mark.parametrize(
    "addresses",
    ["http://app.example.org/", "javascript:alert(1)", "https://", "https://a.example/#x", "https://u@a.example", " ",
     "https://[", "ftp://a.example/"],
)  # fmt: skip
def test_addresses_that_a_code_must_not_be_sent_to_are_refused(browser: Client, addresses: str) -> None:
    answer = browser.post("/settings/apps", {"name": "Gull", "addresses": addresses})
    assert answer.status_code == 422
    assert re.search(r'id="id_addresses-error">\s*\S', text_of(answer))
    assert not Application.objects.exists()


def test_nothing_else_of_the_oauth_toolkit_answers(browser: Client) -> None:
    for path in ("introspect", "applications", "register", "device", "userinfo", "device-authorization"):
        assert browser.post(f"/oauth/{path}").status_code == 404
    described = browser.get("/.well-known/oauth-authorization-server").json()
    assert described["code_challenge_methods_supported"] == ["S256"]
    assert described["response_types_supported"] == ["code"]
    assert "introspection_endpoint" not in described


def test_what_ran_out_is_cleared(alice: User, api: Any) -> None:
    actions.issue_token(alice)
    AccessToken.objects.update(expires=timezone.now() - timedelta(days=1))
    kept = actions.issue_token(alice)
    clear_access()
    assert AccessToken.objects.count() == TokenUse.objects.count() == 1
    assert api(token=kept).get("/users/me")[0] == 200


def test_revoking_all_leaves_other_people_theirs(alice: User, bob: User, api: Any) -> None:
    lost, kept = actions.issue_token(alice), actions.issue_token(bob)
    grants.revoke_all(alice)
    assert api(token=lost).get("/users/me")[0] == 401
    assert api(token=kept).get("/users/me")[0] == 200
