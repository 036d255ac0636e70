"""A socket whose client vanishes at an odd moment, without any server: what the server does is played."""

import asyncio
from typing import Any

import pytest

from feeds import sockets
from feeds.presence import Pass
from feedsite import live

CONNECT = {"type": "websocket.connect"}
PING = {"type": "websocket.receive", "text": '{"type":"ping"}'}
GONE = {"type": "websocket.disconnect", "code": 1006}


class Quiet(live.Registry):
    """Knows its sockets and listens to nothing."""

    async def add(self, reader_id: int, socket: live.Socket) -> None:
        self.sockets[reader_id].add(socket)


@pytest.fixture
def registry(monkeypatch):
    async def admit(self):
        return Pass(7, token_id=1)

    async def nothing(*args, **kwargs):
        pass

    made = Quiet()
    monkeypatch.setattr(sockets, "registry", made)
    monkeypatch.setattr(sockets.FeedSocket, "admit", admit)
    monkeypatch.setattr(sockets.hot, "mark_online", lambda ids: [])
    monkeypatch.setattr(sockets.keeper, "start", lambda: None)
    for module in ("channels.consumer", "channels.generic.websocket"):
        monkeypatch.setattr(f"{module}.aclose_old_connections", nothing)
    return made


def run(events: list[dict[str, Any]], send: Any) -> None:
    async def session() -> None:
        waiting: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        for event in events:
            waiting.put_nowait(event)
        scope = {"type": "websocket", "headers": [], "subprotocols": ["bearer", "t"], "query_string": b""}
        socket = sockets.FeedSocket()
        socket.channel_layer_alias = None
        with pytest.raises(OSError, match="gone"):
            await asyncio.wait_for(socket({**scope, "server_send": send}, waiting.get, send), 3)

    asyncio.run(session())


async def gone_at_once(message):
    raise OSError("gone")


async def gone_once_accepted(message):
    if message["type"] != "websocket.accept":
        raise OSError("gone")


@pytest.mark.parametrize(
    ("events", "send"), [([CONNECT, GONE], gone_at_once), ([CONNECT, PING, GONE], gone_once_accepted)]
)
def test_a_socket_whose_client_has_vanished_is_forgotten(registry, events, send):
    run(events, send)
    assert not registry.sockets


def test_a_socket_that_is_being_closed_does_not_end_the_listening(registry):
    async def closed(message):
        raise RuntimeError("Unexpected ASGI message 'websocket.send', after sending 'websocket.close'.")

    async def session():
        socket = sockets.FeedSocket()
        socket.scope = {"server_send": closed}
        socket.waiting, socket.sent, socket.is_idle = asyncio.Queue(), {}, True
        await registry.add(7, socket)
        registry.hand_on({"readers": [7], "once": "x", "frame": "{}"})

    asyncio.run(session())
