"""Values that vendors, tools and virtual hardware leave in place of facts. One place turns them into None.

Sources: SMBIOS 3.7 (DMTF DSP0134) for "Not Specified", "<BAD INDEX>" and the two UUIDs that mean "none" and "not
set"; the lists that GLPI agent, fwupd and eReuse each keep of filler strings; the IEEE registry for the MAC prefixes.
Filler is compared without case, padding or punctuation, so a new spelling of an old joke is caught as well.
"""

import re
from functools import lru_cache

_FILLER = frozenset(
    # what firmware templates contain
    "tobefilledbyoem tobefilledbyoemtobefilledbyoem tobefilled filledbyoem tobefilledbyo tobefilledbyme tbdbyoem "
    "tobeset oemtobefilled "
    "tobeassigned tobedefined tbd tbc defaultstring default defaultvalue string systemproductname systemmanufacturer "
    "systemversion systemserialnumber systemserial systemsku systemskunumber skunumber sku systemname systemproduct "
    "systemfamily systemuuid productname product producttype manufacturer manufacturername oemmanufacturer vendor "
    "serialnumber serial sernum serialno assettag assettagnumber assettagno assetnumber noassettag noassetinformation "
    "noasset chassisserialnumber chassisserial chassismanufacturer chassisversion chassisassettag chassisskunumber "
    "chassismanufacture enclosureserial enclosuremanufacturer baseboardserialnumber baseboardmanufacturer "
    "baseboardproductname baseboardproduct baseboardversion baseboardassettag boardserialnumber boardserial "
    "mbserialnumber mainboardserial biosserial type1family type1productconfigid type1skunumber type1serialnumber "
    "type2boardassettag type2boardversion type2boardserialnumber type2boardmanufacturer type2boardproductname "
    "type3chassisserialnumber type3chassisversion type3chassismanufacturer type3chassisassettag "
    "oem oemdefine oemdefine0 oemdefine1 oemdefine2 oemdefine3 oemdefine4 oemdefine5 oemdefine6 oemstring "
    "modulemanufacturer modulepartnumber modulesernum partnum partnumber "
    "manufacturer0 manufacturer1 manufacturer2 manufacturer3 manufacturer00 manufacturer01 manufacturer02 "
    "manufacturer03 sernum0 sernum1 sernum2 sernum3 sernum00 sernum01 sernum02 sernum03 serialnum0 serialnum1 "
    "assettagnum0 assettagnum1 assettagnum2 assettagnum3 partnum0 partnum1 partnum2 partnum3 partnum00 partnum01 "
    "modulepartnumber0 modulepartnumber1 modulepartnumber2 modulepartnumber3 dimm0assettag dimm1assettag "
    "a1manufacturer0 a1manufacturer1 a1serialnum0 a1serialnum1 a1assettagnum0 a1partnum0 a1partnum1 "
    # what tools print for nothing
    "notspecified notavailable notapplicable notpresent notprovided notset notsettable notdefined notinstalled notknown "
    "unspecified unknown unknow undefined unassigned uninitialized none null nil na nan empty blank void invalid "
    "badindex outofspec noserial noserialnumber nodata noinformation noneselected nomoduleinstalled nodimm "
    "unknownmanufacturer unknownvendor unknownproduct unknownserial unknownmodel undefinedmanufacturer "
    "notspecifiedbymanufacturer "
    "nonspecifie nonrenseigne nondefini inconnu inconnue indisponible nondisponible aucun aucune vide "
    # what a tired hand types
    "test testing example sample dummy fake other xxxx abcd abcdef abcdefgh asdf asdfgh qwerty azerty ssn ssnumber "
    "customer customername user name model brand pc computer mycomputer "
    "allseries invalidentry error inserthere enterhere "
    "technologyrights standard generic genericgeneric oemgeneric".split()
)
_LETTERS_AND_DIGITS = re.compile(r"[\W_]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ufffd]+")
_TEMPLATE = re.compile(
    r"(?:to ?be ?filled|filled by o\.?\s?e\.?\s?m|default string|o\.?e\.?m\.? (?:string|define)|^\W*$|^([a-z])\1+$"
    r"|^(?:0x)?0+$|^(?:0x)?f{4,}$)",
    re.IGNORECASE,
)


@lru_cache(maxsize=16384)
def clean(value: str | None) -> str | None:
    """The value in one line without padding, or None when it is filler."""
    if value is None:
        return None
    value = " ".join(_CONTROL.sub(" ", value).split())
    if not value or (len(value) > 1 and _TEMPLATE.search(value)):
        return None
    return None if _LETTERS_AND_DIGITS.sub("", value).lower() in _FILLER or not value.strip(" .-_*") else value


