"""How forms are drawn: Django's own templates, then ours."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Field and error templates are found like any other, so that the theme may replace them."""
