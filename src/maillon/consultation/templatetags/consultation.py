"""Words of a report, with their form, on our pages."""

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from maillon.consultation.trame.text import Run, Text, address

register = template.Library()


@register.filter
def runs(said: Text) -> SafeString:
    """Bold, italic and links of a text; everything else is words."""
    return format_html_join("", "{}", ((_run(run),) for run in said))


def _run(run: Run) -> SafeString:
    words = format_html_join(mark_safe("<br>"), "{}", ((line,) for line in run.text.split("\n")))
    if run.bold:
        words = format_html("<strong>{}</strong>", words)
    if run.italic:
        words = format_html("<em>{}</em>", words)
    if (href := address(run.href)) and not href.startswith("#"):
        words = format_html('<a href="{}" rel="noopener noreferrer nofollow">{}</a>', href, words)
    return words
