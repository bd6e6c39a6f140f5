"""What a processor's printed name says about it: maker, line, generation, year, 64-bit or not, rough class.

`describe("Intel(R) Core(TM) i5-7300U CPU @ 2.60GHz")` needs no benchmark and no network: makers put the generation in
the number. Core i, Core Ultra and Ryzen numbers are decoded here, the rest is the ordered table `data/cpus.csv`.

Sources: Intel's and AMD's published processor naming schemes; families to microarchitecture and first year of sale are
from general knowledge, not confirmed line by line. `year` is the year the family first sold, not this machine's age.
`class` (0 to 5) is ours, a judgement of everyday speed per family, not a benchmark; it is a lower bound when the name
is incomplete ("Core i3" alone). 0: 32-bit or NetBurst and single K8. 1: Core 2, Athlon 64 X2, early Atom, Bobcat.
2: first Core i, Atom since Bay Trail, Jaguar, Phenom II. 3: Core i 2nd to 5th, FX, Core m. 4: Core i 6th to 9th, N100,
Ryzen 1000 to 3000. 5: Core i 10th and later, Ryzen 4000 and later.
"""

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import NamedTuple


class CpuFacts(NamedTuple):
    """Every field but `model` is None (or "") when the name does not say it."""

    vendor: str | None = None  # "Intel", "AMD", "VIA", "Apple", "ARM"…
    model: str = ""  # the name without marks and frequency: "Core i5-7300U"
    family: str | None = None  # "Core i5", "Celeron", "Ryzen 5"
    generation: str | None = None  # "Intel Core 7 (Kaby Lake)"
    microarchitecture: str | None = None  # "Kaby Lake"
    release_year: int | None = None
    mobile: bool | None = None
    is_64_bit: bool | None = None
    speed_class: int | None = None  # 0 to 5, see above


class _Rule(NamedTuple):
    pattern: str  # compiled when first needed: three hundred at import would slow every start
    facts: CpuFacts


_compiled = cache(re.compile)


_DROPPED = re.compile(
    r"\((?:r|tm|c)\)|[®™©]|^\s*\d{1,2}(?:st|nd|rd|th) gen\b|\bgenuine\b|\bauthenticamd\b|\bgenuineintel\b"
    r"|\b(?:central )?processor\b|\bcpu\b|\bapu\b|\bw?/ ?radeon.*|\bwith (?:amd )?radeon.*|,? ?radeon (?:r\d|hd|vega).*"
    r"|,? ?\d+ compute cores.*|\b(?:dual|triple|quad|six|eight|\d+)[- ]cores?\b(?! *(?:[et]\d|su\d|cpu))"
    r"|\bmobile technology\b|\bdual core\b|\btechnology\b|@.*$|\b\d+(?:[.,]\d+)? ?[gm]hz?\b.*$",
    re.IGNORECASE,
)
_MAKERS = {
    "intel": "Intel", "amd": "AMD", "via": "VIA", "apple": "Apple", "arm": "ARM", "qualcomm": "Qualcomm",
    "broadcom": "Broadcom", "transmeta": "Transmeta", "hygon": "Hygon", "zhaoxin": "Zhaoxin",
}  # fmt: skip
_NAMED_BY_FREQUENCY = ("celeron", "xeon")  # "Celeron CPU 2.40GHz" is of 2002; "Xeon CPU @ 2.20GHz" hides it all
_FREQUENCY = re.compile(r"(?<!@) \d+(?:[.,]\d+)? ?[gm]hz?\b", re.IGNORECASE)
_UNSAID = ("N-series", "U-series", "BCM", "Cortex")  # families that the name does without: "N100"
_SHORT = (  # as people type them: "Core2Duo E8400", "C2D E8400", "Ryzen5 3500U"
    (re.compile(r"\bcore ?2 ?(?=duo|quad|extreme|solo|\b)", re.IGNORECASE), "Core 2 "),
    (re.compile(r"\bc2d\b", re.IGNORECASE), "Core 2 Duo"),
    (re.compile(r"\bc2q\b", re.IGNORECASE), "Core 2 Quad"),
    (re.compile(r"\bryzen(?=[3579])", re.IGNORECASE), "Ryzen "),
)
_MAKER = re.compile(rf"\b({'|'.join(_MAKERS)})\b", re.IGNORECASE)
_CORE_I = re.compile(
    r"(?:core )?(?P<line>i[3579])(?: ?- ?| )?(?:(?P<before>[mqulxks]) )?"
    r"(?P<number>[1-9]\d{2,4})(?P<suffix>[a-z]*\d?[a-z]?)\b"
)
_CORE_I_ALONE = re.compile(
    r"(?:core )?(?P<line>i[3579])\b(?:.*?\b(?P<gen>[1-9]|1[0-4])(?:st|nd|rd|th|e|è|eme|ème|ère)\b)?"
)
_CORE_SERIES = re.compile(
    r"core (?P<ultra>ultra )?(?P<line>[3579x]\d?) (?:processor )?(?P<number>[123]\d{2})(?P<suffix>[a-z]*)\b"
)
_RYZEN = re.compile(r"ryzen (?P<line>threadripper|[3579])? ?(?:pro )?(?P<number>[1-9]\d{3})(?P<suffix>[a-z]*(?:3d)?)\b")
_RYZEN_AI = re.compile(r"ryzen ai (?P<line>max\+?|[3579]) ?(?:pro |hx |pro\+? )*(?P<number>[2-4]\d{2})")
_RYZEN_3_DIGITS = re.compile(r"ryzen (?P<line>[3579]) (?:pro )?(?P<number>[12]\d{2})\b")

