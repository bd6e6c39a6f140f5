import pytest

from maillon.hardware.drives import drive_kind
from maillon.hardware.model import StorageKind


@pytest.mark.parametrize(
    ("kind", "models"),
    [
        (StorageKind.HDD, "WDC WD5000AAKX-60U6AA0|WDC WD800JD-75MSA3|ST500DM002-1BD14|ST9250315AS|ST340014A"
         "|TOSHIBA MQ01ABF050|TOSHIBA MK5059GSXP|HGST HTS545050A7E680|Hitachi HDS721050CLA362|SAMSUNG HD502HJ"
         "|FUJITSU MHV2060AT PL|Maxtor 6L160M0|IC25N040ATMR04-0|APPLE HDD ST1000LM024"),
        (StorageKind.SATA_SSD, "WDC WDS240G2G0A-00JH30|SAMSUNG MZ7LN256HMJP-000L7|CT240BX500SSD1|KINGSTON SA400S37240G"
         "|LITEONIT LCS-256M6S|INTEL SSDSC2BW180A4|Micron MTFDDAK256TBN|TOSHIBA THNSNK128GVN8|HFS256G39TND-N210A"
         "|Samsung SSD 860 EVO 250GB|ST480HM000"),
        (StorageKind.NVME, "SAMSUNG MZVLB256HBHQ-000L7|KXG50ZNV256G TOSHIBA|KBG40ZNV256G KIOXIA|PC SN520 NVMe WDC 256GB"
         "|INTEL SSDPEKNW512G8|MTFDHBA256TCK|SKHynix_HFS512GD9TNI-L2A0B|Samsung SSD 970 EVO Plus 500GB"),
        (StorageKind.UNKNOWN, "VBOX HARDDISK|PERC H710|VMware Virtual disk|Generic Flash Disk"),
    ],
)  # fmt: skip
def test_the_model_tells_the_kind_where_no_tool_does(kind, models):
    assert {model: drive_kind(model=model) for model in models.split("|")} == dict.fromkeys(models.split("|"), kind)


def test_what_a_tool_saw_goes_before_the_name():
    assert drive_kind(model="ST500LM000", rotation_rpm=0) is StorageKind.SATA_SSD
    assert drive_kind(model="WDC WD5000AAKX", interface="USB") is StorageKind.REMOVABLE
    assert drive_kind(model="Samsung SSD 970 EVO", interface="SATA") is StorageKind.SATA_SSD
