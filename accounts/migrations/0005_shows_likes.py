from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_language")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="shows_likes",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
