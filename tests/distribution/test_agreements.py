"""Agreements: what may be sold, the text and its hash, the three signatures, who reads, what is erased."""

import io
import json
import re
import smtplib
from datetime import date, timedelta

import pikepdf
import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from maillon.collection.rules import RecipientCategory, Regime
from maillon.distribution import jobs
from maillon.distribution.agreements import commands, queries, rules, strokes, text
from maillon.distribution.agreements.commands import Signature
from maillon.distribution.agreements.forms import CardForm
from maillon.distribution.agreements.models import Agreement, OneTimeCode, Paper
from maillon.distribution.agreements.text import Party
from maillon.distribution.agreements.vocabulary import Way
from maillon.distribution.desk.commands import scan
from maillon.distribution.loans.commands import change_terms
from maillon.distribution.loans.rules import months_later
from maillon.hardware.model import Kind
from maillon.kernel import codes, vault
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.kernel.ledger import Entry
from maillon.needs.models import Request
from maillon.territory.models import Organisation
from maillon.workshop.models import Device
from tests.allocation.promises import make_promise, make_request
from tests.distribution.handing import GUARDIAN, NAME, STROKES, card, digest_of, drafted, prepared, signed
from tests.needs.requests import make_request as file_request
from tests.world import make_world

db = pytest.mark.django_db


@pytest.fixture
def world():
    return make_world()


def kinds_of(agreement):
    return list(
        Entry.objects.filter(subject=agreement.pk).order_by("recorded_at", "sequence").values_list("kind", flat=True)
    )


def sign(world, agreement, who="head", **signature):
    signature = {"way": Way.FINGER, "strokes": STROKES, **signature}
    return commands.sign(
        actor=world.actor(who),
        agreement_id=agreement.pk,
        text_sha256=digest_of(agreement),
        signature=Signature(**signature),
    )


# -- what may be sold ------------------------------------------------------------------------------------------------

SELLERS = {RecipientCategory.PUBLIC_UTILITY, RecipientCategory.PRECARITY_INTEREST}


@pytest.mark.parametrize("category", [None, *RecipientCategory])
@pytest.mark.parametrize("buyer", list(rules.Buyer))
@pytest.mark.parametrize("regime", [None, *Regime])
def test_who_may_sell_what_to_whom(regime, category, buyer):
    found = rules.sale_obstacles(regime=regime, category=category, buyer=buyer, kind=Kind.NOTEBOOK, price_cents=18_000)
    allowed = regime in (Regime.COMPANY, Regime.INDIVIDUAL) or (
        regime is Regime.PUBLIC and category in SELLERS and buyer is not rules.Buyer.OTHER
    )
    assert (found == []) is allowed


@pytest.mark.parametrize(
    ("kind", "cap"),
    [
        (Kind.NOTEBOOK, 18000),
        (Kind.CONVERTIBLE, 18000),
        (Kind.DESKTOP, 15000),
        (Kind.ALL_IN_ONE, 15000),
        (Kind.TABLET, 10000),
    ],
)
@pytest.mark.parametrize("over", [0, 1])
def test_a_price_stays_under_its_cap(kind, cap, over):
    found = rules.sale_obstacles(
        regime=Regime.PUBLIC,
        category=RecipientCategory.PUBLIC_UTILITY,
        buyer=rules.Buyer.IN_PRECARITY,
        kind=kind,
        price_cents=cap + over,
    )
    assert [obstacle.code for obstacle in found] == ["above_cap"] * over


def test_what_has_no_known_cap_is_not_sold_and_a_price_is_positive():
    sale = {"category": RecipientCategory.PUBLIC_UTILITY, "buyer": rules.Buyer.IN_PRECARITY, "kind": Kind.SERVER}
    found = rules.sale_obstacles(regime=Regime.PUBLIC, price_cents=None, **sale)
    assert [obstacle.code for obstacle in found] == ["no_cap"]
    with pytest.raises(ValueError, match="positive"):
        rules.sale_obstacles(regime=Regime.COMPANY, price_cents=0, **sale)


@pytest.mark.parametrize(
    ("beneficiary", "criteria", "association", "buyer"),
    [
        ("household", ["income_b"], False, rules.Buyer.IN_PRECARITY),
        ("household", ["emergency_housing"], True, rules.Buyer.IN_PRECARITY),
        ("group", [], True, rules.Buyer.HELPING_ASSOCIATION),
        ("group", [], False, rules.Buyer.OTHER),
        ("adult", ["no_computer", "job_search"], True, rules.Buyer.OTHER),
    ],
)
def test_who_buys_is_read_from_the_request(beneficiary, criteria, association, buyer):
    assert rules.buyer_of(beneficiary, criteria, association) is buyer


