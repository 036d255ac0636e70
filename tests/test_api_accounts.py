"""Sign-up, tokens and profile through the API."""

from io import BytesIO, StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from oauth2_provider.models import AccessToken
from PIL import Image

from accounts.actions import issue_token
from accounts.models import User
from social import actions as social
from tests.helpers import PASSWORD

NEW = {"username": "erin", "email": "erin@example.org", "password": PASSWORD}


def test_signing_up_gives_an_account_and_a_token_that_works(db, api):
    status, answer = api().post("/auth/signup", NEW)
    assert status == 201
    assert answer["token_type"] == "Bearer"
    assert answer["user"]["username"] == "erin"
    status, me = api(token=answer["access_token"]).get("/users/me")
    assert (status, me["user_id"]) == (200, answer["user"]["user_id"])


def test_usernames_are_one_whatever_their_case(alice, api):
    status, answer = api().post("/auth/signup", NEW | {"username": "ALICE"})
    assert status == 400
    assert answer["fields"]["username"] == ["This username is taken."]


@pytest.mark.parametrize("name", ["a", "a" * 31, "a-b", "ünï", "admin", "a b", "alice\n", ""])
def test_a_username_that_cannot_be_is_refused_with_a_reason(db, api, name):
    status, answer = api().post("/auth/signup", NEW | {"username": name})
    assert status == 400 if name.strip() != "alice" else status == 201
    if status == 400:
        assert answer["fields"]["username"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"email": "nonsense"}, "email"),
        ({"email": ""}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "12345678901"}, "password"),
        ({"password": "erin"}, "password"),
    ],
)
def test_each_bad_field_is_named(db, api, change, field):
    status, answer = api().post("/auth/signup", NEW | change)
    assert (status, answer["code"]) == (400, "invalid")
    assert answer["fields"][field]
    assert not User.objects.exists()


def test_a_token_is_given_for_the_right_password_by_name_or_address(alice, api):
    for name in ("alice", "ALICE", "alice@example.org"):
        status, answer = api().post("/auth/token", {"username": name, "password": PASSWORD})
        assert status == 200
        assert api(token=answer["access_token"]).get("/users/me")[1]["username"] == "alice"


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(alice, api):
    wrong = api().post("/auth/token", {"username": "alice", "password": "not this"})
    unknown = api().post("/auth/token", {"username": "nobody", "password": "not this"})
    assert wrong == unknown
    assert wrong[0] == 400


def test_the_order_of_home_is_a_setting_of_the_account(alice, bob, api):
    assert api(alice).get("/users/me")[1]["ranking"] == "chronological"
    assert api(alice).patch("/users/me", {"ranking": "engagement"})[1]["ranking"] == "engagement"
    assert api(alice).get("/users/me")[1]["ranking"] == "engagement"
    assert "ranking" not in api(bob).get(f"/users/{alice.pk}")[1]


def test_an_order_that_does_not_exist_is_refused_with_all_that_came_with_it(alice, api):
    status, answer = api(alice).patch("/users/me", {"bio": "x", "ranking": "best"})
    assert (status, list(answer["fields"])) == (400, ["ranking"])
    assert api(alice).get("/users/me")[1]["bio"] == ""


def test_tokens_are_stored_hashed_only(alice, api):
    _, answer = api().post("/auth/token", {"username": "alice", "password": PASSWORD})
    row = AccessToken.objects.get()
    assert row.token == ""
    assert answer["access_token"] not in str(AccessToken.objects.values())


def test_a_revoked_token_is_refused(alice, api):
    app = api(alice)
    assert app.delete("/auth/token") == (204, None)
    status, answer = app.get("/users/me")
    assert (status, answer["code"]) == (401, "not_authenticated")


def test_a_suspended_account_can_no_longer_use_its_token(alice, api):
    app = api(alice)
    User.objects.update(is_active=False)
    assert app.get("/users/me")[0] == 401
    assert api().post("/auth/token", {"username": "alice", "password": PASSWORD})[0] == 400


@pytest.mark.parametrize("method", ["get", "patch"])
def test_without_a_token_private_things_answer_401(db, api, method):
    assert getattr(api(), method)(*(["/users/me"] + ([{}] if method == "patch" else [])))[0] == 401


def test_a_browser_session_works_and_needs_the_csrf_token_to_write(alice):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    assert client.get("/api/v1/users/me").status_code == 200
    refused = client.patch("/api/v1/users/me", {"bio": "x"}, content_type="application/json")
    assert refused.status_code == 403


