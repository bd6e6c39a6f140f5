"""Files out of the stock and back: what is exported can be imported, and the same file twice changes nothing."""

import csv
import io
import tracemalloc
import zipfile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from python_calamine import CalamineWorkbook

from maillon.kernel import codes, ledger, sheets
from maillon.kernel.errors import NotAllowed, Refusal
from maillon.workshop.models import Device
from maillon.workshop.stock import export, importing, index, queries
from maillon.workshop.stock.columns import BY_NAME, COLUMNS
from maillon.workshop.stock.filters import StockFilters
from tests.workshop.stock_world import stock_world  # noqa: F401 - the fixture "world"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def plain_static(settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.WHITENOISE_AUTOREFRESH = True
    settings.LANGUAGE_CODE = "en"


@pytest.fixture
def technician(world):
    return world.actor("technician", world.workshop)


def csv_of(actor, filters=None):
    return "".join(export.csv_lines(export.device_rows(actor, filters or StockFilters())))


def lines_of(text):
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def ods_of(actor):
    target = io.BytesIO()
    export.write_ods(export.device_rows(actor, StockFilters()), target)
    return target.getvalue()


def xlsx_of(lines):
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def edited(text, **changes):
    """A CSV export with columns of every line replaced."""
    titles, *lines = lines_of(text)
    for line in lines:
        for name, value in changes.items():
            line[titles.index(str(BY_NAME[name].title))] = value
    target = io.StringIO()
    csv.writer(target, delimiter=";").writerows([titles, *lines])
    return target.getvalue().encode()


def test_a_line_a_machine_in_the_order_of_the_list(world, technician):
    first = world.device(vendor="Lenovo", model="T470", memory_mb=8192, place=world.shelf, lot=world.lot, grade=0)
    second = world.device()
    world.device(holder=world.other_workshop)
    titles, *lines = lines_of(csv_of(technician))
    assert len(titles) == len(COLUMNS)
    found = [dict(zip((c.name for c in COLUMNS), line, strict=True)) for line in lines]
    assert [line["code"] for line in found] == [codes.pretty(second.code), codes.pretty(first.code)]
    assert found[1]["place"] == "Shelf 3" and found[1]["lot"] == "L2026A" and found[1]["memory_mb"] == "8192"
    assert found[1]["grade"] == "0" and found[0]["grade"] == ""


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_is_a_formula_and_the_file_comes_back(world, technician, start):
    tag = f"{start}cmd|' /C calc'!A0"
    world.device(asset_tag=tag, model=f"{start}1+1")
    text = csv_of(technician)
    cells = [cell for line in lines_of(text) for cell in line]
    assert not any(cell.startswith(sheets.FORMULA_STARTS) for cell in cells)
    plan = importing.plan(text.encode(), technician)
    assert (plan.unchanged, plan.changed, plan.refused) == (1, [], [])


def test_ods_holds_text_and_numbers_and_no_formula(world, technician):
    world.device(asset_tag="=1+1", vendor="A & <B>", model="Élite\x07", memory_mb=8192, serial="00123")
    data = ods_of(technician)
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        assert package.namelist()[0] == "mimetype" and package.infolist()[0].compress_type == zipfile.ZIP_STORED
        assert b"formula" not in package.read("content.xml")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()
    found = dict(zip((c.name for c in COLUMNS), rows[1], strict=True))
    assert found["asset_tag"] == "=1+1" and found["vendor"] == "A & <B>" and found["memory_mb"] == 8192
    assert found["serial"] == "00123" and found["model"] == "Élite"


def test_ods_refuses_more_than_a_spreadsheet_can_open(world, technician, monkeypatch):
    monkeypatch.setattr(export, "MOST_ODS_ROWS", 2)
    world.devices(3)
    with pytest.raises(Refusal, match="at most 2"):
        ods_of(technician)


def test_export_keeps_memory_and_queries_a_run_low(world, technician, monkeypatch):
    world.devices(400)
    monkeypatch.setattr(queries, "MOST_COUNTED", 20)
    rows = export.device_rows(technician, StockFilters())
    pieces = export.csv_lines(rows)
    tracemalloc.start()
    size = sum(len(piece) for piece in pieces)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 30_000 and peak < 1_500_000


def test_readers_may_not_export(world):
    with pytest.raises(NotAllowed):
        export.device_rows(world.actor("reader", world.workshop), StockFilters())