# generation -> (desktop name, desktop year, mobile name, mobile year)
_CORE_GENERATIONS: dict[int, tuple[str, int, str, int]] = {
    2: ("Sandy Bridge", 2011, "Sandy Bridge", 2011),
    3: ("Ivy Bridge", 2012, "Ivy Bridge", 2012),
    4: ("Haswell", 2013, "Haswell", 2013),
    5: ("Broadwell", 2015, "Broadwell", 2015),
    6: ("Skylake", 2015, "Skylake", 2015),
    7: ("Kaby Lake", 2017, "Kaby Lake", 2016),
    8: ("Coffee Lake", 2017, "Coffee Lake", 2018),
    9: ("Coffee Lake", 2018, "Coffee Lake", 2019),
    10: ("Comet Lake", 2020, "Comet Lake", 2019),
    11: ("Rocket Lake", 2021, "Tiger Lake", 2020),
    12: ("Alder Lake", 2021, "Alder Lake", 2022),
    13: ("Raptor Lake", 2022, "Raptor Lake", 2023),
    14: ("Raptor Lake", 2023, "Raptor Lake", 2024),
}
_EXTREME = {3: "Sandy Bridge-E", 4: "Ivy Bridge-E", 5: "Haswell-E", 6: "Broadwell-E", 7: "Skylake-X", 9: "Skylake-X"}
_EXTREME_YEARS = {3: 2011, 4: 2013, 5: 2014, 6: 2016, 7: 2017, 9: 2018}
_CORE_CLASSES = {1: 2, 2: 3, 3: 3, 4: 3, 5: 3, 6: 4, 7: 4, 8: 4, 9: 4}  # later: 5

# (series digit, mobile) -> (microarchitecture, year); numbers with their own rule are in _ryzen_core
_RYZEN_CORES: dict[tuple[int, bool], tuple[str, int]] = {
    (1, False): ("Zen", 2017), (2, False): ("Zen+", 2018), (3, False): ("Zen 2", 2019), (4, False): ("Zen 2", 2020),
    (5, False): ("Zen 3", 2020), (7, False): ("Zen 4", 2022), (8, False): ("Zen 4", 2024), (9, False): ("Zen 5", 2024),
    (2, True): ("Zen", 2017), (3, True): ("Zen+", 2019), (4, True): ("Zen 2", 2020), (5, True): ("Zen 3", 2021),
    (6, True): ("Zen 3+", 2022), (8, True): ("Zen 4", 2023), (9, True): ("Zen 5", 2025),
}  # fmt: skip
_RYZEN_THIRD_DIGIT = {"1": "Zen", "2": "Zen 2", "3": "Zen 3", "4": "Zen 4", "5": "Zen 5"}  # AMD's decoder of 2022
_ZEN_CLASSES = {"Zen": 4, "Zen+": 4}  # later: 5


