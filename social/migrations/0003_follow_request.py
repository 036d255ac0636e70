import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

# As the staff list wants it; see 0002_staff_rows.
VIEW = """
CREATE VIEW follow_request_row AS
  SELECT follower_id || '-' || followee_id AS key, follower_id, followee_id, created_at FROM follow_request;
"""


def person() -> models.ForeignKey:
    return models.ForeignKey(
        db_index=False,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


def person_of_row() -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


class Migration(migrations.Migration):
    dependencies = [("social", "0002_staff_rows")]
    operations = [
        migrations.CreateModel(
            name="FollowRequest",
            fields=[
                (
                    "created_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False),
                ),
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "followee_id", "follower_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("followee", person()),
                ("follower", person()),
            ],
            options={
                "db_table": "follow_request",
                "indexes": [models.Index(fields=["follower", "followee"], name="follow_request_out")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("followee", models.F("follower")), _negated=True),
                        name="no_request_to_oneself",
                    )
                ],
            },
        ),
        migrations.RunSQL(VIEW, "DROP VIEW follow_request_row"),
        migrations.CreateModel(
            name="FollowRequestRow",
            fields=[
                ("key", models.TextField(editable=False, primary_key=True, serialize=False)),
                ("created_at", models.DateTimeField()),
                ("follower", person_of_row()),
                ("followee", person_of_row()),
            ],
            options={
                "verbose_name": "follow request",
                "db_table": "follow_request_row",
                "managed": False,
                "unique_together": {("follower", "followee")},
            },
        ),
    ]
