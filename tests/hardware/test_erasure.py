# ruff: noqa: E501 - one case a line reads as the table it is
"""A disk is erased when it was read back whole and blank; every way of only seeming so is refused in its own words."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from maillon.hardware.erasure import (
    METHODS,
    Assessment,
    ErasureReport,
    Level,
    Method,
    Verification,
    assess,
    read_erasure,
    recognise,
)
from maillon.hardware.model import Storage, StorageKind, Unreadable

SAMPLES = Path(__file__).resolve().parents[2] / "../shared/bench-prototype/samples"
SIZE = 320_072_933_376
SERIAL = "WD-WXA1A9013377"

PROVED = ErasureReport(
    tool="nwipe",
    version="0.38",
    device="/dev/sdb",
    model="WDC WD3200BPVT",
    serial=SERIAL,
    size_bytes=SIZE,
    bus="ATA",
    method=Method.OVERWRITE_ZEROS,
    method_said="Fill With Zeros",
    passes=1,
    verification=Verification.FULL,
    verifier="bench",
    bytes_read_back=SIZE,
    bad_chunks=0,
    hidden_sectors=0,
    result="Erased",
    claims_success=True,
)


def reasons(report, medium=None):
    return [str(message) for message in assess(report, medium).because]


def test_a_full_blank_read_back_is_a_proof_of_clear():
    proof = assess(PROVED)
    assert (proof.proved, proof.level, proof.missing, proof.to_destroy) == (True, Level.CLEAR, (), False)
    assert reasons(PROVED) == [
        "Read back in full by the bench: 320072933376 bytes, all as expected.",
        "Clear: a read-back sees addressable blocks only.",
    ]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"verification": Verification.NONE, "bytes_read_back": None, "bad_chunks": None, "verifier": None},
         "Nobody read the disk back: the word of nwipe is no proof."),
        ({"bad_chunks": 150}, "The report says success, but 150 blocks read back hold data."),
        ({"bad_chunks": 38, "tool": "blkdiscard", "method": Method.DISCARD},
         "The drive ignored the discard, whatever the exit code: 38 blocks hold data."),
        ({"bad_chunks": 38, "tool": "hdparm", "method": Method.ATA_SECURE_ERASE, "refused_by_drive": "SG_IO: bad/missing sense data"},
         "The drive did not execute the command (SG_IO: bad/missing sense data), exit code or not: 38 blocks hold data."),
        ({"bad_chunks": 150, "refused_by_drive": "nwipe: unrecognized option"},
         "nwipe refused its options and erased nothing (nwipe: unrecognized option): 150 blocks hold data."),
        ({"refused_by_drive": "unsupported"}, "The command was not executed: unsupported."),
        ({"bytes_read_back": SIZE - 512}, "320072932864 bytes were read back, the disk has 320072933376."),
        ({"size_bytes": None}, "The report does not give the size of the disk: was all of it read back?"),
        ({"serial": None}, "The report does not give the disk's serial number: /dev/sdb may be another disk after a restart."),
        ({"hidden_sectors": 2048}, "2048 sectors are hidden (HPA or DCO) and kept their data."),
        ({"method": Method.VERIFY_ONLY}, "This run only verified the disk: it erased nothing."),
        ({"method": Method.UNKNOWN, "method_said": "magnet"}, "The method is not known: magnet."),
        ({"result": "UABORTED"}, "nwipe itself says UABORTED."),
        ({"claims_success": False, "result": None}, "The bench itself says that the erasure failed."),
        ({"verifier": "nwipe", "result": None}, "The log stops before the end of the run."),
        ({"io_errors": 3}, "The disk fails: 3 read or write errors."),
    ],
)  # fmt: skip
def test_each_false_success_is_refused_in_its_own_words(change, reason):
    refused = assess(replace(PROVED, **change))
    assert (refused.proved, refused.level) == (False, Level.NONE)
    assert [str(message) for message in refused.because] == [reason]


def test_all_reasons_are_given_at_once():
    assert len(reasons(replace(PROVED, serial=None, hidden_sectors=8, bytes_read_back=512, method=Method.UNKNOWN))) == 4


def test_a_failing_disk_is_to_destroy():
    assert assess(replace(PROVED, io_errors=1, bad_chunks=1)).to_destroy is True
    assert assess(replace(PROVED, bad_chunks=1)).to_destroy is False


def test_the_report_must_be_of_this_disk():
    assert assess(PROVED, Storage(serial=f" {SERIAL.lower()} ", size_bytes=SIZE)).proved
    assert reasons(PROVED, Storage(serial="WD-OTHER")) == [f"The report is of another disk: serial number {SERIAL}."]
    assert reasons(PROVED, Storage(serial=SERIAL, size_bytes=500_107_862_016)) == [
        "The report is of a disk of 320072933376 bytes, this one has 500107862016."
    ]


def test_the_size_may_come_from_the_reading_of_the_machine():
    report = replace(PROVED, size_bytes=None, verification=Verification.SAMPLED)
    assert assess(report, Storage(serial=SERIAL, size_bytes=SIZE)).proved
    assert not assess(report, Storage(serial=SERIAL, size_bytes=SIZE + 1)).proved


@pytest.mark.parametrize(
    ("method", "status", "level"),
    [
        (Method.OVERWRITE_RANDOM, None, Level.CLEAR),
        (Method.OVERWRITE_DOD, None, Level.CLEAR),
        (Method.OVERWRITE_GUTMANN, None, Level.CLEAR),
        (Method.DISCARD, None, Level.CLEAR),
        (Method.ATA_SECURE_ERASE, None, Level.CLEAR),
        (Method.ATA_ENHANCED_ERASE, None, Level.PURGE),
        (Method.NVME_FORMAT, None, Level.CLEAR),
        (Method.NVME_FORMAT_CRYPTO, None, Level.CLEAR),
        (Method.NVME_SANITIZE, None, Level.CLEAR),
        (Method.NVME_SANITIZE, "SSTAT 0x101: completed successfully", Level.PURGE),
        (Method.NVME_SANITIZE, "Sanitize Status (SSTAT): 0x101", Level.PURGE),
        (Method.NVME_SANITIZE, "NVM subsystem has never been sanitized, last success 0x0", Level.CLEAR),
        (Method.NVME_SANITIZE, "unsuccessful", Level.CLEAR),
        (Method.NVME_SANITIZE, "sanitize operation in progress: 42 % complete", Level.CLEAR),
        (Method.ATA_SANITIZE, "State: SD0 Sanitize Idle; Last Sanitize Operation Completed Without Error", Level.PURGE),
        (Method.ATA_SANITIZE, "Last Sanitize Operation Completed With Error or Was Not Executed", Level.CLEAR),
        (Method.ATA_SANITIZE, "Last Sanitize Operation failed: not completed", Level.CLEAR),
    ],
)
def test_the_level_is_named_honestly(method, status, level):
    proof = assess(replace(PROVED, method=method, sanitize_status=status))
    assert proof.proved and proof.level is level


def test_a_purge_command_that_ended_with_an_error_is_clear_at_most():
    purged = replace(PROVED, method=Method.ATA_ENHANCED_ERASE, exit_codes=(0, 0))
    assert assess(purged).level is Level.PURGE
    failed = assess(replace(purged, exit_codes=(0, 5)))
    assert failed.level is Level.CLEAR
    assert "Purge needs a command that ended without an error." in map(str, failed.missing)


@pytest.mark.parametrize(
    ("known", "proved"),
    [
        (SIZE, True),
        (SIZE + 512 * 2001, False),  # counted by a tool, sector by sector: some were left out
        (320_000_000_000, True),  # rounded: "320 GB"
        (321_000_000_000, True),
        (SIZE - 512 * 2001, True),  # a hidden area was opened before the erasure
        (330_000_000_000, False),
    ],
)
def test_a_report_on_fewer_bytes_than_the_disk_has_is_no_proof(known, proved):
    assert assess(PROVED, Storage(serial=SERIAL, size_bytes=known)).proved is proved


def test_an_overwritten_ssd_is_clear_never_purge():
    ssd = Storage(kind=StorageKind.SATA_SSD, serial=SERIAL, size_bytes=SIZE)
    proof = assess(PROVED, ssd)
    assert proof.level is Level.CLEAR
    assert "Purge of a solid-state disk needs a sanitize command: spare cells are out of reach." in map(
        str, proof.missing
    )


def test_no_method_claims_more_than_it_can_reach():
    for method, technique in METHODS.items():
        assert technique.reach in (Level.NONE, Level.CLEAR, Level.PURGE)
        assert (technique.reach is Level.PURGE) == technique.ieee_2883.startswith("purge")
        assert method is Method.DISCARD or (technique.reach is Level.NONE) == (technique.ieee_2883 == "")


# --- nwipe logs


def nwipe_run(
    device="/dev/sdb", serial=SERIAL, method="Fill With Zeros", version="0.38", verified=SIZE, status="Erased", extra=""
):
    banner = f"[2026/01/05 09:00:00]    info: nwipe {version}\n" if version else ""
    name = device.removeprefix("/dev/")
    mark = "!" if status != "Erased" else " "
    return f"""{banner}[2026/01/05 09:00:01]  notice: Found {device},  ATA, WDC WD3200BPVT, 320 GB, S/N={serial}
