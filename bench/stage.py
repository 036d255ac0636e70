"""Engines and databases for the benches; nothing here needs Django."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import dj_database_url
import psycopg2
import redis

from feedsite import embedded, rundir


@contextmanager
def engines() -> Iterator[Path]:
    """The folder of the site's own engines, as durable as `make run` has them; gone afterwards.

    They die with this process even when it is killed.
    """
    directory = Path(tempfile.mkdtemp(prefix=embedded.TEMPORARY_PREFIX))
    place = rundir.prepare(directory)
    try:
        with rundir.locked(place.run / "using.lock"):
            wanted = embedded.wanted(postgres=True, redis=True)
            embedded.start(place, wanted, durable=True, parent=os.getpid())
            embedded.wait_until_ready(place, wanted)
            yield directory
    finally:
        embedded.stop(place)
        shutil.rmtree(directory, ignore_errors=True)


def environment(directory: Path) -> dict[str, str]:
    """What the processes of a bench find in theirs; the database is the one the others are copied from."""
    urls = embedded.urls(directory)
    return os.environ | {
        "DATABASE_URL": urls.database_url,
        "REDIS_URL": urls.cache_url,
        "CELERY_BROKER_URL": urls.broker_url,
        "DATA_DIR": str(directory),
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "FEEDSITE_SUPERVISED": "1",
        "RATE_LIMITS": "off",
        "LOG_LEVEL": "ERROR",
        "PYTHONWARNINGS": "ignore:::celery.platforms",
    }


def database_name(url: str) -> str:
    return str(dj_database_url.parse(url)["NAME"])


def with_database(url: str, name: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))


def connect(url: str, name: str = "") -> "psycopg2.extensions.connection":
    """An autocommitting connection of its own, past Django."""
    options = dj_database_url.parse(url)
    made = psycopg2.connect(
        dbname=name or options["NAME"],
        user=options["USER"] or None,
        password=options["PASSWORD"] or None,
        host=options["HOST"] or None,
        port=options["PORT"] or None,
        options="-c jit=off",
    )
    made.autocommit = True
    return made


@contextmanager
def copy_of(url: str, name: str) -> Iterator[str]:
    """The address of a copy of the database, to which nobody may be connected; the copy goes afterwards."""
    with closing(connect(url, "postgres")) as server, server.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {database_name(url)}")
        try:
            yield with_database(url, name)
        finally:
            cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def flush(env: dict[str, str]) -> None:
    """Empties the cache and the broker of the benches."""
    for url in (env["REDIS_URL"], env["CELERY_BROKER_URL"].replace("redis+socket://", "unix://", 1)):
        with closing(redis.Redis.from_url(url)) as client:
            client.flushall()


def versions(env: dict[str, str]) -> dict[str, str]:
    """Of the engines that answered."""
    with closing(connect(env["DATABASE_URL"])) as server, server.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('shared_buffers')")
        version, buffers = cursor.fetchone()
    with closing(redis.Redis.from_url(env["REDIS_URL"])) as client:
        return {
            "PostgreSQL": f"{version}, shared_buffers {buffers}",
            "Redis": str(client.info("server")["redis_version"]),  # type: ignore[index]
        }