@db
def test_a_forbidden_sale_is_refused_with_its_reason_and_writes_nothing(world, english):
    request = make_request(world)
    make_promise(world, request=request)
    with pytest.raises(Refusal, match="belongs to no lot"):
        commands.prepare(actor=world.actor("head"), request_id=request.pk, card=card(kind="sale"))
    assert not Agreement.objects.exists()


# -- the signature that is drawn -------------------------------------------------------------------------------------


def test_a_signature_is_kept_as_it_was_drawn():
    drawn = strokes.parse(STROKES)
    assert strokes.parse(strokes.text(drawn)) == drawn
    assert strokes.svg_path(drawn) == "M10 20L100 180L300 40M320 60L420 160"


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "[]",
        "{}",
        "[[]]",
        "[[1]]",
        "[[1,2,3]]",
        "[[1,2,1.5,4]]",
        "[[-1,0,100,100]]",
        "[[0,0,601,0]]",
        "[[0,0,0,241]]",
        '[["<script>",1]]',
        "[[5,5,6,6]]",
        "[[true,1,90,90]]",
        "[" * 10000,
        json.dumps([[1, 1] * 6001]),
    ],
)
def test_what_is_no_drawing_is_no_signature(sent):
    with pytest.raises(strokes.NotASignature):
        strokes.parse(sent)


# -- the text --------------------------------------------------------------------------------------------------------


def facts(**fields):
    machine = text.Machine("K7M2XQ4", "Lenovo T470", "PF0AAAA1", "B", ["charger"], [], None)
    told = {"kind": "loan", "due_on": date(2027, 7, 1), "gift_on": None, "machines": [machine], "salt": "00" * 16}
    told |= {"code": "K7M2XQ4", "request": "K7M2XQ4", "lender": "Atelier", "desk": "Espace", "desk_phone": ""}
    return text.Facts(prescriber="École", day=date(2026, 11, 24), **{**told, **fields})


@pytest.mark.parametrize("kind", ["loan", "gift", "sale"])
@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_kind_has_its_text_in_each_language(kind, language):
    composed = text.compose(facts(kind=kind), Party(NAME), language)
    assert composed["language"] == language and composed["note"] == ""
    assert NAME in json.dumps(composed, ensure_ascii=False) and "PF0AAAA1" in json.dumps(composed)
    assert all(section["sentences"] for section in composed["sections"])


def test_a_language_without_its_text_says_so():
    other = text.compose(facts(), Party(NAME), "other")
    assert other["language"] == "fr" and "dans votre langue avant de signer" in other["note"]
    assert text.compose(facts(), Party(NAME), "fr-x-facile")["note"] == ""


def test_the_hash_is_of_every_word_and_of_a_salt():
    first = text.compose(facts(), Party(NAME), "fr")
    assert text.digest(first) == text.digest(text.compose(facts(), Party(NAME), "fr"))
    changed = [
        text.compose(facts(), Party(NAME + "e"), "fr"),
        text.compose(facts(), Party(NAME), "en"),
        text.compose(facts(due_on=None), Party(NAME), "fr"),
        text.compose(facts(salt="01" * 16), Party(NAME), "fr"),
    ]
    assert len({text.digest(one) for one in [first, *changed]}) == 5


def test_a_guardian_signs_for_a_minor():
    composed = text.compose(facts(), Party(NAME, GUARDIAN), "en")
    assert composed["agreed"].startswith(GUARDIAN) and [
        value for label, value in composed["parties"] if "guardian" in label
    ] == [GUARDIAN]


# -- preparing -------------------------------------------------------------------------------------------------------


@db
def test_one_agreement_holds_all_the_machines_of_a_request(world):
    agreement = drafted(world, machines=3)
    assert agreement.items.count() == 3 and agreement.lender == world.workshop
    assert kinds_of(agreement) == ["agreement.prepared"]
    with pytest.raises(NotFound):  # nothing is left to prepare
        commands.prepare(actor=world.actor("head"), request_id=agreement.request_id, card=card())


