"""A report of a consultation, as the school of the demonstration would send it, and its plan, followed."""

from pathlib import Path

from maillon.consultation.commands import receive
from maillon.consultation.plan.commands import follow
from maillon.territory.actors import actor_for
from maillon.territory.models import Membership

TRAME = Path(__file__).with_name("trame.md")


def report() -> None:
    member = Membership.objects.select_related("user").get(user__email="ecole@exemple.invalid")
    actor = actor_for(member.user, None)
    received = receive(actor=actor, data=TRAME.read_bytes(), name="trame-de-restitution.md")
    follow(actor=actor, report_id=received.pk)
