"""The table of the cache, where attempts to sign in and to guess are counted, whatever the process that sees them."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import migrations


def make(apps: Any, schema_editor: Any) -> None:
    call_command(
        "createcachetable",
        settings.COUNTS_TABLE,
        database=schema_editor.connection.alias,
        verbosity=0,
    )


def drop(apps: Any, schema_editor: Any) -> None:
    schema_editor.execute(f"DROP TABLE IF EXISTS {schema_editor.quote_name(settings.COUNTS_TABLE)}")


class Migration(migrations.Migration):
    dependencies = [("kernel", "0002_jobs")]
    operations = [migrations.RunPython(make, drop)]
