"""Posting, commenting, liking, deleting. Page, API, admin and command call the same functions."""

from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts.models import User
from feeds import tasks as feeds_tasks
from feedsite.errors import Forbidden, Invalid
from posts import text
from posts.models import Like, Outbox, Post, Visibility
from posts.queries import get_visible


def publish(*, author: User, content: str, visibility: str = Visibility.PUBLIC) -> Post:
    """A new post of `author`, in the timelines of all who follow at their next read.

    Raises Invalid naming the field to change.
    """
    content = checked_content(content)
    if visibility not in Visibility.values:
        raise Invalid(fields={"visibility": [f"Choose one of {', '.join(Visibility.values)}."]})
    post = written(author, content)
    post.visibility = visibility
    with transaction.atomic():
        post.pk = claim_post_id(author.pk)
        post.save(force_insert=True)
        put_into_outbox(post)
        User.objects.filter(pk=author.pk).update(posts_count=F("posts_count") + 1)
        announce_after_commit(post, author)
    return post


def comment(*, author: User, post_id: int, content: str) -> Post:
    """A direct reply to a post that `author` may see; raises NotFound otherwise."""
    parent = get_visible(author, post_id)
    reply = written(author, checked_content(content))
    reply.in_reply_to = parent
    reply.root_id = parent.root_id or parent.pk
    # A comment is seen by whoever sees the thread; its own word is the thread's, for display.
    reply.visibility = parent.visibility
    with transaction.atomic():
        Post.objects.filter(pk=parent.pk).count_in("comments_count", 1)
        reply.save(force_insert=True)
    return reply


def delete(*, actor: User, post_id: int) -> None:
    """Takes one's own post away everywhere; raises Forbidden for a visible post of somebody else."""
    post = get_visible(actor, post_id)
    if post.author_id != actor.pk:
        raise Forbidden("Only its author can delete a post.")
    remove(post)


def remove(post: Post) -> bool:
    """Takes a post away everywhere, whoever asks; True when it was still there."""
    with transaction.atomic():
        if not Post.objects.filter(pk=post.pk, deleted_at=None).update(deleted_at=timezone.now()):
            return False
        if post.root_id is None:
            feeds_tasks.retract.delay_on_commit(post.pk)
            User.objects.filter(pk=post.author_id).update(posts_count=F("posts_count") - 1)
        elif post.in_reply_to_id:
            Post.objects.filter(pk=post.in_reply_to_id).count_in("comments_count", -1)
    return True


def like(*, actor: User, post_id: int) -> Post:
    """Likes a visible post once; answers the post with its fresh count."""
    post = get_visible(actor, post_id)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO post_like (post_id, user_id, created_at) VALUES (%s, %s, now()) ON CONFLICT DO NOTHING",
            [post.pk, actor.pk],
        )
        if cursor.rowcount:
            Post.objects.filter(pk=post.pk).count_in("likes_count", 1)
    post.refresh_from_db(fields=["likes_count"])
    return post


def unlike(*, actor: User, post_id: int) -> Post:
    post = get_visible(actor, post_id)
    with transaction.atomic():
        gone, _ = Like.objects.filter(post=post, user=actor).delete()
        if gone:
            Post.objects.filter(pk=post.pk).count_in("likes_count", -1)
    post.refresh_from_db(fields=["likes_count"])
    return post


def checked_content(content: Any) -> str:
    """The cleaned text of a post; raises Invalid when there is nothing to see or too much."""
    content = str(content)
    if len(content) > 20 * settings.POST_MAX_LENGTH:  # before anything is done with it
        raise invalid_content(f"This is far too long: a post has at most {settings.POST_MAX_LENGTH} characters.")
    content = text.clean(content)
    if text.is_blank(content):
        raise invalid_content("Write something first.")
    over = text.length(content) - settings.POST_MAX_LENGTH
    if over > 0:
        raise invalid_content(f"This is {over} too long: a post has at most {settings.POST_MAX_LENGTH} characters.")
    if len(content) > 10 * settings.POST_MAX_LENGTH:
        raise invalid_content("Some characters carry too many marks. Use fewer.")
    return content


def invalid_content(reason: str) -> Invalid:
    return Invalid(reason, fields={"content": [reason]})


def written(author: User, content: str) -> Post:
    """The post in memory, its names looked up and its HTML made; one query."""
    found = text.entities(content)
    known = dict(User.objects.active().filter(username__in=found.mentions).values_list("username", "pk"))
    return Post(
        author=author,
        content=content,
        content_html=text.to_html(content, known),
        hashtags=found.hashtags,
        mentions=[name for name in found.mentions if name in known],
        mentioned_ids=[known[name] for name in found.mentions if name in known],
    )


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


def put_into_outbox(post: Post) -> None:
    """Owes the post to its author's followers, and pays at once where they are few.

    `fanout_inline` belongs to the feeds app; it is reached through the database so that posts need
    not import feeds.
    """
    Outbox.objects.create(post=post, author_id=post.author_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT fanout_inline(%s, %s)", [post.pk, settings.FANOUT_INLINE_FOLLOWERS])


def announce_after_commit(post: Post, author: User) -> None:
    # Authors with huge followings have a queue of their own, so nobody waits behind them.
    big = author.followers_count > settings.FANOUT_BIG_FOLLOWERS
    (feeds_tasks.deliver_big if big else feeds_tasks.deliver).delay_on_commit(post.pk)
