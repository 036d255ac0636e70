from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("social", "0003_follow_request")]

    operations = [
        migrations.AddField(
            model_name="follow",
            name="hides_shares",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddIndex(
            model_name="follow",
            index=models.Index(
                condition=models.Q(("hides_shares", True)), fields=["follower", "followee"], name="follow_no_shares"
            ),
        ),
    ]