def _read_rules() -> tuple[_Rule, ...]:
    lines = files("maillon.hardware").joinpath("data/cpus.csv").read_text(encoding="utf-8").splitlines()
    rows = [line.split(";") for line in lines if line and not line.startswith("#")][1:]
    rules = []
    for pattern, vendor, family, generation, core, year, mobile, bits, speed in rows:
        facts = CpuFacts(
            vendor=vendor,
            family=family,
            generation=generation or core or None,
            microarchitecture=core or None,
            release_year=int(year) if year else None,
            mobile={"y": True, "n": False}.get(mobile),
            is_64_bit={"64": True, "32": False}.get(bits),
            speed_class=int(speed) if speed else None,
        )
        rules.append(_Rule(pattern, facts))
    return tuple(rules)


_RULES = _read_rules()


@lru_cache(maxsize=8192)
def describe(model: str) -> CpuFacts:
    """What the name says; never raises. A name that says nothing gives `CpuFacts(model=<the cleaned name>)`."""
    text = model[:200]
    clean = _clean(text)
    found = _MAKER.search(text)
    vendor = _MAKERS[found[1].lower()] if found else None
    known = clean.lower()
    facts = (
        _core_i(known)
        or _core_series(known)
        or _ryzen(known)
        or _tabled(clean, text, vendor)
        or _core_i_alone(text.lower())
    )
    if facts is None:
        return CpuFacts(vendor=vendor, model=clean)
    return facts


def _clean(text: str) -> str:
    """The name without marks, vendor, frequency and graphics: "Core 2 Duo T8300", "Athlon 64 X2 5200+"."""
    text = re.sub(r"\((?:r|tm|c)\)|[®™©]| ?\([^)]*\)", " ", text, flags=re.IGNORECASE)
    text = _DROPPED.sub(" ", " ".join(text.split()))
    for short, long in _SHORT:
        text = short.sub(long, text)
    text = _MAKER.sub(" ", text)
    text = re.sub(r"\bfx -", "FX-", " ".join(text.split()), flags=re.IGNORECASE)
    text = re.sub(r"^PRO (?=A\d)|(?<=\d) PRO(?=-\d)| R\d[a-z]?$", "", text, flags=re.IGNORECASE)
    return text.strip(" ,-")


def _tabled(clean: str, text: str, vendor: str | None) -> CpuFacts | None:
    if re.match(r"[im][357]-", clean, re.IGNORECASE):
        clean = f"Core {clean}"
    known = clean.lower()
    if known in _NAMED_BY_FREQUENCY and not _FREQUENCY.search(text):
        return None
    for pattern, facts in _RULES:
        if vendor in (None, facts.vendor) and _compiled(pattern).fullmatch(known):
            family = facts.family or ""
            named = re.split(r"[ -]", family.lower())[0] in known
            return facts._replace(model=clean if named or family in _UNSAID else f"{family} {clean}")
    return None


def _core_i(known: str) -> CpuFacts | None:
    if not (found := _CORE_I.search(known)):
        return None
    line, number, suffix = found["line"], found["number"], found["suffix"]
    if len(number) == 3:
        return _first_core(line, int(number), found["before"] or "", suffix)
    two_digits = len(number) == 5 or number[0] == "1"
    generation = int(number[:2] if two_digits else number[0])
    if generation not in _CORE_GENERATIONS:
        return None
    mobile = _core_is_mobile(generation, suffix)
    core, year = _core_name(generation, number, suffix, mobile)
    speed = _CORE_CLASSES.get(generation, 5)
    return CpuFacts(
        vendor="Intel",
        model=f"Core {line}-{number}{suffix.upper()}",
        family=f"Core {line}",
        generation=f"Intel Core {generation} ({core})",
        microarchitecture=core,
        release_year=year,
        mobile=mobile,
        is_64_bit=True,
        speed_class=min(speed, 3) if suffix.startswith("y") else speed,
    )


def _core_is_mobile(generation: int, suffix: str) -> bool:
    if suffix == "p":
        return generation >= 12  # i5-3350P was a desktop part without graphics
    if suffix == "me":
        return True
    return suffix[:1] in ("u", "y", "h", "m", "q", "g", "l", "n") or suffix in ("xm", "ue", "eq")


