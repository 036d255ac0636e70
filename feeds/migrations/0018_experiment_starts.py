from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_ranking_set_at"),
        ("feeds", "0017_experiments"),
    ]

    operations = [
        migrations.AddField(
            model_name="experiment",
            name="starts_at",
            field=models.DateTimeField(
                blank=True,
                help_text="UTC. Empty, or past: at once when it is started.",
                null=True,
                verbose_name="starts",
            ),
        ),
    ]