@db
def test_machines_of_two_holders_make_two_agreements(world):
    request = make_request(world, quantity=2)
    make_promise(world, request=request)
    other = make_promise(world, request=request).device
    Device.objects.filter(pk=other.pk).update(holder=world.neighbour)
    actor = world.actor("prescriber")
    made = [commands.prepare(actor=actor, request_id=request.pk, card=card()) for _each in range(2)]
    assert {agreement.lender_id for agreement in made} == {world.workshop.pk, world.neighbour.pk}


@db
@pytest.mark.parametrize(
    ("who", "error"),
    [("reader", NotAllowed), ("donor", NotAllowed), ("neighbour", NotFound), ("mediator", NotFound)],
)
def test_who_may_not_prepare(world, who, error):
    request = make_request(world)
    make_promise(world, request=request)
    with pytest.raises(error):
        commands.prepare(actor=world.actor(who), request_id=request.pk, card=card())


@db
def test_a_mediator_hands_over_what_is_fetched_at_its_place(world):
    place = Organisation.objects.get(territory=world.coordination, kind="place").places.create(name="Accueil")
    request = make_request(world)
    request.places.add(place)
    make_promise(world, request=request)
    made = commands.prepare(actor=world.actor("mediator"), request_id=request.pk, card=card(place=place))
    assert (made.desk_id, made.lender_id) == (place.organisation_id, world.workshop.pk)


@db
@pytest.mark.parametrize(("who", "reads"), [("prescriber", True), ("head", False), ("coordinator", False)])
def test_the_prescriber_s_own_people_do_not_type_the_name_again(world, client, who, reads):
    place = Organisation.objects.get(territory=world.coordination, kind="place").places.create(name="Accueil")
    request = file_request(world, beneficiary="pupil", name=NAME, contact=GUARDIAN, phone="+33612345678")
    request.places.set([place])
    make_promise(world, request=request)
    client.force_login(world.users[who])
    page = client.get(f"/conventions/nouvelle/{request.code}/").content.decode()
    assert (f'value="{NAME}"' in page, f'value="{GUARDIAN}"' in page) == (reads, reads)
    assert f'value="{place.pk}" selected' in page, "where the person comes is known already"
    read = [entry.data["purpose"] for entry in Entry.objects.filter(kind="identity.read")]
    assert read == ["agreement"] * reads


@db
def test_the_page_of_a_request_leads_to_its_agreement(world, client):
    request = file_request(world)
    client.force_login(world.users["prescriber"])
    link = f"/conventions/nouvelle/{request.code}/"
    assert link not in client.get(reverse("needs:request", args=[request.code])).content.decode()
    make_promise(world, request=request)
    assert link in client.get(reverse("needs:request", args=[request.code])).content.decode()
    made = commands.prepare(actor=world.actor("prescriber"), request_id=request.pk, card=card())
    page = client.get(reverse("needs:request", args=[request.code])).content.decode()
    assert f"/conventions/{made.code}/" in page and link not in page


@db
@pytest.mark.parametrize("who", ["prescriber", "head"])
def test_an_agreement_prepared_ahead_is_read_by_the_desk_that_hands_over(world, who):
    place = Organisation.objects.get(territory=world.coordination, kind="place").places.create(name="Accueil")
    request = make_request(world)
    request.places.add(place)
    make_promise(world, request=request)
    made = commands.prepare(actor=world.actor(who), request_id=request.pk, card=card(place=place))
    assert made.desk_id == place.organisation_id
    [item] = queries.items_of(made)
    scan(actor=world.actor("mediator"), agreement_id=made.pk, text=item.device.code)
    assert commands.read_party(actor=world.actor("mediator"), agreement_id=made.pk).name == NAME
    changed = commands.change(actor=world.actor(who), agreement_id=made.pk, card=card())
    assert changed.desk_id == place.organisation_id, "a corrected name takes the agreement from nobody"


@db
def test_a_loan_never_ends_on_a_closed_day(world):
    place = world.shelf
    place.hours = "Tu-Sa 09:00-18:00"
    place.save()
    agreement = drafted(world, place=place, due_on=date(2027, 7, 4))  # a Sunday, then a Monday
    assert agreement.due_on == date(2027, 7, 6)


@db
def test_an_open_ended_loan_has_no_day(world):
    assert drafted(world, open_ended=True).due_on is None


