"""`maillon labels`: labels of devices to a PDF, from the command line."""

import argparse
import sys
from pathlib import Path

from django.utils.translation import override

from maillon.kernel import codes, labels
from maillon.workshop.labels.labelling import label_of
from maillon.workshop.models import Device


def main(argv: list[str]) -> int:
    with override("en"):
        papers = "\n".join(f"  {key.ljust(6)} {format.name}" for key, format in labels.FORMATS.items())
    parser = argparse.ArgumentParser(
        prog="maillon labels",
        description="Print the labels of devices to a PDF: the code in big, its QR, what the machine is.",
        epilog=f"Papers:\n{papers}\n\nThe QR opens MAILLON_SITE_URL. Print at 100 %, not fitted to the page.\n"
        "Exit 0: all printed; 1: a code was refused, the others are printed; 2: wrong use.\n\n"
        "Example: maillon labels K7M-2XQ4 VZD-BDQZ --format 62x29 -o labels.pdf",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("code", nargs="+", help="codes of devices, as on their labels or pages")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the PDF to write")
    parser.add_argument(
        "--format", choices=list(labels.FORMATS), default="L7160", metavar="PAPER", help="see below (L7160)"
    )
    parser.add_argument("--start", type=int, default=1, help="first free label of the first sheet (1)")
    options = parser.parse_args(argv)
    devices, refused = [], 0
    for text in options.code:
        code = codes.parse(text)
        device = Device.objects.select_related("holder").filter(code=code).first() if isinstance(code, str) else None
        if device is None:
            refused += 1
            reason = "no device has this code" if isinstance(code, str) else code.message
            sys.stderr.write(f"{text}: {reason}\n")
        else:
            devices.append(device)
    if not devices:
        return 1
    try:
        pdf = labels.pdf([label_of(d) for d in devices], labels.FORMATS[options.format], start=options.start)
    except ValueError as error:
        sys.stderr.write(f"maillon labels: {error}\n")
        return 2
    options.output.write_bytes(pdf)
    return 1 if refused else 0