def _core_name(generation: int, number: str, suffix: str, mobile: bool) -> tuple[str, int]:
    """The microarchitecture's name and year, with the numbers that do not follow their generation."""
    if generation in _EXTREME and not mobile and (number[1] in "89" and (generation < 7 or suffix[:1] == "x")):
        return _EXTREME[generation], _EXTREME_YEARS[generation]
    if generation == 8 and mobile:
        if suffix == "y":
            return "Amber Lake", 2018
        if suffix == "u":
            last = number[-1]
            return (
                ("Whiskey Lake", 2018) if last == "5" else ("Coffee Lake", 2018) if last == "9" else ("Kaby Lake", 2017)
            )
        if suffix == "g":
            return "Kaby Lake", 2018
    if generation == 10:
        if suffix[:1] in ("g", "n"):
            return "Ice Lake", 2019
        if suffix == "y":
            return "Amber Lake", 2019
        if suffix in ("x", "xe"):
            return "Cascade Lake-X", 2019
        if suffix.startswith("h"):
            return "Comet Lake", 2020
    desktop, desktop_year, laptop, laptop_year = _CORE_GENERATIONS[generation]
    return (laptop, laptop_year) if mobile else (desktop, desktop_year)


def _first_core(line: str, number: int, before: str, suffix: str) -> CpuFacts | None:
    """Core i of three digits: "Core i5 M 520" and "Core i7-720QM" are laptops, "Core i5 760" is not."""
    extreme_laptop = (before or suffix[:1]) == "x" and number in (920, 940)
    letters = before + suffix
    mobile = letters[:1] in ("m", "q", "u", "l") or suffix in ("e", "xm") or extreme_laptop
    mobile = mobile or (line == "i3" and number < 500)
    if mobile:
        core, name, year = ("Nehalem", "Clarksfield", 2009) if number >= 700 else ("Westmere", "Arrandale", 2010)
    elif number < 700:
        core, name, year = "Westmere", "Clarkdale", 2010
    elif number < 900:
        core, name, year = "Nehalem", "Lynnfield", 2009
    elif number >= 970 and number != 975:
        core, name, year = "Westmere", "Gulftown", 2010
    else:
        core, name, year = "Nehalem", "Bloomfield", 2008
    letter = "qm" if before == "q" else "xm" if extreme_laptop else f"{before}m" if before in ("u", "l") else before
    return CpuFacts(
        vendor="Intel",
        model=f"Core {line}-{number}{(suffix or letter).upper()}",
        family=f"Core {line}",
        generation=f"Intel Core 1 ({name})",
        microarchitecture=core,
        release_year=year,
        mobile=mobile,
        is_64_bit=True,
        speed_class=2,
    )


def _core_i_alone(text: str) -> CpuFacts | None:
    """ "i5", "Core i3 CPU", "Intel Core i5 de 7e génération": what a list typed by hand says."""
    marks = re.sub(r"\((?:r|tm|c)\)|[®™©]", " ", text)
    if not (found := _CORE_I_ALONE.search(" ".join(marks.split()))):
        return None
    line = found["line"]
    before = re.match(r"\s*(\d{1,2})(?:st|nd|rd|th) gen", text)
    generation = int(found["gen"] or (before[1] if before else 0))
    if not 0 <= generation <= 14:
        return None
    facts = CpuFacts("Intel", f"Core {line}", f"Core {line}", is_64_bit=True, speed_class=2)  # any Core i is at least 2
    if generation < 2:
        return facts
    _desktop, desktop_year, _laptop, laptop_year = _CORE_GENERATIONS[generation]
    return facts._replace(
        generation=f"Intel Core {generation}",
        release_year=min(desktop_year, laptop_year),
        speed_class=_CORE_CLASSES.get(generation, 5),
    )


def _core_series(known: str) -> CpuFacts | None:
    """Names since 2023: "Core Ultra 7 155H", "Core 5 120U"."""
    if not (found := _CORE_SERIES.search(known)):
        return None
    series, suffix, ultra = int(found["number"][0]), found["suffix"], bool(found["ultra"])
    if not ultra:
        core, year, mobile = "Raptor Lake", 2023 + series, True
    elif series == 1:
        core, year, mobile = "Meteor Lake", 2023, True
    elif series == 2:
        lunar = suffix == "v"
        core, year = ("Lunar Lake", 2024) if lunar else ("Arrow Lake", 2024 if suffix[:1] in ("", "k", "f") else 2025)
        mobile = suffix[:1] in ("u", "h", "v")
    else:
        core, year, mobile = "Panther Lake", 2026, True
    line = f"Core {'Ultra ' if ultra else ''}{found['line']}"
    return CpuFacts(
        vendor="Intel",
        model=f"{line} {found['number']}{suffix.upper()}",
        family=line,
        generation=f"Intel Core {'Ultra ' if ultra else ''}series {series} ({core})",
        microarchitecture=core,
        release_year=year,
        mobile=mobile,
        is_64_bit=True,
        speed_class=5,
    )


