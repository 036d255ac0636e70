"""Many websockets on one thread, in a process of its own: counts frames and says when each came.

`python -m bench.sockets PORT FRAMES SECONDS` reads a JSON list of tokens from stdin, opens a socket for each, writes
`ready`, and then, after FRAMES frames or SECONDS without one, `{moments, sent}`: when each frame came and when its
sender said it was sent, in seconds of the machine's monotonic clock (0 where it did not say).
"""

import base64
import json
import os
import re
import select
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field

SENT_AT = re.compile(rb"sent at (\d+\.\d+)")
OPEN_AT_ONCE = 50
PING, CLOSE = 9, 8


class Listener:
    """The client's process, seen from the bench."""

    def __init__(self, port: int, tokens: list[str], *, frames: int, quiet_seconds: float) -> None:
        command = [sys.executable, "-m", "bench.sockets", str(port), str(frames), str(quiet_seconds)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(tokens))
        self.process.stdin.close()
        self.process.stdin = None
        assert self.process.stdout.readline().strip() == "ready", "the sockets could not be opened"

    def finish(self) -> tuple[list[float], list[float]]:
        """(when each frame came, how long it took: only of those that say when they were sent)."""
        said, _ = self.process.communicate()
        answer = json.loads(said)
        moments: list[float] = answer["moments"]
        took = [came - sent for came, sent in zip(moments, answer["sent"], strict=True) if sent]
        return moments, took


@dataclass
class Wire:
    """One open websocket."""

    socket: socket.socket
    received: bytearray = field(default_factory=bytearray)

    def frames(self) -> list[bytes]:
        """The text frames that have come whole; a server's frames are not masked."""
        chunk = self.socket.recv(262_144)
        if not chunk:
            raise ConnectionError("a websocket was closed")
        if not self.received and is_one_text(chunk):
            return [chunk[4:]]
        self.received += chunk
        found = []
        while (frame := self.take()) is not None:
            found += [frame] if frame else []
        return found

    def take(self) -> bytes | None:
        """The next whole frame's text, empty for what is no text, None when more must come."""
        if len(self.received) < 2:
            return None
        start, size = 2, self.received[1] & 127
        if size > 125:
            width = 2 if size == 126 else 8
            start += width
            size = int.from_bytes(self.received[2:start], "big")
        if len(self.received) < start + size:
            return None
        kind, body = self.received[0] & 15, bytes(self.received[start : start + size])
        del self.received[: start + size]
        if kind == CLOSE:
            raise ConnectionError(f"a websocket was closed: {body!r}")
        return b"" if kind == PING else body


def is_one_text(chunk: bytes) -> bool:
    """Whether this is just one text frame of 126 bytes to 64 kB, as nearly all are."""
    return chunk[0] == 0x81 and len(chunk) > 4 and chunk[1] == 126 and len(chunk) == 4 + (chunk[2] << 8 | chunk[3])


def handshake(port: int, token: str) -> bytes:
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        "GET /ws/feed/ HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {key}",
        f"Sec-WebSocket-Protocol: bearer, {token}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def open_all(port: int, tokens: list[str]) -> list[Wire]:
    """Opens them a few dozen at a time, so that the server's queue of new connections never fills."""
    wires = []
    for start in range(0, len(tokens), OPEN_AT_ONCE):
        some = [(socket.create_connection(("127.0.0.1", port), 30), token) for token in tokens[start:][:OPEN_AT_ONCE]]
        for made, token in some:
            made.sendall(handshake(port, token))
        wires += [accepted(made) for made, _ in some]
    return wires


def accepted(made: socket.socket) -> Wire:
    wire = Wire(made)
    while b"\r\n\r\n" not in wire.received:
        chunk = made.recv(65_536)
        if not chunk:
            raise ConnectionError(f"no handshake: {bytes(wire.received)!r}")
        wire.received += chunk
    head, _, rest = bytes(wire.received).partition(b"\r\n\r\n")
    if b" 101 " not in head.split(b"\r\n")[0]:
        raise ConnectionError(f"no websocket: {head!r}")
    wire.received = bytearray(rest)
    return wire


def listen(wires: list[Wire], frames: int, quiet_seconds: float) -> tuple[list[float], list[float]]:
    """(when each frame came, when it says it was sent or 0)."""
    # The client has the same two cores as the server: it does as little as it can.
    poll = select.epoll()
    of_socket = {wire.socket.fileno(): wire for wire in wires}
    for number in of_socket:
        poll.register(number, select.EPOLLIN)
    moments: list[float] = []
    bodies: list[bytes] = []
    while len(moments) < frames and (events := poll.poll(quiet_seconds)):
        for number, _ in events:
            found = of_socket[number].frames()
            moments += [time.monotonic()] * len(found)
            bodies += found
    # Looked into only now: while frames come there is something better to do.
    said = [SENT_AT.search(body) for body in bodies]
    return moments, [float(match[1]) if match else 0.0 for match in said]


def main(port: str, frames: str, quiet_seconds: str) -> None:
    wires = open_all(int(port), json.load(sys.stdin))
    print("ready", flush=True)
    moments, sent = listen(wires, int(frames), float(quiet_seconds))
    print(json.dumps({"moments": moments, "sent": sent}))


if __name__ == "__main__":
    main(*sys.argv[1:])
