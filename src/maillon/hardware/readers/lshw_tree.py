"""The tree that lshw writes, whichever way it was written: nodes of a class, each value with where it stood."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from maillon.hardware.facts import dict_of, list_of, text_of
from maillon.hardware.formats import Where
from maillon.hardware.model import Origin

_MAX_DEPTH = 40


@dataclass
class Node:
    """values: as lshw's JSON names them; settings: its "configuration"; features: its "capabilities"."""

    id: str = ""
    kind: str = ""  # the class
    values: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    features: frozenset[str] = frozenset()
    children: list["Node"] = field(default_factory=list)
    parent: "Node | None" = None
    path: str = ""
    lines: dict[str, int] = field(default_factory=dict)
    where: Where = Where("lshw")  # noqa: RUF009 - frozen

    def get(self, key: str) -> str | None:
        return self.values.get(key)

    def at(self, key: str) -> Origin:
        if self.lines:
            return self.where.line(self.lines.get(key) or next(iter(self.lines.values())))
        return self.where.path(f"{self.path}.{key}")

    def walk(self) -> Iterator["Node"]:
        """This node and all below, in order. The depth is bounded when the tree is built."""
        yield self
        for child in self.children:
            yield from child.walk()

    @property
    def device(self) -> str | None:
        """The first name under /dev that is a disk's; the kernel's own before aliases such as /dev/cdrom."""
        names = (self.get("logicalname") or "").split()
        own = [name for name in names if re.match(r"/dev/(?:sd|hd|nvme|mmcblk|sr|vd|xvd)", name)]
        return next(iter(own + [name for name in names if name == "/dev/cdrom"]), None)

    def above(self, kind: str) -> "Node | None":
        node = self.parent
        while node and node.kind != kind:
            node = node.parent
        return node


def from_json(document: Any, where: Where) -> list[Node]:
    """The systems of one document: an object, a list, or several documents that followed each other."""
    items = list_of(document)
    single = isinstance(document, dict)
    return [
        _json_node(item, "" if single else f"[{index}]", where, None, 0)
        for index, item in enumerate(items)
        if isinstance(item, dict)
    ]


def _json_node(item: dict[str, Any], path: str, where: Where, parent: Node | None, depth: int) -> Node:
    node = Node(text_of(item.get("id")) or "", text_of(item.get("class")) or "", path=path, where=where, parent=parent)
    for key, value in item.items():
        if key == "logicalname" and isinstance(value, list):
            value = " ".join(part for part in value if isinstance(part, str))
        if (text := text_of(value)) is not None:
            node.values[key] = text
    for key, value in dict_of(item.get("configuration")).items():
        if (text := text_of(value)) is not None:
            node.settings[key] = text
    node.features = frozenset(dict_of(item.get("capabilities")))
    if depth < _MAX_DEPTH:
        node.children = [
            _json_node(child, f"{path}.children[{index}]", where, node, depth + 1)
            for index, child in enumerate(list_of(item.get("children")))
            if isinstance(child, dict)
        ]
    return node


def node_of_xml(element: Any, depth: int = 0) -> dict[str, Any]:
    """A node of `lshw -xml`, as its JSON writes it: the elements are the JSON's keys."""
    node: dict[str, Any] = {name: element.get(name) for name in ("id", "class")}
    children = []
    for part in element:
        if part.tag == "node":
            if depth < _MAX_DEPTH:
                children.append(node_of_xml(part, depth + 1))
        elif part.tag == "configuration":
            node[part.tag] = {str(setting.get("id")): setting.get("value") for setting in part}
        elif part.tag == "capabilities":
            node[part.tag] = {str(feature.get("id")): feature.text or True for feature in part}
        elif part.tag == "logicalname":
            node.setdefault(part.tag, []).append(part.text or "")
        else:
            node.setdefault(part.tag, part.text)
            if part.tag == "size" and part.get("units"):
                node["units"] = part.get("units")
    return node | {"children": children}


# --- text -----------------------------------------------------------------------------------------------------------

