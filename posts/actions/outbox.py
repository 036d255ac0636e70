"""A post on its way to its author's followers."""

from django.conf import settings
from django.db import connection

from accounts.models import User
from feeds import tasks as feeds_tasks
from posts.models import Outbox, Post


def claim_post_id(author_id: int) -> int:
    """The next post's id, under the author's lock: an author's ids become visible in order.

    The id is made after the lock is held, and never below the last one even if the clock steps back.
    The same statement counts the post into the author's rate; its age in half-lives comes from the
    ids (milliseconds, 12 bits up), at most 60 of them, since power() does not go below the smallest number.
    """
    half_life_ids = int(settings.POSTING_HALF_LIFE_DAYS * 86_400_000) << 12
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO author_state AS mine (user_id, last_post_id, posting) VALUES (%s, next_post_id(), 1)
            ON CONFLICT (user_id) DO UPDATE
               SET last_post_id = greatest(next_post_id(), mine.last_post_id + 4096),
                   posting = 1 + mine.posting * power(0.5::float8, least(60,
                       greatest(excluded.last_post_id - mine.last_post_id, 0) / %s::float8))
            RETURNING last_post_id
            """,
            [author_id, half_life_ids],
        )
        return int(cursor.fetchone()[0])


def lock_author(author_id: int) -> None:
    """The lock that publishing takes: until the commit no mover turns an edge of the author's round."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM author_state WHERE user_id = %s FOR NO KEY UPDATE", [author_id])


def put_into_outbox(post: Post) -> None:
    """Owes the post to its author's followers, and pays at once where they are few.

    `fanout_inline` belongs to the feeds app; it is reached through the database so that posts need
    not import feeds.
    """
    Outbox.objects.create(post=post, author_id=post.author_id)
    push_to_few(post)


def owe_again(post: Post) -> None:
    """Owes a post anew, for whoever holds the author's lock: to those who have it nothing happens.

    It may be owed still, or be in the outbox for the moment it stays there after delivery.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO fanout (post_id, author_id) VALUES (%s, %s) ON CONFLICT (post_id)"
            " DO UPDATE SET next_follower = 0, announced_at = NULL, since = now()",
            [post.pk, post.author_id],
        )
    push_to_few(post)


def push_to_few(post: Post) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT fanout_inline(%s, %s)", [post.pk, settings.FANOUT_INLINE_FOLLOWERS])


def announce_after_commit(post: Post, author: User) -> None:
    # Authors with huge followings have a queue of their own, so nobody waits behind them.
    big = author.followers_count > settings.FANOUT_BIG_FOLLOWERS
    (feeds_tasks.deliver_big if big else feeds_tasks.deliver).delay_on_commit(post.pk)
