"""What is to be forgotten of readers who have opted out, owed in PostgreSQL."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Who has opted out already: whether their task ever ran is not known.
OWE = """
INSERT INTO impression_forgetting (reader_id, before) SELECT id, now() FROM accounts_user WHERE untracked
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_ranking_set_at"), ("feeds", "0018_experiment_starts")]
    operations = [
        migrations.CreateModel(
            name="Forgetting",
            fields=[
                (
                    "reader",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("before", models.DateTimeField()),
                ("is_owed", models.BooleanField(db_default=True, default=True)),
            ],
            options={
                "db_table": "impression_forgetting",
                "indexes": [
                    models.Index(condition=models.Q(("is_owed", True)), fields=["before"], name="forgetting_owed")
                ],
            },
        ),
        migrations.RunSQL(OWE, migrations.RunSQL.noop),
    ]
