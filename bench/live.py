"""New posts to open websockets, on one sockets process."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.test.utils import override_settings

from accounts.actions import issue_token
from accounts.models import User
from bench import people, service
from bench.results import Row, figure
from bench.service import Site
from bench.sockets import Listener
from bench.timing import percentile
from feedsite import live as wire
from posts import actions

DELIVERIES_GOAL, PACED_GOAL_MS = 30_000, 10.0
QUIET_SECONDS = 5.0
PAUSE_SECONDS = 0.25
# The length of a real new-post frame, or about.
FILLING = "x" * 800


def live(
    *, online: int = 1_000, burst: int = 30, paced: int = 1_500, per_second: int = 300, posts: int = 20
) -> Iterator[Row]:
    """Deliveries a second and their delays; raw is the goal's own number.

    The burst and the paced messages go the way of every live message (`feedsite.live.publish`), the posts through
    action, queue, worker and sockets. Delays are from sending to the frame's arrival in another process.
    """
    author, readers = make_author(online)
    tokens = [issue_token(reader) for reader in readers]
    ids = [reader.pk for reader in readers]
    with service.running("sockets", "worker-fanout") as site:
        yield from one_burst(site, tokens, ids, burst)
        yield paced_ones(site, tokens, ids, paced, per_second)
        yield from real_posts(site, tokens, author, posts)


def make_author(followers: int) -> tuple[User, list[User]]:
    author, *crowd = people.make_people("fan_", followers + 1)
    people.make_follows(crowd, [author], pull=False)
    people.tidy_tables("accounts_user", "follow")
    return people.users([author])[0], people.users(crowd)


def frame() -> dict[str, str]:
    return {"type": "bench", "content": f"sent at {time.monotonic():.6f} {FILLING}"}


@contextmanager
def listening(site: Site, tokens: list[str], frames: int) -> Iterator[Listener]:
    """Open sockets for these tokens; the process behind them never outlives the block."""
    listener = Listener(site.socket_port, tokens, frames=frames, quiet_seconds=QUIET_SECONDS)
    try:
        yield listener
    finally:
        listener.process.kill()
        listener.process.wait()


def one_burst(site: Site, tokens: list[str], ids: list[int], messages: int) -> Iterator[Row]:
    """Messages to everybody at once, one after the other without a pause; none may be lost."""
    expected = messages * len(ids)
    with listening(site, tokens, expected) as listener:
        began = time.monotonic()
        for number in range(messages):
            wire.publish(ids, frame(), once=f"burst:{number}")
        moments, _ = listener.finish()
    rate = len(moments) / (max(moments) - began)
    yield figure(f"live: burst of {messages} to {len(ids):,} online", "deliveries/s", rate, DELIVERIES_GOAL, 1.0)
    yield figure("live: delivered of a burst", "frames", len(moments), expected, 1.0)


def paced_ones(site: Site, tokens: list[str], ids: list[int], messages: int, per_second: int) -> Row:
    """Messages to one reader each, evenly in time, everybody's socket open."""
    with listening(site, tokens, messages) as listener:
        began = time.monotonic()
        for number in range(messages):
            time.sleep(max(began + number / per_second - time.monotonic(), 0))
            wire.publish([ids[number % len(ids)]], frame(), once=f"paced:{number}")
        _, took = listener.finish()
    assert len(took) == messages, f"{messages - len(took)} of {messages} paced messages were lost"
    p99 = 1000 * percentile(took, 0.99)
    return figure(f"live: p99 at {per_second} messages/s", "ms", p99, PACED_GOAL_MS, 1.0, most=True)


def real_posts(site: Site, tokens: list[str], author: User, posts: int) -> Iterator[Row]:
    """Posts one by one, each with time to arrive: from before the action to the frame at every follower."""
    expected = posts * len(tokens)
    with listening(site, tokens, expected) as listener, override_settings(FEED_STRATEGY="push"):
        for _ in range(posts):
            actions.publish(author=author, content=f"sent at {time.monotonic():.6f}")
            time.sleep(PAUSE_SECONDS)
        arrived = listener.finish()
    rates = [len(group) / max(group[-1] - group[0], 1e-6) for group in by_post(*arrived)]
    delays = [1000 * seconds for seconds in arrived[1]]
    what = f"live: one post to {len(tokens):,} online"
    yield figure(what, "deliveries/s", percentile(rates, 0.5), DELIVERIES_GOAL, 1.0)
    for share in (0.50, 0.99):
        yield figure(f"{what}, p{share * 100:.0f} from posting", "ms", percentile(delays, share), PACED_GOAL_MS)
    yield figure(f"{what}, delivered", "frames", len(delays), expected, 1.0)


def by_post(moments: list[float], took: list[float]) -> list[list[float]]:
    """When the frames of each post came, in order; a post is known by when it was sent."""
    posts: dict[float, list[float]] = {}
    for came, seconds in zip(moments, took, strict=True):
        posts.setdefault(round(came - seconds, 6), []).append(came)
    return [sorted(group) for group in posts.values()]
