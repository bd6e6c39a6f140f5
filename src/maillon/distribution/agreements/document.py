"""The PDF of an agreement, from its text: to be read, printed and signed, or kept once signed.

It is made again each time from the sealed text: the same text always gives the same bytes, and nothing unsealed stays.
"""

import io
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, override
from PIL import Image, UnidentifiedImageError

from maillon.distribution.agreements.text import RIGHT_TO_LEFT
from maillon.kernel import files, wording
from maillon.kernel.documents import render
from maillon.kernel.documents.typography import typeset

TEMPLATE = "agreement.typ"
PHOTO_SIDE = 320  # pixels: enough to see a scratch on paper
PHOTOS_A_MACHINE = 2
MOST_PHOTOS = 60  # of a class of thirty


def pdf(
    text: dict[str, Any],
    *,
    digest: str = "",
    signed_at: datetime | None = None,
    signed: str = "",
    path: str = "",
    at: datetime,
    fictitious: bool = False,
) -> bytes:
    """Tagged PDF/A-2a, in the text's own language.

    digest: of the text, once frozen. signed: how it was signed, in words, for `signed_at`. path: the signature's SVG
    path. at: the document's own date. Without `signed_at`, there is room to sign by hand.
    """
    lang = text["language"]
    with override(lang):
        data = {
            "words": {key: typeset(words, lang) for key, words in _words(text).items()},
            "text": {
                "title": text["title"],
                "note": text["note"],
                "note_language": text.get("note_language", lang),  # texts frozen before it was written have none
                "note_direction": "rtl" if text.get("note_language") in RIGHT_TO_LEFT else "ltr",
                "parties": text["parties"],
                "sections": [
                    {
                        "heading": section["heading"],
                        "sentences": [typeset(sentence, lang) for sentence in section["sentences"]],
                    }
                    for section in text["sections"]
                ],
                "agreed": typeset(text["agreed"], lang),
            },
            "code": text_code(text),
            "machines": _machines(text),
            "state": "" if signed_at else gettext("To be read, then signed"),
            "signed": gettext("Signed on %(moment)s: %(how)s.") % {"moment": wording.moment(signed_at), "how": signed}
            if signed_at
            else "",
            "path": path,
            "to_sign": signed_at is None,
            "lines": [gettext("Signature of the person"), gettext("For who hands over: name and signature")],
            "digest": digest,
            "fictitious": fictitious,
        }
    return render(TEMPLATE, data, date=at, lang=lang)


def text_code(text: dict[str, Any]) -> str:
    from maillon.kernel.codes import pretty

    return pretty(text["code"])


def _words(text: dict[str, Any]) -> dict[str, str]:
    return {
        "document_title": f"{text['title']} {text_code(text)}",
        "code": gettext("Code of the agreement"),
        "machines": gettext("The machines"),
        "photo": gettext("Photo of machine"),
        "signature": gettext("Signature"),
        "signature_alt": gettext("Signature drawn with a finger"),
        "digest": gettext("Fingerprint of this text (SHA-256), written in the register when it was signed:"),
        "fictitious": gettext("Demonstration: organisations, people and machines are fictitious."),
        "footer": gettext("Made by Maillon, free software. Ask for a copy at any time."),
    }


def _machines(text: dict[str, Any]) -> list[dict[str, Any]]:
    left = MOST_PHOTOS
    shown = []
    for machine in text["machines"]:
        photos = [bytes_of for digest in machine["photos"][:PHOTOS_A_MACHINE] if (bytes_of := _small(digest))][:left]
        left -= len(photos)
        rows = [
            [gettext("Serial number"), machine["serial"] or wording.unknown(), "strong"],
            [gettext("Looks"), machine["condition"] or wording.unknown()],
            [gettext("Given with it"), ", ".join(machine["accessories"]) or gettext("nothing")],
        ]
        if machine["price"]:
            rows.append([gettext("Price"), machine["price"]])
        shown.append({"code": machine["code"], "title": machine["title"], "rows": rows, "photos": photos})
    return shown


def _small(digest: str) -> list[int] | None:
    """A photo made small, as the template takes it; None when its file is gone."""
    try:
        with Image.open(files.path_of(digest)) as image:
            image.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
            out = io.BytesIO()
            image.convert("RGB").save(out, "JPEG", quality=70)
    except (OSError, UnidentifiedImageError):
        return None
    return list(out.getvalue())
