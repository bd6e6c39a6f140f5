"""Computers that workshops see every week, for the demonstration: what their makers' data sheets say (models.csv).

Serial numbers, identifiers and wear are drawn by `readings`; nothing was read from a real machine.
"""

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).resolve().with_name("models.csv")


@dataclass(frozen=True, slots=True)
class Model:
    vendor: str  # as the firmware writes it
    product: str
    version: str  # Lenovo puts the marketing name here
    chassis: str  # SMBIOS type
    cpu: str
    cores: int
    threads: int
    mhz: int
    ram: str  # type, form factor, MT/s: "DDR4 SODIMM 2400"
    slots: int
    modules: tuple[int, ...]  # GB
    most_gb: int
    disk: str  # kind, GB, maker, model: "ssd 256 Samsung MZ7LN256"
    bios: str  # vendor, version, date
    battery: str  # maker, model, Wh when new; empty without one
    screen: str  # pixels, millimetres; empty without one
    wifi: bool
    camera: bool
    weight: int  # how often it comes


def models() -> list[Model]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [_model(row) for row in csv.DictReader(file, delimiter=";")]


def _model(row: dict[str, str]) -> Model:
    read: dict[str, Any] = dict(row)
    for name in ("cores", "threads", "mhz", "slots", "most_gb", "weight"):
        read[name] = int(row[name])
    for name in ("wifi", "camera"):
        read[name] = row[name] == "yes"
    read["modules"] = tuple(map(int, row["modules"].split("+")))
    return Model(**read)
