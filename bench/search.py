"""Search among millions of posts and accounts: what an answer takes, against the bare index for just that answer."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import connection

from accounts.models import User
from bench import hacker_news, people
from bench.people import execute
from bench.results import Row, figure
from bench.timing import Work, medians
from feeds import search
from feeds.search import post_search
from feeds.search.suggesting import suggested
from feedsite.pagination import PageRequest
from posts import actions

LIMIT = 20
# Each stands for a kind: few posts have the first, one in five the second; of the busiest author are one in ten.
ASKED = {
    "a rare word": "quantum",
    "a very rare word": "z1234",
    "a common word": "the",
    "a phrase": '"machine learning"',
    "a phrase of common words": '"a the"',
    "from: somebody": "from:{author} google",
    "a hashtag and a word": "#google python",
}
GOAL = 10.0
RAW = """
SELECT post_id FROM post_search
 WHERE words @@ %(asked)s::tsquery AND post_id >= %(lowest)s AND post_id <= %(highest)s
 ORDER BY post_id DESC LIMIT %(limit)s
"""
ALL = "SELECT post_id FROM post_search WHERE words @@ %(asked)s::tsquery ORDER BY post_id DESC LIMIT %(limit)s"
RAW_NAMES = """
SELECT user_id FROM name_word
 WHERE word ~>=~ %(start)s AND word ~<~ (%(start)s || U&'\\+10FFFF') ORDER BY word USING ~<~ LIMIT 5
"""
ACCOUNTS = """
INSERT INTO accounts_user (username, password, display_name, bio, avatar, is_superuser, followers_count)
SELECT left(u.username, 22) || '_' || at.n, '!', left(u.display_name, 20) || ' ' || upper(t.tag), '', '', false,
       floor(power(100000, random()))
  FROM generate_series(1, %s) at(n)
  JOIN (SELECT row_number() OVER (ORDER BY id) AS place, username, display_name FROM accounts_user) u
    ON u.place = 1 + at.n %% (SELECT count(*) FROM accounts_user)
  JOIN tag t ON t.n = 1 + at.n %% (SELECT count(*) FROM tag)
"""
NAMES = """
INSERT INTO name_word (user_id, word, fame)
SELECT u.id, word, fame(u.followers_count) FROM accounts_user u, name_words(u.username, u.display_name) word
ON CONFLICT DO NOTHING
"""


def searching(
    *, posts: int = 5_000_000, accounts: int = 1_000_000, most: int | None = None, rounds: int = 15
) -> Iterator[Row]:
    """Milliseconds of one answer in the service; no rows where the titles of Hacker News are not at hand.

    Raw is the same index asked for just the ids between the first and the last of the answer, by somebody who knew
    them before: without rules, windows or cards.
    """
    if not hacker_news.is_here():
        return
    authors = hacker_news.load(most)
    hacker_news.generate(authors, posts)
    make_accounts(accounts)
    author = User.objects.get(pk=authors[0])
    for name, asked in ASKED.items():
        yield from answers(name, asked.format(author=author.username), rounds)
    yield from typing_(author, rounds)
    yield from publishing(author, rounds)


def make_accounts(number: int) -> None:
    execute("SET session_replication_role = replica")
    execute(ACCOUNTS, [number])
    execute(NAMES)
    execute("RESET session_replication_role")
    people.tidy_tables("accounts_user", "name_word")


def answers(name: str, asked: str, rounds: int) -> Iterator[Row]:
    """The ids by the rules, and the whole page, by somebody signed out."""
    viewer, query, page = AnonymousUser(), search.read(asked), PageRequest(LIMIT, None, "bench", 0)
    ids, _, _ = post_search.find(viewer, query, below=None, number=LIMIT)
    bare = {"asked": tsquery(query), "limit": LIMIT, "lowest": min(ids, default=0), "highest": max(ids, default=0)}
    works: dict[str, Work] = {
        "raw": partial(execute, RAW, bare),
        "found": lambda: post_search.find(viewer, query, below=None, number=LIMIT),
        "page": lambda: search.posts(viewer, query, page),
        "all": partial(execute, ALL, bare),
    }
    taken = medians(works, rounds=rounds)
    ms = {work: 1000 * seconds for work, seconds in taken.items()}
    yield figure(f"search: {name}, ids by the rules", "ms", ms["found"], ms["raw"])
    yield figure(f"search: {name}, the page's posts", "ms", ms["page"], ms["raw"])
    yield figure(f"search: {name}, ids / sorting all that have it", "ms", ms["found"], ms["all"])


def tsquery(query: search.Query) -> str:
    """What the index is asked, as text, so that the planner sees all of it."""
    names = ("words", "not_words", "tags", "not_tags", "authors", "not_authors")
    given: list[Any] = [*(getattr(query, name) for name in names), query.has_media]
    sql = f"SELECT asked::text FROM search_asked({'%s::text[], ' * len(names)}%s)"
    return str(execute(sql, given)[0][0])


def typing_(reader: User, rounds: int) -> Iterator[Row]:
    """What the box offers: people and hashtags, after one letter, some, and with a typo."""
    for name, start in {"one letter": "p", "a beginning": "pyth", "a name": reader.username, "a typo": "pythn"}.items():
        works: dict[str, Work] = {
            "ours": partial(suggested, reader, start),
            "raw": partial(execute, RAW_NAMES, {"start": start}),
        }
        taken = medians(works, rounds=rounds)
        yield figure(f"search: suggestions for {name}", "ms", 1000 * taken["ours"], 1000 * taken["raw"])


def publishing(author: User, rounds: int) -> Iterator[Row]:
    """What keeping its words adds to a post of 150 letters, by the rows alone and to `publish`."""
    content = "What a trigger costs: " + "several words of usual length and some #tags " * 3
    sql = "INSERT INTO post (author_id, content, content_html, hashtags) VALUES (%s, %s, '', ARRAY['tags'])"
    works: dict[str, Work] = {
        "kept": lambda: execute(sql, [author.pk, content]),
        "bare": lambda: without_words(sql, [author.pk, content]),
        "publish": lambda: actions.publish(author=author, content=content),
    }
    taken = medians(works, rounds=4 * rounds)
    yield figure("search: a post's row with words / without", "ms", 1000 * taken["kept"], 1000 * taken["bare"])
    words = max(taken["kept"] - taken["bare"], 1e-6)
    yield figure("search: the words of a post / publish", "ms", 1000 * words, 1000 * taken["publish"])


def without_words(sql: str, params: list[Any]) -> None:
    """The same statement with no trigger of a post; the switch is a round trip, and so is the one back."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica;" + sql + ";RESET session_replication_role", params)
