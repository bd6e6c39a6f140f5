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
                ('level', models.SmallIntegerField(choices=[(0, 'Total'), (1, 'One'), (5, 'All')])),
                ('state', models.CharField(blank=True, max_length=12)),
                ('kind', models.CharField(blank=True, max_length=12)),
                ('grade', models.CharField(blank=True, max_length=4)),
                ('memory', models.CharField(blank=True, max_length=4)),
                ('disk', models.CharField(blank=True, max_length=10)),
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
                ('pk', models.CompositePrimaryKey('scope', 'level', 'state', 'kind', 'grade', 'memory', 'disk', blank=True, editable=False, primary_key=True, serialize=False)),
                ('scope', models.BigIntegerField()),
                ('level', models.SmallIntegerField(choices=[(0, 'Total'), (1, 'One'), (5, 'All')])),
                ('state', models.CharField(blank=True, max_length=12)),
                ('kind', models.CharField(blank=True, max_length=12)),
                ('grade', models.CharField(blank=True, max_length=4)),
                ('memory', models.CharField(blank=True, max_length=4)),
                ('disk', models.CharField(blank=True, max_length=10)),
                ('n', models.BigIntegerField()),
            ],
            options={
                'abstract': False,
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
