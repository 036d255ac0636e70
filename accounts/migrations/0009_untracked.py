from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_ranking"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="untracked",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
