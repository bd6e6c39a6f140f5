"""The PDF of an agreement, from its text: to be read, printed and signed, or kept once signed.

It is made again each time from the sealed text: the same text always gives the same bytes, and nothing unsealed stays.
"""

import io
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, override
from PIL import Image, UnidentifiedImageError

from maillon.distribution.agreements.text import BINDING, RIGHT_TO_LEFT, listed, pairs
from maillon.distribution.agreements.vocabulary import Way
from maillon.kernel import files, wording
from maillon.kernel.codes import pretty
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
    way: str = "",
    path: str = "",
    at: datetime,
    fictitious: bool = False,
) -> bytes:
    """Tagged PDF/A-2a, in the text's own language, with the French beside when the text holds it.

    digest: of the text, once frozen. way: how it was signed (Way), for `signed_at`. path: the signature's SVG path.
    at: the document's own date. Without `signed_at`, there is room to sign by hand.
    """
    lang = text["language"]
    french = _words(text[BINDING], "fr", signed_at, way) if BINDING in text else None
    direction = "rtl" if text.get("note_language") in RIGHT_TO_LEFT else "ltr"
    data = {
        **pairs(_words(text, lang, signed_at, way), french),
        "note_language": text.get("note_language", lang),  # texts frozen before it was written have none
        "note_direction": direction,
        "both": french is not None,
        "code": pretty(text["code"]),
        "codes": [machine["code"] for machine in text["machines"]],
        "models": [machine["title"] for machine in text["machines"]],
        "photos": _photos(text),
        "path": path,
        "to_sign": signed_at is None,
        "digest": digest,
        "fictitious": fictitious,
    }
    return render(TEMPLATE, data, date=at, lang=lang)


def _words(side: dict[str, Any], lang: str, signed_at: datetime | None, way: str) -> dict[str, Any]:
    """All that is printed in words. side: the text, or its French."""
    with override(lang):
        how = str(Way(way).label) if way else ""
        moment = wording.moment(signed_at) if signed_at else ""
        said = {
            "code": gettext("Code of the agreement"),
            "machines": gettext("The machines"),
            "photo": gettext("Photo of machine"),
            "signature": gettext("Signature"),
            "signature_alt": gettext("Signature drawn with a finger"),
            "digest": gettext("Fingerprint of this text (SHA-256), written in the register when it was signed:"),
            "fictitious": gettext("Demonstration: organisations, people and machines are fictitious."),
            "footer": gettext("Made by Maillon, free software. Ask for a copy at any time."),
        }
        return {
            "words": {key: typeset(words, lang) for key, words in said.items()},
            "text": {
                "title": side["title"],
                "note": side["note"],
                "parties": side["parties"],
                "sections": [
                    {
                        "heading": section["heading"],
                        "sentences": [typeset(sentence, lang) for sentence in section["sentences"]],
                    }
                    for section in side["sections"]
                ],
                "agreed": typeset(side["agreed"], lang),
            },
            "machines": [_rows(machine, lang) for machine in side["machines"]],
            "state": "" if signed_at else gettext("To be read, then signed"),
            "signed": gettext("Signed on %(moment)s: %(how)s.") % {"moment": moment, "how": how[:1].lower() + how[1:]}
            if signed_at
            else "",
            "lines": [gettext("Signature of the person"), gettext("For who hands over: name and signature")],
        }


def _rows(machine: dict[str, Any], lang: str) -> list[list[str]]:
    rows = [
        [gettext("Serial number"), machine["serial"] or wording.unknown()],
        [gettext("Looks"), machine["condition"] or wording.unknown()],
        [gettext("Given with it"), listed(machine["accessories"], lang) or gettext("nothing")],
    ]
    return [*rows, [gettext("Price"), machine["price"]]] if machine["price"] else rows


def _photos(text: dict[str, Any]) -> list[list[list[int]]]:
    """Those of each machine."""
    left = MOST_PHOTOS
    shown = []
    for machine in text["machines"]:
        photos = [bytes_of for digest in machine["photos"][:PHOTOS_A_MACHINE] if (bytes_of := _small(digest))][:left]
        left -= len(photos)
        shown.append(photos)
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
