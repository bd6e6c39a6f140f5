"""Headers, permissions and refusals: what every answer goes through."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import redirect, render
from django.urls import is_valid_path
from django.utils.translation import gettext as _

from maillon.kernel.access import EVERYONE, SIGNED_IN, TOKEN, stated
from maillon.kernel.actor import PUBLIC
from maillon.kernel.errors import NotAllowed, NotFound, TooManyGuesses

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

LARGEST_BODY = 160 * 2**20  # two files of the largest size that readings may have, and their envelope
LARGEST_FROM_PASSERS_BY = 2**20

Answer = Callable[[HttpRequest], HttpResponse]


def compressed(get_response: Answer) -> Answer:
    """Pages and JSON weigh a fifth of their size on the wire; what streams, photos and PDF go as they are.

    Django adds bytes at random and masks the forms' tokens, so that sizes tell nothing of a page's secrets (BREACH).
    """
    gzip = GZipMiddleware(get_response)

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        kind = response.headers.get("Content-Type", "").partition(";")[0]
        if not response.streaming and kind in ("text/html", "application/json"):
            gzip.process_response(request, response)
        return response

    return middleware


def security_headers(get_response: Answer) -> Answer:
    """Content Security Policy without inline script or style, and the camera for our own pages only (scan mode).

    What a signed-in person or a key sees is kept by no cache: the computers of a workshop are shared.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", "camera=(self), microphone=(), geolocation=()")
        response.headers.setdefault(
            "X-Frame-Options", settings.X_FRAME_OPTIONS
        )  # for browsers older than frame-ancestors
        known = getattr(request, "actor", PUBLIC) is not PUBLIC
        response.headers.setdefault("Cache-Control", "private, no-store" if known else "private, no-cache")
        return response

    return middleware


def body_limit(get_response: Answer) -> Answer:
    """Refuses a body too big before anything reads it: Django would write all of it to the disk, whoever sends it.

    Passers-by send sign-in forms only. The API reads a body once its key is known.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        passer_by = getattr(request, "actor", PUBLIC) is PUBLIC and not request.path.startswith("/api/")
        most = LARGEST_FROM_PASSERS_BY if passer_by else LARGEST_BODY
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0  # Django reads nothing then
        if length > most:
            said = _("This is too much at once: at most %(size)d MB.") % {"size": most // 2**20}
            if request.path.startswith("/api/"):
                return JsonResponse({"code": "error", "detail": said}, status=413)
            return HttpResponse(said, status=413, content_type="text/plain; charset=utf-8")
        return get_response(request)

    return middleware


class AccessMiddleware:
    """Applies the rule each view states; answers NotAllowed and NotFound once for all views."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        if response.status_code == 405 and request.method == "GET" and match and stated(match.func, match) != TOKEN:
            # The address of a form, come back to after signing in again or changing the language: its page answers.
            return redirect(page_above(request.path_info))
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        rule = stated(view, request.resolver_match)
        if rule in (EVERYONE, TOKEN):
            return None
        if rule is None:
            return forbidden(request, "(no rule stated)")
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path(), settings.LOGIN_URL)
        if rule != SIGNED_IN and not request.actor.may(rule):  # type: ignore[attr-defined]
            return forbidden(request, rule)
        return None

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotAllowed):
            return forbidden(request, exception.permission)
        if isinstance(exception, NotFound):
            return render(request, "404.html", status=404)
        if isinstance(exception, TooManyGuesses):
            answer = render(request, "429.html", status=429)
            answer["Retry-After"] = str(exception.seconds)
            return answer
        return None


def page_above(path: str) -> str:
    """The nearest address above this one that the platform knows: "/lots/X/fiche/" -> "/lots/X/"."""
    while path != "/":
        path = path.rstrip("/").rpartition("/")[0] + "/"
        if is_valid_path(path):
            break
    return path


def forbidden(request: HttpRequest, permission: str) -> HttpResponse:
    return render(request, "403.html", {"permission": permission}, status=403)
