"""Every address, as every role, in one's own and another's organisation."""

import re
from uuid import uuid4

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from maillon.allocation import campaigns, reviews, trials
from maillon.allocation.models import Campaign, Promise, Review, RuleTrial
from maillon.collection.commands import announce_lot
from maillon.consultation.commands import receive
from maillon.consultation.models import Action, Indicator, Report
from maillon.consultation.plan.commands import follow
from maillon.demo.consultation import TRAME
from maillon.distribution.help.commands import open_ticket
from maillon.distribution.help.models import Ticket
from maillon.distribution.help.words import Words
from maillon.distribution.models import Agreement
from maillon.kernel.access import EVERYONE, SIGN_IN, SIGNED_IN, TOKEN, stated
from maillon.needs.models import Request
from maillon.territory.roles import PERMISSIONS, Role
from maillon.workshop.intake import receiving
from maillon.workshop.intake.receiving import Incoming
from maillon.workshop.models import Device, Erasure, RawInput
from tests.distribution.handing import signed
from tests.needs.requests import make_request
from tests.world import dmidecode, make_world, smartctl, wipe_report

pytestmark = pytest.mark.django_db

ROLES = ("coordinator", "head", "technician", "reader", "neighbour", "donor", "prescriber", "mediator", "nobody")


def routes(resolver=None, prefix="", namespaces=()):
    """Every pattern of the platform: (full name, pattern, view, namespaces)."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            inner = (*namespaces, pattern.namespace) if pattern.namespace else namespaces
            yield from routes(pattern, prefix + str(pattern.pattern), inner)
        elif isinstance(pattern, URLPattern):
            yield (
                ":".join((*namespaces, pattern.name or "?")),
                prefix + str(pattern.pattern),
                pattern.callback,
                namespaces,
            )


class Match:
    def __init__(self, route, namespaces):
        self.route = route
        self.namespaces = list(namespaces)


def test_every_route_states_who_may_use_it():
    known = {EVERYONE, SIGNED_IN, TOKEN}.union(*PERMISSIONS.values())
    silent = [
        f"{name} ({path})"
        for name, path, view, namespaces in routes()
        if stated(view, Match(path, namespaces)) not in known
    ]
    assert silent == []


@pytest.fixture
def filled():
    """Two territories with the same kinds of things, and the arguments that open each of ours."""
    world, foreign = make_world(), make_world(" étrangère")
    things = {}
    for place, who, serial in ((world, "technician", "PF0MINE1"), (foreign, "technician", "PF0THEIR")):
        actor = place.actor(who)
        lot = announce_lot(actor=place.actor("coordinator"), donor_id=place.donor.pk, holder_id=place.workshop.pk)
        disk = f"S3Z9{serial}"
        files = [
            Incoming("pc/dmidecode.txt", dmidecode(serial, uuid=str(uuid4()))),
            Incoming("pc/smartctl.json", smartctl(disk)),
            Incoming("wipe.json", wipe_report(disk)),
            Incoming("poem.txt", b"Sous le pont Mirabeau coule la Seine " + serial.encode()),
        ]
        list(receiving.receive(actor=actor, files=files, lot_id=lot.pk))
        make_request(place)
        signed(place)
        decided(place)
        helped(place)
        told(place)
        things[place.coordination.name] = arguments(place, Device.objects.get(serial=serial), lot)
    return world, foreign, things


def decided(place):
    """A campaign that was published, a review of what it answered, a change of rules to try."""
    coordinator = place.actor("coordinator")
    campaign = campaigns.open_campaign(actor=coordinator, closes_on=timezone.localdate())
    campaign = campaigns.simulate(actor=coordinator, campaign_id=campaign.pk)
    campaigns.approve(actor=coordinator, campaign_id=campaign.pk, plan_sha256=campaign.plan_sha256)
    campaigns.publish(actor=coordinator, campaign_id=campaign.pk)
    answered = campaign.outcomes.first().request
    reviews.ask(actor=place.actor("prescriber"), request_id=answered.pk, words="")
    changed = campaign.rules.document | {"points_max": 200}
    trials.propose(actor=coordinator, document=changed)


def helped(place):
    """Help asked for a machine that was handed over."""
    item = Agreement.objects.get(territory=place.coordination).items.get()
    told = Words("Écran noir", "06 12 34 56 78")
    open_ticket(actor=place.actor("technician"), device=item.device, source="phone", symptom="screen", told=told)


def told(place):
    """A report of a consultation, of the prescriber's."""
    data = TRAME.read_bytes() + place.coordination.name.encode()
    received = receive(actor=place.actor("prescriber"), data=data, name="trame.md")
    follow(actor=place.actor("prescriber"), report_id=received.pk)


def request_code(place):
    return Request.objects.filter(territory=place.coordination).first().code


