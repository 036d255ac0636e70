"""Stories, and who may see them: one definition as a function of the database, beside `post_visible`."""

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

import posts.models.ids

# What somebody signed out (_viewer 0) may see is nothing: stories are for members.
VISIBLE = """
CREATE FUNCTION story_visible(_viewer bigint, _owner bigint) RETURNS boolean
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  _person record;
BEGIN
  IF _viewer = 0 THEN RETURN false; END IF;
  SELECT u.is_active, u.is_private INTO _person FROM accounts_user u WHERE u.id = _owner;
  IF _person.is_active IS NOT TRUE THEN RETURN false; END IF;
  IF _viewer = _owner THEN RETURN true; END IF;
  IF blocked_either_way(_viewer, _owner) THEN RETURN false; END IF;
  RETURN NOT _person.is_private
      OR EXISTS (SELECT FROM follow f WHERE f.follower_id = _viewer AND f.followee_id = _owner);
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("posts", "0005_like_time"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Story",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        db_default=posts.models.ids.NextPostId(), editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("caption", models.CharField(blank=True, max_length=200)),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "story",
                "indexes": [models.Index(fields=["owner", "-id"], name="story_of")],
            },
        ),
        migrations.CreateModel(
            name="StorySeen",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "story_id", "viewer_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("seen_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                (
                    "story",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="posts.story",
                    ),
                ),
                (
                    "viewer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "story_seen",
                "indexes": [models.Index(fields=["viewer", "story"], name="story_seen_by")],
            },
        ),
        migrations.AddField(
            model_name="media",
            name="story",
            field=models.OneToOneField(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="media", to="posts.story"
            ),
        ),
        migrations.AddConstraint(
            model_name="media",
            constraint=models.CheckConstraint(
                condition=models.Q(("post", None), ("story", None), _connector="OR"),
                name="media_of_a_post_or_of_a_story",
            ),
        ),
        migrations.AddField(
            model_name="post",
            name="story",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="posts.story",
            ),
        ),
        migrations.AddIndex(
            model_name="post",
            index=models.Index(condition=models.Q(("story__isnull", False)), fields=["story"], name="post_story"),
        ),
        migrations.RunSQL(VISIBLE, "DROP FUNCTION story_visible"),
    ]