_BRANCH = re.compile(r"^( *)\*-([\w:.+-]{1,60})(?: (DISABLED|UNCLAIMED))?\s*$")
_FIELD = re.compile(r"^ +([A-Za-zÀ-ÿ][\wÀ-ÿ ]{1,25}?) ?: (.*\S)\s*$")
MOST_SYSTEMS = 5_000  # of one file: a whole park in one text, with room
_SETTING = re.compile(r"(?:^|\s)([\w.+-]{1,40})=")
# Labels of lshw's own translations (its catalogues fr, es, ca); the other languages print English ones.
_LABELS = {
    "produit": "product", "producto": "product", "producte": "product", "fabricant": "vendor", "fabriquant": "vendor",
    "fabricante": "vendor", "numéro de série": "serial", "série": "serial", "serie": "serial", "sèrie": "serial",
    "nom logique": "logicalname", "nombre lógico": "logicalname", "logical name": "logicalname",
    "information bus": "businfo", "información del bus": "businfo", "bus info": "businfo",
    "informació del bus": "businfo",
    "taille": "size", "tamaño": "size", "mida": "size", "capacité": "capacity", "capacidad": "capacity",
    "capacitat": "capacity", "emplacement": "slot", "ranura": "slot", "versió": "version", "versión": "version",
    "fonctionnalités": "capabilities", "capacidades": "capabilities", "configuración": "configuration",
    "configuració": "configuration", "bits": "width", "anchura": "width", "horloge": "clock", "reloj": "clock",
    "descripción": "description", "descripció": "description", "date": "date", "fecha": "date",
}  # fmt: skip
_CLASSES: tuple[tuple[str, str], ...] = (
    (r"core", "bus"), (r"firmware", "memory"), (r"cpu", "processor"), (r"logicalcpu", "logical"), (r"cache", "memory"),
    (r"memory|bank|flash", "memory"), (r"display|graphics", "display"), (r"network", "network"),
    (r"multimedia|sound|card", "multimedia"), (r"disk|cdrom|namespace|dvd", "disk"),
    (r"volume|logicalvolume|partition", "volume"),
    (r"storage|sata|ide|nvme|scsi|raid|sas", "storage"), (r"battery", "power"), (r"power", "power"),
    (r"communication|bluetooth", "communication"), (r"input", "input"), (r"usbhost|usb|serial|bus|generic", "bus"),
    (r"pci|pciexpress|isa|pcmcia", "bridge"),
)  # fmt: skip
_CLASS_OF = tuple((re.compile(rf"^(?:{pattern})(?::\d+)?$"), kind) for pattern, kind in _CLASSES)


def from_text(text: str, where: Where) -> list[Node]:
    """The systems of one text: each begins with a host name at the margin, branches are indented below it.

    A margin line with nothing below it is no system. Reading stops past MOST_SYSTEMS: one more comes back.
    """
    roots: list[Node] = []
    stack: list[tuple[int, Node]] = []
    for number, line in enumerate(text.split("\n"), 1):
        line = line[:4096].replace("\t", " ")
        if branch := _BRANCH.match(line):
            if not roots:
                roots.append(Node("computer", "system", where=where, lines={"": number}))
                stack = [(-1, roots[-1])]
            indent = len(branch.group(1))
            while len(stack) > 1 and stack[-1][0] >= indent:
                stack.pop()
            node = Node(
                branch.group(2), _class_of(branch.group(2)), where=where, parent=stack[-1][1], lines={"": number}
            )
            if branch.group(3) == "DISABLED":
                node.values["disabled"] = "true"
            stack[-1][1].children.append(node)
            if len(stack) < _MAX_DEPTH:
                stack.append((indent, node))
        elif line[:1].strip() and ":" not in line and not line.startswith("*"):
            if roots and not roots[-1].children and not roots[-1].values:
                roots.pop()
            if len(roots) > MOST_SYSTEMS:
                break
            roots.append(Node(line.strip(), "system", where=where, lines={"": number}))
            stack = [(-1, roots[-1])]
        elif stack and (found := _FIELD.match(line)):
            _field(stack[-1][1], found.group(1).strip().lower(), found.group(2), number)
    return roots


def _class_of(name: str) -> str:
    return next((kind for pattern, kind in _CLASS_OF if pattern.match(name)), "generic")


def _field(node: Node, label: str, value: str, number: int) -> None:
    key = _LABELS.get(label, label)
    node.lines.setdefault(key, number)
    if key == "configuration":
        marks = list(_SETTING.finditer(value))
        for mark, after in zip(marks, [*marks[1:], None], strict=False):
            node.settings.setdefault(mark.group(1), value[mark.end() : after.start() if after else None].strip())
    elif key == "capabilities":
        node.features = frozenset(value.split())
    elif key == "logicalname":
        node.values[key] = f"{node.values[key]} {value}" if key in node.values else value
    else:
        node.values.setdefault(key, value)
