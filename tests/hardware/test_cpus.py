# ruff: noqa: E501 - one name a line reads as the table it is
"""A processor's printed name gives its maker, line, generation, year, 64-bit or not."""

import random
import re
import tarfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillon.hardware.cpus import _RULES, describe

SAMPLES = Path(__file__).resolve().parents[2] / "../shared/samples/hardware/dmidecode-1200.tar.xz"


@pytest.mark.parametrize(
    ("printed", "vendor", "model", "family", "core", "year", "mobile", "is_64_bit", "speed"),
    [
        ("Intel(R) Core(TM) i5-7300U CPU @ 2.60GHz", "Intel", "Core i5-7300U", "Core i5", "Kaby Lake", 2016, True, True, 4),
        ("11th Gen Intel(R) Core(TM) i5-1135G7 @ 2.40GHz", "Intel", "Core i5-1135G7", "Core i5", "Tiger Lake", 2020, True, True, 5),
        ("12th Gen Intel(R) Core(TM) i3-12100", "Intel", "Core i3-12100", "Core i3", "Alder Lake", 2021, False, True, 5),
        ("Intel(R) Core(TM) i5 CPU       M 520  @ 2.40GHz", "Intel", "Core i5-520M", "Core i5", "Westmere", 2010, True, True, 2),
        ("Intel(R) Core(TM) i7 CPU       Q 740  @ 1.73GHz", "Intel", "Core i7-740QM", "Core i7", "Nehalem", 2009, True, True, 2),
        ("Intel(R) Core(TM) i5 CPU 760 @ 2.80GHz", "Intel", "Core i5-760", "Core i5", "Nehalem", 2009, False, True, 2),
        ("Intel(R) Core(TM) i5-3350P CPU @ 3.10GHz", "Intel", "Core i5-3350P", "Core i5", "Ivy Bridge", 2012, False, True, 3),
        ("Intel(R) Core(TM) i7-8650U CPU @ 1.90GHz", "Intel", "Core i7-8650U", "Core i7", "Kaby Lake", 2017, True, True, 4),
        ("Intel(R) Core(TM) i5-8265U CPU @ 1.60GHz", "Intel", "Core i5-8265U", "Core i5", "Whiskey Lake", 2018, True, True, 4),
        ("Intel(R) Core(TM) i7-1065G7 CPU @ 1.30GHz", "Intel", "Core i7-1065G7", "Core i7", "Ice Lake", 2019, True, True, 5),
        ("Intel(R) Core(TM) i7-3930K CPU @ 3.20GHz", "Intel", "Core i7-3930K", "Core i7", "Sandy Bridge-E", 2011, False, True, 3),
        ("Intel(R) Core(TM) Ultra 7 155H", "Intel", "Core Ultra 7 155H", "Core Ultra 7", "Meteor Lake", 2023, True, True, 5),
        ("Intel(R) Core(TM) m3-7Y30 CPU @ 1.00GHz", "Intel", "Core m3-7Y30", "Core m3", "Kaby Lake", 2016, True, True, 3),
        ("Intel(R) N100", "Intel", "N100", "N-series", "Alder Lake-N", 2023, None, True, 4),
        ("Intel(R) Core(TM)2 Duo CPU     T7300  @ 2.00GHz", "Intel", "Core 2 Duo T7300", "Core 2 Duo", "Core (Merom)", 2006, True, True, 1),
        ("Intel(R) Core(TM)2 Quad CPU Q9550 @ 2.83GHz", "Intel", "Core 2 Quad Q9550", "Core 2 Quad", "Core (Yorkfield)", 2008, False, True, 1),
        ("Genuine Intel(R) CPU           T2400  @ 1.83GHz", "Intel", "Core Duo T2400", "Core Duo", "Yonah", 2006, True, False, 0),
        ("Genuine Intel(R) CPU           T2250  @ 1.73GHz", "Intel", "Core Duo T2250", "Core Duo", "Yonah", 2006, True, False, 0),
        ("Genuine Intel(R) CPU           T2080  @ 1.73GHz", "Intel", "Pentium Dual-Core T2080", "Pentium Dual-Core", "Yonah", 2007, True, False, 0),
        ("Intel(R) Pentium(R) M processor 1.73GHz", "Intel", "Pentium M", "Pentium M", "Pentium M", 2003, True, False, 0),
        ("Intel(R) Pentium(R) 4 CPU 3.00GHz", "Intel", "Pentium 4", "Pentium 4", "NetBurst", 2000, None, None, 0),
        ("Pentium(R) Dual-Core CPU       T4500  @ 2.30GHz", "Intel", "Pentium Dual-Core T4500", "Pentium Dual-Core", "Core (Penryn)", 2009, True, True, 1),
        ("Intel(R) Pentium(R) CPU 4405U @ 2.10GHz", "Intel", "Pentium 4405U", "Pentium", "Skylake", 2015, True, True, 3),
        ("Intel(R) Celeron(R) N4020 CPU @ 1.10GHz", "Intel", "Celeron N4020", "Celeron", "Goldmont Plus", 2019, None, True, 2),
        ("Intel(R) Atom(TM) CPU N270   @ 1.60GHz", "Intel", "Atom N270", "Atom", "Bonnell", 2008, True, False, 0),
        ("Intel(R) Atom(TM) x5-Z8350  CPU @ 1.44GHz", "Intel", "Atom x5-Z8350", "Atom", "Airmont", 2015, True, True, 2),
        ("Intel(R) Xeon(R) CPU E5-2680 0 @ 2.70GHz", "Intel", "Xeon E5-2680 0", "Xeon E5", "Sandy Bridge", 2012, False, True, 3),
        ("Intel(R) Xeon(R) CPU E3-1505M v6 @ 3.00GHz", "Intel", "Xeon E3-1505M v6", "Xeon E3", "Kaby Lake", 2017, True, True, 4),
        ("Intel(R) Xeon(R) Silver 4110 CPU @ 2.10GHz", "Intel", "Xeon Silver 4110", "Xeon Scalable", "Skylake", 2017, False, True, 4),
        ("AMD Ryzen 5 PRO 4650U with Radeon Graphics", "AMD", "Ryzen 5 PRO 4650U", "Ryzen 5", "Zen 2", 2020, True, True, 5),
        ("AMD Ryzen 5 3400G with Radeon Vega Graphics", "AMD", "Ryzen 5 3400G", "Ryzen 5", "Zen+", 2019, False, True, 4),
        ("AMD Ryzen 5 5500U with Radeon Graphics", "AMD", "Ryzen 5 5500U", "Ryzen 5", "Zen 2", 2021, True, True, 5),
        ("AMD Ryzen 5 7520U with Radeon Graphics", "AMD", "Ryzen 5 7520U", "Ryzen 5", "Zen 2", 2023, True, True, 4),
        ("AMD Ryzen 7 7730U with Radeon Graphics", "AMD", "Ryzen 7 7730U", "Ryzen 7", "Zen 3", 2023, True, True, 5),
        ("AMD Ryzen 5 7535HS with Radeon Graphics", "AMD", "Ryzen 5 7535HS", "Ryzen 5", "Zen 3+", 2023, True, True, 5),
        ("AMD Ryzen 7 8845HS w/ Radeon 780M Graphics", "AMD", "Ryzen 7 8845HS", "Ryzen 7", "Zen 4", 2024, True, True, 5),
        ("AMD Ryzen AI 9 HX 370 w/ Radeon 890M", "AMD", "Ryzen AI 9 370", "Ryzen AI 9", "Zen 5", 2024, True, True, 5),
        ("AMD FX(tm)-8350 Eight-Core Processor", "AMD", "FX-8350", "FX", "Piledriver", 2012, False, True, 3),
        ("AMD A8 PRO-7600B R7, 10 Compute Cores 4C+6G", "AMD", "A8-7600B", "A-series", "Steamroller", 2014, False, True, 3),
        ("AMD E-450 APU with Radeon(tm) HD Graphics", "AMD", "E-450", "E-series", "Bobcat", 2011, True, True, 1),
        ("AMD Turion(tm) 64 X2 Mobile Technology TL-60", "AMD", "Turion 64 X2 TL-60", "Turion 64 X2", "K8", 2006, True, True, 1),
        ("AMD Athlon(tm) XP 2400+", "AMD", "Athlon XP 2400+", "Athlon XP", "K7", 2001, None, False, 0),
        ("AMD Athlon(tm) 5150 APU with Radeon(tm) R3", "AMD", "Athlon 5150", "Athlon", "Jaguar", 2014, False, True, 2),
        ("AMD Phenom(tm) II X4 965 Processor", "AMD", "Phenom II X4 965", "Phenom II", "K10", 2009, False, True, 2),
        ("Mobile AMD Sempron(tm) Processor 3500+", "AMD", "Mobile Sempron 3500+", "Sempron", "K8", 2004, True, None, 0),
        ("AMD EPYC 7543 32-Core Processor", "AMD", "EPYC 7543", "EPYC", "Zen 3", 2021, False, True, 5),
        ("VIA Nano processor U2250 (1.6GHz Capable)", "VIA", "Nano U2250", "Nano", "Isaiah", 2008, None, True, 1),
        ("VIA C7-M Processor 1600MHz", "VIA", "C7-M", "C7", "Esther", 2005, None, False, 0),
        ("AMD A10 PRO-7350B R6, 10 Compute Cores 4C+6G", "AMD", "A10-7350B", "A-series", "Steamroller", 2014, True, True, 3),
        ("Intel(R) Core(TM) i9-10900X CPU @ 3.70GHz", "Intel", "Core i9-10900X", "Core i9", "Cascade Lake-X", 2019, False, True, 5),
        ("Apple M2 Pro", "Apple", "M2 Pro", "M2", "Avalanche", 2022, None, True, 5),
        ("BCM2711", "Broadcom", "BCM2711", "BCM2711", "Cortex-A72", 2019, False, True, 2),
    ],
)  # fmt: skip
def test_names_as_tools_print_them(printed, vendor, model, family, core, year, mobile, is_64_bit, speed):
    facts = describe(printed)
    assert facts.vendor == vendor
    assert facts.model == model
    assert facts.family == family
    assert facts.microarchitecture == core
    assert facts.release_year == year
    assert facts.mobile is mobile
    assert facts.is_64_bit is is_64_bit
    assert facts.speed_class == speed


