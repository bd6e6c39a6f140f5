"""The pages of lists of requests, as someone walks them."""

from dataclasses import replace

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from maillon.kernel import retention
from maillon.kernel.jobs.models import Job
from maillon.kernel.jobs.running import drain
from maillon.kernel.jobs.schedule import REGISTRY
from maillon.needs.lists import commands, jobs
from maillon.needs.lists.models import KEPT_DAYS, RequestList
from maillon.needs.models import Request
from tests.needs.list_files import ROWS, TITLES, communes, csv, receive, xlsx
from tests.world import make_world

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]
BAD = [*ROWS[1][:3], "Scol", *ROWS[1][4:]]


@pytest.fixture
def world(settings):
    settings.LANGUAGE_CODE = "en"
    communes()
    return make_world()


@pytest.fixture
def prescriber(client, world):
    client.force_login(world.users["prescriber"])
    return client


def send(client, data=None, name="Famille EXEMPLE.csv"):
    return client.post(reverse("needs:lists"), {"file": SimpleUploadedFile(name, csv() if data is None else data)})


def form_of(client, listed, **more):
    """What the page's form sends when nothing is changed but this."""
    context = client.get(reverse("needs:list", args=[listed.pk])).context
    sent = {"seen": context["mark"], "action": "enter"}
    for form in (context["columns_form"], context["whole_form"], context["words_form"]):
        for field in form:
            value = field.value()
            if value is not None and value is not False and value != "":
                sent[field.html_name] = value
    return sent | more


def page(client, listed):
    return client.get(reverse("needs:list", args=[listed.pk])).content.decode()


def test_a_list_is_sent_seen_and_entered(prescriber):
    sent = send(prescriber)
    listed = RequestList.objects.get()
    assert sent.url == reverse("needs:list", args=[listed.pk])
    body = page(prescriber, listed)
    assert "Famille EXEMPLE.csv" in body and "For whom" in body and Request.objects.count() == 0
    assert "<strong>For whom</strong>" in body, "it is in no column yet"
    answer = prescriber.post(
        sent.url, form_of(prescriber, listed, beneficiary="household", action="check"), follow=True
    )
    assert "File 3 requests" in answer.content.decode() and Request.objects.count() == 0
    answer = prescriber.post(sent.url, form_of(prescriber, listed), follow=True).content.decode()
    assert "All is entered." in answer and Request.objects.count() == 3
    assert all(request.pk and str(request) in answer for request in Request.objects.all())
    assert "EXEMPLE" not in prescriber.get(reverse("needs:lists")).content.decode()


def test_what_was_not_shown_does_not_enter(prescriber, world):
    listed = receive(world)
    sent = form_of(prescriber, listed, use="creation", c3="")
    answer = prescriber.post(reverse("needs:list", args=[listed.pk]), sent, follow=True).content.decode()
    assert "Something changed" in answer and not Request.objects.exists()
    prescriber.post(reverse("needs:list", args=[listed.pk]), form_of(prescriber, listed))
    assert set(Request.objects.values_list("use", flat=True)) == {"creation"}


def test_a_corrected_list_is_seen_then_changes_its_requests_unless_unticked(prescriber, world):
    first = receive(world)
    commands.enter(actor=world.actor("prescriber"), list_id=first.pk)
    corrected = csv(
        [[*ROWS[0][:2], "06 12 34 56 79", *ROWS[0][3:]], ROWS[1], [*ROWS[2][:3], "démarches", *ROWS[2][4:]]]
    )
    unwanted, listed = receive(world, corrected), receive(world, corrected)
    body = page(prescriber, listed)
    assert "Requests that the list corrects" in body and "(Telephone)" in body and "(Use)" in body
    assert "Enter these corrections" in body and 'name="updates" id="updates" checked' in body
    unticked = form_of(prescriber, unwanted, updates_shown="1")
    prescriber.post(reverse("needs:list", args=[unwanted.pk]), unticked | {"action": "check"})
    assert 'id="updates">' in page(prescriber, unwanted), "it stays unticked"
    prescriber.post(reverse("needs:list", args=[unwanted.pk]), unticked)
    assert not Request.objects.filter(use="administrative", kinds=["tablet"]).exists()
    sent = form_of(prescriber, listed, updates_shown="1", updates="on")
    answer = prescriber.post(reverse("needs:list", args=[listed.pk]), sent, follow=True).content.decode()
    assert "Requests updated" in answer and Request.objects.filter(use="administrative", kinds=["tablet"]).exists()
    assert Request.objects.count() == 3


