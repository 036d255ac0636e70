"""A whole thread on one page, to be printed or kept."""

from collections import defaultdict
from typing import Any, NamedTuple

from django.db import connection

from posts.hydrate import complete, visible_posts
from posts.models import Post

MOST_COMMENTS = 500
# A thread may be full of what the viewer may not see.
LOOKED_THROUGH = 2_000
# Further in there is no room for words.
DEEPEST_LEVEL = 6

# Oldest first, so what is answered comes before its answers, however many are taken; a last row without an id tells
# that there are more than were looked through.
COMMENTS = """
(SELECT p.id, p.in_reply_to_id
  FROM (SELECT * FROM post WHERE root_id = %(root)s ORDER BY id LIMIT %(looked)s) p
 WHERE p.deleted_at IS NULL
   AND post_visible(%(viewer)s, p.author_id, p.visibility, p.mentioned_ids, p.root_id, p.share_of_id)
 ORDER BY p.id LIMIT %(most)s + 1)
 UNION ALL
(SELECT NULL, NULL FROM (SELECT id FROM post WHERE root_id = %(root)s ORDER BY id OFFSET %(looked)s LIMIT 1) further)
"""


class Line(NamedTuple):
    """A comment with how far in it stands, from 1."""

    post: Post
    level: int


class Printed(NamedTuple):
    """All lines in the order in which a conversation is read; `is_cut` when there are more comments."""

    lines: list[Line]
    is_cut: bool


def printed(viewer: Any, post: Post) -> Printed:
    """The thread that began with the post, made complete as well; 2 queries, and one for each kind of thing."""
    answers, is_cut = find_answers(viewer, post.pk)
    order = in_order(answers, post.pk)[:MOST_COMMENTS]
    posts = visible_posts(viewer, [pk for pk, _ in order]) if order else {}
    complete(viewer, [post, *posts.values()])
    return Printed([Line(posts[pk], level) for pk, level in order if pk in posts], is_cut)


def find_answers(viewer: Any, root_id: int) -> tuple[dict[int, list[int]], bool]:
    """{post id: ids of the answers to it} of the oldest comments, and whether there may be more."""
    with connection.cursor() as cursor:
        params = {"root": root_id, "viewer": viewer.pk or 0, "most": MOST_COMMENTS, "looked": LOOKED_THROUGH}
        cursor.execute(COMMENTS, params)
        rows = cursor.fetchall()
    answers: defaultdict[int, list[int]] = defaultdict(list)
    found = [(pk, parent) for pk, parent in rows if pk is not None]
    for pk, parent in found[:MOST_COMMENTS]:
        answers[parent].append(pk)
    return answers, len(found) > MOST_COMMENTS or len(found) < len(rows)


def in_order(answers: dict[int, list[int]], root_id: int) -> list[tuple[int, int]]:
    """(id, level) of each comment before the answers to it. A loop: a thread may be deeper than Python's stack."""
    order: list[tuple[int, int]] = []
    waiting = [(pk, 1) for pk in reversed(answers.get(root_id, []))]
    while waiting:
        pk, level = waiting.pop()
        order.append((pk, min(level, DEEPEST_LEVEL)))
        waiting += [(answer, level + 1) for answer in reversed(answers.get(pk, []))]
    return order
