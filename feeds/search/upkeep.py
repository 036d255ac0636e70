"""Words for the posts that were there before there was a search, newest first, while the site goes on."""

from django.db import connection, transaction

from feeds.search import tag_search

AT_ONCE, BATCHES = 2_000, 10
# A post that is edited meanwhile has its words from the trigger, and keeps them; one that goes is waited for.
FILL = """
WITH place AS (
  SELECT below FROM search_fill FOR UPDATE SKIP LOCKED
), taken AS (
  SELECT p.id, p.author_id, p.content, p.hashtags, p.media_count, p.share_of_id,
         p.visibility, p.mentioned_ids, p.root_id
    FROM post p WHERE p.id < (SELECT below FROM place) ORDER BY p.id DESC LIMIT %(number)s FOR KEY SHARE
), written AS (
  INSERT INTO post_search (post_id, words)
  SELECT id, post_words(author_id, content, hashtags, media_count,
                        post_readers(author_id, visibility, mentioned_ids, root_id))
    FROM taken WHERE share_of_id IS NULL
  ON CONFLICT DO NOTHING
), moved AS (
  UPDATE search_fill SET below = (SELECT min(id) FROM taken) WHERE EXISTS (SELECT FROM taken)
), ended AS (
  DELETE FROM search_fill WHERE EXISTS (SELECT FROM place) AND NOT EXISTS (SELECT FROM taken)
)
SELECT (SELECT count(*) FROM taken), (SELECT count(*) FROM place)
"""


def fill() -> int:
    """Some thousand posts more; how many. At the end hashtags are counted, and from then on it costs one query."""
    done = 0
    for _ in range(BATCHES):
        number, is_filling = fill_batch()
        done += number
        if is_filling and not number:
            tag_search.recount()
        if not number:
            break
    return done


@transaction.atomic
def fill_batch() -> tuple[int, bool]:
    """(posts taken, whether there was anything to fill); killed anywhere, the next goes on from there."""
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"number": AT_ONCE})
        number, places = cursor.fetchone()
    return number, places > 0
