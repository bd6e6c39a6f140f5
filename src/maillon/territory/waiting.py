"""What waits of the organisations, for the start page."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from maillon.kernel.actor import Actor
from maillon.kernel.start import Waiting
from maillon.territory.models import Organisation, OrganisationKind, Place


def waiting(actor: Actor) -> Iterator[Waiting]:
    """A new territory begins with its workshops: machines come to them. One query."""
    if not actor.oversees or actor.territory_id is None:
        return
    workshops = Organisation.objects.filter(territory_id=actor.territory_id, kind=OrganisationKind.WORKSHOP)
    if not workshops.exists():
        address = f"{reverse('territory:organisations')}#add"
        yield Waiting(1, _("No workshop yet"), address, "building", _("Add a workshop"), False)


def desks(actor: Actor) -> Iterator[Waiting]:
    """A place open to the public begins with the place itself, where machines are handed over. One query or two."""
    if actor.organisation_id is None:
        return
    own = Organisation.objects.filter(pk=actor.organisation_id, kind=OrganisationKind.PLACE).first()
    if own and not Place.objects.filter(organisation=own).exists():
        address = f"{reverse('territory:organisation', args=[own.pk])}#places"
        yield Waiting(1, _("No place to receive people yet"), address, "geo-alt", _("Add a place"), False)
