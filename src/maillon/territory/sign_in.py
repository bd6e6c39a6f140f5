"""Accounts are made by invitation: nobody signs up alone to a tool that holds families' and donors' data."""

from types import SimpleNamespace
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_noop, ngettext_lazy

from maillon.territory.models import User

# Sentences of allauth that French says here as our other pages do: the project's catalogue goes before those of its
# libraries.
SAID_OUR_WAY = (
    gettext_noop("Email"),
    gettext_noop("Are you sure you want to sign out?"),
    gettext_noop("Two-Factor Authentication"),
    gettext_noop("Please reauthenticate to safeguard your account."),
    gettext_noop("Bad Token"),
    gettext_noop("Please contact us if you have any trouble resetting your password."),
    gettext_noop("Security Keys"),
    gettext_noop("No security keys have been added."),
    ngettext_lazy("You have added %(count)s security key.", "You have added %(count)s security keys.", 1),
    gettext_noop("Add Security Key"),
    gettext_noop("Edit Security Key"),
    gettext_noop("Remove Security Key"),
    gettext_noop("Are you sure you want to remove this security key?"),
    gettext_noop("Use a security key"),
    gettext_noop("Security key added."),
    gettext_noop("Security key removed."),
    gettext_noop("Security Key Added"),
    gettext_noop("Security Key Removed"),
    gettext_noop("A new security key has been added."),
    gettext_noop("A security key has been removed."),
)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Not to the form that was just filled in: it would look as if nothing was done."""
        return reverse("home")

    def get_reset_password_from_key_url(self, key: str) -> str:
        return on_this_site(super().get_reset_password_from_key_url(key))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return on_this_site(super().get_email_confirmation_url(request, emailconfirmation))

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """To the account's address, even before someone proved it: allauth would not write there."""
        super().send_notification_mail(template_prefix, user, context, email or user.email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Letters come from Maillon, not from a host name."""
        site = SimpleNamespace(name="Maillon", domain=settings.SITE_URL.partition("://")[2])
        super().send_mail(template_prefix, email, {**context, "current_site": site})


def on_this_site(address: str) -> str:
    """The same page at the public address: who asks for a letter says a host, and must not choose where it leads."""
    return settings.SITE_URL + urlsplit(address)._replace(scheme="", netloc="").geturl()


def shown(user: User) -> str:
    """How allauth's sentences call someone: "Signed in as …"."""
    return user.name or user.email
