"""`maillon labels`: labels of devices to a PDF, from the command line."""

import argparse
import sys
from pathlib import Path

from django.utils.translation import gettext as _

from maillon.kernel import codes, labels, trouble
from maillon.workshop.labels.labelling import label_of
from maillon.workshop.models import Device


def main(argv: list[str]) -> int:
    papers = "\n".join(f"  {key.ljust(6)} {format.name}" for key, format in labels.FORMATS.items())
    parser = argparse.ArgumentParser(
        prog="maillon labels",
        description=_("Print the labels of devices to a PDF: the code in big, its QR, what the machine is."),
        epilog="\n".join(
            [
                _("Papers:"),
                papers,
                "",
                _("The QR opens MAILLON_SITE_URL. Print at 100 %, not fitted to the page."),
                _("Exit codes: 0 all printed, 1 a code was refused and the others are printed, 2 wrong use."),
                "",
                _("Example: maillon labels K7M-2XQ4 VZD-BDQZ --format 62x29 -o labels.pdf"),
            ]
        ),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("code", nargs="+", help=_("codes of devices, as on their labels or pages"))
    parser.add_argument("-o", "--output", type=Path, required=True, help=_("the PDF to write"))
    parser.add_argument(
        "--format", choices=list(labels.FORMATS), default="L7160", metavar="PAPER", help=_("see below (L7160)")
    )
    parser.add_argument("--start", type=int, default=1, help=_("first free label of the first sheet (1)"))
    options = parser.parse_args(argv)
    paper = labels.FORMATS[options.format]
    if not 1 <= options.start <= paper.per_page:
        parser.error(_("--start: this paper has places 1 to %d") % paper.per_page)
    if len(options.code) > labels.MOST:
        parser.error(_("at most %d labels at a time") % labels.MOST)
    devices, refused = [], 0
    for text in options.code:
        code = codes.parse(text)
        device = Device.objects.select_related("holder").filter(code=code).first() if isinstance(code, str) else None
        if device is None:
            refused += 1
            unknown = _("no machine has this code. Read it again on its label or its page.")
            _complain(f"{text}: {unknown if isinstance(code, str) else code.message}")
        else:
            devices.append(device)
    if not devices:
        return 1
    with trouble.writing(options.output):
        options.output.write_bytes(labels.pdf([label_of(device) for device in devices], paper, start=options.start))
    return 1 if refused else 0


def _complain(text: str) -> None:
    sys.stderr.write(f"maillon labels: {text}\n")
