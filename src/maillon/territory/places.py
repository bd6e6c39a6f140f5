"""The official list of communes, shipped as data (territory/data, source and licence beside it)."""

import csv
import io
from pathlib import Path

import zstandard

from maillon.territory.models import Commune

DATA = Path(__file__).resolve().parent / "data" / "communes.csv.zst"


def load_communes(grouping_siren: str | None = None) -> int:
    """Add the communes of a grouping, or all of France's; those already there are updated. Returns how many."""
    rows = [row for row in _rows() if grouping_siren in (None, row["grouping_siren"])]
    communes = [
        Commune(
            code=row["code"],
            name=row["name"],
            postcodes=row["postcodes"].split(" ") if row["postcodes"] else [],
            population=int(row["population"]) if row["population"] else None,
            grouping_siren=row["grouping_siren"],
            grouping_name=row["grouping_name"],
        )
        for row in rows
    ]
    Commune.objects.bulk_create(
        communes,
        batch_size=2_000,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "postcodes", "population", "grouping_siren", "grouping_name"],
    )
    return len(communes)


def _rows() -> list[dict[str, str]]:
    with DATA.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
        return list(csv.DictReader(io.TextIOWrapper(stream, encoding="utf-8")))
