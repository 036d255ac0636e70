"""The rules of a page written out where they are asked.

PostgreSQL starts an executor for each call of a function that looks into tables, 10 µs a time and two or
three calls a row; written out they are probes of the statement's own plan.
"""

import importlib
import re

from django.db import migrations

old = importlib.import_module("feeds.migrations.0004_one_statement")

FUNCTIONS = old.ROW[old.ROW.index("CREATE FUNCTION timeline_rows") :]
SHARED_ABOVE = old.ROW[: old.ROW.index("CREATE TYPE")]


def found(where: str) -> str:
    """Whether such a row is there, by a probe of its key for each row asked about.

    As EXISTS it may be planned as a hash of all that the reader follows, blocks or mutes.
    """
    return f"coalesce((SELECT true FROM {where} LIMIT 1), false)"  # noqa: S608 the rules below


def blocked(one: str, other: str) -> str:
    way = "block b WHERE b.blocker_id = {0} AND b.blocked_id = {1}"
    return f"({found(way.format(one, other))} OR {found(way.format(other, one))})"


def hears(reader: str, author: str) -> str:
    muted = f"mute m WHERE m.muter_id = {reader} AND m.muted_id = {author}"
    return f"(NOT {blocked(reader, author)} AND NOT {found(muted + ' AND (m.expires_at IS NULL OR m.expires_at > now())')})"


def follows(reader: str, author: str) -> str:
    return found(f"follow f WHERE f.follower_id = {reader} AND f.followee_id = {author}")


CALLS = {
    r"timeline_hears\(([\w.]+), ([\w.]+)\)": hears,
    r"blocked_either_way\(([\w.]+), ([\w.]+)\)": blocked,
    r"EXISTS \(SELECT FROM follow f WHERE f\.follower_id = ([\w.]+) AND f\.followee_id = ([\w.]+)\)": follows,
}


def replaced(sql: str) -> str:
    return sql.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def written_out(sql: str) -> str:
    for call, rule in CALLS.items():
        sql = re.sub(call, lambda names, rule=rule: rule(names[1], names[2]), sql)
    return replaced(sql)


# A page is a few dozen rows by their keys, planned once for all readers. Where the statistics of a table are
# young or odd the planner may merge them with an index of all accounts, hoping to stop early: 25 ms instead of 1.
# Hashes stay allowed: who pulls thousands of authors needs them.
PAGES = ("timeline_home(bigint, bigint[], int)", "timeline_hot(bigint, bigint, bigint[], bigint, bigint[], int)")
BY_KEYS = "".join(f"ALTER FUNCTION {page} SET enable_mergejoin = off;\n" for page in PAGES)
AS_BEFORE = BY_KEYS.replace(" SET ", " RESET ").replace(" = off", "")


class Migration(migrations.Migration):
    dependencies = [("feeds", "0005_fallback")]
    operations = [
        migrations.RunSQL(
            written_out(SHARED_ABOVE + FUNCTIONS) + BY_KEYS, replaced(SHARED_ABOVE + FUNCTIONS) + AS_BEFORE
        ),
    ]
