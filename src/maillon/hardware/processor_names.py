"""The name a processor gives itself (its CPUID brand string), cut to what a person says of it.

"Intel(R) Core(TM) i5-7300U CPU @ 2.60GHz" -> Intel, "Core i5-7300U", 2600 MHz.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from maillon.hardware.junk import clean
from maillon.hardware.quantities import megahertz


class ProcessorName(NamedTuple):
    vendor: str | None = None
    model: str | None = None
    frequency_mhz: int | None = None  # nominal: only where the name says it after "@"


_MAKERS = (
    ("Intel", re.compile(r"\b(?:genuine)?intel\b", re.IGNORECASE)),
    ("AMD", re.compile(r"\b(?:authenticamd|amd|advanced micro devices|ryzen|athlon|epyc|phenom)\b", re.IGNORECASE)),
    ("Apple", re.compile(r"^apple\b", re.IGNORECASE)),
    ("VIA", re.compile(r"^(?:via|centaurhauls)\b", re.IGNORECASE)),
    ("ARM", re.compile(r"^(?:arm\b|armv\d|cortex-|neoverse)", re.IGNORECASE)),
    ("Qualcomm", re.compile(r"\b(?:qualcomm|snapdragon)\b", re.IGNORECASE)),
)
_MARK = re.compile(r"\((?:r|tm|c)\)|[®™]", re.IGNORECASE)
_TAIL = re.compile(r"\s(?:with|w/)\s.*$|\s?@.*$", re.IGNORECASE)
_WORDS = re.compile(
    r"\b(?:intel|amd|advanced micro devices|genuine|cpu|processor|\d\d?th gen|apu|"
    r"(?:dual|triple|quad|six|eight|\d+)-core)\b",
    re.IGNORECASE,
)


@lru_cache(maxsize=2048)
def processor_name(text: str | None) -> ProcessorName:
    """What the name says; empty when it is filler."""
    text = clean(text[:200]) if text else None
    if not text:
        return ProcessorName()
    vendor = next((maker for maker, mark in _MAKERS if mark.search(text)), None)
    frequency = megahertz(text.rpartition("@")[2]) if "@" in text else None
    plain = _MARK.sub(" ", text)
    if vendor == "Apple":
        plain = plain[len("apple") :]
    if vendor is None:  # an emulator's name, or a maker not known here: nothing is cut
        return ProcessorName(None, " ".join(plain.split()) or None, frequency)
    model = " ".join(_WORDS.sub(" ", _TAIL.sub("", plain)).replace(",", " ").split())
    return ProcessorName(vendor, model or None, frequency)


def processor_vendor(text: str | None) -> str | None:
    """The maker behind a CPUID vendor or a company name: "GenuineIntel", "Intel Corp." -> "Intel"."""
    text = clean(text)
    if not text:
        return None
    return next((maker for maker, mark in _MAKERS if mark.search(text)), text)


_64_BIT = re.compile(r"^(?:x86[-_]64|amd64|x64|64-?bit)$", re.IGNORECASE)


def architecture(text: str | None) -> str | None:
    """One name for each: "x86_64", "i686", "aarch64", "armv7l"…; None for what is none."""
    text = (text or "").strip()[:40].lower()
    if _64_BIT.match(text):
        return "x86_64"
    if text in ("aarch64", "arm64", "armv8l"):
        return "aarch64"
    if re.match(r"(?:i[3-6]86|x86|armv[4-7][a-z]*|ppc(?:64)?(?:le)?|riscv64|mips\w*|s390x?|loongarch64)$", text):
        return "i686" if text in ("x86", "i386", "i486", "i586") else text
    return None
