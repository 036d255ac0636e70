"""The words of names that were there before they were kept.

In batches, each a transaction of its own, so a site with millions goes on. Killed anywhere it can run again.
"""

from django.db import migrations

AT_ONCE = 20_000
# What a trigger has written meanwhile stays. Whoever changes a name waits for the batch, or the batch for them: so the
# trigger takes away what was written of the old one.
FILL = """
INSERT INTO name_word (user_id, word, fame)
SELECT u.id, word, fame(u.followers_count)
  FROM (SELECT * FROM accounts_user WHERE id > %s AND id <= %s FOR SHARE) u, name_words(u.username, u.display_name) word
ON CONFLICT DO NOTHING
"""


def fill(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM accounts_user")
        for start in range(0, cursor.fetchone()[0], AT_ONCE):
            cursor.execute(FILL, [start, start + AT_ONCE])


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0006_name_words")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
