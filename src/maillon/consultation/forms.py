from django import forms
from django.utils.translation import gettext_lazy as _


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("Report"),
        help_text=_("Word (DOCX), LibreOffice (ODT), PDF with text, HTML or Markdown; 20 MB at most."),
        widget=forms.ClearableFileInput(attrs={"accept": ".docx,.docm,.odt,.pdf,.html,.htm,.md,.txt,.json"}),
    )
