"""What makes the stock fast to search and to count. All of it follows from `Device` and can be rebuilt from it.

- `StockDoc` holds, for each device, what it is found by. On SQLite an FTS5 table without content (`stock_words`)
  indexes it; on PostgreSQL a GIN index over both columns does.
- `StockCount` is a cube: how many devices have these values, for each territory, holder, donor and pair of them. Pages
  sum it. Changes are appended to `StockDelta` and folded in from time to time, so that two workers that change
  the same kind of machine never wait for one another.
"""

from django.db import models


class StockDoc(models.Model):
    """facets: " t0123 h0123 sready k… ", one word a facet, spaces at both ends. text: " k7m2xq4 thinkpad t470"."""

    number = models.BigIntegerField(primary_key=True)
    facets = models.CharField(max_length=300)
    text = models.TextField()

    def __str__(self) -> str:
        return str(self.number)


class StockScope(models.Model):
    """Whose devices a row of the cube counts: a territory, alone or with a holder, a donor, or both."""

    key = models.BigIntegerField(primary_key=True)  # a hash of the three, see index.scope_key
    territory_id = models.UUIDField()
    holder_id = models.UUIDField(null=True)
    donor_id = models.UUIDField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["territory_id", "holder_id", "donor_id"], name="stock_scope_territory"),
            models.Index(fields=["holder_id", "donor_id"], name="stock_scope_holder"),
            models.Index(fields=["donor_id", "holder_id"], name="stock_scope_donor"),
        ]

    def __str__(self) -> str:
        return str(self.key)


class Level(models.IntegerChoices):
    """How many of the five values a cell states; the others are empty. Most questions need the small levels alone."""

    TOTAL = 0
    ONE = 1
    ALL = 5


class Cell(models.Model):
    """One combination of values in a scope, and how many devices have it."""

    scope = models.BigIntegerField()
    level = models.SmallIntegerField(choices=Level)
    state = models.CharField(max_length=12, blank=True)
    kind = models.CharField(max_length=12, blank=True)
    grade = models.CharField(max_length=4, blank=True)
    memory = models.CharField(max_length=4, blank=True)
    disk = models.CharField(max_length=10, blank=True)
    n = models.BigIntegerField()

    class Meta:
        abstract = True


class StockCount(Cell):
    """The cube. Its key holds the count too, so that sums read nothing else: see install.py."""

    pk = models.CompositePrimaryKey("scope", "level", "state", "kind", "grade", "memory", "disk")

    def __str__(self) -> str:
        return f"{self.scope}: {self.n}"


class StockDelta(Cell):
    """What is to be added to the cube."""

    def __str__(self) -> str:
        return f"{self.scope}: {self.n:+}"