[2026/01/05 09:00:02]  notice: system-serial-number = PF0QX7K2
[2026/01/05 09:00:02]  notice: system-uuid = c2a9d1b7-51e2-4b7f-93c8-1f6e0d7a2b35
[2026/01/05 09:00:03]  notice:   banner   = nwipe {version or "0.33"}
[2026/01/05 09:00:03]  notice:   method   = {method}
[2026/01/05 09:00:03]  notice: {device} has serial number {serial}
[2026/01/05 09:00:03]  notice: {device}, sect/blk/dev 512/4096/{SIZE}
[2026/01/05 09:00:04]  notice: Invoking method '{method}' on {device}
[2026/01/05 09:00:04]  notice: Starting round 1 of 1 on {device}
[2026/01/05 09:00:04]  notice: Starting pass 1/1, round 1/1, on {device}
[2026/01/05 10:10:00]  notice: {SIZE} bytes written to {device}
[2026/01/05 10:10:00]  notice: Verifying pass 1 of 1, round 1 of 1, on {device}
[2026/01/05 11:20:00]  notice: {verified} bytes read from {device}
{extra}[2026/01/05 11:20:00]  notice: Verified pass 1 of 1, round 1 of 1, on '{device}'.
[2026/01/05 11:20:00]  notice: Finished final round 1 of 1 on {device}

