"""The pages of requests: filing in one page, nothing typed is lost, the identity is shown only when asked for."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.hashers import check_password
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from maillon.kernel.errors import Refusal
from maillon.kernel.ids import new_id
from maillon.kernel.ledger import Entry
from maillon.needs import commands, family, identities
from maillon.needs.models import Request
from maillon.territory.models import District
from tests.needs.requests import commune, make_request
from tests.world import make_world

pytestmark = pytest.mark.django_db
SAID = {
    "beneficiary": "household",
    "use": "secondary",
    "machines": ["laptop"],
    "quantity": "1",
    "minimum": "",
    "equipment": "smartphone_only",
    "situation": ["single_parent", "schooling"],
    "income": "income_a",
    "proofs_today": "on",
    "commune": "44109",
    "language": "ar",
    "contact_way": "sms",
    "adaptations": ["light"],
    "name": "Camille Exemple",
    "phone": "06 12 34 56 78",
    "once": str(new_id()),
}


@pytest.fixture
def world():
    commune()
    return make_world()


@pytest.fixture
def prescriber(client, world):
    client.force_login(world.users["prescriber"])
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def test_a_request_is_filed_from_one_page(prescriber):
    assert prescriber.get(reverse("needs:new-request")).status_code == 200
    answer = prescriber.post(reverse("needs:new-request"), SAID)
    request = Request.objects.get()
    assert answer.status_code == 302 and answer.url == reverse("needs:request", args=[request.code])
    assert (request.use, request.kinds, request.language) == ("secondary", ["convertible", "notebook"], "ar")
    today = timezone.localdate()
    assert dict(request.criteria.values_list("criterion", "proof_seen_on")) == {
        "smartphone_only": None,
        "single_parent": today,
        "schooling": None,
        "income_a": today,
    }
    assert identities.read(request.identity).phone == "+33612345678"


def test_the_same_page_sent_twice_files_one_request(prescriber):
    first = prescriber.post(reverse("needs:new-request"), SAID)
    again = prescriber.post(reverse("needs:new-request"), SAID)
    assert first.url == again.url and Request.objects.count() == 1


def test_a_refused_page_keeps_every_word_and_says_all_that_is_wrong(prescriber):
    wrong = SAID | {"phone": "à demander", "commune": "Nulle-Part", "machines": [], "note": "après 17 h"}
    answer = prescriber.post(reverse("needs:new-request"), wrong)
    page = answer.content.decode()
    assert answer.status_code == 422 and not Request.objects.exists()
    for kept in ("Camille Exemple", "à demander", "Nulle-Part", "après 17 h", 'value="ar" selected'):
        assert kept in page
    assert page.count('class="field-error"') == 3


def test_a_way_to_be_reached_asks_for_what_it_needs(prescriber):
    answer = prescriber.post(reverse("needs:new-request"), SAID | {"phone": ""})
    assert answer.status_code == 422 and "text message" in answer.content.decode()


def test_a_district_can_be_chosen_once_some_are_imported(prescriber):
    assert 'name="district"' not in prescriber.get(reverse("needs:new-request")).content.decode()
    District.objects.create(code="QN04401M", name="Quartier fictif")
    prescriber.post(reverse("needs:new-request"), SAID | {"district": "QN04401M"})
    assert Request.objects.get().district_id == "QN04401M"


def test_a_district_is_of_the_commune_of_the_request_and_of_the_department_here(prescriber, world):
    world.coordination.commune = commune()
    world.coordination.save()
    for code, of in (("QN04401M", commune()), ("QN04402M", commune("44162", "Saint-Herblain")), ("QN01301M", None)):
        District.objects.create(code=code, name="Bellevue").communes.add(of or commune("13055", "Marseille"))
    page = prescriber.get(reverse("needs:new-request")).content.decode()
    assert "Bellevue (Nantes)" in page and "Bellevue (Saint-Herblain)" in page and "Marseille" not in page
    answer = prescriber.post(reverse("needs:new-request"), SAID | {"district": "QN04402M"})
    assert answer.status_code == 422 and "not in this commune" in answer.content.decode()
    prescriber.post(reverse("needs:new-request"), SAID | {"district": "QN04401M"})
    request = Request.objects.get()
    moved = prescriber.post(reverse("needs:change-request", args=[request.code]), SAID | {"commune": "44162"})
    assert moved.status_code == 302
    with pytest.raises(Refusal, match="not complete"):
        make_request(world, district="QN01301M")


def test_days_of_proofs_are_shown_when_said_or_to_correct(prescriber, world):
    answer = prescriber.post(reverse("needs:new-request"), SAID | {"seen_income_a": "bientôt"})
    assert answer.status_code == 422 and "<details open><summary>Proofs seen" in answer.content.decode()
    request = make_request(world, criteria={"income_a": timezone.localdate()})
    page = prescriber.get(reverse("needs:change-request", args=[request.code])).content.decode()
    assert "<details open><summary>Proofs seen" in page
    assert "<details><summary>Proofs seen" in prescriber.get(reverse("needs:new-request")).content.decode()


def test_the_identity_is_shown_only_when_asked_for_and_each_time_is_told(prescriber, world):
    request = make_request(world, name="Camille Exemple", phone="+33612345678")
    page = reverse("needs:request", args=[request.code])
    assert "Camille" not in prescriber.get(page).content.decode()
    assert "Camille" not in prescriber.get(reverse("needs:requests")).content.decode()
    assert not Entry.objects.filter(kind="identity.read").exists()
    assert (
        "Camille"
        not in prescriber.get(reverse("needs:show-identity", args=[request.code]), follow=True).content.decode()
    )
    shown = prescriber.post(reverse("needs:show-identity", args=[request.code]))
    assert "Camille Exemple" in shown.content.decode() and "06 12 34 56 78" in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    listed = prescriber.post(reverse("needs:requests-named"), {"state": "waiting"})
    assert "Camille Exemple" in listed.content.decode()
    told = [entry.data["purpose"] for entry in Entry.objects.filter(kind="identity.read").order_by("sequence")]
    assert told == ["page", "list"]


def test_a_change_leaves_the_identity_sealed_unless_it_is_asked_for(prescriber, world):
    request = make_request(world, name="Camille Exemple")
    address = reverse("needs:change-request", args=[request.code])
    assert "Camille" not in prescriber.get(address).content.decode()
    facts = {name: value for name, value in SAID.items() if name not in ("name", "phone", "contact_way")}
    assert prescriber.post(address, facts | {"contact_way": "prescriber"}).status_code == 302
    request.refresh_from_db()
    assert request.use == "secondary" and identities.read(request.identity).name == "Camille Exemple"
    assert "Camille" in prescriber.post(address).content.decode()
    changed = SAID | {"name": "Dominique Exemple"}
    assert prescriber.post(address, changed).status_code == 302
    request.refresh_from_db()
    assert identities.read(request.identity).name == "Dominique Exemple"


def test_a_way_to_be_reached_is_compared_with_the_sealed_identity(prescriber, world):
    request = make_request(world, name="Camille Exemple")
    address = reverse("needs:change-request", args=[request.code])
    facts = {name: value for name, value in SAID.items() if name not in ("name", "phone")}
    answer = prescriber.post(address, facts)  # by text message, and no number is known
    assert answer.status_code == 409 and "they need a number" in answer.content.decode()


@pytest.mark.parametrize(
    ("name", "sent", "state"),
    [
        ("withdraw", {"closing": "moved"}, "withdrawn"),
        ("still-needed", {}, "waiting"),
        ("keep-twin", {}, "waiting"),
        ("erase-identity", {}, "withdrawn"),
    ],
)
def test_each_button_does_what_it_says(prescriber, world, name, sent, state):
    request = make_request(world)
    answer = prescriber.post(reverse(f"needs:{name}", args=[request.code]), sent)
    request.refresh_from_db()
    assert answer.status_code == 302 and request.state == state
    assert prescriber.get(answer.url).status_code == 200
    if name == "withdraw":
        prescriber.post(reverse("needs:reopen", args=[request.code]))
        request.refresh_from_db()
        assert request.state == "waiting"


def test_a_withdrawal_needs_a_reason(prescriber, world):
    request = make_request(world)
    assert prescriber.post(reverse("needs:withdraw", args=[request.code])).status_code == 422
    request.refresh_from_db()
    assert request.state == "waiting"


def test_the_secret_code_is_said_once(prescriber, world):
    request = make_request(world)
    page = prescriber.post(reverse("needs:new-pin", args=[request.code])).content.decode()
    request.refresh_from_db()
    [pin] = re.findall(r"<strong>(\d{3} \d{3})</strong>", page)
    assert check_password(pin.replace(" ", ""), request.pin_digest)
    assert pin not in prescriber.get(reverse("needs:request", args=[request.code])).content.decode()


def test_the_letter_is_a_tagged_pdf_with_a_new_secret_code(prescriber, world):
    request = make_request(world)
    answer = prescriber.post(reverse("needs:letter", args=[request.code]))
    assert answer.headers["Content-Type"] == "application/pdf" and answer.content.startswith(b"%PDF")
    assert b"/StructTreeRoot" in answer.content or b"pdfuaid" in answer.content
    request.refresh_from_db()
    assert request.pin_digest
    kinds = list(Entry.objects.filter(subject=request.pk).order_by("sequence").values_list("kind", flat=True))
    assert kinds == ["request.filed", "identity.read", "request.pin_set"]


def test_a_request_is_found_by_what_it_is_known_by_and_no_name_is_in_an_address(prescriber, world):
    request = make_request(world, name="Camille Exemple", phone="+33612345678", email="c@exemple.invalid")
    make_request(world, name="Sacha Exemple")
    for sought in (request.code, "exemple camille", "06.12.34.56.78", "C@EXEMPLE.invalid"):
        answer = prescriber.post(reverse("needs:search"), {"sought": sought})
        assert answer.status_code == 302 and answer.url.endswith(f"/{request.code}/"), sought
    assert prescriber.post(reverse("needs:search"), {"sought": "Personne"}).status_code == 404
    assert prescriber.get(reverse("needs:search"), {"sought": "Exemple Camille"}).url == reverse("needs:requests")


def test_the_coordination_sees_codes_and_facts(client, world):
    request = make_request(world, name="Camille Exemple")
    client.force_login(world.users["coordinator"])
    page = client.get(reverse("needs:request", args=[request.code])).content.decode()
    assert "Prescripteur" in page and "Camille" not in page
    for name in ("show-identity", "letter", "new-pin", "erase-identity", "withdraw", "change-request"):
        assert client.post(reverse(f"needs:{name}", args=[request.code])).status_code == 403, name
    assert client.post(reverse("needs:search"), {"sought": "Camille Exemple"}).status_code == 404


def test_a_list_costs_the_same_whatever_its_length(prescriber, world):
    def cost():
        with CaptureQueriesContext(connection) as asked:
            assert prescriber.get(reverse("needs:requests")).status_code == 200
        return len(asked)

    for _number in range(2):
        make_request(world, phone="+33612345678")
    cost()  # the session's first page
    few = cost()
    for number in range(10):
        make_request(world, phone="+33612345678" if number % 2 else "")
    assert cost() == few <= 20


def test_pages_go_on_by_key(prescriber, world, monkeypatch):
    codes = [make_request(world, since=timezone.localdate()).code for _number in range(5)]
    monkeypatch.setattr("maillon.needs.queries.PER_PAGE", 2)
    seen, address = [], reverse("needs:requests")
    while address:
        context = prescriber.get(address).context
        seen += [line["request"].code for line in context["lines"]]
        address = f"{reverse('needs:requests')}?after={context['next']}" if context["next"] else ""
    assert seen == codes
    assert prescriber.get(reverse("needs:requests"), {"after": "nonsense"}).status_code == 404
    assert prescriber.get(reverse("needs:requests"), {"state": "lost"}).status_code == 404


def test_what_waits_is_told_on_the_start_page_and_in_the_list_of_things_to_do(prescriber, world):
    assert "File a request" in prescriber.get("/").content.decode()
    unproved = make_request(world, criteria={"income_a": None})
    asked = make_request(world)
    commands.ask_erasure(actor=family.actor_of(asked), request_id=asked.pk)
    old = make_request(world, at=timezone.now() - timedelta(days=680))
    start = prescriber.get("/").content.decode()
    assert "person asks for the erasure" in start and "closes soon" in start
    page = prescriber.get(reverse("needs:to-do")).content.decode()
    for request in (unproved, asked, old):
        assert f"/besoins/{request.code}/" in page
