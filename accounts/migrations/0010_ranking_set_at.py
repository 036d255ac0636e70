from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0009_untracked"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="ranking_set_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
    ]
