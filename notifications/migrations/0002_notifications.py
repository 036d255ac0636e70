import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import posts.models.ids


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0001_push"),
        ("posts", "0004_what_people_make"),
        ("social", "0006_notice"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Mailbox",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("now_at", models.DateTimeField(null=True)),
                ("digest_at", models.DateTimeField(null=True)),
                ("sent_at", models.DateTimeField(null=True)),
                ("failures", models.PositiveSmallIntegerField(db_default=0, default=0)),
                ("time_zone", models.CharField(db_default="UTC", default="UTC", max_length=64)),
            ],
            options={
                "db_table": "mailbox",
                "indexes": [
                    models.Index(condition=models.Q(("now_at__isnull", False)), fields=["now_at"], name="mailbox_now"),
                    models.Index(
                        condition=models.Q(("digest_at__isnull", False)), fields=["digest_at"], name="mailbox_digest"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notification",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
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
                ("text", models.TextField(blank=True, db_default="", default="")),
                ("place", models.BigIntegerField(db_default=posts.models.ids.NextPostId())),
                ("actors_count", models.PositiveIntegerField(db_default=0, default=0)),
                ("is_read", models.BooleanField(db_default=False, default=False)),
                (
                    "mail",
                    models.CharField(
                        choices=[("off", "No e-mail"), ("now", "At once"), ("digest", "Once a day")],
                        db_default="off",
                        default="off",
                        max_length=6,
                    ),
                ),
                (
                    "post",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="posts.post",
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "notification",
            },
        ),
        migrations.CreateModel(
            name="Actor",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "recipient_id",
                        "type",
                        "subject",
                        "actor_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
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
                ("subject", models.BigIntegerField()),
                ("place", models.BigIntegerField()),
                ("ended_at", models.DateTimeField(null=True)),
                (
                    "actor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "recipient",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "notification",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="notifications.notification",
                    ),
                ),
            ],
            options={
                "db_table": "notification_actor",
            },
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "user_id", "type", blank=True, editable=False, primary_key=True, serialize=False
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
                ("page", models.BooleanField(default=True)),
                (
                    "email",
                    models.CharField(
                        choices=[("off", "No e-mail"), ("now", "At once"), ("digest", "Once a day")], max_length=6
                    ),
                ),
                ("push", models.BooleanField(default=True)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "notification_preference",
            },
        ),
        migrations.CreateModel(
            name="ThreadMute",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "user_id", "root_id", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("place", models.BigIntegerField(db_default=posts.models.ids.NextPostId(), editable=False)),
                (
                    "root",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="posts.post"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "thread_mute",
            },
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(fields=["recipient", "-place"], name="notification_of"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("is_read", False)), fields=["recipient", "-place"], name="notification_unread"
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(
                condition=models.Q(("mail", "off"), _negated=True),
                fields=["recipient", "-place"],
                name="notification_mail",
            ),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(condition=models.Q(("post__isnull", False)), fields=["post"], name="notification_post"),
        ),
        migrations.AddIndex(
            model_name="notification",
            index=models.Index(condition=models.Q(("is_read", True)), fields=["place"], name="notification_read"),
        ),
        migrations.AddConstraint(
            model_name="notification",
            constraint=models.UniqueConstraint(
                condition=models.Q(("is_read", False), models.Q(("type", "moderation"), _negated=True)),
                fields=("recipient", "type", "post"),
                name="one_unread_of_a_kind",
                nulls_distinct=False,
            ),
        ),
        migrations.AddIndex(
            model_name="actor",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)),
                fields=["notification", "-place"],
                name="notification_actors",
            ),
        ),
        migrations.AddIndex(
            model_name="actor",
            index=models.Index(fields=["notification"], name="notification_actors_all"),
        ),
        migrations.AddIndex(
            model_name="threadmute",
            index=models.Index(fields=["user", "-place"], name="thread_mute_of"),
        ),
    ]
