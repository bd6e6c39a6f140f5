"""A small territory for tests: a coordination, two workshops, a donor, and people in each role."""

from dataclasses import dataclass
from typing import Any

from maillon.kernel.actor import Actor
from maillon.kernel.ids import new_id
from maillon.territory.actors import actor_for
from maillon.territory.models import Membership, Organisation, OrganisationKind, Place, User
from maillon.territory.roles import Role


@dataclass
class World:
    coordination: Organisation
    workshop: Organisation
    neighbour: Organisation
    donor: Organisation
    shelf: Place
    users: dict[str, User]

    def actor(self, who: str) -> Actor:
        return actor_for(self.users[who], None)


def make_world(name: str = "") -> World:
    """name: makes a second, foreign territory apart from the first."""
    key = new_id()
    coordination = Organisation.objects.create(
        id=key, kind=OrganisationKind.COORDINATION, name=f"Coordination{name}", territory_id=key
    )

    def organisation(kind: OrganisationKind, title: str) -> Organisation:
        return Organisation.objects.create(kind=kind, name=f"{title}{name}", territory=coordination)

    workshop = organisation(OrganisationKind.WORKSHOP, "Atelier")
    neighbour = organisation(OrganisationKind.WORKSHOP, "Atelier voisin")
    donor = organisation(OrganisationKind.DONOR, "Donateur")
    prescriber = organisation(OrganisationKind.PRESCRIBER, "Prescripteur")
    place = organisation(OrganisationKind.PLACE, "Espace")
    people = {
        "coordinator": (coordination, Role.COORDINATOR),
        "head": (workshop, Role.COORDINATOR),
        "technician": (workshop, Role.TECHNICIAN),
        "reader": (workshop, Role.READER),
        "neighbour": (neighbour, Role.TECHNICIAN),
        "donor": (donor, Role.DONOR),
        "prescriber": (prescriber, Role.PRESCRIBER),
        "mediator": (place, Role.MEDIATOR),
    }
    users = {}
    for who, (where, role) in people.items():
        users[who] = User.objects.create_user(f"{who}{name}@exemple.invalid", name=who)
        Membership.objects.create(user=users[who], organisation=where, role=role.value)
    users["nobody"] = User.objects.create_user(f"nobody{name}@exemple.invalid")
    shelf = Place.objects.create(organisation=workshop, name="Étagère 1")
    return World(coordination, workshop, neighbour, donor, shelf, users)


def dmidecode(serial: str = "PF0AAAA1", uuid: str = "4c4c4544-0042-3510-8051-b9c04f4d3332", **more: Any) -> bytes:
    """What dmidecode says of an invented ThinkPad."""
    return f"""# dmidecode 3.4
Getting SMBIOS data from sysfs.
SMBIOS 3.0.0 present.

Handle 0x0001, DMI type 1, 27 bytes
System Information
	Manufacturer: {more.get("vendor", "LENOVO")}
	Product Name: 20HES0AB00
	Version: {more.get("model", "ThinkPad T470")}
	Serial Number: {serial}
	UUID: {uuid}

Handle 0x0002, DMI type 2, 15 bytes
Base Board Information
	Manufacturer: LENOVO
	Product Name: 20HES0AB00
	Serial Number: {more.get("board", "L1HF" + serial)}

Handle 0x0003, DMI type 3, 22 bytes
Chassis Information
	Manufacturer: LENOVO
	Type: Notebook
	Serial Number: {serial}

Handle 0x0004, DMI type 4, 48 bytes
Processor Information
	Socket Designation: U3E1
	Type: Central Processor
	Version: Intel(R) Core(TM) i5-7300U CPU @ 2.60GHz
	Status: Populated, Enabled
	Core Count: 2
	Thread Count: 4

Handle 0x0005, DMI type 16, 23 bytes
Physical Memory Array
	Location: System Board Or Motherboard
	Use: System Memory
	Maximum Capacity: 32 GB
	Number Of Devices: 2

Handle 0x0006, DMI type 17, 40 bytes
Memory Device
	Size: 8 GB
	Form Factor: SODIMM
	Locator: ChannelA-DIMM0
	Type: DDR4
	Speed: 2400 MT/s
""".encode()


def smartctl(serial: str = "S3Z9NB0K111111", size: int = 256_060_514_304) -> bytes:
    return (
        '{"json_format_version":[1,0],"smartctl":{"version":[7,4]},"device":{"name":"/dev/sda","type":"sat",'
        f'"protocol":"ATA"}},"model_name":"Samsung MZ7LN256","serial_number":"{serial}","rotation_rate":0,'
        f'"user_capacity":{{"bytes":{size}}},"smart_status":{{"passed":true}}}}'
    ).encode()


def wipe_report(serial: str = "S3Z9NB0K111111", size: int = 256_060_514_304, *, bad: int = 0, errors: int = 0) -> bytes:
    """The bench's report of an overwriting read back whole, or of one that went wrong."""
    ok = "true" if not bad and not errors else "false"
    return (
        f'{{"op":"wipe","ok":{ok},"session":"t","result":{{"cmd":{{"argv":["nwipe","--method=zero"],"rc":0,"out":"",'
        f'"err":""}},"device":"/dev/sda","method":"nwipe-zero","version":"nwipe 0.38","serial":"{serial}",'
        f'"model":"Samsung MZ7LN256","size_bytes":{size},"bus":"ATA","hidden_sectors":0,"tool_rc":0,'
        f'"verify":{{"expected":0,"bytes_read":{size},"bad_chunks":{bad},"first_bad":null,'
        f'"io_errors":{[4096] * errors}}}}}}}'
    ).encode()
