import pytest

from maillon.hardware.model import Origin
from tests.hardware.reading_parts import corpus, read, said
from tests.hardware.samples import sample


def paragraph(number, package, core, flags="fpu lm"):
    return (
        f"processor\t: {number}\nvendor_id\t: GenuineIntel\nmodel name\t: Intel(R) Xeon(R) CPU E5620  @ 2.40GHz\n"
        f"physical id\t: {package}\nsiblings\t: 4\ncore id\t\t: {core}\ncpu cores\t: 2\nflags\t\t: {flags}\n\n"
    )


def test_sockets_cores_and_threads_are_counted():
    text = "".join(paragraph(n, n // 4, n % 2) for n in range(8))
    machine = read(text)
    assert [(p.model, p.cores, p.threads) for p in machine.processors] == [("Xeon E5620", 2, 4)] * 2
    assert machine.processors[1].origin["model"] == Origin("cpuinfo", f"line {4 * 9 + 3}")


@pytest.mark.parametrize(("flags", "architecture"), [("fpu vme lm nx", "x86_64"), ("fpu vme nx", "i686")])
def test_long_mode_is_what_tells_64_bit(flags, architecture):
    assert read(paragraph(0, 0, 0, flags)).processors[0].architecture == architecture


def test_a_board_computer_names_itself():
    machine = corpus("cpuinfo/pi.txt")
    assert machine.system.product_name == "Raspberry Pi 4 Model B Rev 1.2"
    assert machine.system.serial == "10000000d5a8c7e1"
    (processor,) = machine.processors
    assert (processor.vendor, processor.model, processor.architecture) == ("ARM", "Cortex-A72", "aarch64")
    assert processor.cores == 2


@pytest.mark.samples
@pytest.mark.parametrize("name", ["linux-2.6.35-1-core-2-thread.txt", "linux-686-samsung-nc10-1.txt"])
def test_a_netbook_is_32_bit(name):
    (processor,) = read(sample(f"hardware/cpuinfo/{name}").read_bytes()).processors
    expected = {"vendor": "Intel", "model": "Atom N270", "architecture": "i686", "cores": 1, "threads": 2}
    assert expected.items() <= said(processor).items()
    assert processor.frequency_mhz == 1600
