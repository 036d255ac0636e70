"""`make run`: starts the whole site, keeps it running, stops it cleanly."""

import asyncio
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "feedsite.settings")

from django.conf import settings

from feedsite import embedded, env, leftovers, ports, processes, rundir
from feedsite.console import complain, say, show_banner
from feedsite.embedded import Engine
from feedsite.processes import Process
from feedsite.rundir import Place
from feedsite.supervisor import Supervisor

BASE_DIR = Path(__file__).resolve().parent.parent
DEMO_LOGINS = "Log in as alice, bob or carol; password: feedsite-demo"
READY_SECONDS = 90
POLL_SECONDS = 0.05
# A crashed PostgreSQL may need some tries until its children are gone; a process of ours does not.
ENGINE_TRIES = 30
PROCESS_TRIES = 3


class StartFailed(Exception):
    """The site cannot start; the text is for people."""


def main() -> int:
    """The exit code: 0 stopped as asked, 1 cannot start or runs already, 2 a bad setting."""
    # Until the event loop takes over, as Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _run_alone(rundir.prepare(settings.DATA_DIR))
    except env.BadSetting as error:
        complain(str(error))
        return 2
    except (StartFailed, embedded.EngineError) as error:
        complain(str(error))
        return 1
    except KeyboardInterrupt:
        return 0


def _run_alone(place: Place) -> int:
    """One run in one folder; a second one is told where the first is."""
    try:
        with rundir.locked(place.run / "site.lock", wait=False) as note:
            leftovers.end(place)
            port = _choose_port()
            _leave_note(note, f"{os.getpid()} {_url(port)}")
            _set_environment(place, port)
            engines = embedded.wanted(postgres=settings.EMBEDDED_POSTGRES, redis=settings.EMBEDDED_REDIS)
            with _engines_taken_over(place, engines) as starting:
                return asyncio.run(Site(place, port, engines).run(starting))
    except rundir.Busy:
        pid, _, url = (place.run / "site.lock").read_text().strip().partition(" ")
        complain(f"The site already runs at {url or 'a port it is still choosing'} (pid {pid or 'unknown'}).")
        return 1


def _choose_port() -> int:
    if env.text("PORT"):
        return ports.demanded(settings.PORT)
    port = ports.first_free()
    if port != processes.DEFAULT_PORT:
        say(f"port {processes.DEFAULT_PORT} or {processes.DEFAULT_PORT + 1} is taken: using {port} and {port + 1}")
    return port


def _url(port: int) -> str:
    return f"http://{ports.HOST}:{port}"


def _leave_note(file: IO[str], text: str) -> None:
    file.truncate(0)
    file.write(text)
    file.flush()


def _set_environment(place: Place, port: int) -> None:
    """What the processes started from here find in theirs."""
    os.environ.update(
        PORT=str(port),
        LIVE_PORT=str(port + 1),
        DATA_DIR=str(place.data),
        DATABASE_URL=settings.DATABASE_URL,
        REDIS_URL=settings.REDIS_URL,
        CELERY_BROKER_URL=settings.CELERY_BROKER_URL,
        FEEDSITE_SUPERVISED="1",
        PYTHONUNBUFFERED="1",
        # It only repeats that we are root, which the machine's owner knows.
        PYTHONWARNINGS=os.environ.get("PYTHONWARNINGS") or "ignore:::celery.platforms",
    )


@contextmanager
def _engines_taken_over(place: Place, engines: tuple[Engine, ...]) -> Iterator[IO[str]]:
    """Waits for other users of the engines, stops what they left, makes ready to start our own.

    Gives the start lock, to be let go when the engines answer: others who want them wait for that.
    """
    with (place.run / "using.lock").open("a") as using:
        _wait_for_others(using)
        starting = place.run / "starting.lock"
        with rundir.locked(starting) as lock, rundir.locked(place.run / "supervised.lock"):
            fcntl.flock(using, fcntl.LOCK_SH)
            embedded.stop(place)
            for engine in engines:
                if not engine.is_made(place):
                    say(f"making {engine.name}'s files, once")
                engine.prepare(place, durable=True)
            yield lock


def _wait_for_others(using: IO[str]) -> None:
    if rundir.try_lock(using):
        return
    say("waiting for a manage.py command that uses the database to end")
    fcntl.flock(using, fcntl.LOCK_EX)


