"""How often one may do what: exact however many ask at once, shared by all doors, with Redis and without."""

import math
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from accounts import actions as accounts
from accounts.tasks import clear_limits
from feedsite import limits, windows
from feedsite.limits import Limit
from posts import actions
from posts.models import Draft, Post
from tests.helpers import PASSWORD, bearer
from tests.limiting import later, redis_away

pytestmark = pytest.mark.usefixtures("limited")


@pytest.fixture(params=["with Redis", "without Redis"])
def counted(request, monkeypatch, limited):
    """Redis counts, or PostgreSQL does."""
    if request.param == "with Redis":
        yield
        return
    with redis_away(monkeypatch):
        yield


def posts_of(author):
    return Post._base_manager.filter(author=author).count()


def write(app, content="words"):
    return app.post("/posts", {"content": content})


def raw(user, method, path, body=None, **more):
    """The whole answer of the API, headers and all."""
    as_user = bearer(accounts.issue_token(user))
    ask = getattr(Client(), method)
    return ask(f"/api/v1{path}", body or {}, content_type="application/json", **as_user, **more)


def shorten(monkeypatch, **counts):
    """Fewer to begin with, for limits whose number does not matter."""
    for kind, count in counts.items():
        monkeypatch.setitem(limits.LIMITS, kind, Limit(count, limits.LIMITS[kind].seconds))


# --- Posts: five a minute, whatever the door ------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_of_forty_posts_at_once_by_all_doors_five_get_through(counted):
    alice = accounts.sign_up(username="alice", email="alice@example.org", password=PASSWORD)
    tokens = [accounts.issue_token(alice) for _ in range(2)]
    browser = Client()
    browser.force_login(alice)
    session = browser.cookies["sessionid"].value
    ready = threading.Barrier(20)

    def api(number):
        body = {"content": f"{number}"}
        path = ["/api/v1/posts", "/api/v1/posts?x=1", "/api/v1/posts#here"][number % 3]
        return Client().post(path, body, content_type="application/json", **bearer(tokens[number % 2]))

    def page(number):
        client = Client()
        client.cookies["sessionid"] = session
        return client.post("/posts", {"content": f"{number}", "visibility": "public"})

    def ask(number):
        try:
            ready.wait(20)
            return [(page if number % 4 == 0 else api)(2 * number + n).status_code for n in range(2)]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        statuses = [status for pair in pool.map(ask, range(20)) for status in pair]
    assert posts_of(alice) == 5
    assert sum(status in (201, 302) for status in statuses) == 5
    assert statuses.count(429) == 35


def test_a_refusal_says_how_long_to_wait_and_the_window_slides(alice, counted):
    for left in (4, 3, 2):
        answer = raw(alice, "post", "/posts", {"content": "words"})
        assert (answer.status_code, answer["RateLimit-Policy"]) == (201, '"post";q=5;w=60')
        assert answer["RateLimit"].startswith(f'"post";r={left};t=')
    later(40)
    for _ in range(2):
        assert raw(alice, "post", "/posts", {"content": "words"}).status_code == 201
    refused = raw(alice, "post", "/posts", {"content": "words"})
    wait = int(refused["Retry-After"])
    assert refused.status_code == 429
    assert 18 <= wait <= 20, "until the first of them is a minute old"
    assert refused["RateLimit"] == f'"post";r=0;t={wait}'
    assert refused.json()["code"] == "too_many_requests"
    assert f"{wait} seconds" in refused.json()["detail"]
    later(wait)
    assert [write_status(alice) for _ in range(4)] == [201, 201, 201, 429], "the three of then are gone, no more"


def write_status(author):
    return raw(author, "post", "/posts", {"content": "words"}).status_code


def test_what_is_refused_counts_for_nothing(alice, api):
    app = api(alice)
    assert [write(app, "")[0] for _ in range(9)] == [400] * 9
    assert [write(app)[0] for _ in range(8)] == [201] * 5 + [429] * 3
    later(60)
    assert write(app)[0] == 201


