"""What workers have made of posts, told to the pages that show them."""

from feeds import tasks as feeds_tasks
from posts.models import Media, Post

# An address may stand in many posts; of those nobody has in front of them any more, none is told.
POSTS_TOLD = 50


def tell_of_media(media_id: int) -> None:
    for post_id in Media.objects.filter(pk=media_id, post__isnull=False).values_list("post_id", flat=True):
        feeds_tasks.tell_card_after_commit(post_id or 0)


def tell_of_preview(preview_id: int) -> None:
    linking = Post.objects.filter(preview=preview_id, deleted_at=None).order_by("-pk")
    for post_id in linking.values_list("pk", flat=True)[:POSTS_TOLD]:
        feeds_tasks.tell_card_after_commit(post_id)
