"""Which tool is believed for which value, and the sentence that explains it.

The order is of nearness: the part's own answer first (the drive's, the screen's, the processor's), then what reads the
same place, then what copies or rounds it, last what a person typed. The first rule whose path begins the value's path
applies; tools that a rule does not name come after those it names, in the general order.
"""

from functools import lru_cache
from typing import NamedTuple

from maillon.hardware.messages import Message, _


class Rule(NamedTuple):
    path: str
    tools: tuple[str, ...]
    because: Message


_FIRMWARE = Message(_("The firmware's own tables are believed before copies of them."))
GENERAL = (
    "dmidecode", "sysfs", "efi", "smartctl", "nvme", "hdparm", "edid", "upower", "lscpu", "cpuinfo", "lspci", "lsusb",
    "lsblk", "lshw", "hwinfo", "ip", "PowerShell", "msinfo32", "system_profiler", "systeminfo", "dsregcmd", "inxi",
    "glpi", "workbench", "bench", "fleet",
)  # fmt: skip
_BUS = (
    "lspci", "lsusb", "hwinfo", "lshw", "ip", "PowerShell", "system_profiler", "msinfo32", "glpi", "inxi", "workbench",
)  # fmt: skip
_BUS_BECAUSE = Message(_("The identifiers read on the bus are believed before names, which depend on a tool's age."))
_DRIVE = Message(_("The drive's own answer is believed before what the system says of it."))
_DRIVE_TOOLS = (
    "smartctl", "nvme", "hdparm", "lsblk", "lshw", "hwinfo", "PowerShell", "system_profiler", "glpi", "inxi",
    "workbench", "lspci",
)  # fmt: skip
RULES = (
    Rule(
        "processors",
        (
            "lscpu",
            "cpuinfo",
            "PowerShell",
            "system_profiler",
            "dmidecode",
            "lshw",
            "hwinfo",
            "inxi",
            "glpi",
            "workbench",
        ),
        Message(_("The processor's own answer is believed before what the firmware copied of it.")),
    ),
    Rule(
        "memory.total_bytes",
        ("dmidecode", "lshw", "PowerShell", "system_profiler", "workbench", "glpi", "hwinfo", "inxi", "systeminfo"),
        Message(_("The sum of the modules is believed before what a system sees, which is less than what is fitted.")),
    ),
    Rule(
        "storage.kind",
        _DRIVE_TOOLS,
        Message(_("What turns or does not turn is the drive's to say, unless it hangs on USB.")),
    ),
    Rule("storage", _DRIVE_TOOLS, _DRIVE),
    Rule(
        "displays",
        ("edid", "hwinfo", "glpi", "system_profiler", "PowerShell", "inxi", "workbench"),
        Message(_("The screen's own description (EDID) is believed before what tools made of it.")),
    ),
    Rule(
        "batteries",
        ("sysfs", "upower", "PowerShell", "system_profiler", "glpi", "inxi", "dmidecode", "lshw"),
        Message(
            _("The battery read by the running system is believed before the firmware's tables, filled at the factory.")
        ),
    ),
    *(Rule(path, _BUS, _BUS_BECAUSE) for path in ("graphics", "network", "audio", "cameras", "bluetooth")),
    Rule(
        "firmware.uefi",
        ("efi", "sysfs", "dmidecode", "lshw"),
        Message(_("A system that started by UEFI proves it.")),
    ),
    Rule("locks", (), Message(_("The state that forbids most is kept: a lock must not be overlooked."))),
    Rule("", GENERAL, _FIRMWARE),
)


@lru_cache(maxsize=1024)
def rule_for(path: str) -> Rule:
    """path: part and field, without indices: "storage.size_bytes"."""
    return next(rule for rule in RULES if path == rule.path or path.startswith(f"{rule.path}.") or not rule.path)


@lru_cache(maxsize=8192)
def rank(path: str, tool: str) -> tuple[int, int]:
    """The smaller the more believed."""
    name = tool.split(" ")[0]
    order = rule_for(path).tools
    general = GENERAL.index(name) if name in GENERAL else len(GENERAL)
    return (order.index(name) if name in order else len(order), general)
