"""A device's date is that of its event, which may be earlier than its row: nothing changes in the database."""

from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [("workshop", "0007_benches_and_used_disks")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField("device", "created_at", models.DateTimeField(default=timezone.now)),
            ]
        )
    ]
