"""The goals first given, on the running site: absolute times, each against its limit."""

import json
import time
from collections.abc import Iterator
from statistics import median
from urllib.request import Request, urlopen

from django.test.utils import override_settings

from accounts.actions import issue_token
from bench import load, people, seams, service
from bench.people import execute
from bench.results import Row, figure
from bench.service import Site
from bench.timing import percentile, wait_until
from feeds.tasks import deliver_big

WARMING_POSTS = 10
FEED_MS, POST_MS, THOUSAND_MS, MILLION_MS, FRESH_MS = 200, 500, 100, 10_000, 5_000


def goals(*, million: int = 1_000_000, followers: int = 1_000, posts: int = 60, seconds: float = 5) -> Iterator[Row]:
    """Milliseconds over HTTP with all processes running; raw is the limit that was given."""
    with override_settings(FEED_STRATEGY="push"):
        authors = people.make_people("writer_", 500)
        people.make_history(authors, 25_000)
        readers = people.make_readers("reader", 50, pulled=authors[:10], pushed=authors[10:])
        writer, *crowd = people.make_people("crowd_", followers + 1)
        people.make_follows(crowd, [writer], pull=False)
        people.tidy_tables("accounts_user", "follow", "feed", "post", "author_state", "reader_state", "post_like")
        tokens = [issue_token(reader) for reader in readers]
        token, follower = (issue_token(user) for user in people.users([writer, crowd[0]]))
        with service.running("web", "worker-fanout") as site:
            yield feed(site, tokens, seconds)
            yield from posting(site, token, follower, posts, followers)
            yield to_a_million(million)


def feed(site: Site, tokens: list[str], seconds: float) -> Row:
    """GET /timeline by four readers at once, without a pause."""
    requests: list[load.Request] = [("GET", "/api/v1/timeline", token, "") for token in tokens]
    load.measure(site.port, requests, connections=4, seconds=1)
    found = load.measure(site.port, requests, connections=4, seconds=seconds)
    return figure("goals: feed, p95 (aim 20)", "ms", found["p95"], FEED_MS, 1.0, most=True)


def post(site: Site, token: str, content: str) -> int:
    """POST /posts; the new post's id."""
    body = json.dumps({"content": content}).encode()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    request = Request(f"http://{service.HOST}:{site.port}/api/v1/posts", data=body, headers=headers)
    with urlopen(request, timeout=30) as answer:
        return int(json.load(answer)["post_id"])


def newest(site: Site, token: str) -> list[int]:
    """The ids on the first page of that reader's timeline."""
    headers = {"Authorization": f"Bearer {token}"}
    request = Request(f"http://{service.HOST}:{site.port}/api/v1/timeline", headers=headers)
    with urlopen(request, timeout=30) as answer:
        return [int(shown["post_id"]) for shown in json.load(answer)["posts"]]


def posting(site: Site, token: str, follower: str, posts: int, followers: int) -> Iterator[Row]:
    """One post after the other: its answer, its delivery to everybody, its sight in a follower's timeline."""
    answered, delivered, seen = [], [], []
    for number in range(WARMING_POSTS):
        post(site, token, f"Warming up {number}")
    for number in range(posts):
        began = time.perf_counter()
        post_id = post(site, token, f"Post {number}")
        answered.append(time.perf_counter() - began)
        wait_until(lambda post_id=post_id: post_id in newest(site, follower), 30, "the follower sees it")
        seen.append(time.perf_counter() - began - answered[-1])
        began = time.perf_counter()
        post_id = post(site, token, f"Post {number} again")
        wait_until(lambda post_id=post_id: seams.is_delivered([post_id]), 30, "it is delivered", every=0.001)
        delivered.append(time.perf_counter() - began)
    milliseconds = [1000 * percentile(times, 0.95) for times in (answered, delivered, seen)]
    yield figure("goals: post, p95 (aim 30)", "ms", milliseconds[0], POST_MS, 1.0, most=True)
    what = f"goals: from posting to {followers:,} followers' feeds, {{}} (aim 10)"
    yield figure(what.format("p95"), "ms", milliseconds[1], THOUSAND_MS, 1.0, most=True)
    yield figure(what.format("p50"), "ms", 1000 * median(delivered), THOUSAND_MS)
    yield figure(
        "goals: from the answer to a follower's timeline, p95", "ms", milliseconds[2], FRESH_MS, 1.0, most=True
    )


def to_a_million(followers: int) -> Row:
    """One post pushed to so many, from queueing to the end; none of them is hot."""
    author, *crowd = people.make_people("million_", followers + 1)
    people.make_follows(crowd, [author], pull=False)
    people.tidy_tables("accounts_user", "follow")
    post_ids = people.publish_quietly(author, 1)
    began = time.perf_counter()
    deliver_big.delay(post_ids[0])
    wait_until(lambda: seams.is_delivered(post_ids), 300, "everybody has it")
    taken = 1000 * (time.perf_counter() - began)
    pushed = execute("SELECT count(*) FROM feed WHERE post_id = %s", post_ids)[0][0]
    assert pushed == followers, f"{pushed} of {followers} have it"
    return figure(f"goals: to {followers:,} followers (aim 5,000)", "ms", taken, MILLION_MS, 1.0, most=True)