@pytest.mark.parametrize(
    ("typed", "model", "generation", "year"),
    [
        ("i5 8250u", "Core i5-8250U", "Intel Core 8 (Kaby Lake)", 2017),
        ("Intel i5-4590", "Core i5-4590", "Intel Core 4 (Haswell)", 2013),
        ("i5 7ème génération", "Core i5", "Intel Core 7", 2016),
        ("Intel Core i3 (4th gen)", "Core i3", "Intel Core 4", 2013),
        ("core i7", "Core i7", None, None),
        ("Core2Duo E8400", "Core 2 Duo E8400", "Core (Wolfdale)", 2008),
        ("C2D T7300", "Core 2 Duo T7300", "Core (Merom)", 2006),
        ("Ryzen5 3500U", "Ryzen 5 3500U", "AMD Ryzen 3000 (Zen+)", 2019),
        ("Xeon E5 1620 v3", "Xeon E5 1620 v3", "Intel Core 4 (Haswell)", 2014),
        ("i7-7Y75", "Core i7-7Y75", "Intel Core 7 (Kaby Lake)", 2016),
    ],
)
def test_names_as_people_type_them(typed, model, generation, year):
    facts = describe(typed)
    assert (facts.model, facts.generation, facts.release_year) == (model, generation, year)
    assert facts.is_64_bit is True


