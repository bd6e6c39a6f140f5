"""What people type about devices."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from maillon.collection.models import Lot
from maillon.hardware.model import StorageKind
from maillon.kernel import wording
from maillon.kernel.actor import Actor
from maillon.kernel.machine_words import KIND_LABELS, STORAGE_LABELS
from maillon.territory.models import Place
from maillon.workshop.life import Step
from maillon.workshop.models import Condition, Device
from maillon.workshop.vocabulary import Reason, Repair, System

# The whole of it, as an event takes it (a form's expression is searched anywhere otherwise), and no e-mail address: the
# ledger can not forget.
REFERENCE = r"\A[0-9A-Za-z][0-9A-Za-z._:/+#=-]{0,59}\Z"
OWN_DISKS = (StorageKind.HDD, StorageKind.SATA_SSD, StorageKind.NVME, StorageKind.EMMC, StorageKind.UNKNOWN)
REASONS_OF = {
    "for_parts": (Reason.TOO_OLD, Reason.BROKEN, Reason.LOCKED),
    "restored": (Reason.REPAIRED, Reason.FOUND, Reason.MISTAKE),
    "released": (Reason.CANCELLED, Reason.DECLINED, Reason.NO_SHOW, Reason.MISTAKE),
    "lost": (Reason.NOT_FOUND, Reason.STOLEN),
}


UNSAID = ("", _("Choose one"))  # so that a button pressed too soon states nothing


class LotChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    """A lot, told as people know it: whose it is and of how many machines, not its code alone."""

    def __init__(self) -> None:
        super().__init__(
            Lot.objects.none(), label=_("Lot"), required=False, empty_label=_("No lot"), to_field_name="code"
        )

    def offer(self, actor: Actor) -> None:
        self.queryset = Lot.objects.fillable_by(actor).select_related("donor")

    def label_from_instance(self, lot: Lot) -> str:
        count = lot.announced_count
        machines = ""
        if count:
            machines = ngettext("%(count)s machine", "%(count)s machines", count) % {"count": wording.number(count)}
        whose = lot.donor.name if lot.donor else lot.get_regime_display()
        return " · ".join(filter(None, [str(lot), whose, machines, lot.get_state_display()]))


class StepForm(forms.Form):
    """The fields that one step asks for, and no other."""

    def __init__(self, *args: Any, step: Step, device: Device, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in step.asks:
            self.fields[name] = _field(name, step, device)


def _field(name: str, step: Step, device: Device) -> forms.Field:
    if name == "place":
        places = Place.objects.filter(organisation_id=device.holder_id)
        return forms.ModelChoiceField(
            places, label=_("Place"), required=False, initial=device.place_id, empty_label=_("No place")
        )
    if name == "condition":
        return forms.ChoiceField(label=_("Looks"), choices=Condition.choices, widget=forms.RadioSelect)
    if name == "repair":
        return forms.MultipleChoiceField(
            label=_("What was done"), choices=Repair.choices, widget=forms.CheckboxSelectMultiple
        )
    if name == "system":
        return forms.ChoiceField(label=_("System installed"), choices=[UNSAID, *System.choices])
    if name == "reason":
        reasons = REASONS_OF[step.name]
        return forms.ChoiceField(label=_("Reason"), choices=[UNSAID, *((r.value, r.label) for r in reasons)])
    label = {"reference": _("Reference of the request"), "slip": _("Number of the tracking slip")}[name]
    return forms.RegexField(
        REFERENCE,
        strip=True,
        label=label,
        max_length=60,
        help_text=_("A reference, never a person's name."),
        error_messages={"invalid": _("Only letters, digits and . _ : / + # = - without spaces.")},
    )


class DescriptionForm(forms.Form):
    """What a person sees better than a tool."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[(kind.value, label) for kind, label in KIND_LABELS.items()])
    vendor = forms.CharField(label=_("Make"), max_length=80, required=False)
    model = forms.CharField(label=_("Model"), max_length=120, required=False)
    condition = forms.ChoiceField(label=_("Looks"), choices=[("", _("Not said")), *Condition.choices], required=False)
    asset_tag = forms.CharField(label=_("Donor's tag"), max_length=80, required=False)
    lot = LotChoice()

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lot"].offer(actor)  # type: ignore[attr-defined]


