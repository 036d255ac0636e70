"""The feed engine against the database's own limits."""

import time
from collections.abc import Callable
from statistics import median
from typing import Any

from django.conf import settings
from django.db import connection

from accounts.models import User
from feeds import fanout, mover, timeline
from feedsite.pagination import PageRequest
from posts import actions

Row = dict[str, Any]
AUDIENCES = (100, 1_000, 10_000, 100_000)
FOLLOWEES = (50, 500, 5_000)
CELEBRITIES = 10
POSTS = 200_000
NAIVE = """
SELECT id FROM post WHERE author_id IN (SELECT followee_id FROM follow WHERE follower_id = %s)
   AND root_id IS NULL AND deleted_at IS NULL ORDER BY id DESC LIMIT 21
"""
NAIVE_BY_AUTHOR = """
SELECT recent.id FROM follow f JOIN LATERAL (SELECT p.id FROM post p WHERE p.author_id = f.followee_id
   AND p.root_id IS NULL AND p.deleted_at IS NULL OFFSET 0) recent ON true
 WHERE f.follower_id = %s ORDER BY 1 DESC LIMIT 21
"""


def figure(name: str, unit: str, value: float, raw: float, goal: float | None = None, *, most: bool = False) -> Row:
    """A row of the results; `goal` is the least ratio, or with `most` the greatest."""
    ratio = value / raw
    met = True if goal is None else ratio <= goal if most else ratio >= goal
    return {"name": name, "unit": unit, "value": value, "raw": raw, "ratio": ratio, "goal": goal, "met": met}


def execute(sql: str, params: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def seconds(work: Callable[[], Any]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def make_people(prefix: str, number: int) -> list[int]:
    rows = execute(
        "INSERT INTO accounts_user (username, password, display_name, bio, avatar, is_superuser)"
        " SELECT %s || n, '!', '', '', '', false FROM generate_series(1, %s) n RETURNING id",
        [prefix, number],
    )
    return sorted(row[0] for row in rows)


def make_follows(followers: list[int], followees: list[int]) -> None:
    """Everybody of the first follows everybody of the second."""
    execute(
        "INSERT INTO follow (follower_id, followee_id) SELECT a, b FROM unnest(%s::bigint[]) a, unnest(%s::bigint[]) b"
        " ORDER BY 1, 2",
        [followers, followees],
    )
    execute(
        "UPDATE accounts_user SET followers_count = followers_count + %s WHERE id = ANY (%s)",
        [len(followers), followees],
    )


def raw_push(author_id: int, post_id: int) -> None:
    """The limit: one statement, the same rows into the same table."""
    execute(
        "INSERT INTO feed (user_id, post_id) SELECT follower_id, %s FROM follow WHERE followee_id = %s"
        " ORDER BY follower_id ON CONFLICT DO NOTHING",
        [post_id, author_id],
    )


def fan_out() -> list[Row]:
    """Rows a second through the outbox, against one raw INSERT … SELECT."""
    settings.FEED_STRATEGY, settings.FANOUT_INLINE_FOLLOWERS = "push", 0
    crowd = make_people("fan_", AUDIENCES[-1])
    rows = []
    for audience in AUDIENCES:
        author = User.objects.get(pk=make_people(f"author_{audience}_", 1)[0])
        make_follows(crowd[:audience], [author.pk])
        mover.settle()
        execute("VACUUM ANALYZE follow")
        times = [fan_out_once(author, n) for n in range(max(5, 20_000 // audience))]
        ours, raw = (median(t[i] for t in times) for i in (0, 1))
        rows.append(figure(f"fan-out to {audience:,} followers", "rows/s", audience / ours, audience / raw, goal=0.6))
    return rows


def fan_out_once(author: User, turn: int) -> tuple[float, float]:
    """(seconds of ours, seconds of raw), the order changing from turn to turn."""
    post = actions.publish(author=author, content=f"Post {turn}")
    works = [lambda: fanout.deliver(post.pk), lambda: raw_push(author.pk, post.pk + 1)]
    taken = [0.0, 0.0]
    for which in (0, 1) if turn % 2 else (1, 0):
        taken[which] = seconds(works[which])
    return taken[0], taken[1]


def make_history(authors: list[int]) -> None:
    """POSTS posts of these authors over a month, round robin, with their lock rows."""
    newest = execute("SELECT next_post_id()")[0][0]
    oldest = newest - (30 * 86_400_000 << 12)
    execute(
        "INSERT INTO post (id, author_id, content) SELECT %s + n::bigint * %s, (%s::bigint[])[1 + n %% %s], 'Post'"
        " FROM generate_series(0, %s) n",
        [oldest, (newest - oldest) // POSTS, authors, len(authors), POSTS - 1],
    )
    execute(
        "INSERT INTO author_state (user_id, last_post_id) SELECT author_id, max(id) FROM post GROUP BY 1"
        " ON CONFLICT (user_id) DO UPDATE SET last_post_id = excluded.last_post_id"
    )


def home_read() -> list[Row]:
    """A page of home, ordinary authors pushed and ten celebrities pulled, against two naive queries."""
    settings.FEED_STRATEGY, settings.CELEBRITY_THRESHOLD = "hybrid", 1_000
    authors = make_people("writer_", max(FOLLOWEES))
    celebrities = authors[:CELEBRITIES]
    make_history(authors)
    make_follows(make_people("many_", 1_100), celebrities)
    rows = []
    for number in FOLLOWEES:
        readers = make_people(f"reader_{number}_", 5)
        make_follows(readers, authors[:number])
        mover.settle()
        execute("ANALYZE")
        rows += read_figures(number, [User.objects.get(pk=pk) for pk in readers])
    return rows


def read_figures(number: int, readers: list[User]) -> list[Row]:
    asked = PageRequest(20, None, "home", 0)

    def skeleton(reader: User) -> Any:
        return timeline.from_postgres(reader.pk, below=timeline.NEWEST, top=timeline.NEWEST, limit=21)

    ours = milliseconds(readers, skeleton)
    page = milliseconds(readers, lambda reader: timeline.home(reader, asked))
    by_author = milliseconds(readers, lambda reader: execute(NAIVE_BY_AUTHOR, [reader.pk]))
    naive = milliseconds(readers, lambda reader: execute(NAIVE, [reader.pk]))
    what = f"home of {number:,} followees"
    return [
        figure(f"{what}: naive by author / skeleton", "ms", by_author, ours, goal=25 if number == 500 else None),
        figure(f"{what}: naive IN / skeleton", "ms", naive, ours),
        figure(f"{what}: page / skeleton", "ms", page, ours),
    ]


def milliseconds(readers: list[User], read: Callable[[User], Any], times: int = 8) -> float:
    for reader in readers:
        read(reader)
    return 1000 * median(seconds(lambda reader=reader: read(reader)) for _ in range(times) for reader in readers)


def bytes_an_entry() -> list[Row]:
    """Bytes of Feed with its index, an entry, against the 95 aimed at."""
    fresh = execute("SELECT count(*), pg_total_relation_size('feed') FROM feed")[0]
    if not fresh[0]:
        return []
    return [figure("bytes of a Feed entry", "bytes", fresh[1] / fresh[0], 95, goal=1.0, most=True)]


BENCHES: dict[str, Callable[[], list[Row]]] = {
    "fan_out": fan_out,
    "home_read": home_read,
    "bytes_an_entry": bytes_an_entry,
}
