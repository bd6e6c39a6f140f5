"""The request as our views receive it: Django's, with who asks and whether htmx does."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from maillon.kernel.actor import Actor


class Request(HttpRequest):
    actor: Actor
    htmx: HtmxDetails
