from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("feeds", "0004_one_statement")]

    operations = [
        migrations.AddField(
            model_name="feedday",
            name="strategy",
            field=models.CharField(blank=True, db_default="", default="", max_length=8),
        ),
        migrations.AddField(
            model_name="feedday",
            name="fallback",
            field=models.BigIntegerField(blank=True, null=True),
        ),
    ]