def test_the_same_request_under_a_key_counts_once(alice):
    tries = [raw(alice, "post", "/posts", {"content": "once"}, HTTP_IDEMPOTENCY_KEY="a") for _ in range(9)]
    assert {answer.status_code for answer in tries} == {201}
    assert "RateLimit" in tries[0]
    assert "RateLimit" not in tries[-1]
    assert [write_status(alice) for _ in range(5)] == [201] * 4 + [429]


def test_a_refused_key_can_be_used_again(alice):
    for _ in range(5):
        write_status(alice)
    key = {"HTTP_IDEMPOTENCY_KEY": "b"}
    assert raw(alice, "post", "/posts", {"content": "late"}, **key).status_code == 429
    later(60)
    assert raw(alice, "post", "/posts", {"content": "late"}, **key).status_code == 201


def test_what_is_due_is_posted_however_much_it_is(alice, api):
    app, due = api(alice), timezone.now() + timedelta(hours=1)
    for n in range(7):
        assert app.post("/drafts", {"content": f"{n}", "due_at": due.isoformat()})[0] == 201
    assert actions.publish_due(due + timedelta(seconds=1)) == 7
    assert not Draft.objects.exists()
    assert [write(app)[0] for _ in range(6)] == [201] * 5 + [429]


def test_drafts_posted_by_hand_count(alice, browser):
    drafts = [actions.save_draft(author=alice, content=f"{n}") for n in range(6)]
    for draft in drafts:
        answer = browser.post(f"/drafts/{draft.pk}/publish", follow=True)
    assert posts_of(alice) == 5
    assert "This was often enough for now. Try again in" in answer.content.decode()
    assert Draft.objects.count() == 1, "the last one is kept"


def test_commands_and_tasks_do_as_they_must(alice):
    for n in range(8):
        actions.publish(author=alice, content=f"{n}")
    assert posts_of(alice) == 8


def test_without_limits_nothing_counts(alice, settings):
    settings.RATE_LIMITS = False
    answers = [raw(alice, "post", "/posts", {"content": "words"}) for _ in range(7)]
    assert {answer.status_code for answer in answers} == {201}
    assert "RateLimit" not in answers[-1]


# --- Pages ----------------------------------------------------------------------------------------


def test_the_form_comes_back_with_its_words(alice, browser):
    for n in range(5):
        browser.post("/posts", {"content": f"{n}", "visibility": "public"})
    sent = {"content": "what I wanted to say", "visibility": "public"}
    refused = browser.post("/posts", sent)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) <= 60
    assert "what I wanted to say" in refused.content.decode()
    assert "Try again in" in refused.content.decode()
    swapped = browser.post("/posts", sent, headers={"HX-Request": "true"})
    assert swapped.status_code == 422, "which htmx puts in the place of the form"


def test_a_button_pressed_too_often_leads_to_a_page_that_says_how_long(alice, bob, browser, monkeypatch):
    shorten(monkeypatch, like=2)
    post = actions.publish(author=bob, content="words")
    statuses = [browser.post(f"/posts/{post.pk}/like").status_code for _ in range(3)]
    assert statuses == [302, 302, 429]
    page = browser.post(f"/posts/{post.pk}/like")
    assert f"Try again in {page['Retry-After']} seconds." in page.content.decode()
    browser.post("/language", {"language": "de"})
    assert "Sekunden" in browser.post(f"/posts/{post.pk}/like").content.decode()


# --- Everything else one does ---------------------------------------------------------------------


