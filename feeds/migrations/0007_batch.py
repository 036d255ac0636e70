from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feeds", "0006_rules_in_line")]

    operations = [
        migrations.AddField(
            model_name="feedday",
            name="batch",
            field=models.BigIntegerField(db_default=0, default=0),
        ),
    ]
