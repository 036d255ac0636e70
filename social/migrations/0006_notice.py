import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import social.models


class Migration(migrations.Migration):
    dependencies = [
        ("social", "0005_circles"),
        ("posts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Notice",
            fields=[
                (
                    "id",
                    models.BigIntegerField(
                        db_default=social.models.NextNoticeId(), editable=False, primary_key=True, serialize=False
                    ),
                ),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("follow", "Follow"),
                            ("follow_request", "Follow Request"),
                            ("like", "Like"),
                            ("comment", "Comment"),
                            ("share", "Share"),
                            ("quote", "Quote"),
                            ("mention", "Mention"),
                            ("moderation", "Moderation"),
                        ],
                        max_length=14,
                    ),
                ),
                ("post_id", models.BigIntegerField(null=True)),
                ("text", models.TextField(blank=True, db_default="", default="")),
                (
                    "actor",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "notice",
                "indexes": [models.Index(fields=["recipient", "id"], name="notice_of")],
            },
        ),
    ]
