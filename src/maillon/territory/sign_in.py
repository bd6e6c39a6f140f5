"""Accounts are made by invitation: nobody signs up alone to a tool that holds families' and donors' data."""

from types import SimpleNamespace
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext_noop

from maillon.territory.models import User

# Sentences of allauth that French says here as our other pages do: the project's catalogue goes before those of its
# libraries.
SAID_OUR_WAY = (
    gettext_noop("Email"),
    gettext_noop("Are you sure you want to sign out?"),
    gettext_noop("Two-Factor Authentication"),
)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Letters come from Maillon, not from a host name."""
        site = SimpleNamespace(name="Maillon", domain=settings.SITE_URL.partition("://")[2])
        super().send_mail(template_prefix, email, {**context, "current_site": site})


def shown(user: User) -> str:
    """How allauth's sentences call someone: "Signed in as …"."""
    return user.name or user.email
