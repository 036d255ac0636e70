"""Live messages: `publish` sends one to many readers, and each socket process hands it to its own."""

import asyncio
import logging
from collections import defaultdict
from typing import Any, Protocol

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from redis.exceptions import RedisError

from feedsite.rendering import encode

logger = logging.getLogger(__name__)
GROUP = "feed"
RETRY_SECONDS = 1


class Socket(Protocol):
    def push_frame(self, once: str, frame: str) -> None: ...

    def forget(self, once: str) -> None: ...

    def may_have_missed(self) -> None: ...


def publish(reader_ids: list[int], frame: dict[str, Any], *, once: str = "", forgets: str = "") -> None:
    """Sends one frame to all open sockets of these readers; lost when nobody carries it.

    A socket that has had a frame with the same `once` leaves it out, until one that `forgets` it.

    Readers who miss it catch up when they connect again, so nothing waits for this.
    """
    message = {"type": "feed", "readers": reader_ids, "once": once, "forgets": forgets}
    message["frame"] = encode(frame).decode()
    try:
        async_to_sync(send)(message)
    except (RedisError, OSError) as error:
        logger.warning("A live message to %d readers was not sent: %s", len(reader_ids), error)


async def send(message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    await layer.group_send(GROUP, message)


class Registry:
    """The open sockets of this process by reader, and the one subscription that feeds them."""

    def __init__(self) -> None:
        self.sockets: defaultdict[int, set[Socket]] = defaultdict(set)
        self.task: asyncio.Task[None] | None = None

    async def add(self, reader_id: int, socket: Socket) -> None:
        self.sockets[reader_id].add(socket)
        if self.task is None or self.task.done():
            ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self.task = asyncio.create_task(self.listen(ready))
            await ready

    def remove(self, reader_id: int, socket: Socket) -> None:
        self.sockets[reader_id].discard(socket)
        if not self.sockets[reader_id]:
            del self.sockets[reader_id]

    def readers(self) -> list[int]:
        return list(self.sockets)

    async def listen(self, ready: "asyncio.Future[None]") -> None:
        """Hands on what is published, for as long as the process lives."""
        layer = get_channel_layer()
        while True:
            try:
                channel = await layer.new_channel()
                await layer.group_add(GROUP, channel)
                self.tell_of_gap()
                if not ready.done():
                    ready.set_result(None)
                while True:
                    self.hand_on(await layer.receive(channel))
            except (RedisError, OSError) as error:
                logger.warning("Live messages pause: %s", error)
                if not ready.done():
                    ready.set_result(None)
                await asyncio.sleep(RETRY_SECONDS)

    def tell_of_gap(self) -> None:
        """Whoever is connected looks for what was published while nobody listened."""
        for sockets in self.sockets.values():
            for socket in sockets:
                socket.may_have_missed()

    def hand_on(self, message: dict[str, Any]) -> None:
        for reader_id in message["readers"]:
            for socket in self.sockets.get(reader_id, ()):
                if message.get("forgets"):
                    socket.forget(message["forgets"])
                socket.push_frame(message["once"], message["frame"])


registry = Registry()
