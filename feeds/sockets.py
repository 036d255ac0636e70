"""`/ws/feed/`: a reader's new posts as they come, and what was missed while away."""

import asyncio
import logging
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils import timezone

from accounts.models import User
from accounts.tokens import find_reading_token
from feeds import cards, hot, notes, presence, timeline
from feeds.presence import Pass
from feedsite.headers import PLAIN
from feedsite.live import registry
from feedsite.rendering import encode, fragment
from posts.models import as_id, first_id_at
from posts.queries import knows_id

logger = logging.getLogger(__name__)
BEARER = "bearer"
BAD_MESSAGE, NOT_SIGNED_IN, UNKNOWN_ENTRY, TOO_LARGE, SERVER_ERROR = 4400, 4401, 4404, 4413, 4500
MOST_MESSAGE_BYTES = 4096
MOST_MISSED = 200
MOST_WATCHED = 100
# Frames kept for a reader whose connection is slow; past that one `resync` takes their place.
MOST_WAITING = 300
REFRESH_SECONDS = 4
# Every so many of those it is said again which posts are watched.
WATCH_ROUNDS = 6
# How far back is looked when Redis was flushed or away; longer outages end in a new connection.
GAP_COVERS = timedelta(minutes=5)
RESYNC = '{"type":"resync"}'
GAP, GOODBYE = "gap", "goodbye"  # for the sender itself, never sent


async def not_found(scope: Any, receive: Any, send: Any) -> None:
    """Plain HTTP is served by the other server."""
    await send({"type": "http.response.start", "status": 404, "headers": PLAIN})
    await send({"type": "http.response.body", "body": b"Only the websocket is served here."})


class FeedSocket(AsyncWebsocketConsumer):
    """One reader's open page or app."""

    reader: Any = None
    entry: Pass | None = None
    # Posts that its page shows and the reader's feed does not bring; None: the client has not said it well.
    watched: list[int] | None = []
    sender: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """However it ends, the socket is forgotten: a client may vanish at any step, also before it is accepted."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self.leave()

    async def connect(self) -> None:
        """Accepts a reader of this site and starts sending.

        The reader is registered before the socket is accepted, so whoever sees it open misses nothing from
        then on; and before what was missed is looked up, so nothing falls in between.
        """
        self.waiting: asyncio.Queue[tuple[str, str]] = asyncio.Queue(MOST_WAITING)
        self.sent: dict[str, None] = {}
        # The sender waits for work: everything before has been sent.
        self.is_idle = False
        if not self.from_here():
            await self.close()  # before accepting: the handshake is answered 403
            return
        self.watched = watched_posts(self.asked().get("watch", []))
        self.entry = await self.admit()
        if self.entry:
            await self.register(self.entry.reader_id)
        await self.accept(BEARER if BEARER in self.scope["subprotocols"] else None)
        if self.entry and self.watched is None:
            await self.close(BAD_MESSAGE)
        elif self.entry:
            self.sender = asyncio.create_task(self.guarded(self.send_all()))
        else:
            await self.close(NOT_SIGNED_IN)

    async def register(self, reader_id: int) -> None:
        """From here on what is published to the reader waits to be sent."""
        self.connected_at = timezone.now()
        await registry.add(reader_id, self)
        await sync_to_async(hot.mark_online)([reader_id])
        if self.watched:
            await sync_to_async(notes.watch)([(reader_id, self.watched)])
        keeper.start()

    async def guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Rather no socket than a silent one: when its work fails, the client comes back with `since`."""
        try:
            await work
        except Exception:
            logger.exception("A socket was closed because its work failed")
            await self.close(SERVER_ERROR)

    def from_here(self) -> bool:
        """Whether the page that opens the socket is one of this site's; apps send no Origin."""
        headers = {name: value.decode("latin1").lower() for name, value in self.scope["headers"]}
        if b"origin" not in headers:
            return True
        try:
            host, _ = split_domain_port(urlsplit(headers[b"origin"]).netloc)
        except ValueError:
            return False
        mine, _ = split_domain_port(headers.get(b"host", ""))
        return bool(host) and host == mine and validate_host(host, settings.ALLOWED_HOSTS)

    async def admit(self) -> Pass | None:
        """By token when one is offered, else by the browser's session."""
        offered = self.scope["subprotocols"]
        if BEARER not in offered:
            self.reader = user = self.scope["user"]
            is_in = user.is_authenticated and user.is_active
            return presence.of_session(user, self.scope["session"].session_key) if is_in else None
        tokens = [text for text in offered if text != BEARER]
        token = await database_sync_to_async(find_reading_token)(tokens[0]) if tokens else None
        self.reader = token.user if token else None
        return presence.of_token(token) if token else None

    def push_frame(self, once: str, frame: str) -> None:
        """Called by the registry for every live message to this reader; never waits."""
        if self.is_idle and once and self.waiting.empty() and self.send_at_once(once, frame):
            return
        if self.waiting.full():
            while not self.waiting.empty():
                self.waiting.get_nowait()
            once, frame = "", RESYNC
        self.waiting.put_nowait((once, frame))

    def forget(self, once: str) -> None:
        self.sent.pop(once, None)

    def may_have_missed(self) -> None:
        self.push_frame("", GAP)

    def send_at_once(self, once: str, frame: str) -> bool:
        """Sends a frame without waking the sender; False when the connection is slow, and nothing was sent.

        The server's `send` waits for room first and then writes, so its first step is all or nothing.
        """
        if once in self.sent:
            return True
        sending = self.scope["server_send"]({"type": "websocket.send", "text": frame})
        try:
            sending.send(None)
        except (StopIteration, OSError, RuntimeError):  # sent; or nobody is there; or it is being closed
            self.remember(once)
            return True
        sending.close()
        return False

    def remember(self, once: str) -> None:
        self.sent[once] = None
        if len(self.sent) > 2 * MOST_WAITING:
            del self.sent[next(iter(self.sent))]

    async def send_all(self) -> None:
        """What was missed, oldest first; then each message as it comes."""
        if not await self.catch_up():
            return
        while True:
            self.is_idle = True
            once, frame = await self.waiting.get()
            self.is_idle = False
            if frame is GOODBYE:
                await self.close(NOT_SIGNED_IN)
                return
            await (self.fill_gap() if frame is GAP else self.send_once(once, frame))

    async def send_once(self, once: str, frame: str) -> None:
        """An announcement may be repeated, or cross with catching up; the reader gets it once."""
        if once and once in self.sent:
            return
        self.remember(once)
        await self.send(text_data=frame)

    def asked(self) -> dict[str, list[str]]:
        return parse_qs(self.scope["query_string"].decode("latin1"), keep_blank_values=True)

    async def catch_up(self) -> bool:
        """Sends what was missed; False when the place to go on from is unknown, and the socket is closed."""
        query = self.asked()
        if "since" not in query:
            return True
        frames = await database_sync_to_async(missed_frames)(self.reader, query["since"][0])
        if frames is None:
            await self.close(UNKNOWN_ENTRY)
            return False
        for once, frame in frames:
            await self.send_once(once, frame)
        return True

    async def fill_gap(self) -> None:
        """Sends what was posted lately, since this page was opened, and has not come through."""
        since = max(self.connected_at, timezone.now() - GAP_COVERS)
        for once, frame in await database_sync_to_async(frames_above)(self.reader, first_id_at(since)):
            await self.send_once(once, frame)

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        size = len(bytes_data or b"") + len((text_data or "").encode())
        if size > MOST_MESSAGE_BYTES:
            await self.close(TOO_LARGE)
        elif is_ping(text_data or ""):
            await self.send(text_data='{"type":"pong"}')
        else:
            await self.close(BAD_MESSAGE)

    def leave(self) -> None:
        if self.sender:
            self.sender.cancel()
        if self.entry:
            registry.remove(self.entry.reader_id, self)


