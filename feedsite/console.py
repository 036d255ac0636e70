"""What `make run` writes: its own steps, and every line of every process with the process's name before it."""

import contextlib
import os
import sys

NAME_WIDTH = 14
COLOURS = {"web": 36, "sockets": 35, "worker-fanout": 33, "worker": 32, "beat": 34}
BOLD = 1


def use_colour() -> bool:
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def paint(text: str, code: int) -> str:
    return f"\033[{code}m{text}\033[0m" if use_colour() else text


def say(text: str, *, name: str = "feedsite") -> None:
    """Writes a line after a padded name. A terminal that is gone must not keep the site from stopping."""
    with contextlib.suppress(OSError, ValueError):
        print(f"{paint(name.ljust(NAME_WIDTH), COLOURS.get(name, BOLD))} {text}", flush=True)


def show_banner(url: str, logins: str, *, seconds: float) -> None:
    """The last word of a start; `logins` may be empty."""
    say("")
    say(paint(f"Ready after {seconds:.1f} s: {url}", BOLD))
    if logins:
        say(logins)
    say("Ctrl-C stops everything.")
    say("")


def complain(text: str) -> None:
    """One line to stderr, without the name: it may be the only one."""
    with contextlib.suppress(OSError, ValueError):
        print(text, file=sys.stderr, flush=True)


class PrefixedStream:
    """What circus calls with the bytes a process wrote; whole lines go out, the rest waits for its end."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.rest = b""

    def __call__(self, message: dict[str, bytes]) -> None:
        *lines, self.rest = (self.rest + message["data"]).split(b"\n")
        for line in lines:
            if line.strip():
                say(line.decode(errors="replace").rstrip(), name=self.name)

    def close(self) -> None:
        if self.rest.strip():
            self({"data": b"\n"})
