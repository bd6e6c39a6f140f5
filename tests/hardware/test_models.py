import re

import pytest

from maillon.hardware import reading
from maillon.hardware.model import Board, Origin, System
from maillon.hardware.models import apple_models, lenovo_types, named_system
from tests.hardware.samples import sample


def name(vendor: str, product: str | None = None, **system: str) -> str | None:
    return named_system(System(vendor=vendor, product_name=product, **system), Board()).model


@pytest.mark.parametrize(
    ("system", "expected"),
    [
        ({"product": "20HEZ0PWUS", "version": "ThinkPad T470"}, "ThinkPad T470"),
        ({"product": "20HEZ0PWUS"}, "ThinkPad T470"),
        ({"product": "20HEZ0PWUS", "version": "Lenovo Product"}, "ThinkPad T470"),
        ({"product": "80E3", "version": "Lenovo G50-45", "family": "IDEAPAD"}, "G50-45"),
        ({"product": "80RU", "version": "Lenovo ideapad 700-15ISK"}, "IdeaPad 700-15ISK"),
        ({"product": "81SY", "version": "1.0", "family": "Legion Y540-15IRH"}, "Legion Y540-15IRH"),
        ({"product": "82XX", "version": "SDK0J40697 WIN", "sku": "LENOVO_MT_82XX_BU_idea_FM_V15 G4 IRU"}, "V15 G4 IRU"),
        ({"product": "83ZZ", "version": "INVALID"}, "83ZZ"),
    ],
)
def test_lenovo_hides_the_name_behind_a_machine_type(system, expected):
    assert name("Lenovo", **system) == expected


@pytest.mark.parametrize(
    ("vendor", "product", "expected"),
    [
        ("HP", "HP ProBook 450 G3 Notebook PC", "ProBook 450 G3"),
        ("HP", "HP Compaq 6730b (FU432ET#ABF)", "Compaq 6730b"),
        ("HP", "Hewlett-Packard HP EliteBook 8440p", "EliteBook 8440p"),
        ("HP", "HP Notebook", "HP Notebook"),
        ("HP", "HP Pavilion Notebook", "Pavilion Notebook"),
        ("HP", "HP Compaq 8200 Elite SFF PC", "Compaq 8200 Elite SFF"),
        ("Compaq", "FQ679AA-ABM SG3613LA", "SG3613LA"),
        ("Dell", "Dell System XPS L322X", "XPS L322X"),
        ("Dell", "Latitude E7440", "Latitude E7440"),
        ("Asus", "VivoBook_ASUSLaptop X512DA_F512DA", "VivoBook X512DA"),
        ("Asus", "ASUS TUF Gaming FX505DT_FX505DT", "TUF Gaming FX505DT"),
        ("Apple", "MacBookPro11,1", "MacBook Pro (Retina, 13-inch, Late 2013 or Mid 2014)"),
        ("Apple", "MacBookPro99,9", "MacBookPro99,9"),
        ("Toshiba", "SATELLITE C660", "Satellite C660"),
        ("Sony", "VPCEB4M1E", "VAIO VPCEB4M1E"),
    ],
)
def test_names_are_trimmed_as_each_maker_needs(vendor, product, expected):
    assert name(vendor, product) == expected


def test_a_family_helps_where_the_product_is_a_code():
    assert name("Asus", "1025C", family="Eee PC") == "Eee PC 1025C"
    assert name("Huawei", "MACH-WX9", family="MateBook X") == "MateBook X MACH-WX9"


def test_a_board_sold_alone_has_its_name_in_the_board():
    at = {"model": Origin("dmidecode", "line 40")}
    board = Board(model="Z97 GAMING 5 (MS-7917)", origin=at)
    system = named_system(System(vendor="MSI", product_name="MS-7917"), board)
    assert (system.model, system.origin["model"].at) == ("Z97 GAMING 5", "line 40")


def test_the_name_keeps_the_place_it_was_read_at():
    origin = {"version": Origin("dmidecode", "line 10"), "product_name": Origin("dmidecode", "line 9")}
    system = System(vendor="Lenovo", product_name="20HEZ0PWUS", version="ThinkPad T470", origin=origin)
    assert named_system(system, Board()).origin["model"] == Origin("dmidecode", "line 10")


def test_a_name_already_known_stays():
    system = System(vendor="HP", product_name="HP 250 G4 Notebook PC", model="typed by a person")
    assert named_system(system, Board()) is system


def test_tables_are_well_formed():
    assert all(re.fullmatch(r"[0-9A-Z]{4}", code) for code in lenovo_types())
    assert all(re.fullmatch(r"[A-Za-z]+\d+,\d+", identifier) for identifier in apple_models())
    assert len(lenovo_types()) > 300 and len(apple_models()) > 120


@pytest.mark.samples
def test_no_machine_type_differs_from_what_real_machines_say():
    result = reading.read(sample("hardware/dmidecode-1200.tar.xz").read_bytes())
    checked = 0
    for machine in result.machines:
        system = machine.system
        known = lenovo_types().get((system.product_name or "")[:4])
        if known and system.vendor == "Lenovo" and re.match(r"Think\w+ .*\d", system.version or ""):
            said, listed = system.version.split(), known.split()
            assert listed[:2] == said[:2], system
            checked += 1
    assert checked > 80
