"""What an input is when it is no tool's output: a PDF, a photograph, a web page… and what its sender can do.

Every refusal names the thing and the way out; "unknown format" helps nobody.
"""

import re

from maillon.hardware.messages import Message, _
from maillon.hardware.model import Unreadable

HOW_TO = _("Send what a tool wrote: on Linux “sudo dmidecode > machine.txt”, on Windows “systeminfo > machine.txt”.")
AGAIN = _("Copy the file again from the machine, or run the tool again.")


def refuse(reason: str, hint: str = HOW_TO, **values: object) -> Unreadable:
    """An `Unreadable`; the values serve both sentences."""
    return Unreadable(Message(reason, values), Message(hint, values))


_PICTURE = (
    _("This is a picture."),
    _("A photograph can not be read as data: send the text that the tool wrote, or type the values in a fleet list."),
)
_PROGRAM = (
    _("This is a program, not the output of one."),
    _("Run it on the machine and send the text it writes."),
)
_MEDIA = (_("This is a sound or a video."), HOW_TO)
_WORD = (
    _("This is a Word document."),
    _("Copy the tool's output from it into a plain text file (.txt) and send that file."),
)
_OLD_EXCEL = (
    _("This is a document of an old version of Microsoft Office."),
    _("Open it and save it as .xlsx, .ods or .csv if it is a list of machines, as plain text otherwise."),
)
_ARCHIVER = (
    _("This is a compressed archive of a kind that is not opened here (7z, RAR…)."),
    _("Unpack it and send the files, or pack them as .zip or .tar.gz."),
)
_PDF = (
    _("This is a PDF document."),
    _("PDF holds pages, not data: send the text or JSON that the tool wrote before it was printed."),
)
_DATABASE = (_("This is a database."), _("Export its list of machines as .csv, .xlsx or .ods."))
_DISK = (_("This is a disk or memory image."), HOW_TO)
_EMPTY = (_("The file is empty (0 bytes)."), AGAIN)
_BLANK = (_("The file holds only blanks or zero bytes."), AGAIN)

_MAGIC: tuple[tuple[int, bytes, tuple[str, str]], ...] = (
    (0, b"%PDF-", _PDF),
    (0, b"\x89PNG\r\n", _PICTURE),
    (0, b"\xff\xd8\xff", _PICTURE),
    (0, b"GIF8", _PICTURE),
    (0, b"BM", _PICTURE),
    (0, b"II*\x00", _PICTURE),
    (0, b"MM\x00*", _PICTURE),
    (0, b"\x00\x00\x01\x00", _PICTURE),
    (8, b"WEBP", _PICTURE),
    (4, b"ftypheic", _PICTURE),
    (4, b"ftypmif1", _PICTURE),
    (4, b"ftypavif", _PICTURE),
    (4, b"ftyp", _MEDIA),
    (0, b"RIFF", _MEDIA),
    (0, b"ID3", _MEDIA),
    (0, b"OggS", _MEDIA),
    (0, b"\x1aE\xdf\xa3", _MEDIA),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLD_EXCEL),
    (0, b"7z\xbc\xaf\x27\x1c", _ARCHIVER),
    (0, b"Rar!\x1a\x07", _ARCHIVER),
    (0, b"\x7fELF", _PROGRAM),
    (0, b"MZ", _PROGRAM),
    (0, b"\xcf\xfa\xed\xfe", _PROGRAM),
    (0, b"\xca\xfe\xba\xbe", _PROGRAM),
    (0, b"SQLite format 3\x00", _DATABASE),
    (0, b"KDMV", _DISK),
    (0, b"QFI\xfb", _DISK),
    (0x8001, b"CD001", _DISK),
    (510, b"\x55\xaa", _DISK),
)
_DMI_DUMP = re.compile(rb"_SM3?_")


def describe_binary(data: bytes) -> Unreadable:
    """What bytes that are neither text nor a known container most likely are."""
    if not data:
        return refuse(*_EMPTY)
    if not data.strip(b"\x00 \t\r\n"):
        return refuse(*_BLANK)
    if _DMI_DUMP.match(data):
        return refuse(
            _("This is a binary dump of firmware tables (dmidecode --dump-bin)."),
            _("Turn it into text with “dmidecode --from-dump FILE > machine.txt” and send that."),
        )
    for offset, magic, (reason, hint) in _MAGIC:
        if data[offset : offset + len(magic)] == magic:
            return refuse(reason, hint)
    return refuse(_("This is binary data of an unknown kind (%(size)d bytes)."), HOW_TO, size=len(data))


def describe_zip(names: list[str]) -> Unreadable | None:
    """A refusal when a zip with these member names is an office document or a program, None for a plain archive."""
    top = {name.split("/", 1)[0] for name in names[:200]}
    if "word" in top:
        return refuse(*_WORD)
    if "ppt" in top:
        return refuse(_("This is a slide show."), HOW_TO)
    if "META-INF" in top and ("AndroidManifest.xml" in top or "classes.dex" in top):
        return refuse(*_PROGRAM)
    return None


