"""How requests are drawn."""

from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from maillon.kernel.templatetags.maillon import tag
from maillon.needs.vocabulary import RequestState

register = template.Library()
LOOKS = {
    RequestState.WAITING: ("info", "clock"),
    RequestState.PROMISED: ("accent", "bookmark-fill"),
    RequestState.SERVED: ("success", "gift"),
    RequestState.WITHDRAWN: ("neutral", "x-circle"),
    RequestState.EXPIRED: ("neutral", "clock-history"),
}


@register.simple_tag
def request_state(code: str, label: str | Promise) -> SafeString:
    """`{% request_state shown.state shown.get_state_display %}`"""
    tone, icon_name = LOOKS[RequestState(code)]
    return tag(label, tone, icon_name)
