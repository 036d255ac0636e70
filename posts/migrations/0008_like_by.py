"""The index of what somebody likes says when, too; made beside the old one, which goes after it."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("posts", "0007_pinned_post")]

    operations = [
        AddIndexConcurrently("like", models.Index(fields=["user", "-post"], include=["created_at"], name="like_by")),
        RemoveIndexConcurrently("like", "like_of"),
    ]