# Outputs of known tools in a form that is not read: the sign they have, the tool, and what to run instead.
_OTHER_FORMS: tuple[tuple[re.Pattern[str], str, str], ...] = tuple(
    (re.compile(sign, re.MULTILINE), tool, command)
    for sign, tool, command in (
        (r"^H/W path\s+Device\s+Class\s+Description", "lshw -short", "sudo lshw -json > machine.json"),
        (r"^# The following is the parsable format, which can be fed to other", "lscpu -p", "lscpu > cpu.txt"),
        (r"^CPU\s+NODE\s+SOCKET\s+CORE\b", "lscpu -e", "lscpu > cpu.txt"),
        (r"^/:  Bus \d+\.Port \d+: Dev \d+, Class=root_hub", "lsusb -t", "lsusb > usb.txt"),
        (r"^Node\s+(?:Generic\s+)?SN\s+Model\s+Namespace", "nvme list", "sudo nvme list -o json > disks.json"),
        (r"^NVME Identify Controller:", "nvme id-ctrl", "sudo nvme id-ctrl /dev/nvme0 -o json > disk.json"),
        (r"^Smart Log for NVME device:", "nvme smart-log", "sudo nvme smart-log /dev/nvme0 -o json > disk.json"),
        (r"^Battery \d: (?:Charging|Discharging|Full|Not charging|Unknown|design)", "acpi", "upower -d > battery.txt"),
        (r"^NAME\s+(?:\S+\s+){0,3}MAJ:MIN\s", "lsblk", "lsblk -O -J > disks.json"),
        (r"^\s*total\s+used\s+free\s+shared|^\s*total\s+utilis", "free", "sudo dmidecode > machine.txt"),
        (r"^(?:System|CPU|Machine):\s+(?:Host|Kernel|Info|Type|Topology|Dual|Quad|\d+-core)", "inxi",
         "inxi -Fxxxa --output json --output-file print > machine.json"),
        (r"^-+\s*\nSystem Information\s*\n-+\s*\n\s*Time of this report", "dxdiag", "msinfo32 /report machine.txt"),
        (r"^CPU-Z (?:TXT|HTML) Report|^CPUID HWMonitor Report", "CPU-Z", "msinfo32 /report machine.txt"),
        (r"^(?:Disk|Disque) /dev/\S+\s*:.{1,60}(?:sectors|secteurs)", "fdisk -l",
         "sudo smartctl -x /dev/sda > disk.txt"),
    )
)  # fmt: skip


def _in_another_form(text: str) -> Unreadable | None:
    head = text[:16384]
    found = next(((tool, command) for sign, tool, command in _OTHER_FORMS if sign.search(head)), None)
    if found is None:
        return None
    return refuse(
        _("This is the output of “%(tool)s”, in a form that is not read here."),
        _("Run “%(command)s” instead, and send that file."),
        tool=found[0],
        command=found[1],
    )


_HTML = re.compile(r"\s*(?:<\?xml[^>]{0,200}\?>\s*)?<(?:!doctype\s+html|html|head|body)\b", re.IGNORECASE)
_SHELL_ERROR = re.compile(
    r"(?:command not found|commande introuvable|permission denied|permission non accord|/dev/mem|must be root"
    r"|access is denied|acc.s refus|is not recognized as|n.est pas reconnu|no smbios nor dmi entry point"
    r"|operation not permitted|no such file or directory)",
    re.IGNORECASE,
)


def is_web_page(text: str) -> bool:
    return _HTML.match(text) is not None


def describe_text(text: str, document: bool = False) -> Unreadable:
    """Why a text that no reader knows was refused, quoting its first line so that its sender recognises it."""
    if not text.strip():
        return refuse(*_BLANK)
    if is_web_page(text):
        return refuse(
            _("This is a web page (HTML)."),
            _("Send the file behind the page: the tool's own text, JSON or XML output, or a list as .csv."),
        )
    if text.startswith("%PDF-"):
        return refuse(*_PDF)
    if text.startswith("{\\rtf"):
        return refuse(*_WORD)
    if found := _in_another_form(text):
        return found
    first = next(line for line in text.split("\n") if line.strip()).strip()[:80]
    error = _SHELL_ERROR.search(text) if len(text) < 4000 else None
    if error:
        return refuse(
            _("The tool did not run: the file holds only its error message (“%(first)s”)."),
            _("Run it again as administrator (Linux: with sudo; Windows: “Run as administrator”)."),
            first=first,
        )
    if document:
        return refuse(
            _("This document is not a description of a computer that is known here (it begins “%(first)s”)."),
            first=first,
        )
    return refuse(_("This text is not the output of a known tool (it begins “%(first)s”)."), first=first)
