"""A small territory for the tests of the stock: two workshops, a donor, people in each, a neighbour."""

from types import SimpleNamespace
from typing import Any

import pytest

from maillon.collection.models import Lot
from maillon.kernel.codes import new_code
from maillon.territory.actors import actor_for
from maillon.territory.models import Membership, Organisation, Place, User
from maillon.workshop.models import Device
from maillon.workshop.stock import index


class World(SimpleNamespace):
    def person(self, role: str, organisation: Organisation) -> User:
        email = f"{role}-{organisation.pk.hex}@maillon.example"
        user = User.objects.filter(email=email).first() or User.objects.create_user(email, name=role)
        Membership.objects.get_or_create(user=user, organisation=organisation, role=role)
        return user

    def actor(self, role: str, organisation: Organisation) -> Any:
        return actor_for(self.person(role, organisation), organisation.pk)

    def device(self, *, holder: Organisation | None = None, synced: bool = True, **fields: Any) -> Device:
        held_by = holder or self.workshop
        fields = {"code": new_code(), "territory": held_by.territory, "holder": held_by, **fields}
        device = Device.objects.create(**fields)
        if synced:
            index.sync([device.number])
        return device

    def devices(self, count: int, **fields: Any) -> list[Device]:
        made = [self.device(synced=False, **fields) for _ in range(count)]
        index.sync([device.number for device in made])
        return made


def coordination(name: str) -> Organisation:
    organisation = Organisation(kind="coordination", name=name)
    organisation.territory = organisation
    organisation.save()
    return organisation


@pytest.fixture(name="world")
def stock_world(db: None) -> World:
    here, elsewhere = coordination("Coordination of here"), coordination("Coordination of elsewhere")
    workshop = Organisation.objects.create(kind="workshop", name="Workshop", territory=here)
    other_workshop = Organisation.objects.create(kind="workshop", name="Other workshop", territory=here)
    donor = Organisation.objects.create(kind="donor", name="Société Générique", territory=here)
    return World(
        coordination=here,
        elsewhere=elsewhere,
        workshop=workshop,
        other_workshop=other_workshop,
        far_workshop=Organisation.objects.create(kind="workshop", name="Far workshop", territory=elsewhere),
        donor=donor,
        shelf=Place.objects.create(organisation=workshop, name="Shelf 3"),
        bench=Place.objects.create(organisation=workshop, name="Bench"),
        their_shelf=Place.objects.create(organisation=other_workshop, name="Their shelf"),
        lot=Lot.objects.create(code="L2026A", territory=here, holder=workshop, donor=donor, regime="company"),
    )
