"""Requests, machines that are ready, and promises between them, for any test that needs some."""

import itertools
from datetime import date
from uuid import uuid4

from maillon.allocation import promises
from maillon.hardware.model import Kind
from maillon.kernel.codes import new_code
from maillon.needs.models import Request, RequestCriterion
from maillon.territory.models import Organisation
from maillon.workshop import moves
from maillon.workshop.intake import receiving
from maillon.workshop.intake.receiving import Incoming
from maillon.workshop.models import Device
from maillon.workshop.vocabulary import check_lines
from tests.world import dmidecode, smartctl, wipe_report

_numbers = itertools.count(1)


def make_request(world, *, criteria=("no_computer",), prescriber=None, **fields):
    """A request that waits, of the world's prescriber."""
    prescriber = prescriber or Organisation.objects.get(territory=world.coordination, kind="prescriber")
    fields = {
        "beneficiary": "household",
        "use": "administrative",
        "kinds": ["notebook", "convertible"],
        "since": date(2026, 9, 1),
        **fields,
    }
    made = Request.objects.create(code=new_code(), territory=world.coordination, prescriber=prescriber, **fields)
    for criterion in criteria:
        RequestCriterion.objects.create(request=made, criterion=criterion)
    return made


def ready_device(world, place=None):
    """A machine of the world's workshop taken from its readings to "available": erasure proved, check-list complete."""
    serial = f"PF0R{next(_numbers):04d}"
    disk = f"S3Z9{serial}"
    technician = world.actor("technician")
    files = [
        Incoming("pc/dmidecode.txt", dmidecode(serial, uuid=str(uuid4()))),
        Incoming("pc/smartctl.json", smartctl(disk)),
        Incoming("wipe.json", wipe_report(disk)),
    ]
    list(receiving.receive(actor=technician, files=files))
    device = Device.objects.get(serial=serial)
    answers = {"installed": {"system": "lmde-7"}, "ready": {"place": place or world.shelf}}
    for step in ("installed", "checked", "ready"):
        if step == "checked":
            lines = check_lines(Kind(device.kind))
            moves.answer_checks(actor=technician, device_id=device.id, answers=dict.fromkeys(lines, "ok"))
        device = moves.take_step(actor=technician, device_id=device.id, step=step, answers=answers.get(step))
    return device


def make_promise(world, *, request=None, device=None, campaign=None, at=None, **fields):
    """A ready machine reserved for a request by a promise of the coordination. fields: of the request."""
    return promises.promise(
        actor=world.actor("coordinator"),
        campaign=campaign,
        request=request or make_request(world, **fields),
        device=device or ready_device(world),
        at=at,
    )