def _is_ramp(text: str) -> bool:
    """Each character follows the one before, up or down, as in "123456789" or "abcdef"; digits wrap after 9."""
    steps = {ord(b) - ord(a) for a, b in zip(text, text[1:], strict=False)}
    return steps <= {1, -9} or steps <= {-1, 9} or steps == {0}


_RAMPS = re.compile(r"(?:0?123456789(?:0|abcdef|abc)?|a?1b2c3d4e5f6?)+$", re.IGNORECASE)


@lru_cache(maxsize=8192)
def clean_serial(value: str | None) -> str | None:
    """A serial number or asset tag that may tell two machines apart, or None.

    On top of `clean`: at least four letters or digits, more than one distinct, and no counting ("123456789").
    """
    value = clean(value)
    if value is None:
        return None
    core = _LETTERS_AND_DIGITS.sub("", value).lower()
    if len(core) < 4 or len(set(core)) < 2 or not core.strip("0") or _is_ramp(core) or _RAMPS.match(core):
        return None
    if len(set(core.strip("0"))) == 1 and len(core.strip("0")) < 3:  # "00000001", "0000000000000011"
        return None
    return value


_UUID = re.compile(r"[0-9a-f]{32}$")
_JUNK_UUIDS = frozenset(
    "03000200040005000006000700080009 00020003000400050006000700080009 "  # AMI template, both byte orders
    "fefefefefefefefefefefefefefefefe 12345678123412341234123456789012 12345678123456789012345678901234 "
    "12345678123456781234567812345678 123456789012345678901234567890ab 78563412123412341234123456789012 "
    "78563412341278561234123456789012 01020304050607080910111213141516 deadbeefdeadbeefdeadbeefdeadbeef "
    "00112233445566778899aabbccddeeff 33221100554477668899aabbccddeeff 4c4c4544000020108020802080202020 "
    "02000000040005000006000700080009 80e4f9c58c4c11e0bbd3000000000000 "
    "8e275844178f44a8aceba7d7e5178c63 44454c4c00001020802080208020802020".split()
)


@lru_cache(maxsize=8192)
def clean_uuid(value: str | None) -> str | None:
    """The UUID in lower case with dashes, or None when it is malformed, blank or a known template.

    Known templates are those many boards share; a UUID with fewer than four distinct digits, or whose halves repeat,
    is no identity either.
    """
    if not value:
        return None
    digits = re.sub(r"[\s{}-]", "", value).lower()
    if not _UUID.match(digits) or digits in _JUNK_UUIDS:
        return None
    if len(set(digits)) < 4 or digits[:16] == digits[16:] or digits.count("0") > 26:
        return None
    if digits.startswith(("ffffffff", "00000000")) and len(set(digits[8:])) < 5:
        return None
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


_MAC = re.compile(r"[0-9a-f]{12}$")
_SHARED_PREFIXES = {
    "000569": "VMware",
    "000c29": "VMware",
    "001c14": "VMware",
    "005056": "VMware",
    "080027": "VirtualBox",
    "0a0027": "VirtualBox",
    "00155d": "Hyper-V",
    "001c42": "Parallels",
    "00163e": "Xen",
    "525400": "QEMU",
    "024200": "Docker",  # and all of 02:42, see below
    "020054": "loopback adapter",
    "00ff": "TAP",
    "005345": "dial-up adapter",
    "204153": "dial-up adapter",
}
_SHARED_MACS = frozenset(
    "001122334455 112233445566 010203040506 123456789abc 123456789012 aabbccddeeff 00e04c680001 00e04c360001 "
    "00e04c000001 00e04c534458 009cc0000001 02004c4f4f50 000000000001 445500112233 001320fffffe 00000000ffff "
    "00904c112233 000aeb000000 00a0c6000000 8000600fe800 505054503030 33506f453030 0c5b8f279a64 020000000000 "
    "00bd3b330571 0200ac100001".split()
)  # clones of one dongle, docking stations, phones in modem mode, driver defaults


@lru_cache(maxsize=8192)
def clean_mac(value: str | None) -> str | None:
    """A burnt-in MAC address, lower case with colons; None when it is malformed, virtual, random or shared by many.

    Locally administered addresses (second lowest bit of the first byte) are made by software: random Wi-Fi
    addresses, bridges, containers. They identify nothing.
    """
    if not value:
        return None
    digits = re.sub(r"[\s:.\-]", "", value).lower()
    if not _MAC.match(digits) or digits in _SHARED_MACS or int(digits[:2], 16) & 3:
        return None
    if digits[:6] in _SHARED_PREFIXES or digits.startswith(("00ff", "000000")) or len(set(digits)) < 3:
        return None
    if digits[6:] in ("000000", "ffffff") or _is_ramp(digits):
        return None
    return ":".join(digits[i : i + 2] for i in range(0, 12, 2))
