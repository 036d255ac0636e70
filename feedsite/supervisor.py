"""Keeps processes running, by circus: what dies is started again, what is stopped is waited for."""

import asyncio
import contextlib
import logging
import os
import shlex
import signal
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import circus
from circus.exc import ConflictError
from tornado.ioloop import IOLoop

from feedsite.console import PrefixedStream, say
from feedsite.rundir import Place

CHECK_SECONDS = 0.3
# Before circus uses SIGKILL. Longer than the web and socket servers' own limits.
STOP_SECONDS = 8


class Supervisor:
    """The processes of one run; call within a running event loop, from its thread."""

    def __init__(self, place: Place) -> None:
        # Their warnings repeat what `_after_death` says, and report each check that fell into a stop.
        for name in ("circus", "tornado.application"):
            logging.getLogger(name).setLevel(logging.CRITICAL)
        self.place = place
        self.deaths: Counter[str] = Counter()
        self.last_pids: dict[str, int] = {}
        self.exit_codes: dict[str, int | None] = {}
        self.arbiter = circus.get_arbiter(
            [],
            controller=f"ipc://{place.run}/circus-control.sock",
            pubsub_endpoint=f"ipc://{place.run}/circus-events.sock",
            multicast_endpoint="",  # no discovery over the network
            check_delay=CHECK_SECONDS,
            loop=IOLoop.current(),
        )

    async def open(self) -> None:
        await self.arbiter.start()

    async def add(self, name: str, argv: list[str], *, stop_signal: int, prefixed: bool) -> None:
        """Starts `argv` and keeps it running; `prefixed` lines carry its name, else it has a log of its own."""
        command, *arguments = argv
        moments = (self._before_spawn, self._after_spawn, self._before_reap, self._after_reap)
        hooks = {moment.__name__[1:]: (moment, True) for moment in moments}
        await self._alone(
            lambda: self.arbiter.add_watcher(
                name,
                shlex.quote(command),
                args=arguments,
                copy_env=True,
                stop_signal=stop_signal,
                graceful_timeout=STOP_SECONDS,
                stdout_stream={"stream": PrefixedStream(name)} if prefixed else None,
                stderr_stream={"stream": PrefixedStream(name)} if prefixed else None,
                hooks=hooks,
            )
        )
        await self._alone(self.arbiter.get_watcher(name).start)

    async def _alone(self, call: Callable[[], Any]) -> None:
        """Calls circus, which refuses while it is busy with something else, until it accepts."""
        while True:
            try:
                result = call()
                break
            except ConflictError:
                await asyncio.sleep(0.02)
        if isinstance(result, Awaitable):
            await result

    # --- What circus calls when a process comes or goes ---

    def _before_reap(self, *, watcher: Any, process_pid: int, **_: Any) -> bool:
        """Reads a dead process's last words and forgets its pipes.

        circus would close them while it still listens; the next process that gets the same file number fails then.
        """
        process = watcher.processes.get(process_pid)
        redirector = watcher.stream_redirector
        if process is not None and redirector is not None:
            for stream, pipe in redirector.get_process_pipes(process):
                _drain(pipe.fileno(), redirector.redirect[stream])
            redirector.remove_redirections(process)
        return True

    def _after_reap(self, *, watcher: Any, exit_code: int | None, **_: Any) -> bool:
        self.exit_codes[watcher.name] = exit_code
        return True

    def _after_spawn(self, *, watcher: Any, pid: int, **_: Any) -> bool:
        self.last_pids[watcher.name] = pid
        return True

    def _before_spawn(self, *, watcher: Any, **_: Any) -> bool:
        """Ends the children of the one that died, which may hold its port or its work."""
        name = watcher.name
        if name in self.last_pids:
            _kill_group(self.last_pids[name])
            self.deaths[name] += 1
            say(f"{name} ended ({_cause(self.exit_codes.pop(name, None))}): starting it again")
        return True

    async def stop(self, names: Iterable[str]) -> None:
        """Stops these at once and waits for them; SIGKILL for those that take longer than STOP_SECONDS."""
        chosen = [watcher for watcher in self.arbiter.watchers if watcher.name in set(names)]
        await self._alone(lambda: self.arbiter.stop_watchers(watcher_iter_func=lambda reverse: chosen))  # noqa: ARG005
        for watcher in chosen:
            _kill_group(self.last_pids[watcher.name])
            self.place.pid_file(watcher.name).unlink(missing_ok=True)

    def kill(self) -> None:
        """The hard way: no process gets the chance to finish."""
        for watcher in self.arbiter.watchers:
            for pid in watcher.processes:
                _kill_group(pid)

    async def close(self) -> None:
        """Ends circus itself; everything must have been stopped."""
        await self._alone(self.arbiter.stop)
        await asyncio.sleep(0)  # it closes its sockets at the next turn of the loop
        self.arbiter.context.destroy(linger=0)


def _drain(pipe: int, write: Callable[[dict[str, bytes]], None]) -> None:
    """Hands on what is in the pipe and does not wait for more."""
    os.set_blocking(pipe, False)
    with contextlib.suppress(BlockingIOError):
        while chunk := os.read(pipe, 65_536):
            write({"data": chunk})


def _kill_group(pid: int) -> None:
    """The process and all it started: circus makes each the leader of a group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def _cause(exit_code: int | None) -> str:
    if exit_code is not None and exit_code < 0:
        return f"signal {signal.Signals(-exit_code).name}"
    return "no exit code" if exit_code is None else f"exit code {exit_code}"