class Site:
    """One run, from the first process to the last."""

    def __init__(self, place: Place, port: int, engines: tuple[Engine, ...]) -> None:
        self.place = place
        self.port = port
        self.engines = engines
        self.processes = processes.site(host=ports.HOST, port=port, socket_port=port + 1, run=place.data / "run")
        self.began = time.monotonic()
        self.preparation: subprocess.Popen[bytes] | None = None

    async def run(self, starting: IO[str]) -> int:
        """Runs until a signal comes; one that comes while the site starts ends that too."""
        supervisor = Supervisor(self.place)
        stop_asked = self._catch_signals(supervisor)
        await supervisor.open()
        start = asyncio.create_task(self._start(supervisor, starting))
        stop = asyncio.create_task(stop_asked.wait())
        try:
            await asyncio.wait([start, stop], return_when=asyncio.FIRST_COMPLETED)
            if not stop.done():
                start.result()
                await stop
            return 0
        finally:
            start.cancel()
            stop.cancel()
            await self._stop(supervisor)

    def _catch_signals(self, supervisor: Supervisor) -> asyncio.Event:
        """The first signal asks for a clean stop, any further one for a hard one."""
        asked = asyncio.Event()

        def on_signal() -> None:
            if asked.is_set():
                supervisor.kill()
            asked.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            asyncio.get_running_loop().add_signal_handler(number, on_signal)
        return asked

    # --- Starting ---

    async def _start(self, supervisor: Supervisor, starting: IO[str]) -> None:
        """1. the engines, 2. tables and demo, 3. the processes, 4. the address."""
        await self._start_engines(supervisor)
        fcntl.flock(starting, fcntl.LOCK_UN)
        has_demo = await self._prepare()
        await self._start_processes(supervisor)
        show_banner(_url(self.port), DEMO_LOGINS if has_demo else "", seconds=time.monotonic() - self.began)

    async def _start_engines(self, supervisor: Supervisor) -> None:
        if self.engines:
            say("starting " + ", ".join(engine.name for engine in self.engines))
        for engine in self.engines:
            argv = embedded.spawn_argv(self.place, engine, parent=os.getpid())
            await supervisor.add(engine.name, argv, stop_signal=engine.stop_signal, prefixed=False)
        for engine in self.engines:
            await self._wait(supervisor, engine.name, lambda engine=engine: engine.is_ready(self.place))

    async def _prepare(self) -> bool:
        """Runs feedsite.prepare; whether the demo is there. Raises StartFailed."""
        command = [sys.executable, "-m", "feedsite.prepare"]
        argv = embedded.spawn_command(self.place.pid_file("prepare"), command, parent=os.getpid())
        self.preparation = subprocess.Popen(  # noqa: S603 - our own argv
            argv, cwd=BASE_DIR, stdout=subprocess.PIPE, start_new_session=True
        )
        # Not its exit code, which circus may have collected: only a good end writes an answer.
        output, _ = await asyncio.to_thread(self.preparation.communicate)
        self.place.pid_file("prepare").unlink(missing_ok=True)
        try:
            return bool(json.loads(output.decode().strip().rpartition("\n")[2])["demo"])
        except (ValueError, KeyError) as error:
            raise StartFailed("The database could not be prepared; the reason stands above.") from error

    async def _start_processes(self, supervisor: Supervisor) -> None:
        """First what people wait for; the workers would only share the processor with it."""
        say("starting " + ", ".join(process.name for process in self.processes))
        in_front, behind = self.processes[:2], self.processes[2:]
        await self._add(supervisor, in_front)
        await self._wait(supervisor, "web", lambda: _answers(_url(self.port)))
        await self._wait(supervisor, "sockets", lambda: not ports.is_free(self.port + 1))
        await self._add(supervisor, behind)
        for process in behind:
            await self._wait(supervisor, process.name, self.place.pid_file(process.name).exists)

    async def _add(self, supervisor: Supervisor, chosen: list[Process]) -> None:
        for process in chosen:
            argv = embedded.spawn_command(self.place.pid_file(process.name), process.argv(), parent=os.getpid())
            await supervisor.add(process.name, argv, stop_signal=signal.SIGTERM, prefixed=True)

    async def _wait(self, supervisor: Supervisor, name: str, is_ready: Callable[[], bool]) -> None:
        """Polls until it is ready. Raises StartFailed when it keeps dying or takes too long."""
        deadline = time.monotonic() + READY_SECONDS
        tries = PROCESS_TRIES if name in {process.name for process in self.processes} else ENGINE_TRIES
        while not await asyncio.to_thread(is_ready):
            if supervisor.deaths[name] >= tries or time.monotonic() > deadline:
                raise StartFailed(f"{name} does not start; see the lines above and the files in {self.place.logs}.")
            await asyncio.sleep(POLL_SECONDS)

    # --- Stopping ---

    async def _stop(self, supervisor: Supervisor) -> None:
        """First those who use the engines, then Redis, then PostgreSQL."""
        say("stopping")
        if self.preparation and self.preparation.poll() is None:
            self.preparation.terminate()
        redis = [engine.name for engine in embedded.REDIS]
        await supervisor.stop([process.name for process in self.processes])
        await supervisor.stop(redis)
        await supervisor.stop([embedded.POSTGRES.name])
        await supervisor.close()
        # circus puts the old handlers back; an impatient Ctrl-C is of no use any more.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        say("stopped")


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(main())
