import django.contrib.postgres.indexes
import django.db.models.functions.text
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_card_version")]

    operations = [
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                django.contrib.postgres.indexes.OpClass(
                    django.db.models.functions.text.Lower("display_name"), name="text_pattern_ops"
                ),
                condition=models.Q(("display_name", ""), _negated=True),
                name="user_display_name",
            ),
        ),
    ]
