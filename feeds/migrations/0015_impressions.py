"""Impressions, in a table cut into days; the days are made by `feeds.impressions.days`."""

import django.contrib.postgres.fields
import django.db.models.functions.datetime
from django.db import migrations, models

# The key is the only index: what is asked is asked of a reader (their own, the outcomes of what they did, forgetting
# them) or of whole days.
TABLE = """
CREATE TABLE impression (
    reader_id bigint NOT NULL,
    entry_id bigint NOT NULL,
    served_at timestamptz NOT NULL,
    shown_id bigint NOT NULL,
    author_id bigint NOT NULL,
    sharer_id bigint,
    seen_at timestamptz NOT NULL,
    liked_at timestamptz,
    commented_at timestamptz,
    shared_at timestamptz,
    hidden_at timestamptz,
    position integer NOT NULL,
    propensity real NOT NULL,
    ranking varchar(13) NOT NULL,
    experiment varchar(100) NOT NULL,
    arm varchar(100) NOT NULL,
    model varchar(100) NOT NULL,
    features real[] NOT NULL,
    PRIMARY KEY (reader_id, entry_id, served_at),
    CONSTRAINT a_place_is_never_impossible CHECK (propensity > 0 AND propensity <= 1 AND position >= 0),
    CONSTRAINT nothing_is_seen_before_it_is_served CHECK (seen_at >= served_at)
) PARTITION BY RANGE (served_at);

CREATE FUNCTION impressions_of_the_erased() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM impression WHERE reader_id = OLD.id;
    RETURN NULL;
END $$;
CREATE TRIGGER impressions_go_with_their_reader AFTER DELETE ON accounts_user
    FOR EACH ROW EXECUTE FUNCTION impressions_of_the_erased();
"""
NO_TABLE = """
DROP TRIGGER impressions_go_with_their_reader ON accounts_user;
DROP FUNCTION impressions_of_the_erased();
DROP TABLE impression;
"""
MODEL = migrations.CreateModel(
    name="Impression",
    fields=[
        (
            "pk",
            models.CompositePrimaryKey(
                "reader_id", "entry_id", "served_at", blank=True, editable=False, primary_key=True, serialize=False
            ),
        ),
        ("reader_id", models.BigIntegerField()),
        ("entry_id", models.BigIntegerField()),
        ("shown_id", models.BigIntegerField()),
        ("author_id", models.BigIntegerField()),
        ("sharer_id", models.BigIntegerField(null=True)),
        ("served_at", models.DateTimeField()),
        ("seen_at", models.DateTimeField()),
        ("position", models.IntegerField()),
        ("ranking", models.CharField(max_length=13)),
        ("experiment", models.CharField(max_length=100)),
        ("arm", models.CharField(max_length=100)),
        ("model", models.CharField(max_length=100)),
        ("propensity", models.FloatField()),
        ("features", django.contrib.postgres.fields.ArrayField(base_field=models.FloatField(), size=None)),
        ("liked_at", models.DateTimeField(null=True)),
        ("commented_at", models.DateTimeField(null=True)),
        ("shared_at", models.DateTimeField(null=True)),
        ("hidden_at", models.DateTimeField(null=True)),
    ],
    options={"db_table": "impression"},
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_untracked"),
        ("feeds", "0014_ranked"),
    ]

    operations = [
        migrations.RemoveField(model_name="readerranking", name="untracked"),
        migrations.AddField(
            model_name="nudge",
            name="changed_at",
            field=models.DateTimeField(auto_now=True, db_default=django.db.models.functions.datetime.Now()),
        ),
        migrations.SeparateDatabaseAndState([migrations.RunSQL(TABLE, NO_TABLE)], [MODEL]),
    ]
