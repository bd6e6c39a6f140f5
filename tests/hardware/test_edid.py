import pytest

from maillon.hardware.model import Origin
from maillon.hardware.readers.edid import vendor_code
from tests.hardware.reading_parts import corpus, each, read, read_all, said
from tests.hardware.samples import CORPUS, sample

PANEL = CORPUS / "edid/panel.bin"


def test_a_panel_is_built_in_and_named_by_its_part():
    (display,) = corpus("edid/panel.bin").displays
    assert said(display) == {
        "vendor": "LG Display",
        "model": "LP140WF1-SPU1",
        "year": 2014,
        "width_px": 1920,
        "height_px": 1080,
        "width_mm": 309,
        "height_mm": 174,
        "built_in": True,
    }
    assert display.diagonal_inches == 14.0
    assert display.origin["width_px"] == Origin("edid", "byte 56")


def test_a_monitor_in_the_text_of_xrandr():
    (display,) = corpus("edid/xrandr.txt").displays
    assert (display.vendor, display.model, display.serial) == ("Dell", "DELL P2219H", "8KQ5F9A2")
    assert (display.built_in, display.year, display.width_mm) == (False, 2018, 477)
    assert display.origin["serial"] == Origin("edid", "line 3, byte 108")


@pytest.mark.parametrize("form", ["{0}: {1}\n", "{0}  {1}  |................|\n"])
def test_hexadecimal_dumps_are_read_as_well(form):
    data = PANEL.read_bytes()
    lines = [form.format(f"{at:08x}", data[at : at + 16].hex(" ")) for at in range(0, 128, 16)]
    assert each(read("".join(lines)).displays) == each(corpus("edid/panel.bin").displays)


def test_a_spoilt_byte_is_warned_of():
    data = bytearray(PANEL.read_bytes())
    data[100] ^= 4
    reading = read_all(bytes(data))
    assert "checksum" in str(reading.warnings[0])
    assert not read_all(PANEL.read_bytes()).warnings


def test_an_aspect_ratio_is_no_size():
    data = bytearray(PANEL.read_bytes())
    data[66], data[67], data[68] = 16, 9, 0
    (display,) = read(bytes(data)).displays
    assert (display.width_mm, display.height_mm) == (310, 170)


REAL = {
    "EV2785": ("Eizo", "EV2785", "68056070", 2020, 3840, 2160, 27.0, False),
    "acer-b226wl": ("Acer", "B226WL", "LXVEE0018511", 2018, 1680, 1050, 22.0, False),
    "acer-r240hy": ("Acer", "R240HY", "T4BEE00C2411", 2021, 1920, 1080, 23.8, False),
    "acer-v193w": ("Acer", "V193W", "LBP0C18340G0", 2010, 1440, 900, 19.0, False),
    "acer-v276hl": ("Acer", "V276HL", "T4JEE0058545", 2019, 1920, 1080, 27.0, False),
    "crt.13": ("LTN", "A1554NEL", "926750447", 1999, None, None, 13.5, False),
    "crt.dell-p190s": ("Dell", "DELL P190S", "CHRYK07UAGUS", 2010, 1280, 1024, 19.0, False),
    "crt.med2914": ("Medion", "MED 2914", "108371572", 2001, None, None, 17.7, None),
    "lcd.HP-Pavilion-ZV6000": ("Quanta", "QD15TL022", None, 2004, 1280, 800, 15.4, True),
    "lcd.acer-b226hql": ("Acer", "Acer B226HQL", "LXPEE0144202", 2015, 1920, 1080, 21.5, False),
    "lcd.acer-r221q": ("Acer", "R221Q", "T6KEE0012400", 2016, 1920, 1080, 21.5, False),
    "lcd.acer-x193hq": ("Acer", "X193HQ", "LEK0D0998545", 2009, 1366, 768, 18.5, False),
    "lcd.dell-U2413": ("Dell", "DELL U2413", "84K96386ACRL", 2013, 1920, 1200, 24.1, False),
    "lcd.hp-nx-7010": ("LGP", "LGP 0000", None, 2003, 1280, 800, 15.4, None),
    "lcd.philips-150s": ("Philips", "PHILIPS 150S", "HD 000237", 2001, 1024, 768, 15.0, False),
    "lcd.samsung-191n": ("Samsung", "SyncMaster", "HCHW600639", 2003, 1280, 1024, 19.0, False),
    "samsung-s22e390": ("Samsung", "S22E390", "809585995", 2016, 1920, 1080, 21.5, False),
}


@pytest.mark.samples
@pytest.mark.parametrize("name", REAL)
def test_real_screens(name):
    data = sample(f"hardware/edid/{name}").read_bytes()
    (display,) = read(data).displays
    known = (display.vendor, display.model, display.serial, display.year, display.width_px, display.height_px)
    assert known == REAL[name][:6]
    assert display.built_in == REAL[name][7]
    assert abs(display.diagonal_inches - REAL[name][6]) <= 0.1
    assert len(vendor_code(data)) == 3