@pytest.mark.parametrize("format", ["csv", "ods"])
def test_export_of_a_selection_and_of_filters(client, world, format):
    one, _two = world.device(state="ready"), world.device(state="lost")
    theirs = world.device(holder=world.other_workshop)
    client.force_login(world.person("technician", world.workshop))
    for data in ({"device": [str(one.id), str(theirs.id)]}, {"filters": "state=ready"}):
        answer = client.post(reverse("stock:export"), {**data, "format": format})
        body = b"".join(answer.streaming_content)
        rows = lines_of(body.decode()) if format == "csv" else _ods_rows(body)
        assert [row[0] for row in rows[1:]] == [codes.pretty(one.code)]
        assert format in answer["Content-Disposition"]


def _ods_rows(body):
    return CalamineWorkbook.from_filelike(io.BytesIO(body)).get_sheet_by_index(0).to_python()


# Back


@pytest.mark.parametrize("kind", ["csv", "ods", "xlsx"])
def test_an_export_brought_back_changes_nothing(world, technician, kind):
    world.device(vendor="Lenovo", serial="00123", memory_mb=4096, grade=3, place=world.shelf, lot=world.lot,
                 donor=world.donor, condition="B", asset_tag="INV-1", disk_kind="hdd", kind="notebook")  # fmt: skip
    world.device()
    data = {
        "csv": lambda: csv_of(technician).encode(),
        "ods": lambda: ods_of(technician),
        "xlsx": lambda: xlsx_of(lines_of(csv_of(technician))),
    }[kind]()
    plan = importing.plan(data, technician)
    assert (plan.unchanged, plan.changed, plan.refused, plan.ignored) == (2, [], [], [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_csv_is_read_however_it_was_saved(world, technician, encoding, delimiter):
    device = world.device(model="Élite")
    text = f"Code{delimiter}Modèle{delimiter}Place\r\n{device.code}{delimiter}Élite{delimiter}shelf 3\r\n"
    plan = importing.plan(text.encode(encoding), technician)
    assert [change.new for change in plan.changed[0].changes] == ["Shelf 3"]


def test_changes_are_planned_then_made_once(world, technician):
    device = world.device()
    data = edited(csv_of(technician), place="bench", condition="c", asset_tag=" INV 9 ", lot="l2026a")
    plan = importing.plan(data, technician)
    assert {(c.field, c.old, c.new) for c in plan.changed[0].changes} == {
        ("place", "", "Bench"), ("condition", "", "C"), ("asset_tag", "", "INV 9"), ("lot", "", "L2026A")
    }  # fmt: skip
    device.refresh_from_db()
    assert device.place is None and device.asset_tag == ""
    seal = importing.sealed(plan)
    assert [line.done for line in importing.apply(seal, technician)] == [True]
    device.refresh_from_db()
    assert (device.place, device.condition, device.asset_tag, device.lot) == (world.bench, "C", "INV 9", world.lot)
    events = ledger.Entry.objects.filter(subject=device.id).count()
    again = importing.plan(data, technician)
    assert (again.unchanged, again.changed, again.refused) == (1, [], [])
    late = importing.apply(seal, technician)
    assert not late[0].done and "Changed by someone since" in late[0].sentence
    assert ledger.Entry.objects.filter(subject=device.id).count() == events
    assert index.check() == []


def test_the_same_file_twice_changes_nothing(world, technician):
    world.device(donor=world.donor)
    data = edited(csv_of(technician), place="Bench", condition="A", lot="L2026A")
    importing.apply(importing.sealed(importing.plan(data, technician)), technician)
    plan = importing.plan(data, technician)
    assert (plan.unchanged, plan.changed, plan.refused) == (1, [], [])


def test_values_can_be_taken_away(world, technician):
    device = world.device(place=world.shelf, lot=world.lot, condition="A", asset_tag="X")
    plan = importing.plan(edited(csv_of(technician), place="", lot="", condition="", asset_tag=""), technician)
    assert len(plan.changed[0].changes) == 4
    importing.apply(importing.sealed(plan), technician)
    device.refresh_from_db()
    assert (device.place, device.lot, device.condition, device.asset_tag) == (None, None, "", "")


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("place", "Attic", "no such place"),
        ("place", "Their shelf", "no such place"),
        ("condition", "Z", "one letter"),
        ("condition", "Average", "one letter"),
        ("lot", "L9999", "no such lot"),
        ("asset_tag", "x" * 81, "too long"),
        ("state", "Recycled", "The stock says"),
        ("serial", "OTHER", "The stock says"),
        ("grade", "5", "The stock says"),
        ("code", "K7M-2XQ5", "not the code"),
        ("code", "", "not the code"),
        ("code", codes.pretty(codes.with_check("000000")), "No machine"),
    ],
)
def test_a_refused_line_says_where_and_what_to_do(world, technician, column, value, why):
    world.device(grade=3)
    plan = importing.plan(
        edited(csv_of(technician), **{column: value, **({} if column == "place" else {"place": "Bench"})}), technician
    )
    problem = plan.refused[0].problems[0]
    assert plan.refused[0].number == 2 and problem.column == str(BY_NAME[column].title)
    assert problem.value == value and why in problem.why and problem.remedy
    assert plan.changed == []


