import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillon.hardware.model import Board, Machine, Origin
from maillon.hardware.vendors import display, memory_vendor, named


@pytest.mark.parametrize(
    ("spelled", "name"),
    [
        ("LENOVO", "Lenovo"), ("Hewlett-Packard", "HP"), ("HP Inc.", "HP"), ("HP-Pavilion", "HP"), ("HP", "HP"),
        ("Hewlett Packard Enterprise", "HPE"), ("ASUSTeK COMPUTER INC.", "Asus"), ("ASUSTeK Computer INC.", "Asus"),
        ("Micro-Star International Co., Ltd.", "MSI"), ("MICRO-STAR INTERNATIONAL CO.,LTD", "MSI"),
        ("Dell Inc.", "Dell"),
        ("Gigabyte Technology Co., Ltd.", "Gigabyte"), ("Apple Computer, Inc.", "Apple"), ("Acer, inc.", "Acer"),
        ("SAMSUNG ELECTRONICS CO., LTD.", "Samsung"), ("FUJITSU SIEMENS", "Fujitsu Siemens"),
        ("FUJITSU // Phoenix", "Fujitsu"),
        ("TIMI", "Xiaomi"), ("MEDIONPC", "Medion"), ("Intel(R) Client Systems", "Intel"), ("AZW", "Beelink"),
        ("innotek GmbH", "VirtualBox"), ("HUAWEI", "Huawei"), ("TOSHIBA", "Toshiba"),
        ("Positivo Informatica SA", "Positivo"),
        ("Sony Corporation", "Sony"), ("Panasonic Corporation", "Panasonic"), ("http://www.abit.com.tw/", "Abit"),
        ("SchenkerTechnologiesGmbH", "Schenker"), ("WORTMANN AG", "Terra"), ("Dynabook Inc.", "Dynabook"),
    ],
)  # fmt: skip
def test_one_name_a_maker(spelled, name):
    assert display(spelled) == name


@pytest.mark.parametrize("filler", ["To be filled by O.E.M.", "System manufacturer", "Default string", "", None])
def test_filler_is_no_maker(filler):
    assert display(filler) is None


def test_an_unknown_maker_loses_its_legal_form_alone():
    assert display("Zebulon Computers GmbH & Co. KG") == "Zebulon Computers"
    assert display("ZEBULON TECH LIMITED") == "Zebulon Tech"


@pytest.mark.parametrize("spelled", ["Hpower Systems", "Necromancer PC", "Lgx Labs"])
def test_short_names_are_words_of_their_own(spelled):
    assert display(spelled) == spelled


@given(st.text(max_size=50))
def test_naming_twice_changes_nothing(text):
    once = display(text)
    assert once is None or display(once) == once


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("80CE000080CE", "Samsung"), ("0x80AD", "SK hynix"), ("7F7F9E0000000000", "Corsair"), ("859B", "Crucial"),
        ("CE00000000000000", "Samsung"), ("AD00000080AD", "SK hynix"), ("802C", "Micron"), ("0198", "Kingston"),
        ("04CB", "Adata"), ("029E", "Corsair"), ("Hynix/Hyundai", "SK hynix"), ("SK Hynix", "SK hynix"),
        ("Samsung", "Samsung"), ("Micron Technology", "Micron"), ("FFFF", None), ("0000", None),
        ("Not Specified", None),
    ],
)  # fmt: skip
def test_memory_makers_from_names_and_jedec_identifiers(written, name):
    assert memory_vendor(written) == name


def test_a_part_keeps_where_its_maker_was_read():
    board = named(Board(vendor="ASUSTeK COMPUTER INC.", origin={"vendor": Origin("dmidecode", "line 30")}))
    assert (board.vendor, board.origin["vendor"].at) == ("Asus", "line 30")
    assert Machine(board=board).vendor == "Asus"


def test_the_makers_of_cards_have_one_name_whichever_tool_says_it():
    spellings = {
        "Intel": ["Intel Corporation", "Intel Corp.", "Intel(R) Corporation"],
        "AMD": ["Advanced Micro Devices, Inc. [AMD/ATI]", "ATI Technologies Inc"],
        "Nvidia": ["NVIDIA Corporation", "nVidia Corporation"],
        "Realtek": ["Realtek Semiconductor Co., Ltd.", "Realtek"],
        "Broadcom": ["Broadcom Inc. and subsidiaries", "Broadcom Corporation"],
        "Qualcomm Atheros": ["Qualcomm Atheros", "Atheros Communications Inc."],
    }
    assert {name: {display(said) for said in all_said} for name, all_said in spellings.items()} == {
        name: {name} for name in spellings
    }
