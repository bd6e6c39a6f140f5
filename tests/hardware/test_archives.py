"""Archives and folders: every file comes out once, with its bytes or with the reason why not, within the limits."""

import bz2
import gzip
import io
import lzma
import os
import struct
import tarfile
import zipfile
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from maillon.hardware import archives
from maillon.hardware.archives import Member, folder_members, members
from maillon.hardware.model import Limits, Unreadable

SMALL = Limits(input_bytes=2**20, unpacked_bytes=4 * 2**20, members=50)
TEXT = b"# dmidecode 3.3\n" * 20


def zipped(files, *, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files:
            archive.writestr(name, data)
    return out.getvalue()


def tarred(files, mode="w"):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as archive:
        for name, data in files:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def opened(data, limits=SMALL, name="lot.bin"):
    found = members(data, limits, name)
    assert not isinstance(found, Unreadable), str(found.reason)
    return list(found)


def reasons(found):
    return {member.name: str(member.content.reason) for member in found if isinstance(member.content, Unreadable)}


PACKERS = {
    "zip": zipped,
    "tar": tarred,
    "tar.gz": lambda files: gzip.compress(tarred(files)),
    "tar.bz2": lambda files: bz2.compress(tarred(files)),
    "tar.xz": lambda files: lzma.compress(tarred(files)),
    "tar.zst": lambda files: zstandard.compress(tarred(files)),
}


@pytest.mark.parametrize("kind", PACKERS)
def test_every_file_comes_out_in_order(kind):
    files = [("PC1/dmidecode.txt", TEXT), ("PC1/lspci.txt", b"00:02.0 VGA"), ("vide.txt", b"")]
    assert opened(PACKERS[kind](files)) == [Member(*file) for file in files]


@given(
    files=st.dictionaries(
        st.from_regex(r"[a-z]{1,8}(/[a-z0-9]{1,8}){0,2}\.txt", fullmatch=True), st.binary(max_size=200), max_size=6
    ),
    kind=st.sampled_from(sorted(PACKERS)),
)
def test_packing_then_opening_changes_nothing(files, kind):
    files = {name: b"-" + data for name, data in files.items()}  # no content that is an archive itself
    if files or kind == "zip":
        assert dict(opened(PACKERS[kind](list(files.items())))) == files


@pytest.mark.parametrize(
    "pack", [gzip.compress, bz2.compress, lzma.compress, zstandard.compress], ids=["gz", "bz2", "xz", "zst"]
)
def test_one_file_compressed_alone_loses_its_suffix(pack):
    assert opened(pack(TEXT), name="pc12.txt.gz") == [Member("pc12.txt", TEXT)]


def test_several_xz_streams_in_a_row_are_one_file():
    assert opened(lzma.compress(b"first ") + lzma.compress(b"second"), name="a.xz") == [Member("a", b"first second")]


def test_archives_inside_are_opened_once_and_no_deeper():
    innermost = zipped([("deep.txt", TEXT)])
    inner = zipped([("PC2.txt", TEXT), ("more.zip", innermost)])
    found = opened(zipped([("PC1.txt", TEXT), ("lot.zip", inner)]))
    assert [member.name for member in found] == ["PC1.txt", "lot.zip/PC2.txt", "lot.zip/more.zip"]
    assert "inside an archive" in reasons(found)["lot.zip/more.zip"]


def test_spreadsheets_are_files_not_archives():
    sheet = zipped([("[Content_Types].xml", b"<x/>"), ("xl/workbook.xml", b"<x/>")])
    assert not archives.is_archive(sheet)
    assert opened(zipped([("parc.xlsx", sheet)])) == [Member("parc.xlsx", sheet)]


def test_a_word_document_is_named_as_such():
    document = zipped([("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")])
    refused = members(document, SMALL)
    assert isinstance(refused, Unreadable) and "Word" in str(refused.reason)


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "C:\\Users\\x.txt", "a/../../b.txt"])
@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_names_that_leave_the_archive_are_refused_and_the_others_read(name, kind):
    found = opened(PACKERS[kind]([(name, b"x"), ("PC1.txt", TEXT)]))
    assert found[-1] == Member("PC1.txt", TEXT)
    assert list(reasons(found).values()) == ["Its name points outside of the archive."]


def test_links_and_devices_are_refused_each_with_its_reason():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, kind in (("link", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE), ("null", tarfile.CHRTYPE)):
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
        entry = tarfile.TarInfo("pipe")
        entry.type = tarfile.FIFOTYPE
        archive.addfile(entry)
    found = reasons(opened(out.getvalue()))
    assert set(found) == {"link", "hard", "null", "pipe"}
    assert "link to another file" in found["link"] and "link to another file" in found["hard"]
    assert "device" in found["null"] and "device" in found["pipe"]