@db
def test_a_draft_is_corrected_and_its_code_is_void(world):
    agreement = prepared(world)
    commands.make_code(actor=world.actor("head"), agreement_id=agreement.pk, channel="family")
    before = digest_of(agreement)
    commands.change(actor=world.actor("head"), agreement_id=agreement.pk, card=card(party=Party("Autre Nom")))
    assert digest_of(agreement) != before and not OneTimeCode.objects.exists()


# -- signing ---------------------------------------------------------------------------------------------------------


@db
def test_signing_freezes_the_text_and_hands_everything_over(world):
    agreement = prepared(world, machines=2)
    digest = digest_of(agreement)
    sign(world, agreement)
    agreement.refresh_from_db()
    assert (agreement.state, agreement.way, agreement.text_sha256) == ("signed", "finger", digest)
    assert set(Device.objects.values_list("state", flat=True)) == {"handed_over"}
    assert set(agreement.items.values_list("state", flat=True)) == {"lent"}
    agreement.request.refresh_from_db()
    assert agreement.request.state == "served"
    assert set(agreement.request.promises.values_list("state", flat=True)) == {"kept"}
    event = Entry.objects.get(kind="agreement.signed")
    assert event.data["sha256"] == digest
    handed = Entry.objects.filter(kind="device.handed_over")
    assert [entry.data["reference"] for entry in handed] == [agreement.request.code] * 2


@db
def test_what_is_not_prepared_is_not_signed_for(world, english):
    agreement = drafted(world)
    with pytest.raises(Refusal, match="Not prepared yet"):
        sign(world, agreement)
    assert not Paper.objects.exists() and Device.objects.get().state == "reserved"


@db
def test_the_text_signed_is_the_text_shown(world, english):
    agreement = prepared(world)
    seen = digest_of(agreement)
    commands.change(actor=world.actor("head"), agreement_id=agreement.pk, card=card(due_on=date(2030, 1, 8)))
    with pytest.raises(Refusal, match="changed after it was shown"):
        commands.sign(
            actor=world.actor("head"),
            agreement_id=agreement.pk,
            text_sha256=seen,
            signature=Signature(Way.FINGER, strokes=STROKES),
        )
    assert Device.objects.get().state == "reserved" and not Paper.objects.exists()


@db
def test_an_agreement_is_signed_once(world, english):
    agreement = signed(world)
    with pytest.raises(Refusal, match="does not change any more"):
        sign(world, agreement)
    assert Entry.objects.filter(kind="device.handed_over").count() == 1


@db
def test_a_mail_server_that_refuses_an_address_leaves_it_in_no_log(world, client, english, monkeypatch, caplog):
    def refuse(*_args, **_kwargs):
        raise smtplib.SMTPRecipientsRefused({"amina@exemple.invalid": (550, b"unknown amina@exemple.invalid")})

    monkeypatch.setattr("maillon.distribution.agreements.views.send_mail", refuse)
    agreement = prepared(world, party=Party(NAME, "", "amina@exemple.invalid"))
    client.force_login(world.users["head"])
    address = f"/conventions/{agreement.code}/signer/code/"
    answer = client.post(address, {"channel": "email"}, headers={"accept-language": "en"})
    page = answer.content.decode()
    assert answer.status_code == 409 and "could not be sent" in page
    assert "A code was sent" not in page, "it was not"
    assert f'action="/conventions/{agreement.code}/signer/" id="sign-form"' in page, "signing another way goes there"
    assert "amina" not in caplog.text


@db
def test_a_one_time_code_signs_once_and_never_by_its_mail(world, client, english):
    agreement = prepared(world, party=Party(NAME, "", "amina@exemple.invalid"))
    client.force_login(world.users["head"])
    answer = client.post(f"/conventions/{agreement.code}/signer/code/", {"channel": "email"})
    assert answer.status_code == 302
    [letter] = mail.outbox
    assert letter.to == ["amina@exemple.invalid"] and "http" not in letter.body
    code = re.search(r"\b\d{6}\b", letter.body)[0]
    page = client.get(f"/conventions/{agreement.code}/signer/").content.decode()
    assert code not in page, "the desk does not see the code"
    digest = digest_of(agreement)
    answer = client.post(f"/conventions/{agreement.code}/signer/", {"way": "code", "text": digest, "code": code})
    assert answer.status_code == 302
    agreement.refresh_from_db()
    assert (agreement.state, agreement.way) == ("signed", "code") and not OneTimeCode.objects.exists()


