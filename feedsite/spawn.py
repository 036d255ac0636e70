"""Becomes one process of the site: notes its pid, ties it to its parent, then exec()s the command.

    python -I -S spawn.py --pid-file F [--log F] [--user U] [--parent PID --signal N] -- COMMAND [ARGUMENT…]

The pid survives exec(), so the file holds the pid of PostgreSQL, of the web server's parent and so on.
This file imports the standard library only: it is started as a file, before anything else can fail.
"""

import argparse
import contextlib
import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1
LOG_BYTES = 10_000_000


def main(arguments: list[str]) -> None:
    """The steps, in an order that matters: setuid would undo the tie to the parent and forbid the file."""
    options = _parse(arguments)
    write_pid_file(options.pid_file, os.getpid())
    if options.log:
        write_to(options.log)
    if options.user:
        become(options.user)
    if options.parent:
        die_with_parent(options.parent, options.signal)
    os.execvp(options.command[0], options.command)  # noqa: S606 - it is made for this


def _parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="spawn.py", description=__doc__)
    parser.add_argument("--pid-file", required=True)
    parser.add_argument("--log", help="file that gets all output instead of the terminal")
    parser.add_argument("--user", help="system user to become; needs root")
    parser.add_argument("--parent", type=int, help="pid without which this process must not live")
    parser.add_argument("--signal", type=int, default=15, help="signal to get when the parent dies")
    parser.add_argument("command", nargs="+")
    return parser.parse_args(arguments)


def write_pid_file(path: str, pid: int) -> None:
    """Replaces the file in one step, so that a reader never sees half a number."""
    scratch = f"{path}.{pid}"
    with open(scratch, "w", encoding="ascii") as file:
        file.write(f"{pid}\n")
    os.replace(scratch, path)


def write_to(path: str) -> None:
    """Sends all output to the end of the file; one past LOG_BYTES becomes `<path>.1` first."""
    if os.path.exists(path) and os.path.getsize(path) > LOG_BYTES:
        os.replace(path, f"{path}.1")
    log = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


def become(user: str) -> None:
    entry = pwd.getpwnam(user)
    os.initgroups(user, entry.pw_gid)
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)


def die_with_parent(parent: int, signal_number: int) -> None:
    """The kernel (Linux) sends the signal when the parent dies, even by kill -9; elsewhere does nothing."""
    if not sys.platform.startswith("linux"):
        return
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    # The parent may have died before the call above: then no signal will ever come.
    if os.getppid() != parent:
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
