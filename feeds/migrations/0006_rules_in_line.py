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
MUTED = (
    "EXISTS (SELECT FROM mute m WHERE m.muter_id = {0} AND m.muted_id = {1}"
    " AND (m.expires_at IS NULL OR m.expires_at > now()))"
)
BLOCKED = (
    "(EXISTS (SELECT FROM block b WHERE b.blocker_id = {0} AND b.blocked_id = {1})"
    " OR EXISTS (SELECT FROM block b WHERE b.blocker_id = {1} AND b.blocked_id = {0}))"
)
HEARS = f"(NOT {BLOCKED} AND NOT {MUTED})"


def replaced(sql: str) -> str:
    return sql.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")


def written_out(sql: str) -> str:
    for name, rule in (("timeline_hears", HEARS), ("blocked_either_way", BLOCKED)):
        sql = re.sub(rf"{name}\(([\w.]+), ([\w.]+)\)", lambda call, rule=rule: rule.format(call[1], call[2]), sql)
    return replaced(sql)


class Migration(migrations.Migration):
    dependencies = [("feeds", "0005_fallback")]
    operations = [
        migrations.RunSQL(written_out(SHARED_ABOVE + FUNCTIONS), replaced(SHARED_ABOVE + FUNCTIONS)),
    ]