def test_the_profile_is_changed_and_shown(alice, api):
    status, me = api(alice).patch("/users/me", {"display_name": "  Alice   A. ", "bio": " Hello "})
    assert (status, me["display_name"], me["bio"]) == (200, "Alice A.", "Hello")
    assert api().get(f"/users/{alice.pk}")[1]["bio"] == "Hello"


def test_a_profile_that_is_too_long_is_refused_whole(alice, api):
    status, answer = api(alice).patch("/users/me", {"display_name": "Fine", "bio": "x" * 501})
    assert status == 400
    assert list(answer["fields"]) == ["bio"]
    alice.refresh_from_db()
    assert alice.display_name == ""


def picture(size: tuple[int, int] = (60, 40)) -> BytesIO:
    out = BytesIO()
    Image.new("RGB", size, "teal").save(out, "PNG")
    out.seek(0)
    out.name = "me.png"
    return out


def multipart(client: Client, data: dict[str, object]):
    from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

    return client.patch("/api/v1/users/me", encode_multipart(BOUNDARY, data), content_type=MULTIPART_CONTENT)


def test_an_avatar_is_re_encoded_and_served(alice):
    client = Client(headers={"authorization": f"Bearer {issue_token(alice)}"})
    answer = multipart(client, {"avatar": picture()})
    assert answer.status_code == 200, answer.content
    served = client.get(answer.json()["avatar_url"])
    made = Image.open(BytesIO(b"".join(served.streaming_content)))
    assert (made.format, made.size) == ("WEBP", (400, 400))


def test_a_file_that_is_no_picture_is_refused_as_an_avatar(alice):
    client = Client(headers={"authorization": f"Bearer {issue_token(alice)}"})
    fake = BytesIO(b"<svg onload=alert(1)>")
    fake.name = "me.png"
    answer = multipart(client, {"avatar": fake})
    assert answer.status_code == 400
    assert answer.json()["fields"]["avatar"]


def test_users_are_found_by_id_and_by_name(alice, api):
    assert api().get("/users/lookup?username=Alice")[1]["user_id"] == str(alice.pk)
    assert api().get("/users/lookup?username=nobody")[0] == 404
    assert api().get("/users/lookup")[0] == 400
    assert api().get("/users/999999")[0] == 404
    assert api().get("/users/99999999999999999999")[0] == 404


@pytest.mark.parametrize("path", ["/users/me/", "/users//me", "/nothing", "/Users/me"])
def test_other_spellings_of_a_path_are_404_in_json(alice, api, path):
    status, answer = api(alice).get(path)
    assert (status, answer["code"]) == (404, "not_found")


def test_broken_json_wrong_types_and_wrong_methods_get_clear_answers(alice, client):
    headers = {"HTTP_AUTHORIZATION": "Bearer x"}
    broken = client.post("/api/v1/auth/signup", "{", content_type="application/json")
    assert (broken.status_code, broken.json()["code"]) == (400, "invalid")
    assert client.post("/api/v1/auth/signup", "[]", content_type="application/json").status_code == 400
    assert client.post("/api/v1/auth/signup", "a=b", content_type="text/plain").status_code == 415
    assert client.put("/api/v1/site").status_code == 405
    assert client.get("/api/v1/site", **headers).status_code == 200


def test_bearer_headers_that_are_nonsense_are_401(db, client):
    for value in ("Bearer", "Bearer ", "Bearer \xff", "Bearer a b"):
        assert client.get("/api/v1/users/me", headers={"authorization": value}).status_code == 401


def test_the_command_issues_a_token_that_works(alice, api):
    out = StringIO()
    call_command("issue_token", "Alice", stdout=out)
    assert api(token=out.getvalue().split()[-1]).get("/users/me")[1]["username"] == "alice"
    with pytest.raises(CommandError, match="no active account named nobody"):
        call_command("issue_token", "nobody")


def test_saving_an_account_read_earlier_puts_back_no_counter(alice, bob):
    stale = User.objects.get(pk=bob.pk)
    social.follow(follower=bob, author=alice)
    stale.bio = "written meanwhile"
    stale.save()
    bob.refresh_from_db()
    assert (bob.bio, bob.following_count, bob.relations_version) == ("written meanwhile", 1, 1)


def test_a_picture_is_not_changed_when_the_words_beside_it_are_refused(alice):
    client = Client(headers={"authorization": f"Bearer {issue_token(alice)}"})
    answer = multipart(client, {"avatar": picture(), "bio": "x" * 501})
    assert answer.status_code == 400
    alice.refresh_from_db()
    assert not alice.avatar