class Keeper:
    """Looks after all sockets of this process, with the same few queries for one and for thousands.

    Closes those whose token or session is no longer good, and says that the others are here; where
    that had been forgotten (Redis was flushed), something may be missing.
    """

    def __init__(self) -> None:
        self.task: asyncio.Task[None] | None = None
        self.rounds = 0

    def start(self) -> None:
        if self.task is None or self.task.done():
            self.task = asyncio.create_task(self.keep())

    async def keep(self) -> None:
        while registry.sockets:
            await asyncio.sleep(REFRESH_SECONDS)
            try:
                await self.look_after([socket for group in registry.sockets.values() for socket in group])
            except Exception:  # a database that is away must not end the looking after
                logger.exception("Sockets are kept as they are")

    async def look_after(self, sockets: list[Any]) -> None:
        good = await database_sync_to_async(presence.still_good)([socket.entry for socket in sockets])
        for socket in sockets:
            if socket.entry not in good:
                socket.push_frame("", GOODBYE)
        forgotten = set(await sync_to_async(hot.mark_online)(registry.readers()))
        for socket in sockets:
            if socket.entry.reader_id in forgotten:
                socket.may_have_missed()
        self.rounds += 1
        if forgotten or self.rounds % WATCH_ROUNDS == 0:
            watching = [(socket.entry.reader_id, socket.watched) for socket in sockets if socket.watched]
            await sync_to_async(notes.watch)(watching)


keeper = Keeper()


def is_ping(text: str) -> bool:
    try:
        return bool(orjson.loads(text) == {"type": "ping"})
    except orjson.JSONDecodeError:
        return False


def watched_posts(asked: list[str]) -> list[int] | None:
    """The ids of `?watch=1,2`; None when they are too many or no ids. Whether there are such posts is not said."""
    ids = [as_id(text) for given in asked for text in given.split(",")]
    if None in ids or len(ids) > MOST_WATCHED:
        return None
    return [pk for pk in ids if pk is not None]


def missed_frames(reader: User, since: str) -> list[tuple[str, str]] | None:
    """The frames above `since`; None for an unknown id."""
    entry_id = as_id(since)
    if entry_id is None or not knows_id(entry_id):
        return None
    return frames_above(reader, entry_id)


def frames_above(reader: User, entry_id: int) -> list[tuple[str, str]]:
    """(what makes it once, frame) of each entry above that id, oldest first; one `resync` for too many."""
    entries = timeline.newer_than(reader, entry_id, MOST_MISSED)
    if entries is None:
        return [("", RESYNC)]
    return [
        (f"new_post:{entry_id}", encode({"type": "new_post", "post": fragment(card)}).decode())
        for entry_id, card in cards.rendered(reader, entries).items()
    ]
