"""The forms of someone's own keys: allauth's, with labels that say what they are for."""

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

HOLDER = _("The telephone, the computer or the USB key that holds it.")


class AddKeyForm(AddWebAuthnForm):  # type: ignore[misc]
    name = forms.CharField(label=_("Name of this key"), required=False, max_length=80, help_text=HOLDER)
    passwordless = forms.BooleanField(
        label=_("Sign in with this key alone, without password or code"),
        required=False,
        initial=True,
        help_text=_("It then asks for your fingerprint, your face or its PIN. Otherwise it is a second step only."),
    )


class EditKeyForm(EditWebAuthnForm):  # type: ignore[misc]
    name = forms.CharField(label=_("Name of this key"), max_length=80, help_text=HOLDER)
