"""What the API really answers, held against the OpenAPI document it serves."""

import re

import pytest
from jsonschema import Draft202012Validator

from accounts.actions import change_privacy
from feeds.models import Rising
from feeds.tasks import find_trends
from moderation.models import Act
from posts import actions
from social import actions as social
from tests.experimenting import running_one
from tests.factories import UserFactory
from tests.moderating import on_person, staff
from tests.push_service import Device
from tests.telling import deliver


@pytest.fixture
def document(db, client):
    return client.get("/api/v1/schema", headers={"accept": "application/json"}).json()


def operation(document, method, path):
    """The operation whose path fits the address."""
    for template, methods in document["paths"].items():
        pattern = re.sub(r"\{[^}]+\}", "[^/]+", template.removeprefix("/api/v1"))
        if re.fullmatch(pattern, path.partition("?")[0]) and method in methods:
            return methods[method]
    raise AssertionError(f"{method} {path} is not in the document")


def check(document, method, path, status, body):
    described = operation(document, method, path)["responses"][str(status)]
    if body is None:
        assert "content" not in described
        return
    schema = described["content"]["application/json"]["schema"]
    Draft202012Validator({**schema, "components": document["components"]}).validate(body)


def test_every_answer_is_as_the_document_says(document, alice, bob, carol, api):
    social.follow(follower=bob, author=alice)
    post = actions.publish(author=alice, content="Hello @bob #tea").pk
    app, me, her = api(bob), f"/users/{bob.pk}", f"/users/{alice.pk}"
    reads = ["/users/me", me, "/users/lookup?username=alice", f"{her}/followers", f"{me}/following", f"{her}/posts"]
    reads += ["/timeline", "/timeline/public", "/timeline/hashtag/tea", f"/posts/{post}", f"/posts/{post}/comments"]
    reads += [f"/posts/{post}/likes", "/site", "/follow-requests", "/trends/hashtags", "/trends/posts"]
    reads += ["/search?q=hello", "/search?q=bob&type=users"]
    reads += ["/search?q=te&type=hashtags", "/search/suggest?q=bo"]
    rise(post)
    wrong = ["/users/999", "/timeline?limit=0", "/posts/5", "/timeline?cursor=x", "/users/lookup"]
    wrong += ["/search", "/search?q=x&type=y", "/search/suggest?q="]
    for path in (*reads, *wrong):
        check(document, "get", path, *app.get(path))
    check(document, "get", "/timeline", *api().get("/timeline"))
    for body in ({"content": "x"}, {"content": ""}, {"content": "y", "in_reply_to": str(post)}):
        check(document, "post", "/posts", *app.post("/posts", body))
    check(document, "post", f"/posts/{post}/comments", *app.post(f"/posts/{post}/comments", {"content": "z"}))
    for path in (f"/posts/{post}/like", f"{her}/mute", f"{her}/follow", f"{her}/block", f"{me}/block"):
        check(document, "post", path, *app.post(path))
        check(document, "delete", path, *app.delete(path))
    for body in ({"amount": -1}, {"amount": 5}):
        check(document, "post", f"{her}/nudge", *app.post(f"{her}/nudge", body))
    check(document, "delete", f"{her}/nudge", *app.delete(f"{her}/nudge"))
    check(document, "patch", "/users/me", *app.patch("/users/me", {"bio": "Hi", "is_private": True}))
    for answer in ("accept", "reject"):
        check(document, "post", f"{me}/follow", *api(carol).post(f"{me}/follow"))
        check(document, "get", "/follow-requests", *app.get("/follow-requests"))
        path = f"/follow-requests/{carol.pk}/{answer}"
        for _ in range(2):
            check(document, "post", path, *app.post(path))
        social.unfollow(follower=carol, author=bob)
    circles(document, app, api(carol), alice, carol)
    pushing(document, app)
    reading(document, app)
    profiles(document, api(alice), app, alice, post)
    taking_part(document, app)
    judged(document, app, bob, post)
    notices(document, app, alice, bob)
    check(document, "patch", "/users/me", *app.patch("/users/me", {"bio": "x" * 501}))
    check(document, "delete", f"/posts/{post}", *api(alice).delete(f"/posts/{post}"))
    new = {"username": "erin", "email": "erin@example.org", "password": "correct horse battery"}
    for path, body in (("/auth/signup", new), ("/auth/signup", new), ("/auth/token", new), ("/auth/token", {})):
        check(document, "post", path, *api().post(path, body))
    check(document, "delete", "/auth/token", *app.delete("/auth/token"))


def reading(document, app):
    """What was on screen."""
    page = app.get("/timeline")[1]
    entries = [{"entry_id": page["posts"][0]["entry_id"], "seen_ms_ago": 10}]
    for token in (page["impression_token"], "x"):
        check(document, "post", "/impressions", *app.post("/impressions", {"token": token, "entries": entries}))


def taking_part(document, app):
    """One's part in experiments."""
    check(document, "get", "/experiments", *app.get("/experiments"))
    running_one()
    for path in ("/experiments", "/timeline", "/experiments"):
        check(document, "get", path, *app.get(path))
    assert app.get("/experiments")[1]["experiments"]
    for path in ("/experiments/fresher", "/experiments/unheard-of", "/experiments"):
        check(document, "delete", path, *app.delete(path))


