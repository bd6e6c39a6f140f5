"""Files kept beside the database, by their content: the same bytes are stored once, and never under a given name."""

import hashlib
import io
import os
import threading
import warnings
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from maillon.kernel.errors import Refusal

LARGEST_PHOTO = 25 * 2**20
LARGEST_SIDE = 1600
MOST_PIXELS = 60_000_000  # a phone's largest photo today; 240 MB of memory while it is made smaller
MOST_SCANS = 60


def keep(data: bytes) -> str:
    """Store the bytes (once) and return their SHA-256, which opens them again."""
    digest = hashlib.sha256(data).hexdigest()
    path = path_of(digest)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}")
        with partial.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(path)
    return digest


def path_of(digest: str) -> Path:
    if len(digest) != 64 or not set(digest) <= set("0123456789abcdef"):
        raise ValueError("Expected a SHA-256 in hexadecimal.")
    return Path(settings.MEDIA_ROOT) / digest[:2] / digest[2:]


def too_many_scans(data: bytes) -> bool:
    """Whether this JPEG has more passes over its pixels than any camera writes (about ten): each costs a decoding.

    The mark of a scan stands nowhere else in a JPEG's data; a preview among its notes may hold some too.
    """
    return data.startswith(b"\xff\xd8") and data.count(b"\xff\xda") > MOST_SCANS


def keep_photo(data: bytes) -> tuple[str, int]:
    """Store a photo, reduced and without what the camera adds (place, date, owner). Returns its SHA-256 and size.

    Raises Refusal when it is too big or not an image we read (JPEG, PNG, WebP).
    """
    clean = clean_photo(data)
    return keep(clean), len(clean)


def clean_photo(data: bytes) -> bytes:
    """The photo as a JPEG, reduced and without what the camera adds. Raises Refusal as `keep_photo`."""
    if len(data) > LARGEST_PHOTO:
        raise Refusal(_("This photo is too big."), _("At most 25 MB: take it again in a lower quality."))
    try:
        if too_many_scans(data):
            raise ValueError
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # our own limit is lower
            image = Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP"))
        with image:
            if image.width * image.height > MOST_PIXELS:
                raise Refusal(_("This photo has too many pixels."), _("Take it again with a smaller size."))
            image.draft("RGB", (LARGEST_SIDE, LARGEST_SIDE))
            image.thumbnail((LARGEST_SIDE, LARGEST_SIDE))  # first: every copy after this one is small
            upright = ImageOps.exif_transpose(image).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise Refusal(_("This file is not a photo we can read."), _("Send a JPEG, PNG or WebP image.")) from None
    upright.info.clear()  # Pillow would write the comment of the photo again
    clean = io.BytesIO()
    upright.save(clean, "JPEG", quality=82, optimize=True)
    return clean.getvalue()
