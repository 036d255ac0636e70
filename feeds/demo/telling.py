"""What those one can log in as have been told of lately."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from feeds.demo import people
from posts.actions.owing import told_of
from posts.models import first_id_at
from social.models import Notice, NoticeType

if TYPE_CHECKING:
    from feeds.demo.community import Community

# Older things they have long seen.
TOLD_WITHIN = timedelta(days=3)


def owe(town: "Community") -> None:
    """Notices of what others did lately, each at its time; the first worker makes notifications of them."""
    readers = {town.users[name].pk for name in people.LOGINS}
    since = town.now - TOLD_WITHIN
    found = sorted((fact for fact in facts(town) if fact[0] > since), key=lambda fact: fact[0])
    Notice.objects.bulk_create(
        Notice(pk=first_id_at(moment) + tail % 4096, type=kind, recipient_id=recipient, actor_id=actor, post_id=about)
        for tail, (moment, kind, recipient, actor, about) in enumerate(found)
        if recipient in readers and recipient != actor
    )


def facts(town: "Community") -> Iterator[tuple[datetime, NoticeType, int, int, int]]:
    """(when, what, to whom, by whom, the post): likes, answers, shares, quotes and mentions."""
    authors = {post.pk: post.author_id for post in town.posts}
    for post_id, user_id, moment in town.likes:
        yield moment, NoticeType.LIKE, authors[post_id], user_id, post_id
    for post in town.posts:
        if post.share_of:
            yield post.created_at, NoticeType.SHARE, post.share_of.author_id, post.author_id, post.share_of.pk
        for recipient, kind in told_of(post).items():
            yield post.created_at, kind, recipient, post.author_id, post.pk
