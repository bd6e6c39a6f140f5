"""Labels on a photo, read here: for phones whose browser gives no camera (a workshop's network without https)."""

import io
import warnings

import zxingcpp
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from maillon.kernel.errors import Refusal
from maillon.kernel.files import too_many_scans

MOST_BYTES = 15 * 2**20
MOST_PIXELS = 60_000_000  # a phone's largest photo today
WORKING_SIDE = 3_000  # pixels: a label of 3 cm on a photo of a shelf keeps 2 pixels a module
MOST_LABELS = 60
_FORMATS = (
    zxingcpp.BarcodeFormat.QRCode,
    zxingcpp.BarcodeFormat.DataMatrix,
    zxingcpp.BarcodeFormat.Code128,
    zxingcpp.BarcodeFormat.Code39,
)


def texts(data: bytes) -> list[str]:
    """What the labels on a photo say, each once, from top to bottom. Raises Refusal with what to do."""
    if len(data) > MOST_BYTES:
        raise Refusal(_("This photo is too big."), _("Take it again with a smaller size: 15 MB at most."))
    found = zxingcpp.read_barcodes(_image(data), formats=_FORMATS)  # type: ignore[arg-type]  # stub is behind
    found.sort(key=lambda each: (each.position.top_left.y, each.position.top_left.x))
    said = list(dict.fromkeys(each.text for each in found if each.text))
    if not said:
        raise Refusal(
            _("No label was found on this photo."),
            _("Come closer, hold the phone above the label, and avoid shadows and reflections."),
            _("Or type the code written under the QR."),
        )
    return said[:MOST_LABELS]


def _image(data: bytes) -> Image.Image:
    hint = _("Send a photo as JPEG, PNG or WebP.")
    if too_many_scans(data):
        raise Refusal(_("This file is not a photo that can be read."), hint)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(io.BytesIO(data), formats=("JPEG", "PNG", "WEBP"))
            if image.width * image.height > MOST_PIXELS:
                raise Refusal(_("This photo has too many pixels."), _("Take it again with a smaller size."))
            image.draft("L", (WORKING_SIDE, WORKING_SIDE))  # a JPEG is read smaller from the start
            image.thumbnail((WORKING_SIDE, WORKING_SIDE))
            return image.convert("L")
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refusal(_("This file is not a photo that can be read."), hint) from error
    except (OSError, ValueError, SyntaxError) as error:  # cut short, or damaged
        raise Refusal(_("This photo is damaged."), _("Take it again.")) from error
