"""Canonical JSON against another implementation of RFC 8785 and against its text."""

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from maillon.kernel import canonical
from maillon.kernel.canonical import LARGEST_INTEGER, NotCanonical

SCALARS = (
    st.none() | st.booleans() | st.integers(-LARGEST_INTEGER, LARGEST_INTEGER) | st.text(st.characters(codec="utf-8"))
)
KEYS = st.text(st.characters(codec="utf-8"), max_size=5)
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4))


@given(VALUES)
def test_it_is_the_text_of_the_standard(value):
    assert canonical.encode(value) == rfc8785.dumps(value)
    assert json.loads(canonical.text(value)) == value


def test_keys_go_by_utf_16_units():
    """The example of RFC 8785, 3.2.3: a smiley (two surrogates) comes before the Hebrew dagesh form."""
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    in_order = list(json.loads(canonical.text(dict.fromkeys(names, 0))))
    assert in_order == ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]


def test_control_characters_are_escaped_as_the_standard_says():
    assert canonical.text('\x00\b\t\n\f\r"\\\x1f\x7f/é') == '"\\u0000\\b\\t\\n\\f\\r\\"\\\\\\u001f\x7f/é"'


@pytest.mark.parametrize(
    ("value", "named"),
    [
        ({"size": [1, 1.5]}, r"size\[1\]: 1.5 is a fraction; use an integer in the smallest unit"),
        (float("nan"), "fraction"),
        ({"a": {"b": {1: 2}}}, "a.b: the key 1 is not text"),
        ({"a": 2**53}, "a: 9007199254740992 is beyond"),
        ({"a": b"x"}, "a: bytes has no JSON form"),
        ({"a": "\ud800"}, "a: text with half a character"),
        ({"\ud800": 1}, "half a character"),
    ],
)
def test_what_has_no_canonical_text_is_refused(value, named):
    with pytest.raises(NotCanonical, match=named):
        canonical.text(value)


def test_depth_is_bounded():
    value: object = 1
    for _ in range(canonical.MOST_LEVELS):
        value = [value]
    assert canonical.text(value)
    with pytest.raises(NotCanonical, match="more than 16 levels"):
        canonical.text([value])