def test_a_symbolic_link_in_a_zip_is_refused():
    entry = zipfile.ZipInfo("link")
    entry.create_system, entry.external_attr = 3, 0o120777 << 16
    found = opened(zipped([(entry, b"/etc/passwd"), ("PC1.txt", TEXT)]))
    assert reasons(found) == {"link": "This is a link to another file, not a file."}


def test_an_encrypted_member_says_so_and_the_others_are_read():
    data = bytearray(zipped([("secret.txt", TEXT), ("PC1.txt", TEXT)]))
    at = data.index(b"PK\x01\x02")
    data[at + 8] |= 1  # the flag of encryption, in the directory and before the data
    data[6] |= 1
    found = opened(bytes(data))
    assert "encrypted" in reasons(found)["secret.txt"] and found[-1] == Member("PC1.txt", TEXT)


def test_a_method_of_compression_that_is_not_known_says_so():
    data = bytearray(zipped([("odd.txt", TEXT)]))
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<H", data, at + 10, 9)  # Deflate64
    struct.pack_into("<H", data, 8, 9)
    assert "compressed in a way" in reasons(opened(bytes(data)))["odd.txt"]


def test_a_damaged_member_loses_nothing_else():
    data = bytearray(zipped([("bad.txt", os.urandom(3000)), ("PC1.txt", TEXT)], method=zipfile.ZIP_STORED))
    data[100] ^= 0xFF
    found = opened(bytes(data))
    assert "damaged" in reasons(found)["bad.txt"] and found[-1] == Member("PC1.txt", TEXT)


@pytest.mark.parametrize("kind", ["tar", "tar.gz", "tar.bz2", "tar.xz", "tar.zst"])
def test_a_tar_cut_short_gives_what_came_before_and_a_reason(kind):
    packed = PACKERS[kind]([("PC1.txt", TEXT), ("PC2.txt", os.urandom(200_000)), ("PC3.txt", TEXT)])
    found = opened(packed[: len(packed) // 2])
    assert isinstance(found[-1].content, Unreadable) and "cut short" in str(found[-1].content.reason)
    assert len(found) <= 2 or found[0] == Member("PC1.txt", TEXT)


def test_a_zip_without_its_directory_is_refused_as_a_whole():
    refused = members(zipped([("PC1.txt", TEXT)])[:-30], SMALL)
    assert isinstance(refused, Unreadable) and "damaged" in str(refused.reason)


def test_a_bomb_in_a_zip_is_refused_before_it_is_unpacked():
    bomb = zipped([("bomb.txt", b"\0" * (30 * 2**20)), ("PC1.txt", TEXT)])
    found = opened(bomb, Limits())
    assert "decompression bomb" in reasons(found)["bomb.txt"] and found[-1] == Member("PC1.txt", TEXT)


def test_a_zip_whose_directory_lies_about_sizes_is_not_believed():
    data = bytearray(zipped([("bomb.txt", b"\0" * (3 * 2**20))]))
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 100)
    struct.pack_into("<I", data, 22, 100)
    found = opened(bytes(data))
    assert isinstance(found[0].content, Unreadable) or len(found[0].content) <= 100


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstandard.compress])
def test_a_compressed_bomb_stops_early(pack):
    found = opened(pack(b"\0" * (64 * 2**20)), Limits(), name="big.gz")
    assert "bomb" in reasons(found)["big.gz"] or "bomb" in next(iter(reasons(found).values()))


def test_attributes_of_an_absurd_length_in_a_tar_are_not_read_into_memory():
    entry = tarfile.TarInfo("x")
    entry.type, entry.size = tarfile.XHDTYPE, 8 * 2**20
    header = entry.tobuf(tarfile.USTAR_FORMAT) + os.urandom(8 * 2**20)
    found = opened(gzip.compress(tarred([("PC1.txt", TEXT)])[:1024] + header, 1), Limits())
    assert found[0] == Member("PC1.txt", TEXT) and "bomb" in str(found[-1].content.reason)


def test_overlapping_members_are_a_bomb():
    data = bytearray(zipped([("a.txt", TEXT), ("b.txt", TEXT)]))
    second = data.index(b"PK\x01\x02", data.index(b"PK\x01\x02") + 4)
    struct.pack_into("<I", data, second + 42, 0)  # both start at the first file
    found = opened(bytes(data))
    assert found[0] == Member("a.txt", TEXT) and "bomb" in str(found[1].content.reason)


def test_xz_that_asks_for_gigabytes_of_memory_is_refused():
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 2**29}]
    found = opened(lzma.compress(TEXT, filters=filters, preset=None), name="huge.xz")
    assert "memory" in next(iter(reasons(found).values()))


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_more_files_than_the_limit_stop_the_reading(kind):
    packed = PACKERS[kind]([(f"{n}.txt", b"x") for n in range(60)])
    found = members(packed, SMALL)
    if isinstance(found, Unreadable):
        assert "more than 50 files" in str(found.reason)
    else:
        listed = list(found)
        assert len(listed) == 51 and "more than 50 files" in str(listed[-1].content.reason)


