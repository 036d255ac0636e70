"""What many tests need."""

from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_redis import get_redis_connection
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

PASSWORD = "correct horse battery"


def run_tasks() -> None:
    """Runs what waits for the commit, and what that starts, until nothing is left.

    A test runs inside a transaction that never commits, so its after-effects wait here.
    """
    while connection.run_on_commit:
        waiting, connection.run_on_commit = connection.run_on_commit, []
        for _, function, *_ in waiting:
            function()


@contextmanager
def queries_at_most(number: int) -> Any:
    """Fails when the block makes more queries, and says which."""
    with CaptureQueriesContext(connection) as made:
        yield made
    listing = "\n".join(query["sql"][:200] for query in made.captured_queries)
    assert len(made) <= number, f"{len(made)} queries, at most {number} allowed:\n{listing}"


def bearer(token: str) -> dict[str, str]:
    return {"HTTP_AUTHORIZATION": f"Bearer {token}"}


def flush_redis() -> None:
    """Empties what is ours of the cache, as a flush does; the server may be shared."""
    redis = get_redis_connection("default")
    if names := list(redis.scan_iter(f"{settings.REDIS_PREFIX}:*", count=1000)):
        redis.delete(*names)


def redis_away() -> Redis:
    """A client of a server that is not there; says so at once, where others would try again for seconds."""
    return Redis(unix_socket_path="/nowhere/redis.sock", retry=Retry(NoBackoff(), 0))
