"""Becomes a program that reads what strangers sent, and lets it have little.

    python -I -S guard.py MEMORY_BYTES CPU_SECONDS FILE_BYTES PARENT COMMAND [ARGUMENT…]

The standard library only, and nothing of the site: this runs before each of them.
"""

import ctypes
import os
import resource
import sys

PR_SET_PDEATHSIG, PR_SET_NO_NEW_PRIVS = 1, 38
SIGKILL = 9
OPEN_FILES = 64


def main(arguments: list[str]) -> None:
    memory, cpu, file, parent = map(int, arguments[:4])
    limits = {
        resource.RLIMIT_AS: memory,
        resource.RLIMIT_CPU: cpu,
        resource.RLIMIT_FSIZE: file,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    for name, most in limits.items():
        resource.setrlimit(name, (most, most))
    os.nice(5)  # those who wait for a page come first
    if sys.platform.startswith("linux"):
        tie_to(parent)
    os.execv(arguments[4], arguments[4:])  # noqa: S606 - it is made for this


def tie_to(parent: int) -> None:
    """Dies with its parent, and can never become more than it is."""
    prctl = ctypes.CDLL(None).prctl
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the call above
        sys.exit(1)


if __name__ == "__main__":
    main(sys.argv[1:])
