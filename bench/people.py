"""A community in the tables, made by SQL: who writes, who reads, what was written and pushed."""

from typing import Any

from django.conf import settings
from django.db import connection

from accounts.models import User

CONTENT = "'Post ' || n || ': ' || repeat('something worth to be read ', 4)"


def execute(sql: str, params: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else []


def make_people(prefix: str, number: int) -> list[int]:
    """Ids of new accounts, ascending."""
    rows = execute(
        "INSERT INTO accounts_user (username, password, display_name, bio, avatar, is_superuser)"
        " SELECT %s || n, '!', initcap(%s) || ' ' || n, '', '', false FROM generate_series(1, %s) n RETURNING id",
        [prefix, prefix.rstrip("_"), number],
    )
    return sorted(row[0] for row in rows)


def users(ids: list[int]) -> list[User]:
    return list(User.objects.filter(pk__in=ids).order_by("pk"))


def make_follows(followers: list[int], followees: list[int], *, pull: bool) -> None:
    """Everybody of the first follows everybody of the second; nothing is pushed by this."""
    execute(
        "INSERT INTO follow (follower_id, followee_id, pull)"
        " SELECT a, b, %s FROM unnest(%s::bigint[]) a, unnest(%s::bigint[]) b ORDER BY 1, 2",
        [pull, followers, followees],
    )
    for counter, number, ids in [
        ("followers_count", len(followers), followees),
        ("following_count", len(followees), followers),
    ]:
        execute(f"UPDATE accounts_user SET {counter} = {counter} + %s WHERE id = ANY (%s)", [number, ids])


def make_history(authors: list[int], number: int, *, days: int = 30) -> None:
    """`number` posts of these authors at random over the days before now; every twentieth is a share."""
    newest = execute("SELECT next_post_id()")[0][0]
    step = (days * 86_400_000 << 12) // number
    execute(
        f"""
        INSERT INTO post (id, author_id, content, content_html, share_of_id, shares_count)
        SELECT %(oldest)s + n * %(step)s, (%(authors)s::bigint[])[1 + abs(hashint8(n)::bigint) %% %(people)s],
               CASE WHEN share THEN '' ELSE {CONTENT} END,
               CASE WHEN share THEN '' ELSE '<p>' || {CONTENT} || '</p>' END,
               CASE WHEN share THEN %(oldest)s + (n - 10 - abs(hashint8(n + 1)::bigint) %% 50 * 20) * %(step)s END,
               CASE WHEN n %% 20 = 10 THEN 1 ELSE 0 END
          FROM generate_series(0::bigint, %(last)s) n, LATERAL (SELECT n %% 20 = 0 AND n >= 1010 AS share) kind
        ON CONFLICT DO NOTHING
        """,
        {
            "oldest": newest - number * step,
            "step": step,
            "authors": authors,
            "people": len(authors),
            "last": number - 1,
        },
    )
    execute(
        "INSERT INTO author_state (user_id, last_post_id) SELECT author_id, max(id) FROM post GROUP BY 1"
        " ON CONFLICT (user_id) DO UPDATE SET last_post_id = excluded.last_post_id"
    )


def make_feeds(readers: list[int]) -> None:
    """What fan-out and trimming would have left: the newest TIMELINE_SIZE pushed posts, and the floor below them."""
    execute(
        """
        INSERT INTO feed (user_id, post_id)
        SELECT reader, newest.id
          FROM unnest(%(readers)s::bigint[]) reader CROSS JOIN LATERAL (
            SELECT p.id FROM follow f CROSS JOIN LATERAL (
                SELECT id FROM post WHERE author_id = f.followee_id AND root_id IS NULL AND deleted_at IS NULL
                 ORDER BY id DESC LIMIT %(size)s) p
             WHERE f.follower_id = reader AND NOT f.pull ORDER BY p.id DESC LIMIT %(size)s) newest
         ORDER BY 1, 2
        """,
        {"readers": readers, "size": settings.TIMELINE_SIZE},
    )
    execute(
        "INSERT INTO reader_state (user_id, floor)"
        " SELECT user_id, CASE WHEN count(*) >= %s THEN min(post_id) - 1 ELSE 0 END FROM feed"
        " WHERE user_id = ANY (%s) GROUP BY 1",
        [settings.TIMELINE_SIZE, readers],
    )


def make_habits(readers: list[int], strangers: list[int]) -> None:
    """Each reader has liked every tenth post of the feed, and blocked and muted some whom nobody follows."""
    execute(
        "INSERT INTO post_like (post_id, user_id, created_at) SELECT post_id, user_id, now() FROM feed"
        " WHERE user_id = ANY (%s) AND hashint8(post_id) %% 10 = 0",
        [readers],
    )
    for table, who, whom in (("block", "blocker_id", "blocked_id"), ("mute", "muter_id", "muted_id")):
        execute(
            f"INSERT INTO {table} ({who}, {whom}) SELECT a, b FROM unnest(%s::bigint[]) a, unnest(%s::bigint[]) b",
            [readers, strangers],
        )


def make_readers(name: str, number: int, *, pulled: list[int], pushed: list[int]) -> list[User]:
    """Readers of these authors, with full feeds and habits."""
    readers = make_people(f"{name}_", number)
    make_follows(readers, pulled, pull=True)
    make_follows(readers, pushed, pull=False)
    make_feeds(readers)
    make_habits(readers, make_people(f"{name}_stranger_", 20))
    return users(readers)


def publish_quietly(author_id: int, number: int) -> list[int]:
    """Published posts whose outbox rows wait for a worker that nobody has called yet; ids, oldest first."""
    rows = execute(
        f"""
        WITH made AS (
          INSERT INTO post (author_id, content, content_html)
          SELECT %(author)s, {CONTENT}, '<p>' || {CONTENT} || '</p>' FROM generate_series(1, %(number)s) n RETURNING id
        ), owed AS (
          INSERT INTO fanout (post_id, author_id) SELECT id, %(author)s FROM made
        ), state AS (
          INSERT INTO author_state (user_id, last_post_id) SELECT %(author)s, max(id) FROM made
          ON CONFLICT (user_id) DO UPDATE SET last_post_id = excluded.last_post_id
        )
        SELECT id FROM made
        """,
        {"author": author_id, "number": number},
    )
    return sorted(row[0] for row in rows)


def posts_of(author: int) -> list[int]:
    return [row[0] for row in execute("SELECT id FROM post WHERE author_id = %s ORDER BY id", [author])]


def tidy_tables(*tables: str) -> None:
    """What autovacuum would do in its own time."""
    execute(f"VACUUM ANALYZE {', '.join(tables)}")
