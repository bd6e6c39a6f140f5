import json
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import get_args, get_origin

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillon.hardware import model, reading, schema
from maillon.hardware.messages import Message
from maillon.hardware.model import Dispute, Kind, Machine, Origin, Reading, Storage, StorageKind, System, Unreadable
from tests.hardware.samples import CORPUS

text = st.text(max_size=6)
origins = st.builds(Origin, text, text, text)
plain = st.one_of(text, st.integers(), st.booleans(), st.floats(allow_nan=False, allow_infinity=False), st.none())
messages = st.builds(Message, text, st.dictionaries(text, plain, max_size=2))
free = st.one_of(plain, messages, st.lists(text, max_size=2).map(tuple))


def strategy(hint):
    """Any value of a field, from its type: so that a field added later is tested too."""
    hint = schema._without_none(hint)
    scalars = {
        str: text,
        int: st.integers(),
        float: st.floats(allow_nan=False, allow_infinity=False),
        bool: st.booleans(),
    }
    if hint in scalars:
        return scalars[hint]
    if hint is Message:
        return messages
    if hint is Origin:
        return origins
    if hint == model.Origins:
        return st.dictionaries(text, origins, max_size=2)
    if hint is object:
        return free
    if get_origin(hint) is tuple:
        inner = get_args(hint)
        if inner[-1] is Ellipsis:
            return st.lists(strategy(inner[0]), max_size=1).map(tuple)
        return st.tuples(*map(strategy, inner))
    if is_dataclass(hint):
        return parts(hint)
    return st.sampled_from(list(hint))


def parts(part):
    hints = schema.get_type_hints(part)
    required = {f.name: strategy(hints[f.name]) for f in fields(part) if f.default is f.default_factory}
    optional = {f.name: strategy(hints[f.name]) for f in fields(part) if f.name not in required}
    return st.fixed_dictionaries(required, optional=optional).map(lambda values: part(**values))


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(parts(Machine))
def test_nothing_is_lost_on_the_way_to_json_and_back(machine):
    document = json.loads(json.dumps(schema.to_dict(machine)))
    assert schema.from_dict(document) == machine
    jsonschema.Draft202012Validator(schema.json_schema()).validate(document)


def test_the_schema_is_a_schema():
    jsonschema.Draft202012Validator.check_schema(schema.json_schema())


def test_every_field_says_what_it_is():
    described = schema.descriptions()
    for part in schema._TITLES:
        for field in fields(part):
            assert field.name == "origin" or described[f"{part.__name__}.{field.name}"].endswith((".", '".'))


def test_the_page_of_reference_is_up_to_date():
    page = Path(__file__).resolve().parents[2] / "docs/hardware/machine.md"
    assert page.read_text(encoding="utf-8") == schema.reference(), "run: python -m maillon.hardware.schema"


def test_what_was_not_said_is_absent_but_kind_vendor_and_model():
    assert schema.to_dict(Machine()) == {
        "schema": "maillon-machine/1", "kind": "unknown", "vendor": None, "model": None
    }  # fmt: skip


def test_provenance_and_disputes_are_in_the_document():
    at, other = Origin("smartctl", "line 4"), Origin("lshw", "$.children[0]", "lshw.json")
    because = Message("%(tool)s asks the drive itself.", {"tool": "smartctl"})
    machine = Machine(
        storage=(Storage(kind=StorageKind.NVME, serial="S3Z9NB0K", origin={"serial": at}),),
        disputes=(Dispute("storage[S3Z9NB0K].size_bytes", 256, at, ((255, other),), because),),
    )
    document = json.loads(json.dumps(schema.to_dict(machine)))
    assert document["storage"][0]["origin"]["serial"] == ["smartctl", "line 4", ""]
    assert document["disputes"][0]["others"] == [[255, ["lshw", "$.children[0]", "lshw.json"]]]
    assert document["disputes"][0]["because"]["values"] == {"tool": "smartctl"}


@pytest.mark.parametrize(
    "document",
    [{}, {"schema": "maillon-machine/2"}, {"schema": "maillon-machine/1", "kind": "spaceship"},
     {"schema": "maillon-machine/1", "system": {"colour": "red"}}, {"schema": "maillon-machine/1", "storage": [7]}],
)  # fmt: skip
def test_another_document_is_refused(document):
    with pytest.raises(ValueError):
        schema.from_dict(document)


def test_the_line_of_a_reading_and_of_a_refusal():
    said = Reading("dmidecode", (Machine(kind=Kind.SERVER, system=System(vendor="HP")),), (Message("odd"),))
    line = schema.reading_to_json("a.txt", said)
    assert list(line) == ["file", "format", "machines", "warnings"]
    assert (line["machines"][0]["kind"], line["warnings"]) == ("server", ["odd"])
    refused = Unreadable(Message("%(what)s.", {"what": "Empty"}), Message("Try again."))
    assert schema.reading_to_json("b", refused) == {"file": "b", "error": {"reason": "Empty.", "hint": "Try again."}}


def test_real_readings_follow_the_schema():
    validator = jsonschema.Draft202012Validator(schema.json_schema())
    machines = [
        m for path in sorted((CORPUS / "dmidecode").iterdir()) for m in reading.read(path.read_bytes()).machines
    ]
    assert machines
    for machine in machines:
        assert list(validator.iter_errors(json.loads(json.dumps(schema.to_dict(machine))))) == []
