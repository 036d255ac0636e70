"""Web push: a device is told what only it can read, until it is logged out, and nobody else is asked anything."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import actions as accounts
from accounts.devices import browser_and_system
from notifications import actions as notifications
from notifications import push, push_keys, push_sending, push_wire, tasks
from notifications.models import Notification, PushKey, PushSubscription
from posts import actions as posts
from social import actions as social
from tests.helpers import PASSWORD, run_tasks
from tests.pages import publish
from tests.push_service import HOST, Device, PushService, base64url
from tests.telling import deliver

MESSAGE = {"title": "bob likes your post", "body": "Moss", "url": "/@alice/1", "tag": "post-1"}
PHONE = "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"


@pytest.fixture
def service(settings, tmp_path, monkeypatch):
    service = PushService(tmp_path)
    settings.LINK_PREVIEW_TEST_HOSTS = {HOST: service.server_address}
    monkeypatch.setenv("SSL_CERT_FILE", str(service.certificate))
    yield service
    service.close()


def subscribe(client, device=None, **more):
    body = (device or Device()).subscription() | more
    headers = {"user-agent": PHONE}
    return client.post("/api/v1/push/subscriptions", body, content_type="application/json", headers=headers)


def told(user, **more):
    """Sends the words as they are."""
    return push_sending.deliver(user.pk, MESSAGE | more)


def test_only_the_device_can_read_what_it_is_told(service, browser, alice, bob):
    device = Device()
    key = browser.get("/api/v1/push/key").json()["public_key"]
    assert subscribe(browser, device, public_key=key).status_code == 201
    publish(bob, "@alice Moss")
    tasks.deliver_owed()
    assert service.received == []  # not before the commit
    run_tasks()
    [received] = service.received
    path = f"/notifications/{Notification.objects.get().pk}"
    tag = path.replace("/notifications/", "notification-")
    assert device.read(received.body) == {"title": "bob mentioned you", "body": "@alice Moss", "url": path, "tag": tag}
    assert b"Moss" not in received.body
    with pytest.raises(Exception):  # noqa: B017, PT011 whatever the library makes of it
        Device().read(received.body)
    headers = received.headers
    assert (headers["Content-Encoding"], headers["Urgency"], int(headers["TTL"])) == ("aes128gcm", "normal", 86_400)
    assert len(headers["Topic"]) == 32
    assert PushSubscription.objects.get().last_ok_at is not None


def test_the_push_service_knows_who_sends(service, browser, alice):
    subscribe(browser)
    told(alice)
    scheme, token, key = service.received[0].headers["Authorization"].replace(",", " ").split()
    key, token = key.removeprefix("k="), token.removeprefix("t=")
    assert (scheme, key) == ("vapid", browser.get("/api/v1/push/key").json()["public_key"])
    claims = verified(token, raw(key))
    assert claims["aud"] == f"https://{HOST}"
    assert claims["sub"].startswith("mailto:")
    assert timezone.now().timestamp() < claims["exp"] < timezone.now().timestamp() + 86_400
    with pytest.raises(InvalidSignature):
        verified(token, raw(Device().subscription()["keys"]["p256dh"]))


def raw(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def verified(token, point):
    """The claims of a JWT signed with ES256 (RFC 7518, 3.4)."""
    signed, _, signature = token.rpartition(".")
    halves = [int.from_bytes(half, "big") for half in (raw(signature)[:32], raw(signature)[32:])]
    public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    public.verify(utils.encode_dss_signature(*halves), signed.encode(), ec.ECDSA(hashes.SHA256()))
    return json.loads(raw(signed.split(".")[1]))


def test_long_words_fit_into_what_every_push_service_takes(service, browser, alice):
    device = Device()
    subscribe(browser, device)
    told(alice, title="🪴" * 5000, body="🪴" * 5000)
    assert len(service.received[0].body) < 4096
    assert device.read(service.received[0].body)["body"].startswith("🪴")


def test_all_devices_of_a_person_are_told_and_nobody_elses(service, alice, bob):
    devices = {}
    for name, owner in (("phone", alice), ("laptop", alice), ("other", bob)):
        client = Client()
        client.force_login(owner)
        devices[f"/{name}"] = Device(f"/{name}")
        subscribe(client, devices[f"/{name}"])
    told(alice)
    assert sorted(one.path for one in service.received) == ["/laptop", "/phone"]


def test_what_the_push_service_does_not_know_any_more_is_forgotten(service, browser, alice):
    for status in (404, 410):
        service.says["/one"] = status
        subscribe(browser)
        told(alice)
        assert not PushSubscription.objects.exists()
    told(alice)
    assert len(service.received) == 2


@pytest.mark.parametrize("status", [500, 429, 302, 403])
def test_a_failing_device_rests_longer_each_time_and_is_given_up_at_last(service, browser, alice, status):
    service.says["/one"] = status
    subscribe(browser)
    told(alice)
    told(alice)
    assert len(service.received) == 1  # it rests, though another try may be due
    assert [one.path for one in service.received] == ["/one"]  # no redirect is followed
    rows = PushSubscription.objects
    rests = []
    for _ in range(push_sending.MOST_FAILURES - 1):
        rows.update(retry_at=None)
        told(alice)
        rests.append(rows.get().retry_at - timezone.now())
    assert rests == sorted(rests)
    assert len(service.received) == push_sending.MOST_FAILURES
    rows.update(retry_at=None, failing_since=timezone.now() - push_sending.GIVEN_UP_AFTER)
    told(alice)
    assert not rows.exists()


def test_a_message_for_which_there_was_no_time_is_tried_once_more(service, browser, alice, bob, monkeypatch):
    group_id = mentioned(alice, bob).pk
    service.says["/one"] = 503
    subscribe(browser)
    asked = []
    monkeypatch.setattr(tasks.push, "apply_async", lambda args, **options: asked.append((args, options["countdown"])))
    tasks.push(alice.pk, group_id)
    pk = PushSubscription.objects.get().pk
    assert asked == [((alice.pk, group_id, [pk]), tasks.PUSH_AGAIN_SECONDS)]
    assert timedelta(seconds=tasks.PUSH_AGAIN_SECONDS) > push_sending.REST  # by then it does not rest any more
    PushSubscription.objects.update(retry_at=None)
    service.says.clear()
    tasks.push(*asked[0][0])
    assert (len(service.received), len(asked)) == (2, 1)
    assert PushSubscription.objects.get().failures == 0


@pytest.mark.parametrize("change", ["deleted", "blocked", "read", "unwished", "suspended"])
def test_what_changed_since_it_was_queued_is_not_sent(service, browser, alice, bob, change):
    group = mentioned(alice, bob)
    subscribe(browser)
    tasks.push(alice.pk, group.pk)
    assert len(service.received) == 1
    {
        "deleted": lambda: posts.delete(actor=bob, post_id=group.post_id),
        "blocked": lambda: social.block(blocker=bob, blocked=alice),
        "read": lambda: notifications.read(user=alice),
        "unwished": lambda: notifications.choose(user=alice, types={"mention": {"push": False}}),
        "suspended": lambda: accounts.suspend(alice),
    }[change]()
    tasks.push(alice.pk, group.pk)
    assert len(service.received) == 1


def mentioned(reader, author):
    publish(author, f"@{reader.username} Moss")
    deliver()
    return Notification.objects.of(reader).get()


def test_a_slow_push_service_is_left_after_some_seconds(service, browser, alice, monkeypatch):
    monkeypatch.setattr(push_wire, "SECONDS", 0.3)
    subscribe(browser, Device("/slow"))
    told(alice)
    assert len(service.received) == 1
    assert PushSubscription.objects.get().failures == 1


def test_a_certificate_that_nobody_knows_gets_nothing(service, browser, alice, monkeypatch):
    monkeypatch.delenv("SSL_CERT_FILE")
    subscribe(browser)
    told(alice)
    assert service.received == []
    assert PushSubscription.objects.get().failures == 1


@pytest.mark.parametrize(
    "endpoint",
    [
        *("http://push.example.org/one", "https://127.0.0.1/x", "https://[::1]/x", "https://localhost/x"),
        *("https://push.example.org:8443/x", "https://a:b@push.example.org/x", "ftp://push.example.org/x"),
        *("https://10.1.1.1/x", "https://2130706433/x", "nonsense", "https://push.example.org/" + "x" * 1000),
    ],
)
def test_an_endpoint_that_is_no_push_service_is_refused(browser, endpoint):
    answer = subscribe(browser, endpoint=endpoint)
    assert answer.status_code == 400
    assert "endpoint" in answer.json()["fields"]
    assert not PushSubscription.objects.exists()


def test_a_name_that_leads_inside_is_not_asked(service, browser, alice, settings, monkeypatch):
    settings.LINK_PREVIEW_TEST_HOSTS = {}
    found = [(2, 1, 6, "", ("127.0.0.1", service.server_address[1]))]
    monkeypatch.setattr("socket.getaddrinfo", lambda *args, **kwargs: found)
    subscribe(browser)
    told(alice)
    assert service.received == []
    assert PushSubscription.objects.get().failures == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("p256dh", "AAAA"), ("p256dh", base64url(b"\4" + bytes(64))), ("p256dh", "é"), ("auth", "AAAA"), ("auth", "?")],
)
def test_keys_that_are_none_are_refused(browser, field, value):
    keys = Device().subscription()["keys"] | {field: value}
    answer = subscribe(browser, keys=keys)
    assert answer.status_code == 400
    assert field in answer.json()["fields"]


# --- Whose device it is ---


def test_logging_out_ends_it_in_that_browser_only(service, alice):
    phone, laptop = Client(), Client()
    for client, path in ((phone, "/phone"), (laptop, "/laptop")):
        client.post("/login", {"login": "alice", "password": PASSWORD})
        assert subscribe(client, Device(path)).status_code == 201
    phone.post("/logout")
    told(alice)
    assert [one.path for one in service.received] == ["/laptop"]


def test_a_changed_password_ends_it_on_the_other_devices(service, browser, alice):
    subscribe(browser)
    alice.set_password("something else entirely")
    alice.save()
    told(alice)
    assert service.received == []
    assert not PushSubscription.objects.exists()


def test_a_revoked_token_and_a_suspended_account_are_told_nothing(service, api, browser, alice):
    app = api(alice)
    assert app.post("/push/subscriptions", Device("/app").subscription())[0] == 201
    told(alice)
    assert [one.path for one in service.received] == ["/app"]
    assert app.delete("/auth/token")[0] == 204
    assert not PushSubscription.objects.exists()
    subscribe(browser)
    accounts.suspend(alice)
    told(alice)
    assert len(service.received) == 1


def test_a_browser_that_somebody_else_uses_now_is_theirs(service, browser, alice, bob):
    device, other = Device(), Client()
    subscribe(browser, device)
    other.force_login(bob)
    subscribe(other, device)
    told(alice)
    assert service.received == []
    told(bob)
    assert len(service.received) == 1


def test_a_browser_has_one_subscription_and_a_person_so_many(browser, alice, monkeypatch):
    monkeypatch.setattr(push, "MOST_DEVICES", 3)
    for path in ("/old", "/new", "/new"):
        subscribe(browser, Device(path))
    assert PushSubscription.objects.get().endpoint == f"https://{HOST}/new"
    for n in range(3):
        client = Client()
        client.force_login(alice)
        subscribe(client, Device(f"/{n}"))
    kept = PushSubscription.objects.of(alice).values_list("endpoint", flat=True)
    assert list(kept) == [f"https://{HOST}/{n}" for n in (2, 1, 0)]


def test_devices_are_listed_and_removed_by_their_owner_alone(browser, alice, bob, api):
    made = subscribe(browser).json()
    assert (made["browser"], made["system"], made["current"]) == ("Firefox", "Android", True)
    listed = api(alice).get("/push/subscriptions")[1]
    assert [(one["subscription_id"], one["current"]) for one in listed["subscriptions"]] == [
        (made["subscription_id"], False)
    ]
    assert HOST not in json.dumps(listed)  # whoever knows the endpoint may send to it
    path = f"/push/subscriptions/{made['subscription_id']}"
    assert api(bob).get("/push/subscriptions")[1]["subscriptions"] == []
    assert api(bob).delete(path)[0] == 404
    assert api(alice).delete(path)[0] == 204
    assert api(alice).delete(path)[0] == 404
    assert [api().get("/push/key")[0], api().post("/push/subscriptions", {})[0]] == [401, 401]
    assert api(alice).get("/push/subscriptions?limit=0")[0] == 400


def test_the_settings_page_names_the_devices_and_removes_one(browser):
    assert "None yet" in browser.get("/settings/devices").content.decode()
    subscribe(browser)
    html = browser.get("/settings/devices").content.decode()
    assert "Firefox on Android" in html
    assert "This device" in html
    pk = PushSubscription.objects.get().pk
    assert "told nothing more" in browser.post(f"/settings/devices/{pk}/remove", follow=True).content.decode()
    assert browser.post(f"/settings/devices/{pk}/remove").status_code == 404


def test_browsers_are_called_what_people_call_them():
    edge = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"
    iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
    assert [browser_and_system(one) for one in (edge, iphone, "curl")] == [
        ("Edge", "Windows"),
        ("Safari", "iPhone"),
        ("", ""),
    ]


# --- The site's key ---


def test_the_key_is_made_once_however_many_ask_first(transactional_db):
    def ask(_):
        try:
            return push_keys.current().public
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(ask, range(12)))) == 1
    assert PushKey.objects.count() == 1


def test_the_database_alone_does_not_tell_the_private_key(db):
    push_keys.current()
    sealed = bytes(PushKey.objects.get().sealed)
    assert b"PRIVATE KEY" not in sealed
    assert b"PRIVATE KEY" not in base64.urlsafe_b64decode(sealed)


def test_another_secret_key_makes_another_key_and_ends_what_was_made_for_the_old(browser, alice, api, settings):
    app, old = api(alice), push_keys.current().public
    subscribe(browser)
    settings.SECRET_KEY = "another one altogether"
    new = app.get("/push/key")[1]["public_key"]
    assert new != old
    assert not PushSubscription.objects.exists()
    made_for = lambda key: app.post("/push/subscriptions", Device().subscription() | {"public_key": key})[0]  # noqa: E731
    assert (made_for(old), made_for(new)) == (409, 201)