def pushing(document, app):
    """Devices that are told."""
    made = app.post("/push/subscriptions", Device().subscription())
    check(document, "post", "/push/subscriptions", *made)
    check(document, "post", "/push/subscriptions", *app.post("/push/subscriptions", {}))
    for read in ("/push/key", "/push/subscriptions", "/push/subscriptions?limit=0"):
        check(document, "get", read, *app.get(read))
    path = f"/push/subscriptions/{made[1]['subscription_id']}"
    for _ in range(2):
        check(document, "delete", path, *app.delete(path))


def rise(post):
    """Three more say the post's hashtag, and like it."""
    for person in UserFactory.create_batch(3):
        actions.publish(author=person, content="And cake #tea")
        actions.like(actor=person, post_id=post)
    find_trends()
    assert set(Rising.objects.values_list("tag", "post")) == {("tea", None), ("", post)}


def notices(document, app, alice, bob):
    """What one is told, and how one wants to be."""
    change_privacy(bob, False)
    mine = actions.publish(author=bob, content="Hello @alice").pk
    actions.like(actor=alice, post_id=mine)
    actions.publish(author=alice, content="@bob says", quote_of=mine)
    social.follow(follower=alice, author=bob)
    social.notify_moderation(recipient_id=bob.pk, text="Looked at.", post_id=mine)
    deliver()
    status, answer = app.get("/notifications")
    assert {one["type"] for one in answer["notifications"]} >= {"like", "quote", "moderation"}
    check(document, "get", "/notifications", status, answer)
    check(document, "get", "/notifications", *app.get("/notifications?cursor=x"))
    for body in ({"up_to": answer["notifications"][0]["notification_id"]}, {}, {"up_to": "no"}):
        check(document, "post", "/notifications/read", *app.post("/notifications/read", body))
    check(document, "get", "/notifications/settings", *app.get("/notifications/settings"))
    for body in ({"types": {"like": {"email": "now"}}, "time_zone": "Europe/Rome"}, {}, {"types": {"x": {}}}):
        check(document, "patch", "/notifications/settings", *app.patch("/notifications/settings", body))
    for path in (f"/posts/{mine}/mute", "/posts/5/mute"):
        check(document, "post", path, *app.post(path))
    check(document, "delete", f"/posts/{mine}/mute", *app.delete(f"/posts/{mine}/mute"))


def circles(document, app, other, alice, carol):
    """Lists, suggestions and what else one says of people."""
    her, him = f"/users/{alice.pk}", f"/users/{carol.pk}"
    for body in ({"seconds": 60}, {"expires_at": "2099-01-01T00:00:00Z"}, {"seconds": 0}, {}):
        check(document, "post", f"{him}/mute", *app.post(f"{him}/mute", body))
    check(document, "delete", f"{him}/follower", *app.delete(f"{him}/follower"))
    app.post(f"{her}/follow")
    for path in (f"{her}/hide-shares", f"{him}/hide-shares"):
        check(document, "post", path, *app.post(path))
        check(document, "delete", path, *app.delete(path))
    made = app.post("/lists", {"name": "Friends"})
    check(document, "post", "/lists", *made)
    check(document, "post", "/lists", *app.post("/lists", {"name": "Friends"}))
    path = f"/lists/{made[1]['list_id']}"
    for member in (alice, carol):
        check(document, "post", f"{path}/members/{member.pk}", *app.post(f"{path}/members/{member.pk}"))
    for read in ("/lists", path, f"{path}/members", f"{path}/timeline", "/suggestions", f"{path}/timeline?limit=0"):
        check(document, "get", read, *app.get(read))
    check(document, "get", path, *other.get(path))
    check(document, "patch", path, *app.patch(path, {"name": "Best friends"}))
    check(document, "delete", f"{path}/members/{alice.pk}", *app.delete(f"{path}/members/{alice.pk}"))
    check(document, "delete", path, *app.delete(path))
    check(document, "get", "/suggestions", *other.get("/suggestions"))
    check(document, "delete", f"/suggestions/{alice.pk}", *other.delete(f"/suggestions/{alice.pk}"))


def judged(document, app, bob, post):
    """What one reports, what was decided about oneself, and an appeal."""
    for body in (
        {"post_id": str(post), "category": "spam"},
        {"category": "spam"},
        {"user_id": "5", "category": "spam"},
    ):
        check(document, "post", "/reports", *app.post("/reports", body))
    on_person(staff("mona"), Act.WARN, bob)
    for read in ("/reports", "/me/decisions", "/me/decisions?limit=0"):
        check(document, "get", read, *app.get(read))
    path = f"/me/decisions/{app.get('/me/decisions')[1]['decisions'][0]['decision_id']}/appeal"
    for body in ({"text": ""}, {"text": "Why?"}, {"text": "Why?"}):
        check(document, "post", path, *app.post(path, body))
    check(document, "get", "/me/decisions", *app.get("/me/decisions"))


def profiles(document, owner, other, alice, post):
    """What stands on a profile, for its owner and for somebody else."""
    path = f"/posts/{post}/pin"
    for app in (owner, other):
        check(document, "post", path, *app.post(path))
        for tab in ("posts", "comments", "media", "likes", "pinned"):
            read = f"/users/{alice.pk}/{tab}"
            check(document, "get", read, *app.get(read))
        check(document, "delete", path, *app.delete(path))
    check(document, "patch", "/users/me", *owner.patch("/users/me", {"shows_likes": True}))
