"""A light HTTP client in a process of its own: as many requests as the answers allow, each one's time taken.

`python -m bench.load PORT CONNECTIONS SECONDS [PER_SECOND]` reads a JSON list of (method, path, token, body) from
stdin and goes round in it; PER_SECOND holds it back. Writes `{requests, seconds, errors, p50, p95, p99}`, times in
milliseconds. Plain sockets, keep-alive, one thread, requests made beforehand: the client should cost next to nothing
beside the server.
"""

import json
import re
import selectors
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field
from itertools import cycle
from typing import Any

from bench.timing import percentile

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
GRACE_SECONDS = 10
Request = tuple[str, str, str, str]


def measure(
    port: int, requests: list[Request], *, connections: int, seconds: float, per_second: float = 0
) -> dict[str, float]:
    """Runs the client in a process of its own; raises RuntimeError when an answer was no success."""
    with begin(port, requests, connections=connections, seconds=seconds, per_second=per_second) as process:
        return finish(process)


def begin(
    port: int, requests: list[Request], *, connections: int, seconds: float, per_second: float = 0
) -> "subprocess.Popen[str]":
    """The same without waiting for it; `finish` does."""
    command = [sys.executable, "-m", "bench.load", str(port), str(connections), str(seconds), str(per_second)]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdin
    process.stdin.write(json.dumps(requests))
    process.stdin.close()
    process.stdin = None
    return process


def finish(process: "subprocess.Popen[str]") -> dict[str, float]:
    said, _ = process.communicate()
    if process.returncode:
        raise RuntimeError("the load client broke")
    answer: dict[str, float] = json.loads(said)
    if answer["errors"]:
        raise RuntimeError(f"{answer['errors']:.0f} of {answer['requests']:.0f} answers were no success")
    return answer


def as_bytes(request: Request) -> bytes:
    method, path, token, body = request
    head = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", f"Authorization: Bearer {token}"]
    head += ["Content-Type: application/json", f"Content-Length: {len(body.encode())}"] if body else []
    return ("\r\n".join(head) + "\r\n\r\n" + body).encode()


@dataclass
class Connection:
    """One socket with at most one request under way."""

    socket: socket.socket
    sent_at: float = 0.0
    received: bytearray = field(default_factory=bytearray)
    expected: int = 0

    def read(self) -> int | None:
        """Takes what has come; the status once the answer is whole."""
        chunk = self.socket.recv(262_144)
        if not chunk:
            raise ConnectionError("the server has hung up")
        self.received += chunk
        if not self.expected:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                return None
            length = LENGTH.search(self.received, 0, end + 2)
            self.expected = end + 4 + (int(length[1]) if length else 0)
        if len(self.received) < self.expected:
            return None
        status = int(self.received[9:12])
        self.received.clear()
        self.expected = 0
        return status


class Client:
    """All connections of one run."""

    def __init__(self, port: int, requests: list[bytes], connections: int, per_second: float) -> None:
        self.requests = cycle(requests)
        self.pause = 1 / per_second if per_second else 0.0
        self.selector = selectors.DefaultSelector()
        self.idle = [Connection(socket.create_connection(("127.0.0.1", port))) for _ in range(connections)]
        for connection in self.idle:
            connection.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.selector.register(connection.socket, selectors.EVENT_READ, connection)
        self.open = connections
        self.times: list[float] = []
        self.errors = 0

    def run(self, seconds: float) -> float:
        """Sends for so long, waits for the last answers; the seconds until then."""
        began = self.due = time.perf_counter()
        until = began + seconds
        while (now := time.perf_counter()) < until or len(self.idle) < self.open:
            if now < until:
                self.send_due(now)
            elif now > until + GRACE_SECONDS:
                raise TimeoutError("an answer does not come")
            for key, _ in self.selector.select(self.pause or 0.1):
                self.read(key.data)
        return time.perf_counter() - began

    def send_due(self, now: float) -> None:
        while self.idle and (not self.pause or self.due <= now):
            connection = self.idle.pop()
            connection.sent_at = time.perf_counter()
            connection.socket.sendall(next(self.requests))
            self.due = max(self.due + self.pause, now - 1)

    def read(self, connection: Connection) -> None:
        status = connection.read()
        if status is not None:
            self.times.append(time.perf_counter() - connection.sent_at)
            self.errors += not 200 <= status < 300
            self.idle.append(connection)


def main(port: str, connections: str, seconds: str, per_second: str = "0") -> None:
    requests = [as_bytes(request) for request in json.load(sys.stdin)]
    client = Client(int(port), requests, int(connections), float(per_second))
    taken = client.run(float(seconds))
    answer: dict[str, Any] = {"requests": len(client.times), "seconds": taken, "errors": client.errors}
    answer |= {f"p{share}": 1000 * percentile(client.times, share / 100) for share in (50, 95, 99)}
    print(json.dumps(answer))


if __name__ == "__main__":
    main(*sys.argv[1:])
