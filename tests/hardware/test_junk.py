import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillon.hardware.junk import clean, clean_mac, clean_serial, clean_uuid


@pytest.mark.parametrize(
    "filler",
    [
        "To be filled by O.E.M.", "To Be Filled By O.E.M. To Be Filled By O.E.M.", "Default string",
        "System Product Name",
        "System manufacturer", "Not Specified", "Not Available", "None", "N/A", "0000000000", "00000000-0000",
        "xxxxxxxx",
        "INVALID", "<BAD INDEX>", "<OUT OF SPEC>", "-", "...", " ", "O.E.M.", "OEM", "empty", "Unknown", "FFFFFFFF",
        "Chassis Serial Number", "Base Board Serial Number", "Type1ProductConfigId", "SKU Number",
        "System Serial Number",
        "Non spécifié", "\x00\x00", "\ufffd\ufffd",
    ],
)  # fmt: skip
def test_filler_is_nothing(filler):
    assert clean(filler) is None


@pytest.mark.parametrize("fact", ["ThinkPad T470", "K53E", "1.0", "A05", "HP", "0J8G6Q", "OptiPlex 7010", "VAIO"])
def test_facts_stay(fact):
    assert clean(f"  {fact}\x00 ") == fact


@pytest.mark.parametrize(
    "serial",
    ["123456789", "0123456789", "0123456789ABCDEF", "987654321", "1234567890", "11111111", "00000001", "abcdef",
     "1234",
     "0", "XX", "........", "System Serial Number", "None", "0000000000000000", "1234567890ABCDEF", "SN12345678",
     "MB-1234567890", "BSN12345678901234567", "1122334455", "Array1_SerialNumber0", "www.abit.com.tw", "EVAL"],
)  # fmt: skip
def test_no_serial_tells_machines_apart(serial):
    assert clean_serial(serial) is None


@pytest.mark.parametrize(
    "serial", ["PF0ZT4QX", "7XQ4KW1", "CZJ7210Q8L", "5CG7340XYZ", "C02N8KXXG3QP", "1S20HEZ0PWUSPF0ZT4QX"]
)
def test_real_serials_stay(serial):
    assert clean_serial(serial) == serial


@pytest.mark.parametrize(
    "value",
    ["03000200-0400-0500-0006-000700080009", "00020003-0004-0005-0006-000700080009",
     "00000000-0000-0000-0000-000000000000",
     "FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF", "12345678-1234-5678-90AB-CDDEEFAABBCC"[:-2], "Not Settable", "",
     "not a uuid",
     "11111111-2222-1111-1111-222222222222", "11111111-2222-3333-4444-555555555555",
     "12345678-1234-5678-90AB-CDDEEFAABBCC", "4C4C4544-0000-2010-8020-80C04F202020",
     "00000000-0000-0000-0000-AC1F6B000000", "00000000-0000-1000-8000-00E04C680001",
     "FEFEFEFE-FEFE-FEFE-FEFE-FEFEFEFEFEFE"],
)  # fmt: skip
def test_shared_uuids_are_no_identity(value):
    assert clean_uuid(value) is None


def test_uuid_is_written_one_way():
    assert clean_uuid("{6C1D4BCC-2B5F-11B2-A85C-D2F7C1F0AA31}") == "6c1d4bcc-2b5f-11b2-a85c-d2f7c1f0aa31"


@given(st.uuids(version=4))
def test_random_uuids_are_kept(value: uuid.UUID):
    assert clean_uuid(str(value).upper()) == str(value)


@pytest.mark.parametrize(
    "mac",
    ["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff", "00:50:56:c0:00:08", "08:00:27:12:34:56", "02:42:ac:11:00:02",
     "52:54:00:12:34:56", "de:ad:be:ef:00:01", "01:00:5e:00:00:fb", "00:e0:4c:68:00:01", "00:11:22:33:44:55",
     "12:34:56",
     "0a:00:27:00:00:10", "00:05:9a:3c:78:00", "44:45:53:54:42:00"],
)  # fmt: skip
def test_shared_and_random_macs_are_no_identity(mac):
    assert clean_mac(mac) is None


@pytest.mark.parametrize("mac", ["54-EE-75-A1-B2-C3", "54ee.75a1.b2c3", "54:ee:75:a1:b2:c3"])
def test_mac_is_written_one_way(mac):
    assert clean_mac(mac) == "54:ee:75:a1:b2:c3"


@given(st.text(max_size=60))
def test_nothing_raises_and_cleaning_twice_changes_nothing(text):
    for cleaner in (clean, clean_serial, clean_uuid, clean_mac):
        once = cleaner(text)
        assert once is None or cleaner(once) == once
