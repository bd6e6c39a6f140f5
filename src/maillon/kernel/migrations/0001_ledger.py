from django.db import migrations, models

import maillon.kernel.ids
from maillon.kernel.ledger import protection

STREAMS = ("ledger_entry", "ledger_head", "ledger_leaf")


def order_streams_by_bytes(apps, schema_editor):
    """PostgreSQL sorts by the language of the database; a Merkle tree needs one order everywhere, as SQLite has."""
    if schema_editor.connection.vendor == "postgresql":
        for table in STREAMS:
            schema_editor.execute(f'ALTER TABLE {table} ALTER COLUMN stream TYPE varchar(100) COLLATE "C"')


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("number", models.PositiveIntegerField(primary_key=True, serialize=False)),
                ("at", models.DateTimeField()),
                ("entries", models.PositiveBigIntegerField()),
                ("streams", models.PositiveBigIntegerField()),
                ("root", models.CharField(max_length=64)),
                ("previous", models.CharField(max_length=64)),
                ("key_id", models.CharField(max_length=16)),
                ("signature", models.CharField(max_length=128)),
                ("blocks", models.TextField()),
            ],
            options={"db_table": "ledger_checkpoint", "ordering": ["number"]},
        ),
        migrations.CreateModel(
            name="Head",
            fields=[
                ("stream", models.CharField(max_length=100, primary_key=True, serialize=False)),
                ("sequence", models.PositiveIntegerField()),
                ("hash", models.CharField(max_length=64)),
                ("seal", models.CharField(max_length=40)),
            ],
            options={"db_table": "ledger_head"},
        ),
        migrations.CreateModel(
            name="Leaf",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "stream", "sequence", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("stream", models.CharField(max_length=100)),
                ("sequence", models.PositiveIntegerField()),
                ("hash", models.CharField(max_length=64)),
                ("checkpoint", models.PositiveIntegerField()),
            ],
            options={"db_table": "ledger_leaf"},
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=maillon.kernel.ids.new_id, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("stream", models.CharField(max_length=100)),
                ("sequence", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=80)),
                ("actor_kind", models.CharField(max_length=10)),
                ("user_id", models.UUIDField(null=True)),
                ("organisation_id", models.UUIDField(null=True)),
                ("at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("subject", models.UUIDField()),
                ("payload", models.TextField()),
                ("previous", models.CharField(max_length=64)),
                ("hash", models.CharField(max_length=64)),
                ("seal", models.CharField(max_length=40)),
            ],
            options={
                "db_table": "ledger_entry",
                "ordering": ["stream", "sequence"],
                "indexes": [models.Index(fields=["subject"], name="ledger_entry_subject")],
                "constraints": [models.UniqueConstraint(fields=("stream", "sequence"), name="ledger_entry_place")],
            },
        ),
        migrations.RunPython(order_streams_by_bytes, migrations.RunPython.noop),
        migrations.RunPython(protection.install_in_migration, protection.remove_in_migration),
    ]
