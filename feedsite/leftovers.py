"""Ends what a killed runner left: its processes got a SIGTERM from the kernel and may still be finishing."""

import contextlib
import os
import signal
import time

import psutil

from feedsite import rundir
from feedsite.console import say
from feedsite.processes import site
from feedsite.rundir import Place

PATIENCE_SECONDS = 2
POLL_SECONDS = 0.05


def end(place: Place) -> None:
    """Waits a moment for them, then kills them. The caller holds site.lock, so no runner wants them."""
    names = [process.name for process in site(host="", port=0, socket_port=0, run=place.run)] + ["prepare"]
    left = [pid for name in names if (pid := _find(place, name))]
    if left:
        say("ending what is left of a killed run")
    deadline = time.monotonic() + PATIENCE_SECONDS
    for pid in left:
        _signal_group(pid, signal.SIGTERM)
    while any(psutil.pid_exists(pid) for pid in left) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
    for pid in left:
        # The group, even when its leader is gone: a child may still hold the port.
        _signal_group(pid, signal.SIGKILL)
    for name in names:
        place.pid_file(name).unlink(missing_ok=True)


def _find(place: Place, name: str) -> int | None:
    """The pid in the file if that process is of this site, by the DATA_DIR it was started with."""
    pid = rundir.read_pid(place.pid_file(name))
    try:
        return pid if pid and psutil.Process(pid).environ().get("DATA_DIR") == str(place.data) else None
    except psutil.Error:
        return None


def _signal_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)