class ByHandForm(forms.Form):
    """What someone can say of a machine that does not start."""

    kind = forms.ChoiceField(label=_("Kind"), choices=[(kind.value, label) for kind, label in KIND_LABELS.items()])
    vendor = forms.CharField(label=_("Make"), max_length=80, required=False)
    model = forms.CharField(label=_("Model"), max_length=120, required=False)
    serial = forms.CharField(
        label=_("Serial number"), max_length=80, required=False, help_text=_("On the label under the machine.")
    )
    asset_tag = forms.CharField(label=_("Donor's tag"), max_length=80, required=False)
    lot = LotChoice()
    place = forms.ModelChoiceField(Place.objects.none(), label=_("Place"), required=False, empty_label=_("No place"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lot"].offer(actor)  # type: ignore[attr-defined]
        self.fields["place"].queryset = Place.objects.filter(organisation_id=actor.home)  # type: ignore[attr-defined]


class WitnessForm(forms.Form):
    witness = forms.CharField(
        label=_("Name of the witness"),
        max_length=120,
        help_text=_("Someone who saw it: the name is kept with the machine, and never made public."),
    )


class DiskForm(forms.Form):
    kind = forms.ChoiceField(
        label=_("Kind"), choices=[(kind.value, STORAGE_LABELS[kind]) for kind in StorageKind if kind in OWN_DISKS]
    )
    model = forms.CharField(label=_("Model"), max_length=120, required=False)
    serial = forms.CharField(
        label=_("Serial number"), max_length=80, help_text=_("On the disk's label, after S/N or SN.")
    )


class DestructionForm(WitnessForm):
    witness = forms.CharField(
        label=_("Name of the witness"),
        max_length=120,
        help_text=_("Someone who saw it: the name is on the certificate."),
    )
    photo = forms.FileField(
        label=_("Photo of the destroyed disk"),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp", "capture": "environment"}),
    )


class BenchForm(forms.Form):
    name = forms.CharField(
        label=_("Name of the bench"), max_length=60, help_text=_("As it is called here: it is on the certificates.")
    )
    public_key = forms.CharField(
        label=_("Public key"),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false", "autocapitalize": "off"}),
        max_length=2000,
        help_text=_("What the bench shows, from “BEGIN PUBLIC KEY” to “END PUBLIC KEY”. Never its private key."),
    )


class PhotoForm(forms.Form):
    photo = forms.FileField(
        label=_("Photo"),
        widget=forms.ClearableFileInput(attrs={"accept": "image/jpeg,image/png,image/webp", "capture": "environment"}),
    )


class SeveralFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class IntakeForm(forms.Form):
    """The files themselves are read from the request: there may be hundreds, some empty, and each gets an answer."""

    lot = LotChoice()
    place = forms.ModelChoiceField(Place.objects.none(), label=_("Place"), required=False, empty_label=_("No place"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        widget = SeveralFiles(attrs={"multiple": True})
        self.fields["files"] = forms.FileField(label=_("Files"), required=False, widget=widget)
        self.fields["lot"].offer(actor)  # type: ignore[attr-defined]
        self.fields["place"].queryset = Place.objects.filter(organisation_id=actor.home)  # type: ignore[attr-defined]


class ListForm(forms.Form):
    """Where the machines of a list belong."""

    lot = LotChoice()
    place = forms.ModelChoiceField(Place.objects.none(), label=_("Place"), required=False, empty_label=_("No place"))

    def __init__(self, *args: Any, actor: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lot"].offer(actor)  # type: ignore[attr-defined]
        self.fields["place"].queryset = Place.objects.filter(organisation_id=actor.home)  # type: ignore[attr-defined]
