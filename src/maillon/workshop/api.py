"""The stock through the API."""

from datetime import datetime
from typing import Annotated, Any, Literal, cast
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Field, File, Form, Query, Router, Schema
from ninja.errors import HttpError
from ninja.files import UploadedFile

from maillon.collection.models import Lot
from maillon.hardware.model import Kind
from maillon.hardware.schema import to_dict
from maillon.kernel import codes
from maillon.kernel.errors import NotFound
from maillon.kernel.ledger import Entry
from maillon.kernel.translation import told
from maillon.territory.models import Place
from maillon.workshop import life, moves
from maillon.workshop.forms import StepForm
from maillon.workshop.intake import fleet_lists, receiving
from maillon.workshop.intake.receiving import Incoming, Line, Lists
from maillon.workshop.life import State
from maillon.workshop.models import Device
from maillon.workshop.queries import device_by_code, device_facts, machine_of, sentence

router = Router()
MOST_FILES = 200
MOST_BYTES = 24 * 2**20
LONGEST_LIST = 5_000  # machines: some seconds; the page of a longer one has a job enter it
PAGE = 100


class Problem(Schema):
    code: str = Field(description="not_allowed, not_found, refused, not_valid, no_key, error")
    detail: str


class RefusalOut(Problem):
    remedies: list[str]


Answer = Literal["new", "known", "unchanged", "doubt", "erasure", "refused"]


class LineOut(Schema):
    """What became of one file, for one machine."""

    name: str
    outcome: Answer
    because: str
    hint: str | None = None
    device: str | None = Field(None, description="Code of the device, when there is one")
    title: str = ""
    grade: int | None = None
    warnings: list[str] = []


class DeviceOut(Schema):
    code: str
    id: UUID
    state: State
    kind: Kind
    vendor: str
    model: str
    serial: str
    processor: str
    memory_mb: int | None
    disk_kind: str
    disk_gb: int | None
    grade: int | None = Field(description="0 to 5; null when not judged")
    parts_only: bool
    condition: str
    changed_at: datetime


class StepOut(Schema):
    name: str
    to: State
    by_hand: bool
    asks: list[str]
    obstacles: list[str]


class EventOut(Schema):
    sequence: int
    kind: str
    at: datetime
    sentence: str
    hash: str


class DeviceDetail(DeviceOut):
    next_steps: list[StepOut]
    events: list[EventOut]


class DevicePage(Schema):
    devices: list[DeviceOut]
    next: int | None = Field(description="Give it as `before` to read on; null at the end")


class LotOut(Schema):
    id: UUID = Field(description="To give as `lot` when sending files")
    code: str
    state: str
    regime: str
    waste_status: str
    announced_count: int | None
    donor: str | None = Field(description="Name of the donor; null for an individual")


class PlaceOut(Schema):
    id: UUID = Field(description="To give as `place` when sending files or taking a step")
    name: str


class Answers(Schema):
    """What a step asks for; see its `asks`."""

    condition: str | None = None
    repair: list[str] | None = None
    system: str | None = None
    reference: str | None = None
    reason: str | None = None
    slip: str | None = None
    place: UUID | None = None


ERRORS = {401: Problem, 403: Problem, 404: Problem, 422: Problem}
Code = Annotated[str, Field(description="As on the label: K7M-2XQ4", max_length=200)]


@router.post(
    "/snapshots",
    response={200: list[LineOut], **ERRORS, 413: Problem},
    summary="Send files that describe machines, or erasure reports",
)
def send_snapshots(
    request: HttpRequest,
    files: Annotated[list[UploadedFile], File(description="Any format that the intake page reads", min_length=1)],
    lot: Annotated[UUID | None, Query(description="Identifier of the lot")] = None,
    place: Annotated[UUID | None, Query(description="Identifier of the place")] = None,
    mapping: Annotated[
        str | None,
        Form(
            description="What the columns of the lists among the files hold: JSON, as the page of a list gives it. "
            "Without it a list enters when its columns are sure, and is refused with the address of its page otherwise."
        ),
    ] = None,
) -> list[LineOut]:
    if len(files) > MOST_FILES or sum(file.size or 0 for file in files) > MOST_BYTES:
        most = {"files": MOST_FILES, "size": MOST_BYTES >> 20}
        raise HttpError(
            413,
            _(
                "At most %(files)d files and %(size)d MB at a time, and nothing of this was kept. Send them in several "
                "requests, the files of one machine in the same one; a larger archive goes by the page of the intake "
                "or by “maillon intake”."
            )
            % most,
        )
    try:
        lists = Lists(fleet_lists.mappings_from(mapping) if mapping else (), most=LONGEST_LIST)
    except ValueError as error:
        raise HttpError(422, f"mapping: {error}") from None
    incoming = (Incoming(file.name or "?", file.read()) for file in files)
    lines = receiving.receive(
        actor=_actor(request),
        files=incoming,
        lot_id=lot,
        place_id=place,
        lists=lists,
        limits=receiving.WHILE_WAITED_FOR,
    )
    return [_line(line) for line in lines]


