"""One page or picture from somebody's server, within limits: addresses, time, size, hops and kinds."""

import time
import zlib
from collections.abc import Iterable
from typing import Any, NamedTuple
from urllib.parse import urljoin

import httpcore

from posts.links import addresses
from posts.links.addresses import Refused

MOST_REDIRECTS = 3
REDIRECTS = {301, 302, 303, 307, 308}
HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; Feedsite link previews)",
    "Accept-Encoding": "gzip",
    "Accept-Language": "en",
    "Connection": "close",
}


class Wanted(NamedTuple):
    """What is asked for; of something larger than `most_bytes` the start is taken, or nothing."""

    kinds: tuple[str, ...]
    most_bytes: int
    seconds: float
    start_is_enough: bool = False


class Answer(NamedTuple):
    url: str
    charset: str
    body: bytes


PAGE = Wanted(("text/html", "application/xhtml+xml"), 1024 * 1024, 6, start_is_enough=True)
PICTURE = Wanted(("image/jpeg", "image/png", "image/webp", "image/gif"), 4 * 1024 * 1024, 6)


def fetch(url: str, wanted: Wanted) -> Answer:
    """The answer at that address, after redirects; raises Refused."""
    deadline = time.monotonic() + wanted.seconds
    for _ in range(1 + MOST_REDIRECTS):
        try:
            found = ask(addresses.checked_url(url), wanted, deadline)
        except (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, OSError) as error:
            raise Refused(f"{type(error).__name__} at {url}") from error
        if isinstance(found, Answer):
            return found
        url = sent_on(url, found)
    raise Refused("sent on too often")


def sent_on(url: str, to: str) -> str:
    try:
        return urljoin(url, to)
    except ValueError as error:
        raise Refused("sent on to no address") from error


def ask(url: str, wanted: Wanted, deadline: float) -> Answer | str:
    """What one address answers, or where it sends us on to."""
    headers: list[tuple[bytes | str, bytes | str]] = [*HEADERS.items(), ("Accept", ", ".join(wanted.kinds))]
    with (
        httpcore.ConnectionPool(max_connections=1, retries=0, network_backend=Backend(deadline)) as pool,
        pool.stream("GET", url, headers=headers) as response,
    ):
        told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
        if response.status in REDIRECTS and told.get("location"):
            return told["location"].encode("latin-1").decode("utf-8", "replace")
        if response.status != 200:
            raise Refused(f"status {response.status}")
        kind, _, parameters = told.get("content-type", "").partition(";")
        if kind.strip().lower() not in wanted.kinds:
            raise Refused("another kind of thing")
        body = read_body(response.iter_stream(), told.get("content-encoding", ""), wanted)
        return Answer(url, charset_in(parameters), body)


def charset_in(parameters: str) -> str:
    name, _, value = parameters.partition("charset=")
    return value.split(";")[0].strip().strip("\"'")[:40] if not name.strip(" ;") or value else ""


def read_body(chunks: Iterable[bytes], encoding: str, wanted: Wanted) -> bytes:
    """At most `most_bytes`, unpacked a little at a time, so that a small bomb stays small."""
    unpack = unpacker(encoding.strip().lower())
    body, taken = bytearray(), 0
    for chunk in chunks:
        taken += len(chunk)
        try:
            body += unpack(chunk, wanted.most_bytes + 1 - len(body))
        except zlib.error as error:
            raise Refused("damaged") from error
        if max(len(body), taken) > wanted.most_bytes:
            if not wanted.start_is_enough:
                raise Refused("too large")
            break
    return bytes(body[: wanted.most_bytes])


def unpacker(encoding: str) -> Any:
    """`(packed, most bytes) -> unpacked`; raises Refused for a packing that was not asked for."""
    if encoding in ("", "identity"):
        return lambda chunk, most: chunk[:most]
    if encoding in ("gzip", "x-gzip"):
        return zlib.decompressobj(wbits=31).decompress
    raise Refused("packed in a way that was not asked for")


class Backend(httpcore.NetworkBackend):
    """Connects to addresses that were looked at, and to nothing else; all of it before the deadline."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline

    def connect_tcp(self, host: str, port: int, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        failed: Exception = Refused("no address")
        for address, its_port in addresses.reachable(host, port, left(self.deadline)):
            try:
                stream = httpcore.SyncBackend().connect_tcp(address, its_port, timeout=left(self.deadline))
                return Stream(stream, self.deadline)
            except httpcore.ConnectError as error:
                failed = error
        raise failed

    def connect_unix_socket(self, *args: Any, **kwargs: Any) -> httpcore.NetworkStream:
        raise Refused("not on the internet")


class Stream(httpcore.NetworkStream):
    """A connection that ends at the deadline, however slowly the other side goes on."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self.stream, self.deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, timeout=left(self.deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, timeout=left(self.deadline))

    def close(self) -> None:
        self.stream.close()

    def start_tls(self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None) -> "Stream":
        return Stream(self.stream.start_tls(ssl_context, server_hostname, left(self.deadline)), self.deadline)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def left(deadline: float) -> float:
    """Seconds to the deadline; raises Refused when it is over."""
    seconds = deadline - time.monotonic()
    if seconds <= 0:
        raise Refused("too slow")
    return seconds
