from django.db import migrations, models

from maillon.workshop.stock import install


class Migration(migrations.Migration):

    dependencies = [
        ('workshop', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='StockDelta',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.BigIntegerField()),
                ('state', models.CharField(max_length=12)),
                ('kind', models.CharField(max_length=12)),
                ('grade', models.CharField(max_length=4)),
                ('memory', models.CharField(max_length=4)),
                ('disk', models.CharField(max_length=10)),
                ('n', models.BigIntegerField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='StockDoc',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False)),
                ('facets', models.CharField(max_length=300)),
                ('text', models.TextField()),
            ],
        ),
        migrations.CreateModel(
            name='StockCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('scope', models.BigIntegerField()),
                ('state', models.CharField(max_length=12)),
                ('kind', models.CharField(max_length=12)),
                ('grade', models.CharField(max_length=4)),
                ('memory', models.CharField(max_length=4)),
                ('disk', models.CharField(max_length=10)),
                ('n', models.BigIntegerField()),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('n', 0)), fields=['scope'], name='stock_count_empty')],
                'constraints': [models.UniqueConstraint(fields=('scope', 'state', 'kind', 'grade', 'memory', 'disk'), name='one_count_a_cell')],
            },
        ),
        migrations.CreateModel(
            name='StockScope',
            fields=[
                ('key', models.BigIntegerField(primary_key=True, serialize=False)),
                ('territory_id', models.UUIDField()),
                ('holder_id', models.UUIDField(null=True)),
                ('donor_id', models.UUIDField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['territory_id', 'holder_id', 'donor_id'], name='stock_scope_territory'), models.Index(fields=['holder_id', 'donor_id'], name='stock_scope_holder'), models.Index(fields=['donor_id', 'holder_id'], name='stock_scope_donor')],
            },
        ),
        migrations.RunPython(install.create, install.drop),
    ]