def test_a_machine_of_a_neighbour_is_not_known(world, technician):
    theirs = world.device(holder=world.other_workshop)
    plan = importing.plan(f"code;place\n{theirs.code};Bench\n".encode(), technician)
    assert "No machine of your stock" in plan.refused[0].problems[0].why


def test_the_same_machine_twice_in_a_file(world, technician):
    device = world.device()
    plan = importing.plan(f"code;place\n{device.code};Bench\n{device.code};Shelf 3\n".encode(), technician)
    assert len(plan.changed) == 1 and "already on line 2" in plan.refused[0].problems[0].why


def test_unknown_columns_are_told(world, technician):
    device = world.device()
    assert importing.plan(f"code;Price\n{device.code};3\n".encode(), technician).ignored == ["Price"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n\n",
        b"PK\x03\x04 not a zip",
        b"\0\0\0",
        b"name;place\nx;y\n",
        b"code;code\nx;y\n",
        b'code;"' + b"x" * 200_000,
    ],
)
def test_what_is_not_an_export_is_refused_with_a_way_out(world, technician, data):
    with pytest.raises(Refusal) as refused:
        importing.plan(data, technician)
    assert refused.value.remedies


def test_a_package_that_swells_is_refused(world, technician):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package, package.open("content.xml", "w") as part:
        for _ in range(420):
            part.write(b" " * 2**20)
    with pytest.raises(Refusal, match="once unpacked"):
        importing.plan(target.getvalue(), technician)


def test_a_plan_that_was_altered_is_refused(world, technician):
    world.device()
    seal = importing.sealed(importing.plan(edited(csv_of(technician), place="Bench"), technician))
    with pytest.raises(Refusal, match="altered"):
        importing.apply(seal[:-3] + "abc", technician)


def test_a_plan_does_nothing_for_a_neighbour(world, technician):
    world.device()
    seal = importing.sealed(importing.plan(edited(csv_of(technician), place="Bench"), technician))
    done = importing.apply(seal, world.actor("technician", world.other_workshop))
    assert [line.done for line in done] == [False] and Device.objects.get().place is None


def test_a_thousand_lines_cost_as_many_queries_as_ten(world, technician):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    costs = []
    for count in (10, 90):
        world.devices(count)
        data = edited(csv_of(technician), condition="B")
        with CaptureQueriesContext(connection) as captured:
            importing.plan(data, technician)
        costs.append(len(captured))
    assert costs[0] == costs[1]


def test_the_page_plans_then_applies_without_script(client, world):
    device = world.device()
    client.force_login(world.person("technician", world.workshop))
    address = reverse("stock:import")
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 422
    file = SimpleUploadedFile("x.csv", f"code;place\n{device.code};Bench\nnope;Bench\n".encode())
    answer = client.post(address, {"file": file})
    html = answer.content.decode()
    assert "Change 1 machine" in html and "not the code of a machine" in html
    assert Device.objects.get().place is None
    done = client.post(address, {"plan": answer.context["seal"]})
    assert "Bench" in done.content.decode() and Device.objects.get().place == world.bench
    assert client.post(address, {"file": SimpleUploadedFile("x.csv", b"")}).status_code == 422
    assert client.post(address, {"file": SimpleUploadedFile("x.csv", b"abc")}).status_code == 409


def test_who_may_import(client, world):
    client.force_login(world.person("reader", world.workshop))
    assert client.get(reverse("stock:import")).status_code == 403
