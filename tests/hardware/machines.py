"""Machines built by hand, for what is decided about them."""

from maillon.hardware.model import (
    Battery,
    Display,
    Kind,
    Machine,
    Memory,
    MemoryModule,
    NetworkInterface,
    NetworkKind,
    Peripheral,
    Processor,
    Storage,
    StorageKind,
)

GIB = 2**30


def modules(*sizes, kind="DDR4", form="SODIMM"):
    return tuple(MemoryModule(size_bytes=size * GIB, type=kind, form_factor=form) for size in sizes)


def disk(kind=StorageKind.SATA_SSD, gb=256, interface="SATA", **more):
    return Storage(kind=kind, size_bytes=gb * 10**9, interface=interface, **more)


def laptop(**changes):
    """A T470-like laptop, complete and in order: grade 4, for want of two cores and 8 GB."""
    parts = {
        "kind": Kind.NOTEBOOK,
        "processors": (Processor(vendor="Intel", model="Core i5-7300U", architecture="x86_64", cores=2),),
        "memory": Memory(total_bytes=8 * GIB, maximum_bytes=32 * GIB, slots=2, modules=modules(8)),
        "storage": (disk(),),
        "displays": (Display(built_in=True, width_px=1920, height_px=1080),),
        "batteries": (Battery(design_wh=24.0, full_wh=21.6),),
        "network": (NetworkInterface(kind=NetworkKind.WIFI), NetworkInterface(kind=NetworkKind.ETHERNET)),
        "cameras": (Peripheral(model="Integrated camera"),),
        "audio": (Peripheral(model="HD audio"),),
        "tools": ("bench",),
    }
    return Machine(**{**parts, **changes})


def desktop(**changes):
    parts = {
        "kind": Kind.DESKTOP,
        "processors": (Processor(vendor="Intel", model="Core i5-6500", architecture="x86_64", cores=4),),
        "memory": Memory(total_bytes=8 * GIB, maximum_bytes=64 * GIB, slots=4, modules=modules(4, 4, form="DIMM")),
        "storage": (disk(),),
        "network": (NetworkInterface(kind=NetworkKind.ETHERNET),),
        "audio": (Peripheral(model="HD audio"),),
        "tools": ("bench",),
    }
    return Machine(**{**parts, **changes})
