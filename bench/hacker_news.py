"""Real posts to search in: 20,100 titles of Hacker News by their authors at their times, and millions made of them.

The file is not ours to pass on; `FOLDER` is where a developer keeps it. Its times, of 2015 and 2016, are moved on by
TEN_YEARS, for ids begin with 2024.
"""

import csv
import gzip
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone
from django.utils.html import escape
from psycopg2.extras import execute_values

from bench.people import execute
from posts import text
from posts.models import first_id_at

FOLDER = Path(__file__).resolve().parent.parent.parent / "shared" / "data"
FILE = "hacker_news_20100.csv.gz"
TEN_YEARS = timedelta(days=3653)
LONGEST = 280
AT_ONCE = 250_000

# A generated post is the beginning of one title, the end of another, and a word out of a long tail: the n-th of ten
# million is drawn with a chance of about 1/n. So common words, rare words and phrases are as frequent as in the
# titles, and there are words rarer than in those. Authors, the busiest first, and the hashtags that one in five posts
# has are drawn in the same way.
GENERATED = """
INSERT INTO post (id, author_id, content, content_html, hashtags)
SELECT id, author, content, '<p>' || content || '</p>', tags
  FROM (SELECT %(oldest)s + at.n * %(step)s AS id,
               (%(authors)s::bigint[])[floor(power(%(people)s, random()))] AS author,
               begun.head || ended.tail || ' z' || floor(power(10000000, random()))
                 || CASE WHEN at.n %% 5 = 0 THEN ' #' || tagged.tag ELSE '' END AS content,
               CASE WHEN at.n %% 5 = 0 THEN ARRAY[tagged.tag] ELSE '{}' END AS tags
          FROM generate_series(%(first)s::bigint, %(last)s) at(n)
          JOIN title begun ON begun.n = (hashint8(at.n)::bigint & 1048575) %% %(titles)s
          JOIN title ended ON ended.n = (hashint8(at.n + 1)::bigint & 1048575) %% %(titles)s
          JOIN tag tagged ON tagged.n = floor(power(%(tags)s, (hashint8(at.n + 2)::bigint & 1048575) / 1048576.0))) made
ON CONFLICT (id) DO NOTHING
"""
TITLES = """
CREATE TEMPORARY TABLE title AS
SELECT row_number() OVER (ORDER BY id) - 1 AS n, left(content, cut) AS head, substr(content, cut + 1) AS tail
  FROM (SELECT id, content, half + position(' ' IN substr(content || ' ', half + 1)) - 1 AS cut
          FROM post, LATERAL (SELECT length(content) / 2 AS half) h WHERE content <> '') halved;
CREATE TEMPORARY TABLE tag AS
SELECT row_number() OVER (ORDER BY count(*) DESC, word) AS n, word AS tag
  FROM post, regexp_split_to_table(lower(content), '[^a-z]+') word WHERE length(word) >= 5 GROUP BY word LIMIT 5000;
ANALYZE title, tag;
"""


class Story(NamedTuple):
    author: str
    title: str
    at: datetime


def is_here() -> bool:
    return (FOLDER / FILE).exists()


def stories(most: int | None = None) -> list[Story]:
    """Oldest first, at most so many."""
    with gzip.open(FOLDER / FILE, "rt", encoding="utf-8-sig", newline="") as file:
        told = [story(row) for row in csv.DictReader(file)]
    return sorted(told, key=lambda one: one.at)[:most]


def story(row: dict[str, str]) -> Story:
    at = datetime.strptime(row["created_at"], "%m/%d/%Y %H:%M").replace(tzinfo=UTC)
    return Story(row["author"], row["title"][:LONGEST], at + TEN_YEARS)


def load(most: int | None = None) -> list[int]:
    """Writes the stories as posts, with hashtags and all that triggers keep; ids of the authors, busiest first."""
    told = stories(most)
    authors = make_authors({one.author for one in told})
    execute("DROP TABLE IF EXISTS pg_temp.title, pg_temp.tag")
    with connection.cursor() as cursor:
        sql = "INSERT INTO post (id, author_id, content, content_html, hashtags) VALUES %s"
        execute_values(cursor, sql, rows(told, authors), page_size=1000)
    execute("ANALYZE accounts_user, name_word, post, post_search")
    counted = execute("SELECT author_id FROM post GROUP BY 1 ORDER BY count(*) DESC, 1")
    return [row[0] for row in counted]


def rows(told: list[Story], authors: dict[str, int]) -> Iterator[tuple[Any, ...]]:
    last = 0
    for one in told:
        # Several of one minute follow each other.
        last = max(first_id_at(one.at), last + 1)
        html = f"<p>{escape(one.title)}</p>"
        yield last, authors[one.author], one.title, html, text.entities(one.title).hashtags


def make_authors(names: set[str]) -> dict[str, int]:
    """{name there: id here}; names that mean the same here are told apart by a number."""
    ours: dict[str, str] = {}
    for name in sorted(names):
        plain = f"hn_{re.sub('[^a-z0-9_]', '_', name.lower())}"[:24]
        ours[name] = plain if plain not in set(ours.values()) else f"{plain}_{len(ours)}"
    made = execute(
        "INSERT INTO accounts_user (username, password, display_name, bio, avatar, is_superuser)"
        " SELECT username, '!', name, '', '', false FROM unnest(%s::text[], %s::text[]) AS a (username, name)"
        " RETURNING display_name, id",
        [list(ours.values()), [name[:50] for name in ours]],
    )
    return dict(made)


def generate(authors: list[int], number: int, *, days: int = 365) -> None:
    """So many posts of these authors, evenly over the days before now, then indexed at once; `load` comes before."""
    execute(TITLES)
    newest = first_id_at(timezone.now())
    facts = {"authors": authors, "people": len(authors), "step": (days * 86_400_000 << 12) // number}
    facts["oldest"] = newest - number * facts["step"]
    facts["titles"], facts["tags"] = (execute(f"SELECT count(*) FROM {table}")[0][0] for table in ("title", "tag"))
    execute("SET synchronous_commit = off; SET session_replication_role = replica; SET maintenance_work_mem = '512MB'")
    for first in range(0, number, AT_ONCE):
        execute(GENERATED, facts | {"first": first, "last": min(first + AT_ONCE, number) - 1})
    index_all()
    execute("RESET synchronous_commit; RESET session_replication_role; RESET maintenance_work_mem")
    execute("VACUUM (FREEZE, ANALYZE)")


def index_all() -> None:
    """What the triggers would have written: the words of posts and the uses of hashtags."""
    execute("DROP INDEX post_search_words")
    execute(
        "INSERT INTO post_search (post_id, words) SELECT id, post_words(author_id, content, hashtags, media_count,"
        " post_readers(author_id, visibility, mentioned_ids, root_id))"
        " FROM post ORDER BY id ON CONFLICT (post_id) DO NOTHING"
    )
    execute("CREATE INDEX post_search_words ON post_search USING gin (words) WITH (fastupdate = off)")
    execute(
        "INSERT INTO hashtag (tag, folded, posts_count) SELECT tag, folded(tag), count(*)"
        " FROM post, unnest(hashtags) tag WHERE hashtags <> '{}' GROUP BY 1"
        " ON CONFLICT (tag) DO UPDATE SET posts_count = excluded.posts_count"
    )
