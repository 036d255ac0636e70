import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# The admin wants one column as the key; the two that have an index are what it filters and sorts by.
VIEWS = """
CREATE VIEW follow_row AS
  SELECT follower_id || '-' || followee_id AS key, follower_id, followee_id, pull, created_at FROM follow;
CREATE VIEW block_row AS
  SELECT blocker_id || '-' || blocked_id AS key, blocker_id, blocked_id, created_at FROM block;
CREATE VIEW mute_row AS
  SELECT muter_id || '-' || muted_id AS key, muter_id, muted_id, created_at, expires_at FROM mute;
"""


def person() -> models.ForeignKey:
    return models.ForeignKey(
        db_constraint=False,
        on_delete=django.db.models.deletion.DO_NOTHING,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


def row(name: str, verbose_name: str, one: str, other: str, **fields: models.Field) -> migrations.CreateModel:
    """The state of an unmanaged model over one of the views."""
    return migrations.CreateModel(
        name=name,
        fields=[
            ("key", models.TextField(editable=False, primary_key=True, serialize=False)),
            ("created_at", models.DateTimeField()),
            (one, person()),
            (other, person()),
            *fields.items(),
        ],
        options={
            "verbose_name": verbose_name,
            "db_table": name.lower().replace("row", "_row"),
            "managed": False,
            "unique_together": {(one, other)},
        },
    )


class Migration(migrations.Migration):
    dependencies = [("social", "0001_initial")]
    operations = [
        migrations.RunSQL(VIEWS, "DROP VIEW follow_row, block_row, mute_row"),
        row("FollowRow", "follow", "follower", "followee", pull=models.BooleanField()),
        row("BlockRow", "block", "blocker", "blocked"),
        row("MuteRow", "mute", "muter", "muted", expires_at=models.DateTimeField(null=True)),
    ]