def arguments(place, device, lot):
    """What opens one of this territory's things: by the name of a route's argument; codes by a word of its address."""
    agreement = Agreement.objects.get(territory=place.coordination)
    coded = {"lots": lot.code, "besoins": request_code(place), "conventions/nouvelle": request_code(place)}
    coded |= dict.fromkeys(("convention", "remises", "prets"), agreement.code)
    coded |= dict.fromkeys(("aide/demandes", "aide/suivi"), Ticket.objects.get(territory=place.coordination).code)
    return {
        "device": device.code,
        "coded": coded,
        "organisation_id": place.workshop.pk,
        "donor_id": place.donor.pk,
        "membership_id": place.workshop.memberships.first().pk,
        "token_id": uuid4(),
        "raw_id": RawInput.objects.filter(organisation=place.workshop).first().pk,
        "medium_id": device.media.first().pk,
        "document_id": uuid4(),
        "doubt_id": uuid4(),
        "job_id": uuid4(),
        "view_id": uuid4(),
        "drop_id": uuid4(),
        "item_id": agreement.items.get().pk,
        "campaign_code": Campaign.objects.get(territory=place.coordination, state="published", only=None).code,
        "request_code": request_code(place),
        "promise_id": Promise.objects.filter(territory=place.coordination).first().pk,
        "review_id": Review.objects.get(territory=place.coordination).pk,
        "trial_id": RuleTrial.objects.get(territory=place.coordination).pk,
        "report_id": Report.objects.get(organisation__territory=place.coordination).pk,
        "action_id": Action.objects.filter(organisation__territory=place.coordination).first().pk,
        "indicator_id": Indicator.objects.filter(organisation__territory=place.coordination).first().pk,
        "number": Erasure.objects.filter(medium__device=device, proved=True).first().number,
    }


def argument(name, path, things):
    """A value for this named group of this route."""
    if name == "code":
        return next((code for word, code in things["coded"].items() if word in path), things["device"])
    if name == "name":
        return "arrive" if "lots" in path else "triaged"
    if name == "number" and ("registre" in path or "consultations" in path):
        return 1
    if name == "format":
        return "odt"
    return things.get(name, uuid4())


def ours():
    for name, path, view, namespaces in routes():
        if not path.startswith(SIGN_IN) and "api" not in namespaces:
            yield name, path, stated(view, Match(path, namespaces))


def answer(client, name, path, things, method):
    names = re.findall(r"<(?:\w+:)?(\w+)>", path)
    return getattr(client, method)(reverse(name, kwargs={each: argument(each, path, things) for each in names}))


@pytest.mark.parametrize("who", ["", *ROLES])
def test_each_role_opens_what_its_permissions_allow_and_nothing_else(client, filled, who, settings):
    world, _foreign, things = filled
    if who:
        client.force_login(world.users[who])
    actor = world.actor(who) if who else None
    wrong = []
    for name, path, rule in ours():
        for method in ("get", "post"):
            response = answer(client, name, path, things[world.coordination.name], method)
            if response.status_code >= 500:
                wrong.append(f"{method} {path}: {response.status_code}")
            if rule == EVERYONE:
                continue
            if not who:
                if response.status_code != 302 or "/compte/" not in response.url:
                    wrong.append(f"{method} {path}: a passer-by got {response.status_code}")
            elif rule != SIGNED_IN and not actor.may(rule) and response.status_code != 403:
                wrong.append(f"{method} {path}: {who} without {rule} got {response.status_code}")
    assert wrong == []


def sent_above(response, method):
    """A form's address that was only looked at sends to the page it stands on; a page's takes no form."""
    if method == "post":
        return response.status_code == 405
    return response.status_code == 302 and response.request["PATH_INFO"].startswith(response.url)


@pytest.mark.parametrize("who", ROLES)
def test_nobody_opens_what_belongs_to_another_territory(client, filled, who):
    world, foreign, things = filled
    client.force_login(world.users[who])
    opened = []
    for name, path, rule in ours():
        if rule in (EVERYONE, SIGNED_IN) or "<" not in path:
            continue
        for method in ("get", "post"):
            response = answer(client, name, path, things[foreign.coordination.name], method)
            if response.status_code not in (403, 404) and not sent_above(response, method):
                opened.append(f"{method} {path}: {response.status_code}")
    assert opened == []


@pytest.mark.parametrize("who", ["neighbour"])
def test_a_workshop_does_not_open_another_workshop_s_machine(client, filled, who):
    world, _foreign, things = filled
    client.force_login(world.users[who])
    opened = [
        path
        for name, path, rule in ours()
        if "machines/<" in path and rule not in (EVERYONE, SIGNED_IN)
        for response in [answer(client, name, path, things[world.coordination.name], "get")]
        if response.status_code not in (403, 404) and not sent_above(response, "get")
    ]
    assert opened == []


def test_every_role_has_permissions():
    assert set(PERMISSIONS) == set(Role)


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/lots/{lot}/fiche/", "/lots/{lot}/"),
        ("/organisations/{org}/membres/{id}/retirer/", "/organisations/{org}/"),
        ("/organisation/changer/", "/"),
    ],
)
def test_a_form_s_address_come_back_to_leads_to_its_page(client, filled, address, page):
    """After signing in again, or changing the language under a refused form: not an empty answer."""
    world, _foreign, things = filled
    client.force_login(world.users["coordinator"])
    lot = things[world.coordination.name]["coded"]["lots"]
    known = {"lot": lot, "org": world.workshop.pk, "id": uuid4()}
    answered = client.get(address.format(**known), follow=True)
    assert answered.status_code == 200 and answered.request["PATH_INFO"] == page.format(**known)
