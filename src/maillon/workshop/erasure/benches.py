"""Benches that sign their reports: an administrator registers each one's public key, and withdraws it.

The private key never leaves the bench. Without a signature a report rests on the word of who filed it, and the
certificate says so.
"""

from uuid import UUID

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from maillon.kernel import ledger
from maillon.kernel.actor import Actor
from maillon.kernel.errors import NotFound, Refusal
from maillon.workshop.erasure.models import Bench
from maillon.workshop.models import Device


def benches_of(actor: Actor) -> QuerySet[Bench]:
    """Those of the actor's organisation, the withdrawn ones too."""
    return Bench.objects.filter(organisation_id=actor.home)


def register_bench(*, actor: Actor, name: str, public_key: str) -> Bench:
    """Count from now on the reports signed with this key (PEM). Raises NotAllowed, Refusal."""
    actor.require("benches.change")
    key = _hexadecimal(public_key)
    with transaction.atomic():
        known = Bench.objects.filter(organisation_id=actor.home, key=key).first()
        if known:
            raise Refusal(
                _("This key is known already: “%(name)s”.") % {"name": known.name},
                _("Each bench has a key of its own: make a new one."),
            )
        name = name.strip()[:60]
        if Bench.objects.filter(organisation_id=actor.home, name__iexact=name, withdrawn_at=None).exists():
            raise Refusal(
                _("A bench is called “%(name)s” already.") % {"name": name},
                _("Choose another name: certificates tell benches by it."),
            )
        bench: Bench = Bench.objects.create(organisation_id=actor.home, name=name, key=key)
        ledger.append("bench.registered", actor, bench.pk, key=key)
    return bench


def withdraw_bench(*, actor: Actor, bench_id: UUID) -> None:
    """Believe this key no more, for ever. Certificates issued before stay, and say that it was withdrawn.

    Raises NotAllowed, NotFound.
    """
    actor.require("benches.change")
    with transaction.atomic():
        bench: Bench | None = benches_of(actor).select_for_update().filter(pk=bench_id).first()
        if bench is None:
            raise NotFound
        if bench.withdrawn_at is None:
            bench.withdrawn_at = timezone.now()
            bench.save(update_fields=["withdrawn_at"])
            ledger.append("bench.withdrawn", actor, bench.pk)


def signer(device: Device, key: str | None) -> Bench | None:
    """The bench with this key, of the workshop that holds the device or of its coordination. One query."""
    if key is None:
        return None
    trusted = Bench.objects.filter(organisation_id__in=(device.holder_id, device.territory_id), key=key)
    bench: Bench | None = trusted.filter(withdrawn_at=None).first()
    return bench


def _hexadecimal(pem: str) -> str:
    """Raises Refusal."""
    try:
        key = load_pem_public_key(pem.strip().encode() + b"\n")
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise Refusal(
            _("This is no Ed25519 public key."),
            _("Copy it whole, from “BEGIN PUBLIC KEY” to “END PUBLIC KEY”, both lines included."),
        )
    return key.public_bytes_raw().hex()