@db
def test_wrong_codes_are_counted_and_soon_close_the_door(world, client, english):
    agreement = prepared(world)
    code, _party, _text = commands.make_code(actor=world.actor("head"), agreement_id=agreement.pk, channel="family")
    wrong = "000000" if code != "000000" else "111111"
    for left in (4, 3, 2, 1, 0):
        with pytest.raises(Refusal, match=f"Tries left: {left}"):
            sign(world, agreement, way=Way.CODE, code=wrong)
    with pytest.raises(Refusal, match="no valid code"):
        sign(world, agreement, way=Way.CODE, code=code)
    client.force_login(world.users["head"])
    page = client.get(f"/conventions/{agreement.code}/signer/", headers={"accept-language": "en"}).content.decode()
    assert 'name="code"' not in page and "Make a code" in page, "a code that signs no more is not asked for"


@db
def test_an_old_code_signs_nothing(world, english):
    agreement = prepared(world)
    code, _party, _text = commands.make_code(actor=world.actor("head"), agreement_id=agreement.pk, channel="family")
    OneTimeCode.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Refusal, match="too old"):
        sign(world, agreement, way=Way.CODE, code=code)


@db
def test_new_codes_are_no_way_to_guess_without_end(world, english):
    agreement = prepared(world)
    head = world.actor("head")
    for _each in range(commands.CODES_A_DAY):
        commands.make_code(actor=head, agreement_id=agreement.pk, channel="family")
        commands.change(actor=head, agreement_id=agreement.pk, card=card())  # erases the code, not that it was made
    with pytest.raises(Refusal, match="Enough codes were made"):
        commands.make_code(actor=head, agreement_id=agreement.pk, channel="family")
    assert not OneTimeCode.objects.exists()


@db
def test_a_code_goes_by_text_message_where_there_is_a_gateway(world, client, english, settings, monkeypatch):
    agreement = prepared(world, party=Party(NAME, phone="+33612345678"))
    client.force_login(world.users["head"])
    address = f"/conventions/{agreement.code}/signer/"
    assert client.post(f"{address}code/", {"channel": "sms"}).status_code == 422, "no gateway, no such choice"
    settings.SMS_URL = "https://sms.example/"
    sent = []
    monkeypatch.setattr("maillon.distribution.appointments.reminders.gateway.send", lambda *said: sent.append(said))
    assert client.post(f"{address}code/", {"channel": "sms"}).status_code == 302
    [(number, text)] = sent
    assert number == "+33612345678" and "http" not in text and NAME not in text
    code = re.search(r"\b\d{6}\b", text)[0]
    assert code not in client.get(address).content.decode()
    data = {"way": "code", "text": digest_of(agreement), "code": code}
    assert client.post(address, data).status_code == 302
    assert Entry.objects.get(kind="agreement.signed").data["channel"] == "sms"


@db
def test_a_gateway_that_is_away_leaves_no_number_in_a_log(world, client, english, settings, caplog):
    settings.SMS_URL = "http://127.0.0.1:9/"
    agreement = prepared(world, party=Party(NAME, phone="+33612345678"))
    client.force_login(world.users["head"])
    address = f"/conventions/{agreement.code}/signer/code/"
    answer = client.post(address, {"channel": "sms"}, headers={"accept-language": "en"})
    assert answer.status_code == 409 and "could not be sent by text message" in answer.content.decode()
    assert "612345678" not in caplog.text


@db
@pytest.mark.parametrize(("typed", "kept"), [("06 12 34 56 78", "+33612345678"), ("02 40 12 34 56", None), ("", "")])
def test_a_number_that_takes_no_text_message_is_refused_where_it_is_typed(world, settings, typed, kept):
    settings.SMS_URL = "https://sms.example/"
    said = {"kind": "loan", "name": NAME, "length": "until", "language": "fr", "phone": typed}
    form = CardForm(said, actor=world.actor("head"), request=make_request(world))
    assert form.is_valid() is (kept is not None)
    assert kept is None or form.card.party.phone == kept


