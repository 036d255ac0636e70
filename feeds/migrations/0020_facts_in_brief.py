"""What the formula looks at for less, interactions within bounds, and scrolls that are not written twice.

Without a half-life nothing is asked that only models look at: whether authors follow back, how much they post, and what
the text consists of. What a reader has done is read from the newest on, so that a month of fifty thousand likes costs
what one of a thousand does. A scroll may be lost with a crash: its reader is told so and begins a new one.
"""

import importlib

from django.db import migrations

before = importlib.import_module("feeds.migrations.0014_ranked")
rules = importlib.import_module("feeds.migrations.0006_rules_in_line")

BACK = rules.follows("wanted.author_id", "_reader")
CHANGES = {
    "strpos(coalesce(o.content, p.content), '://') > 0 AS has_link": (
        "_half_life IS NOT NULL AND strpos(coalesce(o.content, p.content), '://') > 0 AS has_link"
    ),
    "char_length(coalesce(o.content, p.content)) AS length": (
        "CASE WHEN _half_life IS NULL THEN 0 ELSE char_length(coalesce(o.content, p.content)) END AS length"
    ),
    f"{BACK} AS follows_back": f"CASE WHEN _half_life IS NULL THEN false ELSE {BACK} END AS follows_back",
    "coalesce((SELECT s.posting": "CASE WHEN _half_life IS NULL THEN 0 ELSE coalesce((SELECT s.posting",
    "WHERE s.user_id = wanted.author_id), 0) AS posting": "WHERE s.user_id = wanted.author_id), 0) END AS posting",
}
# Of likes and shares those of the newest posts: in that order their indexes have them.
DEEDS = """
            (SELECT l.post_id FROM (
               SELECT k.post_id, k.created_at FROM post_like k
                WHERE k.user_id = _reader ORDER BY k.post_id DESC LIMIT 1000) l
              WHERE l.created_at >= _since_time)
             UNION ALL
            (SELECT c.in_reply_to_id FROM post c
              WHERE c.author_id = _reader AND c.root_id IS NOT NULL AND c.id >= _since AND c.deleted_at IS NULL
              ORDER BY c.id DESC LIMIT 1000)
             UNION ALL
            (SELECT s.share_of_id FROM (
               SELECT k.share_of_id, k.id FROM post k
                WHERE k.author_id = _reader AND k.deleted_at IS NULL AND k.share_of_id IS NOT NULL
                ORDER BY k.share_of_id DESC LIMIT 1000) s
              WHERE s.id >= _since)
"""
FACTS = before.FACTS[before.FACTS.index("CREATE FUNCTION ranked_facts") :].replace("CREATE", "CREATE OR REPLACE", 1)
DEEDS_BEFORE = FACTS[FACTS.index("SELECT l.post_id FROM post_like l") : FACTS.index(") act (post_id)")]


def changed(sql: str) -> str:
    for old, new in (CHANGES | {DEEDS_BEFORE: DEEDS.strip()}).items():
        assert sql.count(old) == 1, old
        sql = sql.replace(old, new)
    return sql


class Migration(migrations.Migration):
    dependencies = [("feeds", "0019_forgetting")]
    operations = [
        migrations.RunSQL(changed(FACTS), FACTS),
        migrations.RunSQL("ALTER TABLE ranked_scroll SET UNLOGGED", "ALTER TABLE ranked_scroll SET LOGGED"),
    ]
