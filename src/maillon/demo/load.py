"""The demonstration territory: Nantes Métropole's communes, invented organisations, two years of their life.

Everything goes through the real commands, in the order of time, so that pages, ledger, certificates and explanations
are true to it.
"""

import argparse
import sys
from random import Random

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from maillon.demo import acting, consultation, desks, helping
from maillon.demo import machines as stock
from maillon.demo.families import Families
from maillon.demo.people import COORDINATION, DESK_HOURS, ORGANISATIONS, PEOPLE, TERMS
from maillon.demo.rounds import Rounds
from maillon.demo.timeline import Timeline
from maillon.distribution.loans import commands as lending
from maillon.kernel import ledger
from maillon.kernel.actor import system
from maillon.kernel.ids import new_id
from maillon.observatory import publishing
from maillon.territory import commands as organising
from maillon.territory.actors import actor_for
from maillon.territory.models import Organisation, OrganisationKind, User
from maillon.territory.places import load_communes

SEED = 44
MACHINES = 260
GROUPING = "244400404"  # SIREN of Nantes Métropole


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="maillon demo",
        description=_("Fill an empty database with the demonstration territory: invented organisations and machines."),
    )
    parser.add_argument("--machines", type=int, default=MACHINES, help=_("how many machines (%(default)d)"))
    options = parser.parse_args(argv)
    if not 1 <= options.machines <= 100_000:
        parser.error(_("--machines %d: from 1 to 100000") % options.machines)
    if Organisation.objects.exists():
        said = _("the database is not empty. Start from a new MAILLON_DATA folder.")
        sys.stderr.write(f"maillon demo: {said}\n")
        return 1
    load(options.machines)
    return 0


def load(machines: int = MACHINES) -> None:
    """Needs an empty, migrated database. All or nothing: when it is interrupted, the next start does it again."""
    with override(settings.LANGUAGE_CODE), transaction.atomic():
        _load(machines)


def _load(machines: int) -> None:
    acting.forget()
    load_communes(GROUPING)
    found_organisations()
    draw = Random(SEED)  # noqa: S311 - a demonstration, the same everywhere
    timeline = Timeline(until=timezone.now())
    lots = stock.Machines(timeline, draw)
    lots.plan(machines)
    Families(timeline, draw, machines / MACHINES).plan()
    Rounds(timeline, draw, lots).plan()
    timeline.run()
    stock.announced(draw)
    stock.odd_fates(draw)
    state_terms()
    desks.receive(draw)
    helping.ask_today(timeline.until)
    consultation.report()
    for territory in Organisation.objects.filter(kind=OrganisationKind.COORDINATION):
        publishing.publish(territory.pk)
    ledger.checkpoint()


def found_organisations() -> None:
    """The organisations, their people and places, by the commands that a coordination would use."""
    with transaction.atomic():
        coordination = Organisation.objects.create(
            id=(key := new_id()),
            kind=OrganisationKind.COORDINATION,
            name=ORGANISATIONS[0].name,
            commune_id=ORGANISATIONS[0].commune,
            territory_id=key,
            fictitious=True,
        )
        ledger.append("organisation.created", system(key), key, type=coordination.kind)
    first = PEOPLE[0]
    user = User.objects.create_user(first.email, name=_shown(first.email))
    coordination.memberships.create(user=user, role=first.role.value)
    actor = actor_for(user, None)
    keys = {COORDINATION: coordination}
    for told in ORGANISATIONS[1:]:
        keys[told.key] = organising.create_organisation(
            actor=actor, kind=told.kind.value, name=told.name, commune_id=told.commune, fictitious=True
        )
        for place in told.places:
            organising.add_place(actor=actor, organisation_id=keys[told.key].pk, name=place)
        if told.desk:
            desk = organising.add_place(actor=actor, organisation_id=keys[told.key].pk, name=told.desk)
            card = {"open_to_public": True, "commune": keys[told.key].commune, "hours": DESK_HOURS}
            organising.change_place(actor=actor, organisation_id=keys[told.key].pk, place_id=desk.pk, card=card)
    for person in PEOPLE[1:]:
        organising.add_member(
            actor=actor,
            organisation_id=keys[person.organisation].pk,
            email=person.email,
            role=person.role.value,
            name=_shown(person.email),
        )


def state_terms() -> None:
    """How each workshop lends from today on, said by its own coordinator: what was signed before keeps its terms."""
    for told in TERMS:
        lending.change_terms(
            actor=actor_for(User.objects.get(email=told.email), None),
            category=told.category.value,
            loan_months=told.loan_months,
            gift_after_months=told.gift_after_months,
        )


def _shown(email: str) -> str:
    return f"Compte fictif ({email.split('@')[0]})"
