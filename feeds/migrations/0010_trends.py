"""Trends: hourly buckets, what rises, and what staff hide of it."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("feeds", "0009_lists"),
        ("posts", "0005_like_time"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CountedHour",
            fields=[
                ("hour", models.IntegerField(primary_key=True, serialize=False)),
                ("counted_at", models.DateTimeField()),
            ],
            options={
                "db_table": "trend_hour",
            },
        ),
        migrations.CreateModel(
            name="PostHour",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "hour", "post_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hour", models.IntegerField()),
                ("post_id", models.BigIntegerField()),
                ("accounts", models.PositiveIntegerField()),
                ("score", models.PositiveIntegerField()),
            ],
            options={
                "db_table": "posts_by_engagement",
                "indexes": [models.Index(fields=["hour", "-score", "post_id"], name="posts_by_engagement_best")],
            },
        ),
        migrations.CreateModel(
            name="TagHour",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "hour", "tag", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("hour", models.IntegerField()),
                ("tag", models.CharField(max_length=100)),
                ("accounts", models.PositiveIntegerField()),
                ("posts", models.PositiveIntegerField()),
            ],
            options={
                "db_table": "tag_hour",
                "indexes": [models.Index(fields=["tag", "hour"], include=("accounts", "posts"), name="tag_hour_tag")],
            },
        ),
        migrations.CreateModel(
            name="HiddenTrend",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "tag",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Of a hashtag or a post, give one.",
                        max_length=100,
                        verbose_name="hashtag",
                    ),
                ),
                (
                    "reason",
                    models.CharField(help_text="For the others on the staff; nobody else reads it.", max_length=200),
                ),
                ("hidden_at", models.DateTimeField(auto_now_add=True)),
                (
                    "hidden_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "post",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="posts.post",
                        verbose_name="post id",
                    ),
                ),
            ],
            options={
                "verbose_name": "hidden trend",
                "verbose_name_plural": "hidden trends",
                "db_table": "hidden_trend",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("tag", ""), _negated=True),
                        fields=("tag",),
                        name="a_hashtag_is_hidden_once",
                        violation_error_message="This hashtag is hidden already.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("post", None), models.Q(("tag", ""), _negated=True)),
                            models.Q(("post__isnull", False), ("tag", "")),
                            _connector="OR",
                        ),
                        name="a_hidden_trend_is_a_hashtag_or_a_post",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Rising",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("tag", "Hashtag"), ("post", "Post")], max_length=4)),
                ("place", models.PositiveSmallIntegerField()),
                ("tag", models.CharField(blank=True, default="", max_length=100)),
                ("score", models.FloatField()),
                ("hour", models.IntegerField()),
                ("accounts", models.PositiveIntegerField()),
                (
                    "history",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(), default=list, size=None
                    ),
                ),
                ("listed_at", models.DateTimeField()),
                (
                    "post",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="rising",
                        to="posts.post",
                    ),
                ),
            ],
            options={
                "verbose_name": "trend",
                "verbose_name_plural": "trends",
                "db_table": "rising",
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "place"), name="one_trend_a_place"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "tag"), ("post", None), models.Q(("tag", ""), _negated=True)),
                            models.Q(("kind", "post"), ("post__isnull", False), ("tag", "")),
                            _connector="OR",
                        ),
                        name="a_trend_is_a_hashtag_or_a_post",
                    ),
                ],
            },
        ),
    ]