@router.get("/devices", response={200: DevicePage, **ERRORS}, summary="The devices this key may see, newest first")
def devices(
    request: HttpRequest,
    state: Annotated[State | None, Query()] = None,
    kind: Annotated[Kind | None, Query()] = None,
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None,
) -> dict[str, Any]:
    actor = _actor(request)
    actor.require("stock.view")
    rows = Device.objects.visible_to(actor).order_by("-number")
    if state:
        rows = rows.filter(state=state.value)
    if kind:
        rows = rows.filter(kind=kind.value)
    if before:
        rows = rows.filter(number__lt=before)
    page = list(rows[: PAGE + 1])
    return {"devices": page[:PAGE], "next": page[PAGE - 1].number if len(page) > PAGE else None}


@router.get("/devices/{code}", response={200: DeviceDetail, **ERRORS}, summary="One device, its next steps and events")
def device(request: HttpRequest, code: Code) -> dict[str, Any]:
    actor = _actor(request)
    actor.require("stock.view")
    found = _found(request, code)
    entries = Entry.objects.filter(stream=f"device:{found.id}").order_by("sequence")
    steps = life.next_steps(device_facts(found), actor.permissions)
    return {
        **{field: getattr(found, field) for field in DeviceOut.model_fields},
        "next_steps": [
            {
                "name": step.name,
                "to": step.to,
                "by_hand": step.by_hand,
                "asks": list(step.asks),
                "obstacles": [f"{told(o.what)} {told(o.remedy)}" for o in obstacles],
            }
            for step, obstacles in steps
        ],
        "events": [
            {"sequence": e.sequence, "kind": e.kind, "at": e.at, "sentence": sentence(actor, found, e), "hash": e.hash}
            for e in entries
        ],
    }


@router.get(
    "/devices/{code}/machine",
    response={200: dict[str, Any], **ERRORS},
    summary="Its hardware, in the schema maillon-machine/1, with where each value was read",
)
def machine(request: HttpRequest, code: Code) -> dict[str, Any]:
    _actor(request).require("stock.view")
    known = machine_of(_found(request, code))
    if known is None:
        raise NotFound
    return to_dict(known)


@router.post(
    "/devices/{code}/steps/{name}",
    response={200: DeviceOut, **ERRORS, 409: RefusalOut},
    summary="Take a step of the device's life",
)
def take_step(request: HttpRequest, code: Code, name: str, answers: Answers) -> Device:
    actor = _actor(request)
    step = life.BY_NAME.get(name)
    if step is None:
        raise NotFound
    actor.require(step.permission)
    found = _found(request, code)
    given = {key: value for key, value in answers.dict().items() if value is not None}
    form = StepForm(given, step=step, device=found)
    if not form.is_valid():
        raise HttpError(422, "; ".join(f"{field}: {', '.join(map(str, e))}" for field, e in form.errors.items()))
    return moves.take_step(actor=actor, device_id=found.id, step=name, answers=form.cleaned_data)


@router.get("/lots", response={200: list[LotOut], **ERRORS}, summary="The latest lots this key may see")
def lots(request: HttpRequest) -> list[dict[str, Any]]:
    actor = _actor(request)
    actor.require("lots.view")
    rows = Lot.objects.visible_to(actor).select_related("donor").order_by("-created_at", "id")[:PAGE]
    fields = ("id", "code", "state", "regime", "waste_status", "announced_count")
    return [
        {**{name: getattr(row, name) for name in fields}, "donor": row.donor.name if row.donor else None}
        for row in rows
    ]


@router.get("/places", response={200: list[PlaceOut], **ERRORS}, summary="The places of the key's organisation")
def places(request: HttpRequest) -> list[Place]:
    actor = _actor(request)
    actor.require("stock.view")
    return list(Place.objects.filter(organisation_id=actor.home).order_by("name", "id"))


def _actor(request: HttpRequest) -> Any:
    return request.actor  # type: ignore[attr-defined]


def _found(request: HttpRequest, code: str) -> Device:
    parsed = codes.parse(code)
    if not isinstance(parsed, str):
        raise NotFound
    return device_by_code(_actor(request), parsed)


def _line(line: Line) -> LineOut:
    return LineOut(
        name=line.name,
        outcome=cast(Answer, line.outcome.value),  # "pending" is of the page: here a doubtful list is refused
        because=told(line.because),
        hint=told(line.hint) or None,
        device=line.device_code,
        title=line.title,
        grade=line.grade,
        warnings=[told(warning) for warning in line.warnings],
    )
