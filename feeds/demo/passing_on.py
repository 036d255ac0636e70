"""What the community passes on and keeps: shares by those who liked a post, bookmarks of those one can log in as."""

from datetime import timedelta
from random import Random
from typing import TYPE_CHECKING

from feeds.demo import people
from posts.models import Bookmark, Post, Visibility, first_id_at

if TYPE_CHECKING:
    from feeds.demo.community import Community

SEED = 1905
# So many likes bring one share.
LIKES_A_SHARE = 7
KEPT_BY_EACH = 6


def share(town: "Community") -> None:
    """Well-liked public posts are shared by some who liked them, within hours."""
    chance = Random(SEED)
    for post in [post for post in town.posts if post.visibility == Visibility.PUBLIC and not post.is_comment]:
        likers = sorted(user_id for post_id, user_id, _ in town.likes if post_id == post.pk)
        sharers = chance.sample(likers, min(len(likers), post.likes_count // LIKES_A_SHARE))
        for user in town.users.values():
            moment = post.created_at + timedelta(minutes=90 * chance.lognormvariate(0, 1))
            if user.pk in sharers and moment < town.now - timedelta(minutes=5):
                make_share(town, user.username, post, first_id_at(moment))


def make_share(town: "Community", sharer: str, post: Post, first_id: int) -> None:
    user = town.users[sharer]
    town.posts.append(Post(author=user, share_of=post, pk=first_id + len(town.posts) % 4096))
    post.shares_count += 1
    user.posts_count += 1


def keep(town: "Community") -> None:
    """Those one can log in as find some bookmarks of theirs."""
    chance = Random(SEED)
    kept = [post for post in town.posts if post.visibility == Visibility.PUBLIC and post.likes_count and post.content]
    for name in people.LOGINS:
        for post in chance.sample(kept, min(KEPT_BY_EACH, len(kept))):
            moment = town.now - timedelta(days=chance.random()) - timedelta(minutes=1)
            tail = len(town.bookmarks)
            town.bookmarks.append(Bookmark(pk=first_id_at(moment) + tail, user=town.users[name], post=post))