******************************** Error Summary *********************************
!   Device | Pass Errors | Verifications Errors | Fdatasync I\\O Errors
--------------------------------------------------------------------------------
{mark}      {name} |           0 |                    0 |                    0
********************************* Drive Status *********************************
!   Device | Status | Thru-put | HH:MM:SS | Model/Serial Number
--------------------------------------------------------------------------------
{mark}      {name} | {status} |  80 MB/s | 02:20:00 | WDC WD3200BPVT/{serial}
--------------------------------------------------------------------------------
[2026/01/05 11:20:01] Total Throughput  80 MB/s, {method}, 1R+NB+VL

[2026/01/05 11:20:02]    info: Nwipe successfully completed. See summary table for details.
"""


def one(text):
    reports = read_erasure(text.encode())
    assert not isinstance(reports, Unreadable), reports
    assert len(reports) == 1
    return reports[0]


def test_a_run_of_nwipe_is_read_whole():
    report = one(nwipe_run())
    assert report.evidence_sha256 and len(report.evidence_sha256) == 64
    assert replace(report, evidence_sha256="") == ErasureReport(
        tool="nwipe",
        version="0.38",
        started="2026-01-05T09:00:04",
        ended="2026-01-05T11:20:02",
        device="/dev/sdb",
        model="WDC WD3200BPVT",
        serial=SERIAL,
        size_bytes=SIZE,
        bus="ATA",
        method=Method.OVERWRITE_ZEROS,
        method_said="Fill With Zeros",
        passes=1,
        verification=Verification.FULL,
        verifier="nwipe",
        bytes_written=SIZE,
        bytes_read_back=SIZE,
        bad_chunks=0,
        result="Erased",
        claims_success=True,
        host_serial="PF0QX7K2",
        host_uuid="c2a9d1b7-51e2-4b7f-93c8-1f6e0d7a2b35",
    )
    proof = assess(report)
    assert proof.proved and proof.level is Level.CLEAR
    assert (
        str(proof.because[1])
        == "Clear: the read-back is nwipe's own, not the bench's; it sees addressable blocks only."
    )


def test_runs_appended_to_one_file_are_told_apart():
    first, second = read_erasure((nwipe_run(version=None) + nwipe_run(method="PRNG Stream")).encode())
    assert (first.version, first.method) == ("0.33", Method.OVERWRITE_ZEROS)
    assert (second.version, second.method) == ("0.38", Method.OVERWRITE_RANDOM)


def test_two_disks_of_one_run():
    other = nwipe_run("/dev/sdc", "S2R6NX0H700123", version=None, status="-FAILED-")
    preamble, _, work = other.partition("[2026/01/05 09:00:04]")
    merged = nwipe_run().replace("[2026/01/05 09:00:04]", f"{preamble}[2026/01/05 09:00:04]", 1)
    good, bad = read_erasure((merged + "[2026/01/05 09:00:04]" + work).encode())
    assert (good.serial, bad.serial) == (SERIAL, "S2R6NX0H700123")
    assert assess(good).proved and not assess(bad).proved


def test_a_write_after_the_verification_undoes_it():
    report = one(nwipe_run() .replace(
        "[2026/01/05 11:20:00]  notice: Finished final",
        f"[2026/01/05 11:20:00]  notice: {SIZE} bytes written to /dev/sdb\n[2026/01/05 11:20:00]  notice: Finished final",
    ))  # fmt: skip
    assert report.verification is Verification.NONE
    assert not assess(report).proved


def test_a_partial_verification_is_not_a_full_one():
    report = one(nwipe_run(verified=SIZE // 2))
    assert report.verification is Verification.SAMPLED
    assert not assess(report).proved


def test_the_word_erased_without_a_read_back_is_refused():
    text = "\n".join(line for line in nwipe_run().splitlines() if "erif" not in line and "bytes read" not in line)
    report = one(text)
    assert report.result == "Erased"
    assert reasons(report) == ["Nobody read the disk back: the word of nwipe is no proof."]


def test_a_log_cut_in_the_middle_is_refused():
    report = one(nwipe_run().partition("*****")[0])
    assert reasons(report) == ["The log stops before the end of the run."]


def test_an_anonymous_log_can_not_be_attributed():
    assert one(nwipe_run(serial="XXXXXX")).serial is None
    assert not assess(one(nwipe_run(serial="?????"))).proved


def test_hidden_areas_are_read():
    extra = "[2026/01/05 09:00:05]    info: HPA values 625140335 / 625142448 on /dev/sdb\n"
    assert one(nwipe_run(extra=extra)).hidden_sectors == 2113
    assert one(nwipe_run(extra="[2026/01/05 09:00:05]    info: No hidden sectors on /dev/sdb\n")).hidden_sectors == 0


@pytest.mark.parametrize(
    ("said", "method"),
    [
        ("Fill With Zeros", Method.OVERWRITE_ZEROS),
        ("Fill With Ones", Method.OVERWRITE_ONES),
        ("PRNG Stream", Method.OVERWRITE_RANDOM),
        ("DoD 5220.22-M", Method.OVERWRITE_DOD),
        ("DoD Short", Method.OVERWRITE_DOD),
        ("Gutmann Wipe", Method.OVERWRITE_GUTMANN),
        ("RCMP TSSIT OPS-II", Method.OVERWRITE_OTHER),
        ("HMG IS5 Enhanced", Method.OVERWRITE_OTHER),
        ("Verify Zeros (0x00)", Method.VERIFY_ONLY),
        ("Magnet", Method.UNKNOWN),
    ],
)
def test_nwipe_methods(said, method):
    assert one(nwipe_run(method=said)).method is method


# --- job reports of the bench


def job(method="blkdiscard", argv=("blkdiscard", "/dev/sda"), err="", ok=True, verify=True, **result):
    document = {
        "op": "wipe",
        "ok": ok,
        "session": "a-session",
        "result": {
            "device": "/dev/sda",
            "method": method,
            "serial": "S3Z9NB0K411872",
            "size_bytes": 1 << 30,
            "cmd": {"argv": list(argv), "err": err, "out": "", "rc": 0},
            "tool_rc": 0,
            **result,
        },
    }
    if verify is True:
        document["result"]["verify"] = {"bytes_read": 1 << 30, "bad_chunks": 0, "first_bad": None, "io_errors": []}
    elif verify:
        document["result"]["verify"] = verify
    return json.dumps(document)


def test_a_job_that_was_read_back():
    report = one(job("nvme-format1", ("nvme", "format", "/dev/nvme0n1", "-s", "1")))
    assert (report.tool, report.method, report.bus) == ("nvme", Method.NVME_FORMAT, "NVMe")
    assert (report.serial, report.session, report.exit_codes) == ("S3Z9NB0K411872", "a-session", (0,))
    assert assess(report).level is Level.CLEAR


# Well formed, of an algorithm that nothing here knows: X25519's, one further.
UNKNOWN_KIND_OF_KEY = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2V2AyEAAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE=\n-----END PUBLIC KEY-----\n"


def signed(text, key=None, **other):
    key = key or Ed25519PrivateKey.generate()
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    return json.dumps({"report": text, "signature": key.sign(text.encode()).hex(), "public_key": pem} | other).encode()


@pytest.mark.parametrize("indent", [None, 1])
def test_a_signed_report_names_the_key_that_signed_it(indent):
    key = Ed25519PrivateKey.generate()
    text = json.dumps(
        {"op": "wipe", "ok": True, "result": {"serial": SERIAL, "ended": "2026-11-24T09:00:00+01:00"}}, indent=indent
    )
    [report] = read_erasure(signed(text, key))
    assert report.signed_with == key.public_key().public_bytes_raw().hex()
    assert (report.serial, report.ended) == (SERIAL, "2026-11-24T09:00:00+01:00")
    [plain] = read_erasure(text.encode())
    assert plain.signed_with is None


@pytest.mark.parametrize(
    "other",
    [
        {"report": '{"op": "wipe", "ok": true, "result": {"serial": "S3Z9-OTHER"}}'},
        {"signature": "00" * 64},
        {"signature": "not hexadecimal"},
        {"signature": None},
        {"public_key": "no key"},
        {"public_key": None},
        {"public_key": UNKNOWN_KIND_OF_KEY},
    ],
)
def test_a_report_that_was_changed_after_it_was_signed_is_refused(other):
    answer = read_erasure(signed('{"op": "wipe", "ok": true, "result": {"serial": "S1"}}', **other), "wipe.json")
    assert isinstance(answer, Unreadable) and "signature does not hold" in str(answer.reason)


def test_ok_without_a_read_back_is_refused():
    assert reasons(one(job(verify=False))) == ["Nobody read the disk back: the word of blkdiscard is no proof."]


def test_ok_with_bad_blocks_is_refused():
    bad = {"bytes_read": 1 << 30, "bad_chunks": 150, "first_bad": 0, "io_errors": []}
    assert "150 blocks" in reasons(one(job("nwipe:zero", ("nwipe",), verify=bad)))[0]


def test_a_job_that_was_never_run():
    document = json.dumps({"op": "wipe", "ok": False, "error": "KeyError('serial')", "session": "s"})
    report = one(document)
    assert report.errors == ("KeyError('serial')",) and not assess(report).proved


@pytest.mark.parametrize(
    ("method", "argv", "expected"),
    [
        ("blkdiscard", ("blkdiscard", "-f", "/dev/sda"), Method.DISCARD),
        ("blkdiscard-z", ("blkdiscard", "-z", "/dev/sda"), Method.OVERWRITE_ZEROS),
        ("hdparm-secure-erase", ("hdparm", "--security-erase", "p", "/dev/sda"), Method.ATA_SECURE_ERASE),
        ("hdparm", ("hdparm", "--security-erase-enhanced", "p", "/dev/sda"), Method.ATA_ENHANCED_ERASE),
        ("hdparm", ("hdparm", "--sanitize-block-erase", "/dev/sda"), Method.ATA_SANITIZE),
        ("nvme-format2", ("nvme", "format", "/dev/nvme0n1", "-s", "2"), Method.NVME_FORMAT_CRYPTO),
        ("nvme-sanitize", ("nvme", "sanitize", "/dev/nvme0", "-a", "2"), Method.NVME_SANITIZE),
        ("nwipe:zero", ("nwipe", "--method=zero", "/dev/sda"), Method.OVERWRITE_ZEROS),
        ("nwipe:dodshort", ("nwipe", "--method=dodshort", "/dev/sda"), Method.OVERWRITE_DOD),
        ("hammer", ("hammer",), Method.UNKNOWN),
    ],
)
def test_job_methods(method, argv, expected):
    assert one(job(method, argv)).method is expected


def test_the_bench_outweighs_the_log_inside_its_report():
    bad = {"bytes_read": SIZE, "bad_chunks": 7, "first_bad": 512, "io_errors": []}
    report = one(
        job("nwipe:zero", ("nwipe",), verify=bad, device="/dev/sdb", log=nwipe_run(), serial=None, size_bytes=None)
    )
    assert (report.serial, report.size_bytes, report.verifier, report.bad_chunks) == (SERIAL, SIZE, "bench", 7)
    assert not assess(report).proved


def test_a_log_of_an_earlier_run_does_not_vouch_for_a_command_that_failed():
    stale = job(
        "nwipe:zero", ("nwipe",), err="nwipe: unrecognized option", verify=False, device="/dev/sdb", log=nwipe_run()
    )
    assert not assess(one(stale)).proved


# --- whatever comes in


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "This is no erasure report that we know."),
        (b"hello", "This is no erasure report that we know."),
        (b'{"op": "wipe", "result": ', "A truncated or damaged JSON document."),
        (b'{"op": "install", "ok": true}', "A report of the bench, but not of an erasure."),
        (b"[2026/01/05 09:00:00]    info: nwipe 0.38\n", "An nwipe log in which no disk was wiped."),
    ],
)
def test_what_is_not_a_report_says_so(data, reason):
    refused = read_erasure(data, "x.log")
    assert isinstance(refused, Unreadable)
    assert str(refused.reason) == f"x.log: {reason}" and str(refused.hint)


def test_a_pdf_is_an_attachment():
    refused = read_erasure(b"%PDF-1.3\n/Title (nwipe erasure certificate)\n")
    assert isinstance(refused, Unreadable) and "attachment" in str(refused.reason)
    assert recognise(b"%PDF-1.7 invoice") is None


def test_text_is_fit_for_any_database():
    report = one(job(serial="AB\x00C\ud800D123", device="/dev/s\tda"))
    assert (report.serial, report.device) == ("ABCD123", "/dev/s da")
    assert "\x00" not in json.dumps(one(nwipe_run(serial="AB\x00CD")).as_dict())


def test_a_report_survives_its_json():
    report = one(nwipe_run())
    assert ErasureReport.from_dict(json.loads(json.dumps(report.as_dict()))) == report


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["ok", "result", "verify", "cmd", "argv", "err", "rc", "log", "method", "bytes_read", "bad_chunks", "io_errors"]
    ), inner, max_size=6),
    max_leaves=25,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(json_values)
def test_any_json_under_a_wipe_ends_as_a_refusal(value):
    reports = read_erasure(json.dumps({"op": "wipe", "ok": True, "result": value}).encode())
    if not isinstance(reports, Unreadable):
        assert not any(assess(report).proved for report in reports)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_a_mutilated_log_never_crashes_nor_proves_more(data):
    text = nwipe_run()
    start = data.draw(st.integers(0, len(text)))
    cut = text[:start] + data.draw(st.text(max_size=30)) + text[data.draw(st.integers(start, len(text))) :]
    reports = read_erasure(cut.encode("utf-8", "replace"))
    for report in () if isinstance(reports, Unreadable) else reports:
        assert isinstance(assess(report), Assessment)
        if assess(report).proved:
            assert report.bytes_read_back == report.size_bytes and report.serial


# --- real outputs of the prototype bench


def sample(name):
    path = SAMPLES / name
    if not path.is_file():
        pytest.skip("no samples beside the repository")
    return read_erasure(path.read_bytes(), name)


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "reason", "destroy"),
    [
        ("job-wipe-nwipe-bad-option.json", "nwipe refused its options and erased nothing", False),
        ("job-wipe-hdparm-rc0-but-not-erased.json", "The drive did not execute the command", False),
        ("job-wipe-blkdiscard-rc0-but-not-erased.json", "The drive ignored the discard", False),
        ("job-wipe-failing-disk.json", "The disk fails: 2 read or write errors.", True),
        ("job-wipe-nvme-format-ok.json", "The report does not give the size of the disk", False),
    ],
)
def test_the_real_false_successes_are_refused(name, reason, destroy):
    (report,) = sample(name)
    refused = assess(report)
    assert not refused.proved and refused.level is Level.NONE and refused.to_destroy is destroy
    assert str(refused.because[0]).startswith(reason)


@pytest.mark.samples
@pytest.mark.parametrize(
    ("name", "runs"),
    [
        ("job-wipe-nwipe-zero-ok.json", [("0.33", Method.OVERWRITE_ZEROS, "bench", 1_258_291_200)]),
        ("nwipe-0.34-zero.log", [("0.33", Method.OVERWRITE_ZEROS, "nwipe", 536_870_912)]),
        ("nwipe-0.34-prng.log", [("0.33", Method.OVERWRITE_ZEROS, "nwipe", 536_870_912), ("0.33", Method.OVERWRITE_RANDOM, "nwipe", 536_870_912)]),
        ("nwipe-trixie-prng.log", [("0.38", Method.OVERWRITE_RANDOM, "nwipe", 268_435_456)]),
    ],
)  # fmt: skip
def test_the_real_successes_are_clear(name, runs):
    reports = sample(name)
    assert [(r.version, r.method, r.verifier, r.bytes_read_back) for r in reports] == runs
    for report in reports:
        assert (report.serial, report.model, report.host_serial) == ("WD-WX11A1234567", "WDC WD5000LPLX", "PF0TEST01")
        assert assess(report).proved and assess(report).level is Level.CLEAR


@pytest.mark.samples
@pytest.mark.parametrize("name", ["nwipe-trixie-certificate.pdf", "job-install-ok.json", "firstboot-ok.json", "ci.log",
                                  "e2e-events.jsonl", "snapshot-tcg-lenovo.json", "e2e-serial.log"])  # fmt: skip
def test_the_other_outputs_are_no_erasure_report(name):
    assert isinstance(sample(name), Unreadable)