def deeds(alice, bob, api):
    post = actions.publish(author=bob, content="words")
    poll = actions.publish(author=bob, content="?", poll={"options": ["a", "b"], "seconds": 3600, "multiple": True})
    mine = actions.publish(author=alice, content="mine")
    app = api(alice)
    words = iter(range(1000))
    return {
        "like": lambda: app.post(f"/posts/{post.pk}/like"),
        "bookmark": lambda: app.post(f"/posts/{post.pk}/bookmark"),
        "comment": lambda: app.post(f"/posts/{post.pk}/comments", {"content": "hm"}),
        "edit": lambda: app.patch(f"/posts/{mine.pk}", {"content": f"{next(words)}"}),
        "draft": lambda: app.post("/drafts", {"content": "later"}),
        "profile": lambda: app.patch("/users/me", {"bio": "Hi"}),
        "search": lambda: app.get("/search?q=words"),
        "complete": lambda: app.get("/search/suggest?q=wo"),
        "vote": lambda: app.post(f"/posts/{poll.pk}/vote", {"choices": [0]}),
        "share": lambda: (app.post(f"/posts/{post.pk}/share"), app.delete(f"/posts/{post.pk}/share"))[0],
        "follow": lambda: (app.post(f"/users/{bob.pk}/follow"), app.delete(f"/users/{bob.pk}/follow"))[0],
        "list": lambda: app.post("/lists", {"name": f"list {next(words)}"}),
    }


def test_every_deed_has_its_limit(alice, bob, api, monkeypatch):
    wrong = {}
    for kind, deed in deeds(alice, bob, api).items():
        shorten(monkeypatch, **{kind: 2})
        statuses = [deed()[0] for _ in range(3)]
        if kind == "vote":  # one votes once, so the others are refused for that
            statuses = [200, 200, 429] if statuses[1:] == [409, 429] else statuses
        if max(statuses[:2]) >= 300 or statuses[2] != 429:
            wrong[kind] = statuses
    assert not wrong


def test_taking_back_is_never_refused(alice, bob, api, monkeypatch):
    shorten(monkeypatch, like=1)
    post, app = actions.publish(author=bob, content="words"), api(alice)
    assert [app.post(f"/posts/{post.pk}/like")[0] for _ in range(2)] == [200, 429]
    assert [app.delete(f"/posts/{post.pk}/like")[0] for _ in range(3)] == [200] * 3
    assert app.post(f"/users/{bob.pk}/block")[0] == 200, "nor is what keeps somebody away"


def test_the_timeline_counts_nothing(alice, api):
    answer = raw(alice, "get", "/timeline")
    assert answer.status_code == 200
    assert "RateLimit" not in answer
    assert not list(windows.client().scan_iter(windows.key("*")))


def test_the_document_of_the_api_names_the_headers(db, client):
    document = client.get("/api/v1/schema", headers={"accept": "application/json"}).json()
    answers = document["paths"]["/api/v1/posts"]["post"]["responses"]
    said = {status: set(answer.get("headers", ())) for status, answer in answers.items()}
    assert said["201"] == {"RateLimit-Policy", "RateLimit"}
    assert said["429"] == {"RateLimit-Policy", "RateLimit", "Retry-After"}
    assert said["400"] == set()


def test_searches_of_visitors_count_for_their_address(db, monkeypatch):
    shorten(monkeypatch, search=2)
    look = lambda address: Client().get("/search?q=tea", REMOTE_ADDR=address).status_code  # noqa: E731
    assert [look("192.0.2.1") for _ in range(3)] == [200, 200, 429]
    assert look("192.0.2.2") == 200


# --- Accounts -------------------------------------------------------------------------------------


def guess(address="127.0.0.1", name="alice", password="not this", **more):
    body = {"username": name, "password": password}
    return Client().post("/api/v1/auth/token", body, content_type="application/json", REMOTE_ADDR=address, **more)


def guess_on_page(address="127.0.0.1", name="alice", password="not this"):
    return Client().post("/login", {"login": name, "password": password}, REMOTE_ADDR=address)


def test_guesses_at_one_account_are_counted_by_page_and_api_together(alice, counted):
    assert [guess(f"192.0.2.{n}").status_code for n in range(5)] == [400] * 5
    assert [guess_on_page(f"192.0.2.{n}", "ALICE ").status_code for n in range(5, 10)] == [200] * 5
    refused = guess("192.0.2.99", password=PASSWORD)
    assert refused.status_code == 429
    assert math.isclose(int(refused["Retry-After"]), 300, abs_tol=5)
    assert guess_on_page("192.0.2.98", password=PASSWORD).status_code == 429
    later(300)
    assert guess("192.0.2.99", password=PASSWORD).status_code == 200


