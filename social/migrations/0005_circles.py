import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
from django.conf import settings
from django.db import migrations, models


def person(**options: bool) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL, **options
    )


def created_at() -> models.DateTimeField:
    return models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)


def both(one: str, other: str) -> models.CompositePrimaryKey:
    return models.CompositePrimaryKey(one, other, blank=True, editable=False, primary_key=True, serialize=False)


class Migration(migrations.Migration):
    dependencies = [
        ("social", "0004_hides_shares"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="mute",
            index=models.Index(
                condition=models.Q(("expires_at__isnull", False)), fields=["expires_at"], name="mute_ends"
            ),
        ),
        migrations.CreateModel(
            name="Dismissal",
            fields=[
                ("created_at", created_at()),
                ("pk", both("viewer_id", "person_id")),
                ("viewer", person(db_index=False)),
                ("person", person()),
            ],
            options={"db_table": "dismissal"},
        ),
        migrations.CreateModel(
            name="List",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("owner", person(db_index=False)),
                ("name", models.CharField(max_length=50)),
                ("created_at", created_at()),
            ],
            options={
                "db_table": "list",
                "constraints": [
                    models.UniqueConstraint(
                        models.F("owner"),
                        django.db.models.functions.text.Lower("name"),
                        name="one_list_of_a_name",
                        violation_error_message="You have a list of this name.",
                    ),
                    models.CheckConstraint(condition=models.Q(("name", ""), _negated=True), name="a_list_has_a_name"),
                ],
            },
        ),
        migrations.CreateModel(
            name="ListMember",
            fields=[
                ("pk", both("list_id", "member_id")),
                (
                    "list",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="members",
                        to="social.list",
                    ),
                ),
                ("member", person(db_index=False)),
            ],
            options={
                "db_table": "list_member",
                "indexes": [models.Index(fields=["member", "list"], name="list_member_in")],
            },
        ),
    ]
