"""What the first link of a post leads to. A worker looks after the commit; `posts.links` says how."""

import hashlib

from django.conf import settings

from posts import tasks, text
from posts.models import LinkPreview, Post, Visibility

LONGEST_ADDRESS = 2000


def owed_preview(post: Post) -> LinkPreview | None:
    """The row of the address, one for all posts with that link; None unless everybody may see the post.

    It is written with the post, so that a look that was lost is found.
    """
    address = text.first_link(post.content) if settings.LINK_PREVIEWS and is_for_everybody(post) else None
    if address is None or len(address) > LONGEST_ADDRESS:
        return None
    digest = hashlib.sha256(address.encode()).digest()
    LinkPreview.objects.bulk_create([LinkPreview(url=address, url_digest=digest)], ignore_conflicts=True)
    return LinkPreview.objects.get(url_digest=digest)


def is_for_everybody(post: Post) -> bool:
    """Nobody outside is to learn of an address that was written for a few."""
    if post.visibility != Visibility.PUBLIC or post.author.is_closed:
        return False
    root = Post.objects.select_related("author").filter(pk=post.root_id).first() if post.root_id else None
    return root is None or (root.visibility == Visibility.PUBLIC and not root.author.is_closed)


def look_after_commit(preview: LinkPreview | None) -> None:
    if preview is not None and preview.is_due():
        tasks.look_at_link.delay_on_commit(preview.pk)