def test_guesses_from_one_address_are_counted_whatever_the_headers_say(alice, settings):
    tries = [guess(name=f"nobody{n}", HTTP_X_FORWARDED_FOR=f"192.0.2.{n}").status_code for n in range(31)]
    assert tries == [400] * 30 + [429]
    settings.TRUSTED_PROXY_COUNT = 1
    spoofed = [guess(name=f"nobody{n}", HTTP_X_FORWARDED_FOR=f"192.0.2.{n}, 203.0.113.5") for n in range(31)]
    assert [answer.status_code for answer in spoofed] == [400] * 30 + [429]
    assert guess(HTTP_X_FORWARDED_FOR="203.0.113.6").status_code == 400, "somebody else behind the proxy"


def test_who_logs_in_again_and_again_is_let_in(alice):
    assert {guess(password=PASSWORD).status_code for _ in range(35)} == {200}


def test_an_address_that_may_try_no_more_locks_nobody_out(alice, monkeypatch):
    shorten(monkeypatch, log_in=2, log_in_name=5)
    assert [guess().status_code for _ in range(9)] == [400] * 2 + [429] * 7
    assert guess("192.0.2.1", password=PASSWORD).status_code == 200


def test_unknown_names_are_limited_as_known_ones_are(alice, monkeypatch):
    shorten(monkeypatch, log_in_name=2)
    ask = lambda name: [guess(name=name).status_code for _ in range(3)]  # noqa: E731
    assert ask("nobody") == ask("alice") == [400, 400, 429]


def test_sign_ups_of_an_address_are_counted_by_page_and_api_together(db, api, monkeypatch, counted):
    shorten(monkeypatch, sign_up=2)
    given = lambda name: {"username": name, "email": f"{name}@example.org"}  # noqa: E731
    assert api().post("/auth/signup", given("erin") | {"password": PASSWORD})[0] == 201
    page = Client().post("/signup", given("frank") | {"password1": PASSWORD})
    assert page.status_code == 302
    assert api().post("/auth/signup", given("x") | {"password": ""})[0] == 400, "what is not good is said first"
    assert api().post("/auth/signup", given("grace") | {"password": PASSWORD})[0] == 429
    assert Client().post("/signup", given("heidi") | {"password1": PASSWORD}).status_code == 429


def test_mails_that_visitors_ask_for_are_few(alice, monkeypatch):
    ask = lambda to: Client().post("/password/reset", {"email": to}).status_code  # noqa: E731
    assert [ask("alice@example.org") for _ in range(6)] == [302] * 5 + [429]
    assert [ask("ALICE@example.org"), ask("nobody@example.org")] == [429, 302]
    assert len(mail.outbox) == 6
    shorten(monkeypatch, mail=6)
    assert ask("another@example.org") == 429


def test_who_finds_an_open_browser_cannot_guess_on(alice, browser, monkeypatch):
    shorten(monkeypatch, password=2)
    change = {"oldpassword": "not this", "password1": "another horse", "password2": "another horse"}
    assert [browser.post("/password/change", change).status_code for _ in range(3)] == [200, 200, 429]


# --- Upkeep ---------------------------------------------------------------------------------------


def test_what_postgresql_counted_is_forgotten_after_a_day(alice, monkeypatch):
    def rows():
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM rate_count")
            return cursor.fetchone()[0]

    with redis_away(monkeypatch):
        write_status(alice)
    assert rows() > 0
    clear_limits()
    assert rows() > 0
    later(24 * 3600 + 1)
    clear_limits()
    assert rows() == 0


def test_no_window_is_longer_than_postgresql_remembers():
    assert max(limit.seconds for limit in limits.LIMITS.values()) <= 24 * 3600
