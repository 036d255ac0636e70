"""Does a celebrity's burst keep ordinary posts waiting? Freshness before and meanwhile, on the running site."""

import time
from collections.abc import Iterator
from statistics import median

from django.test.utils import override_settings

from accounts.actions import issue_token
from bench import goals, load, people, seams, service
from bench.people import execute
from bench.results import Row, figure
from bench.service import Site
from bench.timing import percentile, wait_until

READS_PER_SECOND = 50
Samples = dict[str, list[float]]


def celebrity(
    *, followers: int = 100_000, readers: int = 50, ordinary: int = 1_000, posts: int = 10, seconds: float = 10
) -> Iterator[Row]:
    """An ordinary author's freshness while a celebrity, all of whose followers are pushed to, posts ten times.

    Each of the readers reads once a second, before as well as meanwhile. Raw is the same before the celebrity posts;
    the goal: the median meanwhile is within what nine of ten posts took before.
    """
    with override_settings(FEED_STRATEGY="push"):
        famous, writer, *crowd = people.make_people("fan_", followers + 2)
        people.make_follows(crowd, [famous], pull=False)
        people.make_follows(crowd[:ordinary], [writer], pull=False)
        people.make_history([famous, writer], 100)
        people.make_feeds(crowd[:ordinary])
        people.tidy_tables("accounts_user", "follow", "feed", "post")
        execute("UPDATE accounts_user SET followers_count = %s WHERE id = %s", [followers, famous])
        tokens = [issue_token(user) for user in people.users([famous, writer, *crowd[:readers]])]
        with service.running("web", "sockets", "worker-fanout", "worker", "beat", FEED_STRATEGY="push") as site:
            freshness(site, tokens, seconds / 2, celebrity_posts=0)  # warms every process
            before = freshness(site, tokens, seconds, celebrity_posts=0)
            meanwhile = freshness(site, tokens, seconds, celebrity_posts=posts)
    yield from rows(before, meanwhile)


def freshness(site: Site, tokens: list[str], seconds: float, *, celebrity_posts: int) -> Samples:
    """What the ordinary author's posts took, posted one after the other; the celebrity's go in between."""
    famous, writer, *readers = tokens
    requests: list[load.Request] = [("GET", "/api/v1/timeline", token, "") for token in readers]
    reading = load.begin(site.port, requests, connections=8, seconds=seconds, per_second=READS_PER_SECOND)
    taken: Samples = {"seen": [], "delivered": []}
    began = time.monotonic()
    left = celebrity_posts
    while (passed := time.monotonic() - began) < seconds:
        if left and passed > (celebrity_posts - left) * seconds / celebrity_posts:
            goals.post(site, famous, "Look at me")
            left -= 1
        one_post(site, writer, readers[0], taken)
        time.sleep(0.1)
    load.finish(reading)
    return taken


def one_post(site: Site, writer: str, reader: str, taken: Samples) -> None:
    """From the answer to POST until a follower's timeline has it, and until all followers' feeds have it."""
    post_id = goals.post(site, writer, f"An ordinary post at {time.monotonic()}")
    answered = time.perf_counter()
    wait_until(lambda: post_id in goals.newest(site, reader), 60, "a follower sees it")
    taken["seen"].append(time.perf_counter() - answered)
    wait_until(lambda: seams.is_delivered([post_id]), 60, "all followers have it", every=0.001)
    taken["delivered"].append(time.perf_counter() - answered)


def rows(before: Samples, meanwhile: Samples) -> Iterator[Row]:
    for name, what in (("seen", "in a follower's timeline"), ("delivered", "in all followers' feeds")):
        was, became = median(before[name]), median(meanwhile[name])
        noise = percentile(before[name], 0.9)
        yield figure(f"celebrity: ordinary post {what}, meanwhile / before", "ms", 1000 * became, 1000 * was)
        yield figure(f"celebrity: {what}, median / p90 before", "ms", 1000 * became, 1000 * noise, 1.0, most=True)
