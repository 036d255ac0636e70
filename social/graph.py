"""Loads a follow graph from an edge list: all of it or nothing, by COPY and set-based SQL."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from social.edge_list import EdgeList, checked_prefix

Progress = Callable[[str, int], None]


@dataclass
class Counts:
    """What was read, what of it was new, and what was left out."""

    edges: int = 0
    self_loops: int = 0
    repeated: int = 0
    users: int = 0
    users_made: int = 0
    follows_made: int = 0
    blocked: int = 0

    @property
    def follows_there(self) -> int:
        return self.edges - self.self_loops - self.repeated - self.blocked - self.follows_made


TABLES = """
CREATE TEMPORARY TABLE graph_name (nr bigint, username text);
CREATE TEMPORARY TABLE graph_line (follower bigint, followee bigint);
CREATE TEMPORARY TABLE graph_new_user (id bigint);
CREATE TEMPORARY TABLE graph_made (follower_id bigint, followee_id bigint);
"""
DROP_TABLES = "DROP TABLE graph_name, graph_line, graph_edge, graph_new_user, graph_wanted, graph_made, graph_change"
EDGES = "CREATE TEMPORARY TABLE graph_edge AS SELECT DISTINCT follower, followee FROM graph_line"
# New people come with their counters: nobody can have blocked or followed them before.
MAKE_USERS = """
WITH degree AS (
  SELECT nr, sum(following) AS following, sum(followers) AS followers
    FROM (SELECT follower AS nr, 1 AS following, 0 AS followers FROM graph_edge
          UNION ALL SELECT followee, 0, 1 FROM graph_edge) one
   GROUP BY nr
), made AS (
  INSERT INTO accounts_user (username, display_name, bio, avatar, password, is_superuser,
                             following_count, followers_count, relations_version)
  SELECT username, username, '', '', '!', false,
         coalesce(following, 0), coalesce(followers, 0), coalesce(following, 0)
    FROM graph_name LEFT JOIN degree USING (nr) ORDER BY nr
  ON CONFLICT DO NOTHING
  RETURNING id
)
INSERT INTO graph_new_user SELECT id FROM made
"""
# The edges by the ids of the users, in the order of the table's key.
WANTED = """
CREATE TEMPORARY TABLE graph_wanted AS
SELECT er.id AS follower_id, ee.id AS followee_id
  FROM graph_edge e
  JOIN graph_name rn ON rn.nr = e.follower JOIN accounts_user er ON er.username = rn.username
  JOIN graph_name en ON en.nr = e.followee JOIN accounts_user ee ON ee.username = en.username
"""
DROP_BLOCKED = """
DELETE FROM graph_wanted w USING block b
 WHERE (b.blocker_id = w.follower_id AND b.blocked_id = w.followee_id)
    OR (b.blocker_id = w.followee_id AND b.blocked_id = w.follower_id)
"""
# Whoever is let in by the import waits no longer, and stands in no notification as waiting.
DROP_REQUESTS = """
WITH answered AS (
  DELETE FROM follow_request r USING graph_wanted w
   WHERE r.followee_id = w.followee_id AND r.follower_id = w.follower_id
  RETURNING r.followee_id, r.follower_id
)
INSERT INTO notice (recipient_id, actor_id, type) SELECT followee_id, follower_id, 'follow_request' FROM answered
"""
# An author whom nobody but this transaction knows has no post, and no publish of theirs is under
# way: such edges may be pushed from the start. All others are pulled until the mover has them.
MAKE_FOLLOWS = """
WITH pushed AS MATERIALIZED (
  SELECT w.followee_id FROM graph_wanted w JOIN graph_new_user n ON n.id = w.followee_id
   GROUP BY w.followee_id HAVING count(*) <= %s
), made AS (
  INSERT INTO follow (follower_id, followee_id, pull)
  SELECT w.follower_id, w.followee_id, pushed.followee_id IS NULL
    FROM graph_wanted w LEFT JOIN pushed USING (followee_id)
   ORDER BY w.follower_id, w.followee_id
  ON CONFLICT DO NOTHING
  RETURNING follower_id, followee_id
)
INSERT INTO graph_made SELECT follower_id, followee_id FROM made
"""
# What the follows change for people who were there before. Rows are locked after the follows are
# there and in the order of their ids, as every writer does it, so that no two wait for each other.
CHANGES = """
CREATE TEMPORARY TABLE graph_change AS
SELECT id, sum(following) AS following, sum(followers) AS followers
  FROM (SELECT follower_id AS id, 1 AS following, 0 AS followers FROM graph_made
        UNION ALL SELECT followee_id, 0, 1 FROM graph_made) one
 WHERE id NOT IN (SELECT id FROM graph_new_user)
 GROUP BY id
