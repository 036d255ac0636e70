"""Rows of a page for less: who wrote an original is looked up for shares alone, and keys are asked plainly.

Joined as a table, the authors of originals were planned as a hash of all accounts, made for each page. The
rules' probes are by whole keys, so a LIMIT on each only made more of the plan to start.
"""

import importlib

from django.db import migrations

home = importlib.import_module("feeds.migrations.0008_rows_of_all_kinds")
lists = importlib.import_module("feeds.migrations.0009_lists")

JOINED = "LEFT JOIN accounts_user oa ON oa.id = o.author_id"
# A subquery with a LIMIT is asked for each row that needs it, whatever the planner thinks of the table.
PROBED = (
    "LEFT JOIN LATERAL (SELECT u.is_private, u.is_active, u.card_version FROM accounts_user u"
    " WHERE u.id = o.author_id LIMIT 1) oa ON true"
)
BEFORE = (home.ROWS[home.ROWS.index("CREATE FUNCTION timeline_rows") :] + lists.ROWS).replace(
    "CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"
)


class Migration(migrations.Migration):
    dependencies = [("feeds", "0011_search")]
    operations = [
        migrations.RunSQL(BEFORE.replace(" LIMIT 1), false)", "), false)").replace(JOINED, PROBED), BEFORE),
    ]
