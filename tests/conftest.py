"""The cast: alice writes, bob follows her when a test says so, carol is a stranger, dave is blocked."""

from typing import Any

import pytest
from django.test import Client

from accounts import actions
from accounts.models import User
from tests import site
from tests.helpers import PASSWORD, bearer, flush_redis


@pytest.fixture(autouse=True)
def site_settings(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.CELERY_TASK_ALWAYS_EAGER = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.ACCOUNT_RATE_LIMITS = False
    # Nobody reads in the middle of a delivery here, except in tests that set this themselves.
    settings.FANOUT_LINGER_SECONDS = 0
    # Nobody in a test reads often enough to be pushed to under adaptive; tests of that say so.
    settings.FEED_STRATEGY = "hybrid"


@pytest.fixture(autouse=True)
def eager_tasks() -> None:
    from feedsite.celery import app

    app.conf.task_always_eager = True
    app.conf.task_eager_propagates = True


@pytest.fixture(autouse=True)
def empty_redis() -> Any:
    """Each test starts with nothing of its own prefix in Redis."""
    yield
    flush_redis()


def member(name: str) -> User:
    return actions.sign_up(username=name, email=f"{name}@example.org", password=PASSWORD)


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
    # High enough that the crowd of the worker test is pushed to.
    with site.running(tmp_path_factory.mktemp("site"), FEED_STRATEGY="hybrid", CELEBRITY_THRESHOLD="100000") as running:
        yield running
