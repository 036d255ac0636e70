"""Five ways to lose a post, each switched on for the block; a test must notice each.

Every one says loudly when it no longer changes anything, because the engine has been written otherwise.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from feeds.models import ReaderState
from tests.machine import engine

Rewrite = Callable[[str], str]


@contextmanager
def rewritten(*rewrites: Rewrite) -> Iterator[None]:
    """Statements of this thread's connection go through every function; each must have changed one at least."""
    changed: set[Rewrite] = set()

    def execute(run: Callable[..., Any], sql: str, *args: Any) -> Any:
        for rewrite in rewrites:
            if (other := rewrite(sql)) != sql:
                changed.add(rewrite)
                sql = other
        return run(sql, *args)

    with connection.execute_wrapper(execute):
        yield
    assert len(changed) == len(rewrites), "the defect is not switched on: its statement has not been met"


def without_lock(table: str) -> tuple[Rewrite, Rewrite]:
    """Neither takes the row's lock nor makes the row: that alone would wait for whoever is changing it."""
    lock = re.compile(rf"(\bFROM {table}\b.*?) FOR (SHARE|NO KEY UPDATE|UPDATE|KEY SHARE)\b", re.DOTALL)
    make = re.compile(rf"^\s*INSERT INTO {table}\b.*", re.DOTALL)
    return lambda sql: lock.sub(r"\1", sql), lambda sql: make.sub("SELECT 1", sql)


@contextmanager
def moving_without_the_author_lock() -> Iterator[None]:
    """1. A publish under way has read the old flag, and the back-fill does not see its post."""
    with rewritten(*without_lock("author_state")):
        yield


@contextmanager
def back_filling_in_an_older_snapshot() -> Iterator[None]:
    """2. Lock and back-fill in one statement: it waits for the publish, and still does not see what that wrote."""
    lock = "SELECT user_id FROM author_state WHERE user_id = ANY (%(followees)s) ORDER BY user_id FOR SHARE"

    def with_lock(sql: str) -> str:
        if not re.match(r"\s*INSERT INTO feed\b", sql):
            return sql
        together = re.sub(r"\bFROM unnest\(", "FROM (SELECT count(*) FROM locked) held, unnest(", sql, count=1)
        return f"WITH locked AS MATERIALIZED ({lock}) {together}" if together != sql else sql

    with rewritten(*without_lock("author_state"), with_lock):
        yield


@contextmanager
def tidying_without_the_reader_lock() -> Iterator[None]:
    """5. The rows that a tidy is about to delete are taken for delivered by a mover after a new follow."""
    with rewritten(without_lock("reader_state")[0]):
        yield


def unfinished_fan_outs_forgotten() -> Any:
    """3. Readers look into Feed and at the edges, not into the outbox."""
    return reading_through("CREATE VIEW {}.fanout AS SELECT * FROM public.fanout WHERE false")


def the_floor_forgotten() -> Any:
    """4. Readers take a trimmed feed for a whole one."""
    columns = ", ".join(
        "0::bigint AS floor" if field.column == "floor" else field.column for field in ReaderState._meta.concrete_fields
    )
    return reading_through(f"CREATE VIEW {{}}.reader_state AS SELECT {columns} FROM public.reader_state")


@contextmanager
def reading_through(view: str, schema: str = "forgetful") -> Iterator[None]:
    """While a page is read, the view stands before the table of its name; writers and the oracle see the table."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE SCHEMA {schema}; {view.format(schema)}")
    kept = engine.read, engine.read_over_http
    engine.read, engine.read_over_http = (forgetful(read, schema) for read in kept)
    try:
        yield
    finally:
        engine.read, engine.read_over_http = kept
        with connection.cursor() as cursor:
            cursor.execute(f"DROP SCHEMA {schema} CASCADE")


def forgetful(read: Callable[..., Any], schema: str) -> Callable[..., Any]:
    def call(*args: Any) -> Any:
        with connection.cursor() as cursor:
            cursor.execute(f"SET search_path TO {schema}, public")
        try:
            return read(*args)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET search_path")

    return call
