"""The API, version 1: organisation keys with scopes, OpenAPI 3.1 at /api/v1/openapi.json. See docs/api.md."""

from typing import Any

from django.core.exceptions import SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

import maillon
from maillon.kernel.errors import NotAllowed, NotFound, Refusal
from maillon.needs.api import router as requests
from maillon.territory.keys import OrganisationKey
from maillon.workshop.api import router

api = NinjaAPI(
    title="Maillon",
    version=maillon.__version__,
    description="The stock and the requests of a territory. Keys are made on the organisation's page.",
    urls_namespace="api",
    auth=OrganisationKey(),
    docs_url=None,  # its page needs scripts from elsewhere; the schema is enough for any reader of OpenAPI
)
api.add_router("", router)
api.add_router("", requests)


def _answer(request: HttpRequest, status: int, code: str, detail: str, **more: Any) -> HttpResponse:
    return api.create_response(request, {"code": code, "detail": detail, **more}, status=status)


@api.exception_handler(NotAllowed)
def not_allowed(request: HttpRequest, error: NotAllowed) -> HttpResponse:
    return _answer(request, 403, "not_allowed", f"This key does not hold the scope {error.permission}.")


@api.exception_handler(NotFound)
def not_found(request: HttpRequest, error: NotFound) -> HttpResponse:
    return _answer(request, 404, "not_found", "Nothing of this name that this key may see.")


@api.exception_handler(Refusal)
def refused(request: HttpRequest, error: Refusal) -> HttpResponse:
    return _answer(request, 409, "refused", str(error.what), remedies=[str(remedy) for remedy in error.remedies])


@api.exception_handler(AuthenticationError)
def no_key(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    response = _answer(request, 401, "no_key", "Send a key: “Authorization: Bearer maillon_…”.")
    response.headers["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(ValidationError)
def not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    errors = [{"where": list(e["loc"]), "what": e["msg"]} for e in error.errors]
    return _answer(request, 422, "not_valid", "The request is not as the schema says.", errors=errors)


@api.exception_handler(DjangoValidationError)
def not_valid_value(request: HttpRequest, error: DjangoValidationError) -> HttpResponse:
    return _answer(request, 422, "not_valid", "; ".join(error.messages))


@api.exception_handler(MultiPartParserError)
@api.exception_handler(SuspiciousOperation)
def not_understood(request: HttpRequest, error: Exception) -> HttpResponse:
    return _answer(request, 422, "not_valid", "The body of this request is not as its type says.")


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return _answer(request, error.status_code, "error", str(error))
