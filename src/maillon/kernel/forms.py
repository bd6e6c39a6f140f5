"""How forms are drawn: our field template, and Bootstrap's classes on Django's own widgets.

`{{ form }}` or `{{ form.name.as_field_group }}` is all a page writes: label, hint, error and their
`aria-describedby` follow.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.forms.renderers import TemplatesSetting
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

FAR = 50  # years from today: further, a digit slipped, and calendars run out of days


class BoundField(forms.BoundField):
    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        widget = widget or self.field.widget
        built = super().build_widget_attrs(attrs, widget)
        classes = [widget.attrs.get("class", ""), built.get("class", ""), css_class(widget)]
        if self.errors:
            classes.append("is-invalid")
        built["class"] = " ".join(dict.fromkeys(" ".join(classes).split()))
        return built

    @property
    def look(self) -> str:
        """How the field template lays it out: "check", "choices" or "line"."""
        widget = self.field.widget
        if isinstance(widget, forms.CheckboxInput):
            return "check"
        return "choices" if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple) else "line"


def is_far(day: date) -> bool:
    return abs(day.year - timezone.localdate().year) > FAR


def near(day: date) -> None:
    """A validator for days. Raises ValidationError."""
    if is_far(day):
        raise ValidationError(_("This day is too far away. Read its year again."))


def keep_within(field: forms.Field, limits: Iterable[Any]) -> None:
    """A form says that 0 will do for every positive number of a model: the nearest limits alone are told, once.

    limits: validators, such as those of the model's own field; browsers are told them too.
    """
    known = [*field.validators, *limits]
    lowest = [rule.limit_value for rule in known if isinstance(rule, MinValueValidator)]
    highest = [rule.limit_value for rule in known if isinstance(rule, MaxValueValidator)]
    field.validators = [rule for rule in known if not isinstance(rule, MinValueValidator | MaxValueValidator)]
    if lowest:
        field.validators.append(MinValueValidator(max(lowest)))
        field.widget.attrs["min"] = max(lowest)
    if highest:
        field.validators.append(MaxValueValidator(min(highest)))
        field.widget.attrs["max"] = min(highest)


def css_class(widget: forms.Widget) -> str:
    if isinstance(widget, forms.CheckboxInput | forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


class Renderer(TemplatesSetting):
    """Templates are found like any other, so that an installation may replace them."""

    form_template_name = "kernel/forms/form.html"
    field_template_name = "kernel/forms/field.html"
    bound_field_class = BoundField