def test_a_request_filed_or_corrected_since_the_list_was_shown_is_shown_before_it_changes(prescriber, world):
    listed = receive(world, csv([ROWS[0]]))
    address, sent = reverse("needs:list", args=[listed.pk]), form_of(prescriber, listed)
    colleague = receive(world, csv([[*ROWS[0][:4], "tablette", "Nantes"]]))
    commands.enter(actor=world.actor("prescriber"), list_id=colleague.pk)
    body = prescriber.post(address, sent, follow=True).content.decode()
    assert "Something changed" in body and "(Machine)" in body and Request.objects.get().kinds == ["tablet"]
    sent = form_of(prescriber, listed, updates_shown="1", updates="on")
    commands.change_request(
        actor=world.actor("prescriber"),
        request_id=Request.objects.get().pk,
        facts=replace(commands.facts_of(Request.objects.get()), kinds=["desktop"]),
    )
    assert "Something changed" in prescriber.post(address, sent, follow=True).content.decode()
    assert Request.objects.get().kinds == ["desktop"], "the same field would change, of what nobody saw"
    sent = form_of(prescriber, listed, updates_shown="1", updates="on")
    assert "Requests updated" in prescriber.post(address, sent, follow=True).content.decode()


def test_another_sheet_or_row_of_titles_is_read_anew(prescriber, world):
    listed = receive(world, xlsx(above=[["Nom", "Prénom", "x"]]))
    address = reverse("needs:list", args=[listed.pk])
    prescriber.post(address, form_of(prescriber, listed, header=1, action="check"))
    assert "<strong>Use, Machine, Commune</strong>" in page(prescriber, listed)
    prescriber.post(address, form_of(prescriber, listed, header=2, action="check"))
    assert "File 3 requests" in page(prescriber, listed)
    prescriber.post(address, form_of(prescriber, listed, sheet="Notes", action="check"))
    assert "No column holds a name" in page(prescriber, listed)
    assert prescriber.post(address, form_of(prescriber, listed, sheet="None")).status_code == 422


def test_a_word_is_explained_once_for_all_its_rows(prescriber, world):
    listed = receive(world, csv([BAD, [*ROWS[0][:3], "Scol", *ROWS[0][4:]]]))
    assert "Words to explain" in page(prescriber, listed)
    sent = form_of(prescriber, listed, w_use_0="secondary", action="check")
    body = prescriber.post(reverse("needs:list", args=[listed.pk]), sent, follow=True).content.decode()
    assert "File 2 requests" in body and "Words to explain" not in body


@pytest.mark.parametrize("kind", ["csv", "ods"])
def test_rows_to_correct_are_downloaded_before_and_after_and_no_cell_is_a_formula(prescriber, world, kind):
    evil = ["=HYPERLINK(1)", "@Camille", "+1", "-1+1", "portable", "Nantes"]
    listed = receive(world, csv([evil, ROWS[0]]))
    address = reverse("needs:list-rest", args=[listed.pk, kind])
    for _time in range(2):
        answer = prescriber.get(address)
        data = b"".join(answer.streaming_content)
        [table, *_more] = commands.tables.read_tables(data, commands.LIMITS)
        assert list(table.rows[0]) == [*TITLES, "To correct"] and len(table.rows) == 2
        if kind == "csv":
            assert not any(str(cell).startswith(("=", "@", "+", "-")) for row in table.rows for cell in row)
        assert [commands.words.text(cell) for cell in table.rows[1]][:2] == evil[:2]
        assert "no-store" in answer["Cache-Control"]
        prescriber.post(reverse("needs:list", args=[listed.pk]), form_of(prescriber, listed)) if not _time else None
    assert prescriber.get(reverse("needs:list-rest", args=[listed.pk, "pdf"])).status_code == 404


@pytest.mark.parametrize("kind", ["csv", "ods"])
def test_the_empty_list_can_be_filled_in_and_sent(prescriber, kind):
    data = b"".join(prescriber.get(reverse("needs:list-empty", args=[kind])).streaming_content)
    [table, *_more] = commands.tables.read_tables(data, commands.LIMITS)
    row = {1: "EXEMPLE", 2: "Camille", 7: "A household", 8: "secondary school", 9: "A laptop, A tablet", 11: "Nantes"}
    filled = csv([[row.get(n, "") for n in range(len(table.rows[0]))]], [str(cell) for cell in table.rows[0]])
    send(prescriber, filled)
    listed = RequestList.objects.get()
    prescriber.post(reverse("needs:list", args=[listed.pk]), form_of(prescriber, listed))
    assert Request.objects.get().kinds == ["convertible", "notebook", "tablet"]


def test_a_class_becomes_one_request(prescriber, world):
    listed = receive(world, csv([["EXEMPLE"], ["FICTIVE"]], ["Nom"]), use="primary", machines=("laptop",))
    address = reverse("needs:list", args=[listed.pk])
    group = {"group-name": "Classe fictive", "group-quantity": "2", "group-phone": "12", "action": "group"}
    assert prescriber.post(address, form_of(prescriber, listed, **group)).status_code == 422
    group["group-phone"] = "02 40 12 34 56"
    answer = prescriber.post(address, form_of(prescriber, listed, **group))
    assert answer.status_code == 409 and "commune" in answer.content.decode() and not Request.objects.exists()
    answer = prescriber.post(address, form_of(prescriber, listed, commune="Nantes", **group))
    request = Request.objects.get()
    assert answer.url == reverse("needs:request", args=[request.code]) and request.beneficiary == "group"
    listed.refresh_from_db()
    assert listed.sealed == ""


