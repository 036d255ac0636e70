"""The likes of an hour, for trends. Made while people go on liking, hence no transaction."""

from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("posts", "0004_what_people_make")]
    operations = [
        AddIndexConcurrently(
            "like", BrinIndex(fields=["created_at"], name="like_time", pages_per_range=16, autosummarize=True)
        ),
    ]
