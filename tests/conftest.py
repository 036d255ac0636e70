"""The cast: alice writes, bob follows her when a test says so, carol is a stranger, dave is blocked; mona moderates."""

import threading
from typing import Any

import pytest
from django.test import Client

from accounts import actions, addresses, sessions
from accounts.models import User
from feeds import cards, copies, counts
from feeds.experiments import running
from feedsite import windows
from posts import actions as post_actions
from posts.models import Post
from social import actions as social_actions
from tests import site
from tests.helpers import PASSWORD, bearer, flush_redis, run_tasks
from tests.moderating import staff
from tests.timelines import share


@pytest.fixture(autouse=True)
def site_settings(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.CELERY_TASK_ALWAYS_EAGER = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Tests do much at once; those of the limits ask for the fixture `limited`.
    settings.RATE_LIMITS = False
    # Nobody reads in the middle of a delivery here, except in tests that set this themselves.
    settings.FANOUT_LINGER_SECONDS = 0
    # Copies are read here by everybody who has one; tests of who else is served how say so.
    settings.HOT_FROM_FOLLOWEES = 0
    # Nobody in a test reads often enough to be pushed to under adaptive; tests of that say so.
    settings.FEED_STRATEGY = "hybrid"


@pytest.fixture
def limited(site_settings: None, settings: Any) -> Any:
    """The site counts, as it does outside of tests."""
    settings.RATE_LIMITS = True
    yield
    redis = windows.client()
    if names := list(redis.scan_iter(windows.key("*"))):
        redis.delete(*names)


@pytest.fixture(autouse=True)
def eager_tasks() -> None:
    from feedsite.celery import app

    app.conf.task_always_eager = True
    app.conf.task_eager_propagates = True


@pytest.fixture(autouse=True)
def no_experiment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No process of a test remembers one of another test, and none asks again by the clock."""
    monkeypatch.setattr(running, "known", running.Known())
    monkeypatch.setattr(running, "KNOWN_SECONDS", 3600)
    running.known.until = float("inf")


@pytest.fixture(autouse=True)
def empty_redis(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Each test starts with nothing of its own prefix in Redis, and no count is told behind its back."""
    monkeypatch.setattr(counts, "TELL_SECONDS", 600)
    yield
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.cancel()
    counts.tally.reset()
    flush_redis()


@pytest.fixture(autouse=True)
def sessions_are_noted(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Sessions that no log-in made would be noted at their first request, and pages cost more than they do."""
    if "noting_sessions" not in request.keywords:
        monkeypatch.setattr(sessions, "is_due", lambda request: False)


def member(name: str) -> User:
    user = actions.sign_up(username=name, email=f"{name}@example.org", password=PASSWORD)
    addresses.confirm(user)
    return user


@pytest.fixture
def alice(db: None) -> User:
    return member("alice")


@pytest.fixture
def bob(db: None) -> User:
    return member("bob")


@pytest.fixture
def carol(db: None) -> User:
    return member("carol")


@pytest.fixture
def dave(db: None) -> User:
    return member("dave")


@pytest.fixture
def mona(db: None) -> User:
    """A moderator."""
    return staff("mona")


@pytest.fixture
def shelf(alice: User, bob: User, carol: User) -> Post:
    """bob follows alice and carol; posts of every kind, one of them shared, some liked."""
    for author in (alice, carol):
        social_actions.follow(follower=bob, author=author)
    for n in range(4):
        visibility = ["public", "followers", "private"][n % 3]
        post_actions.publish(author=alice, content=f"{n} #quay @bob", visibility=visibility)
    first = Post.objects.visible_to(bob).order_by("pk").first()
    share(carol, first)
    post_actions.like(actor=bob, post_id=first.pk)
    post_actions.comment(author=bob, post_id=first.pk, content="hm")
    post_actions.publish(author=bob, content="mine")
    run_tasks()
    return first


@pytest.fixture
def nothing_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test begins like a process that was just started."""
    monkeypatch.setattr(cards, "posts_at_hand", cards.AtHand())
    monkeypatch.setattr(cards, "people_at_hand", cards.AtHand())
    monkeypatch.setattr(copies, "known", copies.Known())


class Api:
    """The API as one person's app calls it: `Api(alice).get("/timeline")` answers (status, data)."""

    def __init__(self, user: User | None = None, token: str = "") -> None:
        self.client = Client()
        self.headers = bearer(token or actions.issue_token(user)) if user or token else {}

    def call(self, method: str, path: str, body: Any = None, **headers: Any) -> tuple[int, Any]:
        kwargs = {} if body is None else {"data": body, "content_type": "application/json"}
        response = getattr(self.client, method)(f"/api/v1{path}", **kwargs, **self.headers, **headers)
        return response.status_code, response.json() if response.content else None

    def get(self, path: str, **headers: Any) -> tuple[int, Any]:
        return self.call("get", path, **headers)

    def post(self, path: str, body: Any = None, **headers: Any) -> tuple[int, Any]:
        return self.call("post", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any) -> tuple[int, Any]:
        return self.call("patch", path, body)

    def delete(self, path: str) -> tuple[int, Any]:
        return self.call("delete", path)


@pytest.fixture
def api() -> type[Api]:
    return Api


@pytest.fixture
def visitor() -> Client:
    """A browser without JavaScript that nobody signed in to."""
    return Client()


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    """A signed-in browser without JavaScript."""
    client.force_login(alice)
    return client


@pytest.fixture
def world(transactional_db: None, eager_tasks: None) -> Any:
    """Four people on a site with real commits, so that other connections see them; tasks wait to be run."""
    from tests.machine.world import World

    world = World()
    with world.broker():
        yield world


@pytest.fixture(scope="session")
def live_site(tmp_path_factory: Any) -> Any:
    """The site as `make run` starts it: its own processes, a database of its own."""
    folder = tmp_path_factory.mktemp("site")
    mail = {"EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend", "EMAIL_FILE_PATH": f"{folder}/mail"}
    # High enough that the crowd of the worker test is pushed to.
    with site.running(folder, FEED_STRATEGY="hybrid", CELEBRITY_THRESHOLD="100000", **mail) as running:
        yield running