def test_what_is_no_list_is_said_on_the_page(prescriber):
    assert send(prescriber, b"\x00\x01" * 99).status_code == 409
    assert prescriber.post(reverse("needs:lists")).status_code == 422
    assert not RequestList.objects.exists()


def test_a_list_is_erased_on_demand(prescriber, world):
    listed = receive(world)
    assert prescriber.post(reverse("needs:list-erase", args=[listed.pk])).url == reverse("needs:lists")
    assert "erased without being entered" in page(prescriber, listed)
    assert prescriber.get(reverse("needs:list-rest", args=[listed.pk, "csv"])).status_code == 404


@pytest.mark.parametrize("who", ["coordinator", "technician", "donor", "mediator", "reader"])
def test_other_roles_open_none_of_it(client, world, who):
    listed = receive(world)
    client.force_login(world.users[who])
    for name, arguments in (("lists", []), ("list", [listed.pk]), ("list-rest", [listed.pk, "csv"])):
        answer = client.get(reverse(f"needs:{name}", args=arguments))
        assert answer.status_code == 403 and b"EXEMPLE" not in answer.content


def test_a_stranger_finds_nothing(client, world):
    listed, foreign = receive(world), make_world(" ailleurs")
    client.force_login(foreign.users["prescriber"])
    for name, arguments in (("list", [listed.pk]), ("list-rest", [listed.pk, "csv"])):
        assert client.get(reverse(f"needs:{name}", args=arguments)).status_code == 404
    for name in ("list", "list-erase", "list-again"):
        assert client.post(reverse(f"needs:{name}", args=[listed.pk])).status_code == 404


def test_the_published_period_is_the_one_applied():
    [row] = [row for row in retention.table() if row.key == "request_list"]
    assert f"{KEPT_DAYS} days" in row.period.text
    assert any(name.endswith("lists.jobs.erase_lists") for name in REGISTRY)


@pytest.mark.django_db(transaction=True)
def test_a_long_list_is_entered_by_a_job_that_goes_on_where_it_stopped(prescriber, world, monkeypatch):
    monkeypatch.setattr(commands, "AT_ONCE", 2)
    monkeypatch.setattr(jobs, "CHUNK", 2)
    rows = [[f"FICTIVE{n}", "Sacha", "", "démarches", "portable", "Nantes"] for n in range(5)]
    listed = receive(world, csv([*rows, BAD]))
    body = prescriber.post(reverse("needs:list", args=[listed.pk]), form_of(prescriber, listed), follow=True)
    assert "one after the other" in body.content.decode() and not Request.objects.exists()
    real, calls = commands.enter_some, []

    def dies(actor, one, some):
        calls.append(len(some))
        if len(calls) == 2:
            raise RuntimeError
        real(actor, one, some)

    monkeypatch.setattr(commands, "enter_some", dies)
    drain()
    assert Request.objects.count() == 2
    Job.objects.update(run_after="2020-01-01T00:00Z")
    drain()
    listed.refresh_from_db()
    assert (len(listed.entered), len(listed.known), listed.wrong) == (5, 0, 1) and Request.objects.count() == 5
    assert "Rows left to correct" in page(prescriber, listed)


@pytest.mark.django_db(transaction=True)
def test_a_job_that_failed_gives_the_list_back(prescriber, world, monkeypatch):
    monkeypatch.setattr(commands, "AT_ONCE", 2)
    listed = receive(world)
    prescriber.post(reverse("needs:list", args=[listed.pk]), form_of(prescriber, listed))
    again = reverse("needs:list-again", args=[listed.pk])
    assert prescriber.post(again).url and RequestList.objects.get().state == "entering", "it still waits for its turn"
    Job.objects.update(status="FAILED")
    assert "The entry stopped." in page(prescriber, listed)
    prescriber.post(again)
    assert RequestList.objects.get().state == "waiting" and "File 3 requests" in page(prescriber, listed)


def test_no_field_of_the_page_holds_a_browser_back(prescriber, world):
    rows = [[f"FICTIVE{n}", "Sacha", "", "démarches", "portable", "Nantes"] for n in range(201)]
    context = prescriber.get(reverse("needs:list", args=[receive(world, csv(rows)).pk])).context
    for form in (context["columns_form"], context["whole_form"], context["words_form"], context["group_form"]):
        for field in form:
            drawn = str(field)
            assert "required" not in drawn or field.value() not in (None, ""), field.name
            assert 'max="200"' not in drawn or int(field.value() or 1) <= 200, field.name


def test_the_page_of_lists_costs_the_same_whatever_their_number(prescriber, world, django_assert_max_num_queries):
    for _n in range(6):
        receive(world)
    with django_assert_max_num_queries(8):
        prescriber.get(reverse("needs:lists"))