def test_files_that_together_pass_the_limit_stop_the_reading():
    files = [(f"{n}.bin", os.urandom(700_000)) for n in range(8)]
    listed = opened(tarred(files)[: 2**20], SMALL)
    assert isinstance(listed[-1].content, Unreadable)
    refused = members(zipped(files), Limits(input_bytes=8 * 2**20, unpacked_bytes=4 * 2**20))
    assert isinstance(refused, Unreadable) and "4 MiB" in str(refused.reason)


def test_one_file_over_the_limit_is_refused_alone():
    found = opened(gzip.compress(tarred([("big.bin", os.urandom(1_200_000)), ("PC1.txt", TEXT)]), 1)[: 2**20 * 2],
                   Limits(input_bytes=1_100_000 * 2, unpacked_bytes=2**24))  # fmt: skip
    assert [member.name for member in found] == ["big.bin", "PC1.txt"]
    limits = Limits(input_bytes=1_100_000, unpacked_bytes=2**24)
    packed = tarred([("big.txt", b"a" * 1_200_000), ("PC1.txt", TEXT)])
    found = opened(gzip.compress(packed), limits)
    assert "too big" in reasons(found)["big.txt"] and found[-1] == Member("PC1.txt", TEXT)


def test_the_time_of_the_caller_is_not_counted(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(archives.time, "monotonic", lambda: now[0])
    taken = []
    for member in members(tarred([(f"{n}.txt", TEXT) for n in range(5)]), Limits(seconds=10)):
        taken.append(member.name)
        now[0] += 100
    assert len(taken) == 5


def test_unpacking_too_long_stops_with_a_reason(monkeypatch):
    now = [0.0]

    def late():
        now[0] += 3
        return now[0]

    monkeypatch.setattr(archives.time, "monotonic", late)
    found = list(members(tarred([(f"{n}.txt", TEXT) for n in range(40)]), Limits(seconds=10)))
    assert "10 seconds" in str(found[-1].content.reason)


def test_what_file_managers_leave_is_passed_over():
    files = [("__MACOSX/._PC1.txt", b"x"), ("lot/.DS_Store", b"x"), ("lot/Thumbs.db", b"x"), ("lot/PC1.txt", TEXT)]
    assert opened(zipped(files)) == [Member("lot/PC1.txt", TEXT)]


@pytest.mark.parametrize("data", [b"", b"PK", b"hello", b"\x1f", b"BZ"])
def test_what_is_no_archive_is_refused(data):
    assert isinstance(members(data, SMALL), Unreadable)


@given(st.sampled_from(sorted(PACKERS)), st.data())
def test_damaged_archives_never_raise(kind, draw):
    data = bytearray(PACKERS[kind]([("PC1.txt", TEXT), ("b/PC2.txt", b"abc" * 100)]))
    for _change in range(draw.draw(st.integers(1, 8))):
        at = draw.draw(st.integers(0, len(data) - 1))
        data[at] = draw.draw(st.integers(0, 255))
    found = members(bytes(data[: draw.draw(st.integers(1, len(data)))]), SMALL)
    if not isinstance(found, Unreadable):
        for member in found:
            assert isinstance(member.content, bytes | Unreadable) and isinstance(member.name, str)


# --- folders


def test_a_folder_gives_its_files_in_order_and_opens_its_archives(tmp_path: Path):
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "PC2.txt").write_bytes(TEXT)
    (tmp_path / "PC1.txt").write_bytes(TEXT)
    (tmp_path / "lot.zip").write_bytes(zipped([("PC3.txt", TEXT)]))
    found = list(folder_members(tmp_path, SMALL))
    assert found == [Member(name, TEXT) for name in ("PC1.txt", "lot.zip/PC3.txt", "b/PC2.txt")]


def test_a_folder_is_not_left_by_its_links_and_pipes_do_not_block(tmp_path: Path):
    inside, outside = tmp_path / "lot", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "secret.txt").write_bytes(TEXT)
    (inside / "file").symlink_to(outside / "secret.txt")
    (inside / "folder").symlink_to(outside)
    os.mkfifo(inside / "pipe")
    found = reasons(folder_members(inside, SMALL))
    assert set(found) == {"file", "folder", "pipe"}


def test_a_folder_stops_at_its_limit(tmp_path: Path):
    for n in range(60):
        (tmp_path / f"{n:02}.txt").write_bytes(b"x")
    found = list(folder_members(tmp_path, SMALL))
    assert len(found) == 51 and isinstance(found[-1].content, Unreadable)
