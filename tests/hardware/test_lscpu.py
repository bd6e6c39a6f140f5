import pytest

from maillon.hardware.model import Kind, Origin
from tests.hardware.reading_parts import corpus, read, said
from tests.hardware.samples import sample

I3 = {"vendor": "Intel", "model": "Core i3-7020U", "architecture": "x86_64", "cores": 2, "threads": 4}


def test_french_text_says_all_and_where():
    (processor,) = corpus("lscpu/fr.txt").processors
    assert I3.items() <= said(processor).items()
    assert processor.frequency_mhz == 2300
    assert processor.origin["model"] == Origin("lscpu", "line 7")
    assert processor.origin["cores"] == Origin("lscpu", "line 11")


@pytest.mark.parametrize(
    ("threads", "cores", "sockets", "name", "arch"),
    [
        ("Thread(s) per core", "Core(s) per socket", "Socket(s)", "Model name", "Architecture"),
        ("Thread(s) pro Kern", "Kern(e) pro Socket", "Sockel", "Modellname", "Architektur"),
        ("Hilo(s) por núcleo", "Núcleo(s) por «socket»", "«Socket(s)»", "Nombre del modelo", "Arquitectura"),
        ("Thread(s) per núcleo", "Núcleo(s) por soquete", "Soquete(s)", "Nome do modelo", "Arquitetura"),
        ("Thread per core", "Core per socket", "Socket", "Nome del modello", "Architettura"),
    ],
)  # fmt: skip
def test_other_languages_say_the_same(threads, cores, sockets, name, arch):
    text = f"{arch}: x86_64\nCPU(s): 4\nGenuine: GenuineIntel\n{threads}: 2\n{cores}: 2\n{sockets}: 1\n"
    (processor,) = read(f"{text}{name}: Intel(R) Core(TM) i3-7020U CPU @ 2.30GHz\n").processors
    assert I3.items() <= said(processor).items()


def test_json_of_two_sockets_is_two_processors():
    first, second = corpus("lscpu/server.json").processors
    assert first == second
    assert (first.model, first.cores, first.threads) == ("Xeon E5-2620 v3", 6, 12)
    assert first.origin["model"].at == "$.lscpu[2].children[0]"


def test_big_and_little_cores_are_one_chip():
    (processor,) = corpus("lscpu/arm.txt").processors
    assert (processor.model, processor.cores, processor.threads) == ("Cortex-A53 + Cortex-A72", 6, 6)
    assert (processor.vendor, processor.architecture) == ("ARM", "aarch64")


def test_a_32_bit_system_on_a_64_bit_processor_is_64_bit():
    text = "Architecture: i686\nCPU op-mode(s): 32-bit, 64-bit\nCPU(s): 2\nModel name: Intel(R) Atom(TM) CPU D510\n"
    assert read(text).processors[0].architecture == "x86_64"
    assert read(text.replace(", 64-bit", "")).processors[0].architecture == "i686"


@pytest.mark.samples
def test_the_benchs_lscpu_keeps_the_emulators_name():
    import json

    document = json.loads(sample("../bench-prototype/samples/snapshot-tcg-lenovo.json").read_text())
    (processor,) = read(json.dumps(document["tools"]["lscpu"]["json"])).processors
    assert (processor.model, processor.vendor, processor.cores) == ("QEMU Virtual CPU version 2.5+", "AMD", 2)


@pytest.mark.parametrize(
    ("said", "virtual"),
    [
        ("Hypervisor vendor: KVM\nVirtualization type: full\n", True),
        ("Constructeur d'hyperviseur : VMware\nType de virtualisation : complet\n", True),
        ("Hypervisor vendor: Xen\nVirtualization type: none\n", False),  # Xen's first domain is the machine itself
        ("Hypervisor vendor: Microsoft\nVirtualization type: full\n", False),  # Linux inside Windows
        ("Virtualization: VT-x\n", False),
    ],
)
def test_a_hypervisor_makes_a_virtual_machine(said, virtual):
    text = "Architecture: x86_64\nCPU(s): 2\nModel name: Intel Core Processor (Haswell, no TSX)\nSocket(s): 1\n"
    assert (read(text + said).kind is Kind.VIRTUAL) is virtual