@pytest.mark.parametrize("nothing", ["", "Not a processor", "Intel(R) Xeon(R) CPU @ 2.20GHz", "Celeron", "i9-99999X"])
def test_a_name_that_says_nothing_claims_nothing(nothing):
    facts = describe(nothing)
    assert facts.generation is facts.release_year is facts.mobile is None


def test_the_table_is_well_formed():
    patterns = [rule.pattern for rule in _RULES]
    assert len(patterns) == len(set(patterns))
    for rule in _RULES:
        assert rule.facts.vendor and rule.facts.family, rule
        assert 1985 < (rule.facts.release_year or 2000) < 2030, rule
        assert rule.facts.speed_class in (None, 0, 1, 2, 3, 4, 5), rule
        assert rule.facts.is_64_bit is not False or rule.facts.speed_class in (None, 0), rule


def a_name_for(parsed, rng):
    """A text that a parsed pattern accepts, most of the time."""
    text = ""
    for operation, argument in parsed:
        match str(operation):
            case "LITERAL":
                text += chr(argument)
            case "ANY":
                text += "x"
            case "IN":
                kind, value = rng.choice(argument)
                text += chr(value) if str(kind) == "LITERAL" else chr(rng.randint(*value))
            case "BRANCH":
                text += a_name_for(rng.choice(argument[1]), rng)
            case "SUBPATTERN":
                text += a_name_for(argument[3], rng)
            case "MAX_REPEAT":
                least, most, inner = argument
                text += "".join(a_name_for(inner, rng) for _ in range(rng.choice([least, min(most, least + 3)])))
            case "AT":  # a word boundary
                text += " "
    return text


def test_every_rule_of_the_table_can_be_reached():
    """An earlier, wider pattern must not hide a later one."""
    rng = random.Random(1)
    for rule in _RULES:
        parsed = re._parser.parse(rule.pattern)
        names = [a_name_for(parsed, rng) for _ in range(200)]
        met = (next((other for other in _RULES if re.fullmatch(other.pattern, name)), None) for name in names)
        assert any(found is rule for found in met), rule.pattern


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(max_size=400), st.from_regex(r"(?i)(intel|amd) (core i[3579]|ryzen [3579]|athlon|xeon)[- ]?\w{0,8}")
    )
)
def test_never_raises(text):
    facts = describe(text)
    assert facts.speed_class in (None, 0, 1, 2, 3, 4, 5)
    assert facts == describe(text)


@pytest.mark.samples
def test_names_of_real_machines_are_known():
    if not SAMPLES.is_file():
        pytest.skip("no samples beside the repository")
    names = []
    with tarfile.open(SAMPLES) as archive:
        for member in archive:
            content = archive.extractfile(member) if member.isfile() else None
            text = content.read().decode(errors="replace") if content else ""
            names += re.findall(r"^\tVersion: ((?:.*(?:Intel|AMD|Pentium)).*\d.*)$", text, re.MULTILINE)
    unknown = [name for name in names if describe(name).family is None]
    assert len(names) > 1000
    assert len(unknown) < len(names) / 100, unknown
