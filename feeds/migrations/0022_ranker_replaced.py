"""Each learned model knows what it took the place of: so the way back leads past those that were taken back."""

import django.db.models.deletion
from django.db import migrations, models

# As far as the times of those that were served tell.
FILL = """
UPDATE ranker_model m
   SET replaced_id = (SELECT b.id FROM ranker_model b WHERE b.promoted_at < m.promoted_at
                       ORDER BY b.promoted_at DESC LIMIT 1)
 WHERE m.promoted_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("feeds", "0021_frozen_by_formula")]
    operations = [
        migrations.AddField(
            "rankermodel",
            "replaced",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="feeds.rankermodel",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
