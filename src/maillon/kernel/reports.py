"""What an error report may hold: where and what kind, never the values at hand.

Django's own report masks what a view names as sensitive, in the frames it names. A name typed by a prescriber goes
through forms, encryption and the database: no list of frames holds. So no value leaves at all, unless DEBUG is on.
"""

from collections.abc import ItemsView
from types import FrameType
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter


class NoValues(SafeExceptionReporterFilter):
    """Set by DEFAULT_EXCEPTION_REPORTER_FILTER. Names of variables and fields stay, all values are masked."""

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        if request is None or not self.is_active(request):
            return super().get_post_parameters(request)
        return dict.fromkeys(request.POST, self.cleansed_substitute)

    def get_traceback_frame_variables(self, request: HttpRequest | None, tb_frame: FrameType) -> ItemsView[str, Any]:
        if not self.is_active(request):
            return dict(tb_frame.f_locals).items()
        return dict.fromkeys(tb_frame.f_locals, self.cleansed_substitute).items()

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, Any]:
        return dict.fromkeys(request.COOKIES, self.cleansed_substitute)
