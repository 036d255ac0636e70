"""Who is to be told of a post, or of what was done to it."""

from posts.models import Post
from social.actions.telling import owe, owe_each
from social.models import NoticeType


def told_of(post: Post) -> dict[int, NoticeType]:
    """{user id: as what they are told of it}, each once: an answer and a quote go before a mention."""
    told = dict.fromkeys(post.mentioned_ids, NoticeType.MENTION)
    if post.quote_of is not None:
        told[post.quote_of.author_id] = NoticeType.QUOTE
    if post.in_reply_to is not None:
        told[post.in_reply_to.author_id] = NoticeType.COMMENT
    return told


def owe_of_post(post: Post) -> None:
    """For a post that is new, or to be seen by more people or again; who was told is not told twice."""
    owe_each(told_of(post), actor_id=post.author_id, post_id=post.pk)


def owe_of_mentions(post: Post, before: set[int]) -> None:
    """For a post whose words have changed: who is mentioned as of now, and who is no longer."""
    mentions = {pk: kind for pk, kind in told_of(post).items() if kind == NoticeType.MENTION and pk not in before}
    mentions |= dict.fromkeys(before.difference(post.mentioned_ids), NoticeType.MENTION)
    owe_each(mentions, actor_id=post.author_id, post_id=post.pk)


def owe_of_like(post: Post, liker_id: int) -> None:
    owe(NoticeType.LIKE, recipient_id=post.author_id, actor_id=liker_id, post_id=post.pk)


def owe_of_share(share: Post) -> None:
    """For a share that was made or taken back; told is the author of what it shares."""
    author_id = Post.objects.filter(pk=share.share_of_id).values_list("author_id", flat=True).get()
    owe(NoticeType.SHARE, recipient_id=author_id, actor_id=share.author_id, post_id=share.share_of_id)
