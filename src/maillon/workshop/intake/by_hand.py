"""A machine that no tool can read (it does not start, it is a tablet without keyboard): someone says what it is."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from maillon.collection.models import Lot
from maillon.hardware import identity
from maillon.hardware.identity import Decision
from maillon.hardware.junk import clean, clean_serial
from maillon.hardware.model import Chassis, Kind, Machine, System
from maillon.kernel import codes
from maillon.kernel.actor import Actor
from maillon.kernel.errors import Refusal
from maillon.territory.models import Place
from maillon.workshop.intake.filing import Batch
from maillon.workshop.models import Device


def register(
    *,
    actor: Actor,
    kind: str,
    vendor: str = "",
    model: str = "",
    serial: str = "",
    asset_tag: str = "",
    lot: Lot | None = None,
    place: Place | None = None,
) -> Device:
    """A new device, received and not inspected: a later reading with its serial number will recognise it.

    Raises NotAllowed, Refusal (a machine with this serial number is already known).
    """
    actor.require("stock.intake")
    machine = Machine(
        kind=Kind(kind),
        system=System(vendor=clean(vendor), model=clean(model), serial=clean_serial(serial)),
        chassis=Chassis(asset_tag=clean(asset_tag)),
    )
    marks = identity.fingerprints(machine)
    with transaction.atomic():
        batch = Batch(actor, lot, place)
        batch.prepare([machine])
        recognised = identity.best_candidates(marks, batch.marks.sharing(marks))
        if recognised.decision is not Decision.NEW:
            known = Device.objects.visible_to(actor).filter(id__in=[key for key, _match in recognised.matches]).first()
            raise Refusal(
                _("A machine with this serial number is already known."),
                _("Open the page of %(code)s.") % {"code": codes.pretty(known.code)}
                if known
                else _("It is in the stock of another workshop: ask the coordination."),
            )
        device = batch.new_device()
        device.kind, device.vendor, device.model = kind, vendor.strip()[:80], model.strip()[:120]
        device.serial, device.asset_tag = serial.strip()[:80], asset_tag.strip()[:80]
        batch.added.append((device, marks))
        batch.write()
    return device