def photo():
    out = io.BytesIO()
    Image.effect_noise((600, 800), 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()


@db
def test_a_signed_paper_is_kept_sealed_and_given_back(world, client):
    agreement = prepared(world)
    client.force_login(world.users["head"])
    file = io.BytesIO(photo())
    file.name = "page.jpg"
    data = {"way": "paper", "text": digest_of(agreement), "scan": file}
    assert client.post(f"/conventions/{agreement.code}/signer/", data).status_code == 302
    paper = Paper.objects.get(kind="scan")
    answer = client.get(f"/conventions/{agreement.code}/papier/")
    assert answer["Content-Type"] == "image/jpeg" and answer.content.startswith(b"\xff\xd8")
    assert paper.sealed.startswith("gAAAA") and paper.sha256 == Entry.objects.get(kind="agreement.signed").data["scan"]
    read = [entry.data["what"] for entry in Entry.objects.filter(kind="agreement.read")]
    assert read.count("scan") == 1


@db
@pytest.mark.parametrize("sent", [b"", b"not a photo", b"<svg onload='x'/>"])
def test_a_file_that_is_no_paper_signs_nothing(world, client, sent):
    agreement = prepared(world)
    client.force_login(world.users["head"])
    file = io.BytesIO(sent)
    file.name = "page.jpg"
    answer = client.post(
        f"/conventions/{agreement.code}/signer/", {"way": "paper", "text": digest_of(agreement), "scan": file}
    )
    agreement.refresh_from_db()
    assert answer.status_code in (409, 422) and agreement.state == "draft"


@db
@pytest.mark.parametrize("who", ["head", "prescriber"])
def test_no_get_signs_anything(world, client, who):
    """A mail scanner, or a browser that looks ahead, follows every link: nothing moves."""
    agreement = prepared(world, party=Party(NAME, "", "amina@exemple.invalid"))
    commands.make_code(actor=world.actor("head"), agreement_id=agreement.pk, channel="email")
    secret = vault.unseal(OneTimeCode.objects.get().sealed, "agreement")
    digest = digest_of(agreement)
    client.force_login(world.users[who])
    for address in ("", "signer/", "signer/code/", "texte/", "convention.pdf", "annuler/", "modifier/", "donnees.json"):
        for query in ("", f"?way=code&code={secret}&text={digest}", f"?way=finger&strokes={STROKES}&text={digest}"):
            client.get(f"/conventions/{agreement.code}/{address}{query}")
    before = set(Entry.objects.filter(subject=agreement.pk).values_list("kind", flat=True))
    agreement.refresh_from_db()
    assert agreement.state == "draft" and Device.objects.get().state == "reserved"
    assert "agreement.signed" not in before and "agreement.cancelled" not in before


# -- who reads -------------------------------------------------------------------------------------------------------


@db
@pytest.mark.parametrize(
    ("who", "reads"),
    [
        ("head", 200),
        ("technician", 200),
        ("prescriber", 200),
        ("coordinator", 404),
        ("neighbour", 404),
        ("mediator", 404),
        ("reader", 403),
        ("donor", 403),
    ],
)
def test_the_parties_alone_read_the_text_and_each_reading_is_written(world, client, who, reads):
    agreement = signed(world)
    client.force_login(world.users[who])
    before = Entry.objects.filter(kind="agreement.read").count()
    for address in ("texte/", "convention.pdf", "donnees.json"):
        assert client.get(f"/conventions/{agreement.code}/{address}").status_code == reads
    written = Entry.objects.filter(kind="agreement.read").count() - before
    assert written == (3 if reads == 200 else 0)


@db
def test_the_name_is_on_the_pages_that_read_it_and_on_no_other(world, client):
    agreement = signed(world, party=Party(NAME, GUARDIAN, "amina@exemple.invalid"), minor=True)
    secrets = (NAME, GUARDIAN, "amina@exemple.invalid")
    for who in ("coordinator", "head", "technician", "prescriber", "mediator"):
        client.force_login(world.users[who])
        for address in (
            "/conventions/",
            f"/conventions/{agreement.code}/",
            "/remises/",
            f"/remises/{agreement.code}/",
            f"/remises/{agreement.code}/fait/",
            "/prets/",
            f"/prets/machines/{agreement.items.get().pk}/retour/",
            f"/machines/{Device.objects.get().code}/",
            "/",
        ):
            page = client.get(address, follow=True).content.decode()
            assert not any(secret in page for secret in secrets), (who, address)
    client.force_login(world.users["prescriber"])
    assert GUARDIAN in client.get(f"/conventions/{agreement.code}/texte/").content.decode()
    told = "".join(Entry.objects.values_list("payload", flat=True))
    assert not any(secret in told for secret in (*secrets, "Aminata", "Fatoumata"))


@db
def test_what_is_stored_can_not_be_read_without_the_vault_key(world):
    agreement = signed(world)
    stored = json.dumps(list(Agreement.objects.values("party", "salt")), default=str)
    stored += json.dumps(list(Paper.objects.values("sealed")))
    assert NAME not in stored and "Aminata" not in stored
    assert json.loads(vault.unseal(agreement.party, "agreement"))["name"] == NAME


@db
def test_the_pdf_is_tagged_and_the_same_each_time(world, client):
    agreement = signed(world)
    client.force_login(world.users["head"])
    first, second = (client.get(f"/conventions/{agreement.code}/convention.pdf") for _each in range(2))
    assert first["Content-Type"] == "application/pdf" and first.content == second.content
    with pikepdf.open(io.BytesIO(first.content)) as document:
        assert document.Root.MarkInfo.Marked and str(document.Root.Lang) == "fr"


@db
def test_a_gift_of_one_machine_is_one_page_with_its_signature_and_its_fingerprint(world, client):
    agreement = signed(world, kind="gift")
    client.force_login(world.users["head"])
    answer = client.get(f"/conventions/{agreement.code}/convention.pdf")
    with pikepdf.open(io.BytesIO(answer.content)) as document:
        assert len(document.pages) == 1


@db
def test_a_correction_that_is_refused_keeps_what_was_typed(world, client):
    agreement = drafted(world)
    Device.objects.update(lot=None)
    client.force_login(world.users["head"])
    typed = {"kind": "sale", "name": "Aminata Koné", "length": "until", "language": "fr"}
    answer = client.post(f"/conventions/{agreement.code}/modifier/", typed, headers={"accept-language": "fr"})
    page = answer.content.decode()
    assert answer.status_code == 409 and 'value="Aminata Koné"' in page
    assert f"{codes.pretty(Device.objects.get().code)}\u00a0: Son origine" in page


@db
def test_pressed_twice_or_after_a_colleague_preparing_leads_to_what_was_made(world, client):
    request = make_promise(world).request
    address = f"/conventions/nouvelle/{request.code}/"
    typed = {"kind": "loan", "name": NAME, "length": "until", "language": "fr"}
    client.force_login(world.users["head"])
    answers = [client.post(address, typed), client.post(address, typed), client.get(address)]
    [made] = Agreement.objects.all()
    assert {(answer.status_code, answer.url) for answer in answers} == {(302, f"/remises/{made.code}/")}
    assert client.get("/conventions/nouvelle/nothing/").status_code == 404
    client.force_login(world.users["neighbour"])
    assert client.get(address).status_code == 404


@db
def test_a_persons_data_are_given_whole(world, client):
    agreement = signed(world)
    client.force_login(world.users["prescriber"])
    data = client.get(f"/conventions/{agreement.code}/donnees.json").json()
    assert (data["name"], data["way"]) == (NAME, "finger") and data["text_sha256"] == agreement.text_sha256
    assert text.digest(data["text"]) == data["text_sha256"] and data["signature_strokes"] == json.loads(STROKES)


# -- keeping and erasing ---------------------------------------------------------------------------------------------


@db
def test_papers_are_erased_five_years_after_the_end_and_not_before(world):
    agreement = signed(world, kind="gift")
    ends = timezone.now() - timedelta(days=365 * 5 - 5)
    Agreement.objects.update(ended_at=ends)
    assert jobs.purge_agreements.func() == 0 and Paper.objects.count() == 2
    Agreement.objects.update(ended_at=ends - timedelta(days=10))
    assert jobs.purge_agreements.func() == 1 and jobs.purge_agreements.func() == 0
    agreement.refresh_from_db()
    assert not Paper.objects.exists() and (agreement.party, agreement.salt) == ("", "")
    assert agreement.text_sha256 and "agreement.purged" in kinds_of(agreement)


@db
def test_what_is_on_loan_is_kept_however_long(world):
    signed(world, open_ended=True)
    Agreement.objects.update(signed_at=timezone.now() - timedelta(days=4_000))
    assert jobs.purge_agreements.func() == 0


@db
def test_what_nobody_signed_is_forgotten_after_a_month(world):
    agreement = drafted(world)
    assert jobs.forget_drafts.func() == 0
    Agreement.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert jobs.forget_drafts.func() == 1
    agreement.refresh_from_db()
    assert (agreement.state, agreement.party) == ("cancelled", "")
    assert Device.objects.get().state == "reserved", "it stays promised"


@db
def test_an_erased_text_is_said_to_be_erased(world, client, english):
    agreement = signed(world, kind="gift")
    commands.purge(actor=world.actor("head"), agreement_id=agreement.pk)
    client.force_login(world.users["head"])
    answer = client.get(f"/conventions/{agreement.code}/texte/")
    assert answer.status_code == 409 and client.get(f"/conventions/{agreement.code}/").status_code == 200


@db
def test_the_terms_of_the_day_are_printed_and_kept(world):
    change_terms(actor=world.actor("head"), category="", loan_months=6, gift_after_months=24)
    agreement = signed(world, open_ended=True)
    agreement.refresh_from_db()
    start = queries.local_day(agreement.created_at)
    assert agreement.gift_on == months_later(start, 24)
    change_terms(actor=world.actor("head"), category="", loan_months=6, gift_after_months=None)
    agreement.refresh_from_db()
    assert agreement.gift_on is not None


@db
def test_a_loan_that_becomes_a_gift_on_its_last_day_asks_for_nothing_back(world, english):
    change_terms(actor=world.actor("head"), category="", loan_months=12, gift_after_months=12)
    agreement = signed(world, language="en")
    told = json.dumps(queries.text_of(agreement, [], agreement.gift_on, Party(NAME)))
    assert agreement.gift_on and "become yours" in told
    assert "bring the machines back on" not in told and "extend" not in told


# -- the family's own page -------------------------------------------------------------------------------------------


def family_session(client, agreement):
    """The page opened by the codes of the letter."""
    from django.contrib.auth.hashers import make_password

    Request.objects.filter(pk=agreement.request_id).update(pin_digest=make_password("123456"))
    answer = client.post("/suivi/", {"code": agreement.request.code, "pin": "123456"})
    assert answer.status_code == 302
    return client.get(answer.url).content.decode()


@db
def test_the_family_reads_the_text_and_its_code_on_its_own_page(world, client):
    agreement = prepared(world)
    code, _party, _text = commands.make_code(actor=world.actor("head"), agreement_id=agreement.pk, channel="family")
    page = family_session(client, agreement)
    assert code in page and NAME in page
    assert "Convention de prêt</h2>" in page and "[&#x27;" not in page
    sign(world, agreement, way=Way.CODE, code=code)
    page = client.get("/suivi/").content.decode()
    assert code not in page and f"/suivi/convention/{agreement.code}.pdf" in page
    assert "longtemps" in page
    Agreement.objects.update(gift_on=agreement.due_on)
    page = client.get("/suivi/").content.decode()
    assert "à vous" in page and "longtemps" not in page, "nothing is to be brought back"


@db
def test_a_code_sent_by_e_mail_is_on_no_page(world, client):
    agreement = prepared(world, party=Party(NAME, "", "amina@exemple.invalid"))
    code, _party, _text = commands.make_code(actor=world.actor("head"), agreement_id=agreement.pk, channel="email")
    assert code not in family_session(client, agreement)


@db
def test_the_family_downloads_its_own_agreement_and_no_other(world, client):
    mine, other = signed(world), signed(world)
    assert client.get(f"/suivi/convention/{mine.code}.pdf").status_code == 404
    family_session(client, mine)
    answer = client.get(f"/suivi/convention/{mine.code}.pdf")
    assert answer["Content-Type"] == "application/pdf" and "agreement.read" in kinds_of(mine)
    assert client.get(f"/suivi/convention/{other.code}.pdf").status_code == 404


@db
def test_a_loan_ends_on_no_day_that_its_place_is_closed_for(world):
    from maillon.distribution.appointments.models import Closure

    place = world.shelf
    place.hours = "Mo-Fr 09:00-18:00"
    place.save()
    Closure.objects.create(place=place, first=date(2027, 7, 5), last=date(2027, 7, 16), kind="leave")
    assert drafted(world, place=place, due_on=date(2027, 7, 6)).due_on == date(2027, 7, 19)


@db
def test_a_guardian_written_is_a_guardian_who_signs(world, client):
    request = make_request(world)
    make_promise(world, request=request)
    client.force_login(world.users["head"])
    data = {"kind": "loan", "name": NAME, "guardian": GUARDIAN, "length": "until", "language": "fr"}
    assert client.post(f"/conventions/nouvelle/{request.code}/", data).status_code == 302
    agreement = Agreement.objects.get()
    assert agreement.minor and queries.party_of(agreement).guardian == GUARDIAN