"""
LOCK_CHANGED = "SELECT FROM accounts_user WHERE id IN (SELECT id FROM graph_change) ORDER BY id FOR NO KEY UPDATE"
COUNT = """
UPDATE accounts_user u
   SET following_count = u.following_count + change.following,
       followers_count = u.followers_count + change.followers,
       relations_version = u.relations_version + change.following
  FROM graph_change change
 WHERE u.id = change.id
"""


def load(path: Path, *, prefix: str, pushed_most: int = -1, progress: Progress = lambda step, at: None) -> Counts:
    """Makes the users and follows of the file that are missing, in one transaction.

    New authors with at most `pushed_most` followers are pushed from the start; every other edge is
    pulled until feeds.mover settles it. `progress` is told ("reading", bytes of the file read so
    far), then (each later step, 0). Raises BadGraph naming the line, or what is wrong with the file.
    """
    prefix = checked_prefix(prefix)
    with transaction.atomic(), connection.cursor() as cursor:
        # One import at a time: two could wait for each other's users.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('import_graph', 0))")
        # Foreign keys are checked by each statement: a million checks are not left to the commit.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(TABLES)
        counts = copy_edges(cursor, path, prefix, progress)
        make_users(cursor, counts, progress)
        make_follows(cursor, counts, pushed_most, progress)
        count(cursor, progress)
        cursor.execute(DROP_TABLES)
    return counts


def make_users(cursor: Any, counts: Counts, progress: Progress) -> None:
    progress("sorting edges", 0)
    cursor.execute(EDGES)
    counts.repeated = counts.edges - counts.self_loops - cursor.rowcount
    progress("making users", 0)
    cursor.execute("ANALYZE graph_name, graph_edge")
    cursor.execute(MAKE_USERS)
    counts.users_made = cursor.rowcount


def make_follows(cursor: Any, counts: Counts, pushed_most: int, progress: Progress) -> None:
    """From here to the commit nobody can block or ask, so a follow never stands beside a block or a request."""
    progress("making follows", 0)
    cursor.execute(WANTED)
    cursor.execute("LOCK TABLE block IN SHARE MODE")
    cursor.execute("LOCK TABLE follow_request IN SHARE ROW EXCLUSIVE MODE")
    cursor.execute(DROP_BLOCKED)
    counts.blocked = cursor.rowcount
    cursor.execute(DROP_REQUESTS)
    cursor.execute("ANALYZE graph_wanted, graph_new_user")
    cursor.execute(MAKE_FOLLOWS, [pushed_most])
    counts.follows_made = cursor.rowcount


def count(cursor: Any, progress: Progress) -> None:
    """Brings up the counters of people who were there before."""
    progress("counting", 0)
    for statement in (CHANGES, "ANALYZE graph_change", LOCK_CHANGED, COUNT):
        cursor.execute(statement)


def copy_edges(cursor: Any, path: Path, prefix: str, progress: Progress) -> Counts:
    """Streams the file into graph_line, and the names met into graph_name."""
    with EdgeList(path, prefix) as edge_list:
        copy(cursor, "graph_line", edge_list.chunks(lambda size_bytes: progress("reading", size_bytes)))
    copy(cursor, "graph_name", (f"{number}\t{name}\n" for name, number in edge_list.names()))
    return Counts(edges=edge_list.edges, self_loops=edge_list.self_loops, users=len(edge_list.numbers))


class TextStream:
    """Pieces of text as the file that COPY reads.

    An error on the way ends the text and is kept: the driver would hide it in a message of its own.
    """

    def __init__(self, pieces: Iterable[str]) -> None:
        self.pieces: Iterator[str] = iter(pieces)
        self.waiting = ""
        self.error: Exception | None = None

    def read(self, size: int) -> str:
        """At most `size` characters; empty at the end."""
        try:
            while not self.waiting:
                self.waiting = next(self.pieces)
        except StopIteration:
            return ""
        except Exception as error:  # noqa: BLE001 - raised again by `copy`
            self.error = error
            return ""
        given, self.waiting = self.waiting[:size], self.waiting[size:]
        return given


def copy(cursor: Any, table: str, pieces: Iterable[str]) -> None:
    """COPY into a temporary table of this file; an error in `pieces` comes out as it is."""
    stream = TextStream(pieces)
    cursor.copy_expert(f"COPY {table} FROM STDIN", stream, 1 << 16)
    if stream.error:
        raise stream.error