def _ryzen(known: str) -> CpuFacts | None:
    if "ryzen embedded" in known or "ryzen" not in known:
        return None
    pro = "PRO " if " pro " in known else ""
    if found := _RYZEN_AI.search(known):
        series = found["number"][0]
        year = {"2": 2024, "3": 2024, "4": 2026}[series]
        name = f"Ryzen AI {found['line'].capitalize()}"
        facts = CpuFacts(
            "AMD", f"{name} {pro}{found['number']}", name, f"AMD Ryzen AI {series}00", "Zen 5", year, True, True, 5
        )
        return facts._replace(release_year=2025) if found["line"].startswith("max") else facts
    if found := _RYZEN.search(known):
        return _ryzen_number(found["line"], found["number"], found["suffix"], pro)
    if found := _RYZEN_3_DIGITS.search(known):
        core = "Zen 4" if found["number"][0] == "2" else "Zen 3+"
        name = f"Ryzen {found['line']}"
        return CpuFacts(
            "AMD",
            f"{name} {pro}{found['number']}",
            name,
            f"AMD Ryzen {found['number'][0]}00",
            core,
            2025,
            True,
            True,
            5,
        )
    return CpuFacts("AMD", "Ryzen", "Ryzen", is_64_bit=True, speed_class=4)


def _ryzen_number(line: str | None, number: str, suffix: str, pro: str) -> CpuFacts:
    mobile = suffix[:1] in ("u", "h", "c")
    series = int(number[0])
    if line == "threadripper":
        core, year = _threadripper(series, suffix)
    else:
        core, year = _ryzen_core(series, number, suffix, mobile)
    family = "Ryzen Threadripper" if line == "threadripper" else f"Ryzen {line}" if line else "Ryzen"
    return CpuFacts(
        vendor="AMD",
        model=f"{family} {pro}{number}{suffix.upper()}",
        family=family,
        generation=f"AMD Ryzen {series}000 ({core})",
        microarchitecture=core,
        release_year=year,
        mobile=mobile,
        is_64_bit=True,
        speed_class=4 if mobile and number[2:] == "20" else _ZEN_CLASSES.get(core, 5),
    )


def _threadripper(series: int, suffix: str) -> tuple[str, int]:
    if series == 3 and suffix == "wx":
        return "Zen 2", 2020
    return {1: ("Zen", 2017), 2: ("Zen+", 2018), 3: ("Zen 2", 2019), 5: ("Zen 3", 2022), 7: ("Zen 4", 2023)}.get(
        series, ("Zen 5", 2025)
    )


def _ryzen_core(series: int, number: str, suffix: str, mobile: bool) -> tuple[str, int]:
    """The core of a Ryzen number, with those sold under a later series than their own (Picasso, Lucienne…)."""
    graphics = suffix[:1] == "g"
    if mobile and series >= 7 and series != 9:
        year = 2023 if series == 7 else 2024  # the first digit is the year of the portfolio: 7 is 2023
        core = _RYZEN_THIRD_DIGIT.get(number[2], "Zen 4")
        return ("Zen 3+", year) if core == "Zen 3" and number[3] == "5" else (core, year)
    if graphics and series in (2, 3):
        return ("Zen", 2018) if series == 2 else ("Zen+", 2019)
    if graphics and series == 5:
        return "Zen 3", 2021
    if mobile and number in ("3200", "3250"):
        return "Zen", 2019
    if mobile and series == 5:
        if number in ("5300", "5500", "5700"):
            return "Zen 2", 2021
        return ("Zen 3", 2022) if number[3] == "5" else ("Zen 3", 2021)
    return _RYZEN_CORES.get((series, mobile), ("Zen", 2017))
