"""Text messages through the operator's gateway: one HTTP POST, described in docs/operators.md."""

import json
import re
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from maillon.distribution.appointments.vocabulary import Failure

SECONDS = 15
LARGEST_ANSWER = 64 * 1024
_RECEIPT = re.compile(r"[0-9A-Za-z][0-9A-Za-z._:/+#@=-]{0,63}")
_NAMES = ("id", "message_id", "messageId", "sid", "uuid", "reference")


class NotSent(Exception):
    """A message did not leave. `again`: trying later may help. It names nobody."""

    def __init__(self, failure: Failure, *, again: bool = False) -> None:
        self.failure = failure
        self.again = again
        super().__init__(failure.value)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """The key of the gateway goes where the operator said, and nowhere else."""

    def redirect_request(self, *_arguments: Any, **_named: Any) -> None:
        return None


def configured() -> bool:
    return bool(settings.SMS_URL)


def send(number: str, text: str) -> str:
    """number: E.164. Returns the gateway's receipt, empty when it gives none. Raises NotSent."""
    if not configured():
        raise NotSent(Failure.NO_GATEWAY)
    names = settings.SMS_FIELDS
    fields = {names["to"]: number, names["text"]: text}
    if settings.SMS_SENDER:
        fields[names["from"]] = settings.SMS_SENDER
    as_form = settings.SMS_FORMAT == "FORM"
    body = urlencode(fields) if as_form else json.dumps(fields)
    headers = {
        "Content-Type": "application/x-www-form-urlencoded" if as_form else "application/json",
        "Accept": "application/json",
        "User-Agent": "Maillon",
    }
    if settings.SMS_TOKEN:
        headers["Authorization"] = f"Bearer {settings.SMS_TOKEN}"
    request = urllib.request.Request(settings.SMS_URL, body.encode(), headers, method="POST")  # noqa: S310 - checked
    try:
        with urllib.request.build_opener(_NoRedirect).open(request, timeout=SECONDS) as answer:
            return _receipt(answer.read(LARGEST_ANSWER))
    except urllib.error.HTTPError as error:
        error.close()
        raise NotSent(Failure.REFUSED, again=error.code in (408, 429) or error.code >= 500) from None
    except OSError:
        raise NotSent(Failure.UNREACHABLE, again=True) from None


def _receipt(answer: bytes) -> str:
    """The number under which the gateway knows the message, where it says one as gateways usually do."""
    try:
        said = json.loads(answer)
    except ValueError:
        said = None
    if isinstance(said, list) and said:
        said = said[0]
    if not isinstance(said, dict):
        return ""
    found = next((str(said[name]) for name in _NAMES if isinstance(said.get(name), str | int)), "")
    return found if _RECEIPT.fullmatch(found) else ""
